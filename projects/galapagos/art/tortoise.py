"""Giant tortoises in side view, facing right, on 1240 x 800 pixels with the ground at 760."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import raster
from cutout import Tone, darker, eye, ground_shadow, mark, part
from geometry import Pairs, Points, closed, limb, moved, smooth
from palette import INK, mix

GROUND = 755.0
SKIN = Tone("#8d8068", "#5a5145", "#211d20")
SHELL = Tone("#8a7150", "#4b3c30", "#1c181a")
DOME = ((128, 520), (150, 420), (215, 315), (330, 225), (480, 182), (640, 190), (770, 250), (852, 350), (885, 470))
SADDLE = ((140, 520), (170, 430), (250, 350), (370, 292), (510, 250), (650, 210), (770, 190), (842, 250), (880, 430))
RIM = ((128, 520), (230, 585), (400, 612), (600, 606), (770, 560), (885, 470))


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the neck goes (from the shell to the head), how the head is turned, and the step of the legs."""

    neck: tuple[tuple[float, float], ...]
    head: float = 0.0
    stride: float = 0.0
    saddle: bool = False


WALKING = Pose(((800, 440), (900, 405), (980, 350), (1040, 300)), -0.12, 1.0)
LIFTED = Pose(((800, 438), (899, 396), (974, 336), (1031, 276)), -0.16, 0.9)
RAISED = Pose(((800, 430), (890, 360), (945, 260), (985, 165)), -0.25, 0.2)
EATING = Pose(((800, 450), (900, 425), (985, 430), (1050, 445)), 0.1, -0.4)
DRINKING = Pose(((790, 470), (890, 500), (975, 580), (1035, 660)), 0.75, 0.3)
SADDLEBACK = Pose(((790, 390), (860, 310), (900, 200), (950, 110)), -0.3, 0.6, saddle=True)
HEAD = ((-52, -36), (-10, -52), (40, -50), (82, -34), (100, -8), (98, 16), (84, 30), (40, 42), (-10, 44), (-52, 36))


def draw(pose: Pose) -> raster.Picture:
    """A tortoise in `pose`, cropped to its feet."""
    picture = raster.blank(1240, 800)
    ground_shadow(picture, 520, GROUND, 430, 30)
    _legs(picture, pose.stride, far=True)
    part(picture, limb([(190, 545), (130, 590), (96, 640)], [70, 40, 8]), darker(SKIN, 0.25))
    _neck(picture, pose)
    _legs(picture, pose.stride, far=False)
    _shell(picture, SADDLE if pose.saddle else DOME)
    return raster.cropped(picture)


def _legs(picture: raster.Picture, stride: float, *, far: bool) -> None:
    sway = 34 * stride * (-1 if far else 1)
    tone = darker(SKIN, 0.55) if far else SKIN
    lift = 14 if far else 0
    for hip, knee in ((300 + (60 if far else 0), -14), (735 - (60 if far else 0), 22)):
        foot = hip + sway * (1 if hip < 500 else -1)
        path = [(hip, 520), (hip + knee, 610 - lift), (foot, 660 - lift), (foot + 4, 686 - lift)]
        part(picture, limb(path, [165, 140, 122, 128]), tone, 18, 0 if far else 4)
        _foot(picture, foot + 8, GROUND - lift, tone)


def _foot(picture: raster.Picture, x: float, y: float, tone: Tone) -> None:
    sole = [(x - 72, y), (x - 70, y - 44), (x - 40, y - 62), (x + 44, y - 60), (x + 78, y - 34), (x + 86, y)]
    part(picture, np.asarray(sole), tone, 10, 0)
    for index in range(4):
        nail = moved([(-11, 0), (-9, -20), (3, -25), (13, -14), (15, 0)], x + 74 - index * 27, y)
        mark(picture, closed(nail), mix(tone.top, "#efe2c0", 0.45))


def _neck(picture: raster.Picture, pose: Pose) -> None:
    part(picture, limb(pose.neck, [150, 112, 92, 84]), SKIN, 16, 5)
    _folds(picture, pose.neck)
    x, y = pose.neck[-1]
    part(picture, closed(moved(HEAD, x + 18, y, 1.0, pose.head)), replace(SKIN, side=0), 12, 4)
    mouth = moved(smooth([(98, 8), (66, 16), (30, 14), (2, 6)]), x + 18, y, 1.0, pose.head)
    mark(picture, limb(mouth, [3, 6, 5, 2], 2), INK, 0.8)
    (ex, ey), (nx, ny) = moved([(38, -16), (88, -14)], x + 18, y, 1.0, pose.head)
    eye(picture, ex, ey, 10.5)
    mark(picture, closed(moved([(-5, -2), (2, -4), (5, 2), (-3, 3)], nx, ny)), INK, 0.8)


