"""Birds: finches with their beaks, a hawk, a mocking-thrush, a frigatebird in flight; all facing right."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import raster
from cutout import Tone, eye, mark, part
from geometry import Pairs, Points, closed, ellipse, limb, moved, smooth
from palette import INK, mix

BARK = Tone("#8a6a4c", "#4a352b", "#1d1719")


@dataclass(frozen=True, slots=True)
class Finch:
    """Plumage and the measures of the beak: how long, how deep, how far its ridge bends."""

    plumage: Tone
    breast: str
    wing: str
    beak: str
    length: float
    deep: float
    bend: float


GROUND_FINCH = Finch(Tone("#45434d", "#1f1e26", "#0d0d12", "#f2c98a"), "#4a4650", "#121218", "#8d7a5f", 118, 116, 34)
WARBLER_FINCH = Finch(Tone("#b3a06a", "#7d6f4c", "#33301f", "#ffe9b0"), "#e3d39a", "#5d5439", "#4a3d30", 92, 34, 8)
CACTUS_FINCH = Finch(Tone("#4a4650", "#25232c", "#101015", "#ffdc9a"), "#57525c", "#16161d", "#3a3234", 132, 60, 10)
BODY = ((150, 470), (190, 380), (270, 300), (360, 240), (430, 175), (500, 130), (580, 128), (640, 175), (655, 245),
        (640, 330), (625, 420), (570, 500), (480, 550), (370, 560), (250, 530))  # fmt: skip


def finch(kind: Finch) -> raster.Picture:
    """A finch standing, its feet at the bottom edge."""
    picture = raster.blank(860, 760)
    _tail(picture, [(250, 470), (150, 530), (60, 600)], [110, 86, 74], kind.wing)
    _feet(picture, ((410, 540), (480, 540)), 690, mix(kind.beak, INK, 0.3))
    body = part(picture, closed(BODY), kind.plumage, 40, 6)
    breast = raster.within(raster.filled(picture, ellipse(560, 420, 130, 150, 0.5)), body)
    raster.paint(picture, replace_cover(breast, raster.blurred(breast.cover, 14) * breast.cover), kind.breast, 0.8)
    _plumes(picture, body, kind.breast)
    _wing(
        picture, ((500, 300), (430, 300), (330, 350), (235, 440), (130, 545), (270, 530), (400, 500), (490, 420)), kind
    )
    _beak(picture, 632, 218, kind)
    eye(picture, 572, 200, 17, "#0c0b0e")
    return raster.cropped(picture)


def replace_cover(shape: raster.Shape, cover: raster.Plane) -> raster.Shape:
    """The same place with another coverage."""
    return replace(shape, cover=cover)


def _tail(picture: raster.Picture, path: Pairs, widths: list[float], color: str) -> None:
    part(picture, limb(path, widths, 10), Tone(mix(color, "#ffffff", 0.16), color), 12, 3)
    curve = smooth(path, 6)
    for offset in (-0.25, 0.05, 0.3):
        line = curve[4:] + np.array([widths[-1] * offset * 0.3, widths[-1] * offset])
        mark(picture, limb(line, [2, 4, 2], 2), INK, 0.6)


def _feet(
    picture: raster.Picture, hips: tuple[tuple[float, float], ...], ground: float, color: tuple[float, float, float]
) -> None:
    for x, y in hips:
        heel = (x + 6, ground - 10)
        mark(picture, limb([(x, y), (x - 10, (y + ground) / 2), heel], [24, 15, 13]), color)
        for end in ((x + 72, ground - 2), (x + 48, ground), (x - 42, ground - 1)):
            middle = ((heel[0] + end[0]) / 2, ground - 17)
            mark(picture, limb([heel, middle, end], [13, 11, 4]), color)


def _plumes(picture: raster.Picture, body: raster.Shape, color: str) -> None:
    rng = np.random.default_rng(9)
    h, w = body.cover.shape
    for _ in range(150):
        x, y = body.x + rng.uniform(0.3, 1) * w, body.y + rng.uniform(0.2, 1) * h
        line = raster.filled(picture, limb([(x, y), (x - 8, y + 14), (x - 20, y + 26)], [2, 5, 1], 4))
        raster.paint(picture, raster.within(line, body), mix(color, "#ffffff", 0.15), 0.35)


def _wing(picture: raster.Picture, outline: Pairs, kind: Finch) -> None:
    tone = replace(kind.plumage, top=mix(kind.wing, kind.breast, 0.45), base=kind.wing)
    wing = part(picture, closed(outline), tone, 16, 4)
    for index in range(7):
        start = (455 - index * 20, 350 + index * 23)
        line = limb([start, (start[0] - 90, start[1] + 60), (170 + index * 22, 545 - index * 3)], [3, 5, 2], 8)
        raster.paint(
            picture, raster.within(raster.filled(picture, line), wing), mix(kind.breast, "#fff0c8", 0.35), 0.55
        )


def _beak(picture: raster.Picture, x: float, y: float, kind: Finch) -> None:
    """Two wedges that meet in the gape; the upper one bends down to the tip."""
    length, deep = kind.length, kind.deep
    tip = (length, deep * 0.20)
    upper = [
        (-34, -deep * 0.42),
        (length * 0.35, -deep * 0.36 - kind.bend * 0.3),
        (length * 0.8, -deep * 0.02),
        tip,
        (-30, deep * 0.10),
    ]
    lower = [(-30, deep * 0.08), (length * 0.86, deep * 0.2), (length * 0.45, deep * 0.46), (-30, deep * 0.52)]
    tone = Tone(mix(kind.beak, "#fff0d0", 0.35), kind.beak, rim="#ffeccb")
    part(picture, moved(smooth(lower, 8), x, y), replace(tone, top=kind.beak, base=mix(kind.beak, INK, 0.3)), 8, 0)
    part(picture, moved(smooth(upper, 8), x, y), tone, 10, 3)
    mark(picture, ellipse(x + 6, y - deep * 0.14, 5, 4), INK, 0.7)
    mark(picture, ellipse(x - 30, y + deep * 0.05, 20, deep * 0.56), mix(kind.plumage.top, kind.plumage.base, 0.3))


MOCKER = ((150, 420), (220, 350), (320, 290), (420, 245), (490, 180), (560, 150), (622, 172), (645, 225), (640, 300),
          (600, 380), (520, 450), (410, 480), (270, 470))  # fmt: skip


def mocking_thrush() -> raster.Picture:
    """A slender, long-tailed bird with a pale breast and a bent beak."""
    picture = raster.blank(860, 700)
    tone = Tone("#8c8272", "#5c5348", "#2a2624", "#ffeecb")
    _tail(picture, [(230, 420), (120, 440), (20, 430)], [90, 66, 72], "#3a332f")
    _feet(picture, ((400, 460), (460, 460)), 640, mix("#2a2422", INK, 0.2))
    body = part(picture, closed(MOCKER), tone, 30, 5)
    breast = raster.within(raster.filled(picture, ellipse(560, 370, 150, 130, -0.5)), body)
    raster.paint(picture, replace_cover(breast, raster.blurred(breast.cover, 10) * breast.cover), "#f2e8d2", 0.95)
    kind = Finch(tone, "#d8c9ab", "#40382f", "#211d1e", 120, 34, 4)
    _wing(
        picture, ((480, 290), (410, 290), (310, 330), (210, 400), (110, 445), (260, 460), (380, 440), (470, 380)), kind
    )
    upper = [(-24, -16), (50, -16), (104, 2), (132, 34), (96, 20), (40, 12), (-24, 16)]
    part(picture, closed(moved(upper, 640, 215)), Tone("#4a4040", "#211d1e"), 6, 2)
    mark(picture, limb([(560, 205), (600, 210), (650, 216)], [6, 18, 6]), "#2b2623", 0.9)
    eye(picture, 590, 200, 14, "#1a1410")
    return raster.cropped(picture)


HAWK = ((300, 880), (230, 760), (190, 600), (200, 440), (250, 320), (300, 240), (330, 150), (390, 95), (470, 90),
        (530, 130), (548, 200), (560, 290), (590, 390), (600, 520), (570, 660), (510, 790), (420, 870))  # fmt: skip


def hawk() -> raster.Picture:
    """The Galapagos hawk, upright, its talons at the bottom edge."""
    picture = raster.blank(760, 1080)
    plumage = Tone("#6b4a35", "#33241f", "#120e10", "#ffd9a0")
    _tail(picture, [(300, 800), (240, 930), (200, 1050)], [150, 120, 104], "#2a201d")
    for x in (400, 490):
        part(picture, limb([(x, 800), (x + 6, 890), (x + 2, 930)], [130, 90, 50]), plumage, 14, 0)
        _talon(picture, x + 6, 955)
    body = part(picture, closed(HAWK), plumage, 46, 7)
    _scales(picture, body)
    fold = (
        (330, 330),
        (255, 400),
        (215, 540),
        (225, 700),
        (280, 880),
        (330, 960),
        (380, 820),
        (440, 640),
        (440, 450),
        (400, 350),
    )
    wing = part(picture, closed(fold), Tone("#553a2c", "#231916", rim="#e9b77c"), 22, 4)
    for index in range(8):
        line = limb(
            [(300 + index * 16, 560 + index * 6), (290 + index * 12, 760), (318 + index * 6, 930 - index * 16)],
            [2, 6, 2],
            8,
        )
        raster.paint(picture, raster.within(raster.filled(picture, line), wing), "#a9774d", 0.5)
    _hooked_bill(picture, 535, 185)
    mark(picture, limb([(425, 160), (470, 152), (520, 168)], [6, 13, 6]), "#1c1412", 0.9)
    eye(picture, 482, 177, 17, "#1a120c")
    return raster.cropped(picture)


def _scales(picture: raster.Picture, body: raster.Shape) -> None:
    for row in range(15):
        for column in range(9):
            x, y = 390 + column * 26 + (row % 2) * 13, 300 + row * 36
            curve = limb([(x - 11, y), (x, y + 12), (x + 11, y)], [1, 5, 1], 5)
            raster.paint(picture, raster.within(raster.filled(picture, curve), body), "#b98957", 0.38)


def _talon(picture: raster.Picture, x: float, y: float) -> None:
    for reach, drop in ((58, 48), (34, 56), (-44, 50)):
        part(
            picture,
            limb([(x, y - 16), (x + reach * 0.6, y), (x + reach, y + drop * 0.5)], [32, 28, 18]),
            Tone("#e8bd4d", "#a8772b"),
            6,
            2,
        )
        claw = limb(
            [(x + reach, y + drop * 0.4), (x + reach * 1.12, y + drop * 0.75), (x + reach * 0.95, y + drop)],
            [16, 11, 2],
        )
        mark(picture, claw, "#141015")


def _hooked_bill(picture: raster.Picture, x: float, y: float) -> None:
    part(picture, closed(moved([(-16, -32), (30, -32), (34, 16), (-10, 26)], x, y)), Tone("#f0c85a", "#c8923a"), 8, 3)
    hook = [(18, -32), (52, -28), (82, 0), (84, 40), (74, 54), (64, 28), (20, 22)]
    part(picture, closed(moved(hook, x, y)), Tone("#5a5358", "#1a171b"), 8, 3)
    mark(picture, limb([(x - 26, y + 20), (x + 10, y + 26), (x + 60, y + 24)], [3, 6, 3]), "#7a4a20", 0.9)


def frigatebird() -> raster.Picture:
    """The bird seen from below in the sky: long bent wings, forked tail, red pouch."""
    picture = raster.blank(1100, 520)
    tone = Tone("#33343f", "#17171e", rim="#ffe0b0")
    for wing in (WING_FAR, WING_NEAR):
        part(picture, closed(wing, 10), tone, 12, 3)
    for tip in ((300, 420), (345, 452)):
        part(picture, limb([(520, 280), (420, 350), tip], [46, 30, 4]), tone, 6, 2)
    part(picture, limb([(470, 310), (560, 260), (640, 225), (690, 205)], [26, 78, 66, 44]), tone, 12, 3)
    part(picture, closed(ellipse(672, 244, 36, 26, 0.4)[::4]), Tone("#d94a34", "#8f2722"), 8, 2)
    part(
        picture,
        limb([(700, 200), (760, 206), (806, 216), (812, 232)], [20, 13, 9, 4]),
        Tone("#a8a090", "#5a5550"),
        3,
        0,
    )
    eye(picture, 702, 194, 6)
    return raster.cropped(picture)


WING_NEAR: tuple[tuple[float, float], ...] = ((600, 262), (520, 190), (400, 120), (300, 110), (160, 170), (30, 250),
    (170, 220), (290, 190), (380, 230), (470, 300), (560, 300))  # fmt: skip
WING_FAR: tuple[tuple[float, float], ...] = ((600, 240), (640, 150), (730, 70), (830, 40), (950, 60), (1075, 110),
    (950, 100), (840, 100), (760, 160), (700, 230), (640, 262))  # fmt: skip


def branch(seed: int = 3) -> raster.Picture:
    """A bare bough from the left, its upper edge near the top, for a bird to sit on."""
    picture = raster.blank(1200, 420)
    rng = np.random.default_rng(seed)
    for start, turn, size in (
        (600, -0.6, 0.7),
        (380, 0.45, 0.7),
        (900, 0.4, 0.5),
        (1060, -0.4, 0.6),
        (1080, 0.12, 0.6),
    ):
        _twig(picture, np.array([start, 200.0 - (start - 500) * 0.05]), turn, 150 * size, 26 * size, rng)
    path = [(-40, 260), (250, 222), (560, 205), (850, 176), (1160, 150)]
    bough = part(picture, limb(path, [110, 94, 80, 60, 24]), BARK, 22, 5)
    lit = raster.lines(bough, 9, 0.28, 0.09)
    raster.paint(picture, lit, INK, 0.35)
    return raster.cropped(picture)


def _twig(
    picture: raster.Picture, at: Points, turn: float, length: float, width: float, rng: np.random.Generator
) -> None:
    if length < 24:
        return
    end = at + length * np.array([np.cos(turn), np.sin(turn)])
    bend = (at + end) / 2 + rng.uniform(-0.1, 0.1, 2) * length
    part(picture, limb(np.stack([at, bend, end]), [width, width * 0.8, width * 0.55]), BARK, 6, 2)
    for sign in (-1, 1):
        _twig(picture, end, turn + sign * rng.uniform(0.25, 0.6), length * rng.uniform(0.6, 0.8), width * 0.55, rng)
