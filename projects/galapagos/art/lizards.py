"""Marine and land iguanas in side view, facing right, on 1300 x 560 pixels with the ground at 515."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import raster
from cutout import Tone, darker, eye, ground_shadow, mark, part
from geometry import Pairs, Points, closed, ellipse, limb, moved, normals, smooth
from palette import INK, mix

GROUND = 510.0


@dataclass(frozen=True, slots=True)
class Kind:
    """What tells the two iguanas apart."""

    skin: Tone
    belly: str
    crest: str
    spike: float
    girth: float


MARINE = Kind(Tone("#5b5a60", "#2b2a31", "#0f0f15"), "#6d4a40", "#a8a090", 34, 1.0)
LAND = Kind(Tone("#d9a03f", "#a5532b", "#3a1d1c"), "#f0cb74", "#f0d287", 20, 1.14)
RESTING = ((30, 486), (180, 492), (330, 470), (480, 428), (640, 412), (790, 386), (900, 320), (965, 270))
ALERT = ((30, 476), (180, 490), (330, 474), (470, 436), (620, 396), (760, 330), (850, 236), (905, 180))
CRAWLING = ((40, 430), (180, 480), (330, 476), (480, 446), (640, 428), (790, 418), (910, 398), (985, 380))
HEAD = (
    (-70, -38),
    (-34, -62),
    (10, -66),
    (44, -54),
    (84, -34),
    (112, -6),
    (114, 22),
    (96, 40),
    (40, 50),
    (-20, 54),
    (-66, 40),
)


def draw(kind: Kind, spine: Pairs, head: float, *, shadow: bool = True) -> raster.Picture:
    """An iguana whose tail-to-neck line is `spine` and whose head is turned by `head` radians."""
    picture = raster.blank(1300, 560)
    if shadow:
        ground_shadow(picture, 560, GROUND - 2, 470, 24)
    curve = smooth(spine)
    _arm(picture, curve, darker(kind.skin, 0.5), 46)
    _thigh(picture, curve, darker(kind.skin, 0.5), 60)
    _crest(picture, curve, kind)
    torso = part(picture, _torso(spine, kind.girth), kind.skin, 26, 5)
    _skin(picture, torso, kind)
    _head(picture, curve[-1], head, kind)
    _arm(picture, curve, kind.skin, -12)
    _thigh(picture, curve, kind.skin, -16)
    return raster.cropped(picture)


def _torso(spine: Pairs, girth: float) -> Points:
    return limb(spine, [8, 36, 64, 118 * girth, 152 * girth, 150 * girth, 112 * girth, 96])


def _crest(picture: raster.Picture, curve: Points, kind: Kind) -> None:
    """Spikes along the upper side, longest on the neck."""
    side = normals(curve)
    widths = np.interp(np.linspace(0, 1, len(curve)), np.linspace(0, 1, 8), [8, 36, 64, 118, 152, 150, 112, 96])
    for index in range(14, len(curve) - 1, 2):
        share = index / len(curve)
        tall = kind.spike * (0.35 + 0.9 * share**3)
        base = curve[index] + side[index] * (widths[index] * (kind.girth if share > 0.35 else 1) / 2 - 9)
        along = np.array([-side[index][1], side[index][0]])
        tip = base + side[index] * (tall + 9) - along * tall * 0.45
        mark(picture, np.stack([base - along * 10, tip, base + along * 10]), mix(kind.crest, kind.skin.base, 0.25))


def _skin(picture: raster.Picture, torso: raster.Shape, kind: Kind) -> None:
    rng = np.random.default_rng(5)
    h, w = torso.cover.shape
    under = raster.edge(torso, 0, -round(30 * kind.girth), 12)
    raster.paint(picture, under, kind.belly, 0.45)
    for _ in range(330):
        x, y = torso.x + rng.uniform(0.08, 1) * w, torso.y + rng.uniform(0.1, 0.9) * h
        spot = raster.filled(picture, ellipse(x, y, rng.uniform(3, 9), rng.uniform(2, 5)))
        tone = kind.crest if rng.random() < 0.45 else INK
        raster.paint(picture, raster.within(spot, torso), tone, 0.28)


def _head(picture: raster.Picture, at: Points, turn: float, kind: Kind) -> None:
    x, y = at + moved([(34, -6)], 0, 0, 1, turn)[0]
    part(picture, closed(moved(HEAD, x, y, 1.0, turn)), replace(kind.skin, side=0), 16, 4)
    for px, py, r in (
        (4, -42, 13),
        (34, -36, 12),
        (58, -22, 10),
        (80, -6, 9),
        (-26, -34, 12),
        (-40, -4, 13),
        (-44, 24, 12),
    ):
        cx, cy = moved([(px, py)], x, y, 1, turn)[0]
        mark(picture, ellipse(cx, cy, r, r * 0.8, turn), kind.crest, 0.32)
    mouth = moved(smooth([(110, 16), (76, 24), (30, 20), (-12, 12)]), x, y, 1.0, turn)
    mark(picture, limb(mouth, [3, 6, 5, 2], 2), INK, 0.85)
    (ex, ey), (nx, ny) = moved([(24, -14), (98, -8)], x, y, 1.0, turn)
    mark(picture, ellipse(ex, ey, 17, 13, turn), mix(kind.skin.base, INK, 0.4))
    eye(picture, ex, ey, 9.5)
    mark(picture, ellipse(nx, ny, 5, 4), INK, 0.8)


def _arm(picture: raster.Picture, curve: Points, tone: Tone, shift: float) -> None:
    """A front leg: elbow back, foot ahead."""
    hip = curve[round(0.82 * (len(curve) - 1))] + (shift, 30)
    lift = 12 if shift > 0 else 0
    elbow = (hip[0] - 30, (hip[1] + GROUND) / 2 + 4)
    foot = (hip[0] + 64, GROUND - lift)
    part(
        picture,
        limb([tuple(hip), elbow, (foot[0] - 22, foot[1] - 22), (foot[0] + 8, foot[1] - 13)], [66, 54, 36, 24]),
        tone,
        12,
        3,
    )
    _toes(picture, foot, tone)


def _thigh(picture: raster.Picture, curve: Points, tone: Tone, shift: float) -> None:
    """A hind leg: knee up and ahead, heel behind, foot flat."""
    hip = curve[round(0.53 * (len(curve) - 1))] + (shift, 14)
    lift = 12 if shift > 0 else 0
    knee = (hip[0] + 96, min(hip[1] + 16, GROUND - 60))
    foot = (hip[0] + 74, GROUND - lift)
    heel = (hip[0] + 18, GROUND - 26 - lift)
    part(picture, limb([tuple(hip), knee, heel, (foot[0], foot[1] - 13)], [96, 78, 42, 26]), tone, 14, 3)
    _toes(picture, foot, tone)


def _toes(picture: raster.Picture, foot: tuple[float, float], tone: Tone) -> None:
    for toe in range(4):
        x, y = foot[0] + 62 - toe * 19, foot[1]
        path = [(foot[0] - 4 - toe * 5, y - 18), (x - 12, y - 15), (x, y - 3)]
        part(picture, limb(path, [17, 12, 4]), tone, 4, 2)
