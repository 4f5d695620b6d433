"""What came by sea: HMS Beagle under sail, her rowing boat's naturalist; and the shore's sea lion and crab."""

from __future__ import annotations

import numpy as np
import raster
from cutout import Tone, darker, eye, ground_shadow, mark, part
from geometry import closed, ellipse, limb, moved, smooth
from palette import INK

HULL = Tone("#3a3134", "#17141a", "#0c0b10", "#ffcf94")
SAIL = Tone("#f8ead0", "#cfae86", "#6d5a55", "#fff6e0", 1)


def beagle(*, furled: bool = False) -> raster.Picture:
    """The ship from her side, bow to the right; the waterline is the bottom edge."""
    picture = raster.blank(1120, 920)
    for x, top in ((330, 120), (560, 50), (780, 100)):
        _mast(picture, x, top)
    mark(picture, limb([(900, 735), (1000, 690), (1090, 655)], [16, 11, 5]), "#2a2023")
    _rigging(picture)
    if furled:
        _furled(picture)
    else:
        _sails(picture)
    _hull(picture)
    for x, half in ((320, 150), (560, 170), (790, 150), (910, 90)):
        mark(picture, ellipse(x, 880, half, 5), "#f3ecd8", 0.55)
    return raster.cropped(picture)


def _hull(picture: raster.Picture) -> None:
    side = [(190, 700), (205, 760), (240, 850), (300, 878), (860, 878), (905, 830), (945, 740), (960, 712), (900, 740),
            (700, 758), (420, 752), (260, 722)]  # fmt: skip
    hull = part(
        picture,
        np.concatenate([smooth(side[:5], 6), smooth(side[4:8], 6), smooth(side[7:] + side[:1], 6)]),
        HULL,
        18,
        4,
    )
    band = raster.filled(picture, limb([(180, 748), (420, 786), (700, 790), (960, 752)], [22, 22, 22, 18]))
    raster.paint(picture, raster.within(band, hull), "#efe0c2")
    for index in range(10):
        x = 290 + index * 62
        port = ellipse(x, 784 - abs(index - 5) ** 2 * 1.05, 9, 8)
        mark(picture, port, "#17141a")


def _mast(picture: raster.Picture, x: float, top: float) -> None:
    mark(picture, limb([(x, 745), (x - 3, 400), (x - 6, top)], [18, 13, 5]), "#2a2023")


def _rigging(picture: raster.Picture) -> None:
    stays = [((780, 100), (1085, 655)), ((780, 300), (1000, 690)), ((560, 50), (780, 420)), ((330, 120), (200, 705)),
             ((560, 60), (400, 745)), ((560, 60), (690, 750)), ((780, 110), (880, 740)), ((780, 110), (690, 750)),
             ((330, 130), (430, 745))]  # fmt: skip
    for a, b in stays:
        mark(picture, limb([a, b], [3, 3], 2), "#2a2023", 0.75)


def _sails(picture: raster.Picture) -> None:
    for x, top, wide in ((560, 95, 100), (780, 145, 92)):
        for index, (height, spread) in enumerate(((130, 0.75), (180, 1.0), (190, 1.16))):
            y = top + (0, 140, 330)[index]
            _square_sail(picture, x, y, wide * spread, height)
    part(
        picture,
        np.concatenate(
            [smooth([(1078, 650), (930, 520), (790, 290)], 8), smooth([(790, 290), (850, 480), (905, 690)], 8)]
        ),
        SAIL,
        18,
        2,
    )
    part(
        picture,
        np.concatenate(
            [smooth([(322, 250), (240, 420), (150, 640)], 8), smooth([(150, 640), (250, 668), (330, 650)], 8)]
        ),
        SAIL,
        18,
        2,
    )
    part(
        picture,
        np.concatenate(
            [smooth([(322, 140), (290, 190), (262, 290)], 8), smooth([(262, 290), (300, 262), (326, 240)], 8)]
        ),
        SAIL,
        10,
        2,
    )
    flag = [(318, 118), (270, 128), (230, 116), (228, 150), (270, 160), (318, 150)]
    mark(picture, closed(flag), "#b13a2c")