def _folds(picture: raster.Picture, neck: Pairs) -> None:
    curve = smooth(neck, 10)
    for index in range(4, len(curve) - 6, 3):
        ahead = curve[index + 1] - curve[index - 1]
        turn = float(np.arctan2(ahead[1], ahead[0]))
        crease = moved([(6, -34), (-6, -8), (-4, 20), (8, 40)], curve[index][0], curve[index][1], 1.0, turn)
        mark(picture, limb(crease, [1, 5, 5, 1], 6), "#2a2422", 0.55)


def _shell(picture: raster.Picture, crown: Pairs) -> None:
    top, bottom = _even(smooth(crown, 20)), _even(smooth(RIM, 20))
    outline = np.concatenate([top, bottom[::-1]])
    under = part(picture, outline + np.array([0.0, 14.0]), Tone("#3a302a", "#1f1a1c"), 10, 0)
    raster.paint(picture, raster.edge(under, 0, -10, 4), INK, 0.5)
    whole = part(picture, outline, SHELL, 60, 7)
    for plate, shade in _plates(top, bottom):
        _plate(picture, plate, shade, whole)


def _even(curve: Points, count: int = 200) -> Points:
    """The curve resampled to equal steps, so that a share of it is a share of its length."""
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, curve[:, 0]), np.interp(at, length, curve[:, 1])], axis=1)


def _at(top: Points, bottom: Points, u: float, v: float) -> Points:
    """The point a share `u` along the shell and `v` up from its rim; plates narrow towards the crown."""
    crown, rim = top[round(u * 199)], bottom[round(u * 199)]
    point: Points = rim + (crown - rim) * (1 - (1 - v) ** 1.18)
    return point


def _plates(top: Points, bottom: Points) -> list[tuple[Points, float]]:
    """Outlines of the horn plates with how dark each is: the rim's, the side's and the crown's."""
    corners: list[tuple[list[tuple[float, float]], float]] = []
    for i in range(11):
        a, b = i / 11, (i + 1) / 11
        corners.append(([(a, 0.0), (b, 0.0), (b, 0.2), (a, 0.2)], 0.30 + 0.05 * (i % 2)))
    for i in range(4):
        a, b = 0.06 + i * 0.22, 0.28 + i * 0.22
        m = (a + b) / 2
        corners.append(([(a, 0.23), (b, 0.23), (b + 0.012, 0.62), (m, 0.72), (a - 0.012, 0.62)], 0.12 + 0.05 * (i % 2)))
    for i in range(5):
        a, b = max(0.02, i * 0.22 - 0.05), min(0.98, i * 0.22 + 0.17)
        m = (a + b) / 2
        corners.append(
            ([(a, 0.76), (m, 0.655), (b, 0.76), (b - 0.01, 0.965), (a + 0.01, 0.965)], 0.02 + 0.06 * (i % 2))
        )
    return [(np.stack([_at(top, bottom, u, v) for u, v in _dense(ring)]), shade) for ring, shade in corners]


def _dense(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out = []
    for (u0, v0), (u1, v1) in zip(ring, ring[1:] + ring[:1], strict=True):
        out += [(u0 + (u1 - u0) * k / 8, v0 + (v1 - v0) * k / 8) for k in range(8)]
    return [(min(1.0, max(0.0, u)), v) for u, v in out]


def _plate(picture: raster.Picture, outline: Points, shade: float, whole: raster.Shape) -> None:
    middle = outline.mean(axis=0)
    for size, color, opacity in (
        (0.9, "#b18f5c", 0.5),
        (0.7, "#6d563c", 0.35),
        (0.5, "#c2a16c", 0.4),
        (0.28, "#6d563c", 0.35),
    ):
        ring = middle + (outline - middle) * size
        shape = raster.within(raster.filled(picture, ring), whole)
        raster.paint(picture, shape, mix(color, INK, shade), opacity)
    lit = raster.within(raster.filled(picture, middle + (outline - middle) * 0.9), whole)
    raster.paint(picture, raster.edge(lit, 3, 4, 1.5), "#f3d9a0", 0.35)
    raster.paint(picture, raster.edge(lit, -6, -9, 4), INK, 0.35)