def _square_sail(picture: raster.Picture, x: float, y: float, half: float, height: float) -> None:
    left = smooth([(x - half * 0.86, y), (x - half * 0.86 + 16, y + height * 0.5), (x - half, y + height)], 8)
    foot = smooth([(x - half, y + height), (x + 8, y + height - 26), (x + half, y + height)], 8)
    right = smooth([(x + half, y + height), (x + half * 0.86 + 36, y + height * 0.5), (x + half * 0.86, y)], 8)
    part(picture, np.concatenate([left, foot, right]), SAIL, 20, 3)
    mark(picture, limb([(x - half * 0.95, y - 2), (x + half * 0.95, y - 2)], [8, 8], 2), "#2a2023")


def _furled(picture: raster.Picture) -> None:
    for x, top, wide in ((560, 120, 100), (780, 165, 92)):
        for index, spread in enumerate((0.75, 1.0, 1.15)):
            y, half = top + (0, 150, 340)[index], wide * spread
            part(picture, limb([(x - half, y), (x, y + 12), (x + half, y)], [10, 26, 10]), SAIL, 8, 2)


COAT = Tone("#4a4f63", "#23263a", "#10111b", "#ffe2b0")


def naturalist() -> raster.Picture:
    """A man in hat and coat with satchel and stick, seen from behind his shoulder, walking to the right."""
    picture = raster.blank(520, 1060)
    ground_shadow(picture, 260, 1032, 190, 20)
    trousers = Tone("#a99a80", "#6d6152", "#2b2625")
    for far, path in ((True, [(245, 640), (190, 820), (150, 990)]), (False, [(275, 640), (300, 820), (305, 1000)])):
        tone = darker(trousers, 0.4) if far else trousers
        part(picture, limb(path, [104, 76, 60]), tone, 12, 0)
        x, y = path[-1]
        boot = [
            (x - 36, y - 36),
            (x + 24, y - 36),
            (x + 34, y + 4),
            (x + 84, y + 18),
            (x + 88, y + 38),
            (x - 38, y + 38),
        ]
        part(picture, np.asarray(boot), Tone("#4a3730", "#241a19"), 8, 0)
    mark(picture, limb([(420, 470), (440, 760), (452, 1038)], [11, 11, 9]), "#3a2a22")
    coat = [(190, 240), (150, 330), (140, 480), (130, 640), (110, 780), (215, 800), (262, 690), (300, 770), (372, 740),
            (350, 600), (352, 460), (356, 330), (330, 244), (262, 222)]  # fmt: skip
    part(picture, closed(coat), COAT, 24, 5)
    part(picture, limb([(320, 290), (372, 400), (420, 480)], [76, 62, 44]), COAT, 12, 4)
    mark(picture, ellipse(424, 488, 24, 22), "#d9a67c")
    mark(picture, limb([(330, 250), (240, 430), (165, 560)], [13, 13, 13]), "#6d452a")
    part(picture, closed([(96, 560), (215, 556), (222, 660), (100, 668)], 6), Tone("#a8743f", "#6b4226"), 12, 4)
    part(picture, limb([(270, 236), (278, 190), (284, 160)], [66, 62, 70]), Tone("#d9a67c", "#a8714f"), 12, 0)
    part(
        picture,
        closed([(220, 150), (228, 96), (284, 70), (336, 96), (350, 150), (338, 196), (290, 220), (236, 196)]),
        Tone("#e0b088", "#a8714f"),
        14,
        3,
    )
    mark(picture, closed([(214, 110), (224, 190), (262, 196), (262, 140), (330, 112), (300, 70), (240, 76)]), "#4a2f22")
    part(
        picture,
        closed([(216, 116), (226, 40), (276, 18), (326, 36), (342, 112), (280, 128)]),
        Tone("#7a6248", "#4a392d"),
        12,
        4,
    )
    part(picture, closed(ellipse(284, 118, 128, 22, 0.06)[::4]), Tone("#8a7052", "#4a392d"), 8, 4)
    return raster.cropped(picture)


def sea_lion() -> raster.Picture:
    """A sea lion at rest, chest raised, facing right."""
    picture = raster.blank(1200, 700)
    tone = Tone("#8a6a50", "#4a3630", "#1d1619", "#ffe2b4")
    ground_shadow(picture, 560, 664, 470, 26)
    part(
        picture,
        closed([(120, 640), (40, 590), (10, 620), (60, 660), (20, 668), (140, 676), (240, 650)]),
        darker(tone, 0.25),
        8,
        2,
    )
    body = [(130, 620), (230, 520), (380, 430), (540, 380), (650, 320), (720, 210), (770, 130), (830, 100),
            (900, 116), (960, 150), (975, 180), (940, 204), (890, 214), (868, 270), (880, 380), (870, 500),
            (800, 600), (640, 660), (380, 668), (200, 664)]  # fmt: skip
    part(picture, closed(body), tone, 46, 6)
    part(
        picture,
        closed([(690, 520), (780, 500), (850, 560), (900, 640), (960, 664), (860, 672), (760, 640), (690, 590)]),
        tone,
        16,
        4,
    )
    mark(picture, closed([(944, 148), (972, 158), (970, 178), (948, 172)]), INK)
    mark(picture, limb([(960, 186), (920, 190), (890, 180)], [3, 5, 3]), INK, 0.8)
    for index in range(3):
        mark(
            picture,
            limb([(938, 176 + index * 5), (900, 190 + index * 12), (880, 210 + index * 16)], [2, 3, 1]),
            "#e8d2b4",
            0.7,
        )
    eye(picture, 872, 146, 13)
    mark(picture, closed([(790, 150), (806, 158), (800, 182), (784, 172)]), "#2b1f1d")
    return raster.cropped(picture)


def crab() -> raster.Picture:
    """A sally-lightfoot crab from the front, legs spread."""
    picture = raster.blank(900, 460)
    ground_shadow(picture, 450, 428, 380, 22)
    red = Tone("#e8623a", "#a02c24", "#3a1018", "#ffd2a0")
    for sign in (-1, 1):
        for index in range(4):
            knee = (450 + sign * (210 + index * 52), 150 + index * 46)
            foot = (450 + sign * (250 + index * 52 - (3 - index) * 12), 424 - (3 - index) * 6)
            path = [(450 + sign * (110 + index * 8), 250 + index * 12), knee, foot]
            part(picture, limb(path, [44, 32, 8]), darker(red, 0.3) if index < 2 else red, 8, 3)
        arm = [(450 + sign * 110, 300), (450 + sign * 170, 350), (450 + sign * 110, 392)]
        part(picture, limb(arm, [46, 40, 34]), red, 8, 3)
        claw = [(0, -26), (46, -34), (70, -8), (30, -4), (66, 16), (40, 32), (0, 26)]
        part(
            picture,
            closed(moved([(x * -sign, y) for x, y in claw], 450 + sign * 116, 394)),
            Tone("#f0844a", "#b53a28"),
            8,
            3,
        )
    shell = [
        (270, 250),
        (300, 180),
        (380, 140),
        (450, 132),
        (520, 140),
        (600, 180),
        (630, 250),
        (580, 320),
        (450, 345),
        (320, 320),
    ]
    top = part(picture, closed(shell), red, 22, 5)
    _spots(picture, top)
    for sign in (-1, 1):
        mark(picture, limb([(450 + sign * 62, 190), (450 + sign * 70, 108)], [20, 15], 3), "#c24a30")
        eye(picture, 450 + sign * 71, 104, 17)
    return raster.cropped(picture)


def _spots(picture: raster.Picture, top: raster.Shape) -> None:
    rng = np.random.default_rng(11)
    for _ in range(70):
        x, y = 450 + rng.normal(0, 90), 225 + rng.normal(0, 42)
        dot = raster.filled(picture, ellipse(x, y, rng.uniform(2, 7), rng.uniform(2, 6)))
        raster.paint(picture, raster.within(dot, top), "#ffd08a", 0.6)
