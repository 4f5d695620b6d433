"""Plants: prickly pears and candelabra cacti, leafless brush, daisy trees of the mist, grass and ferns."""

from __future__ import annotations

import numpy as np
import raster
from cutout import Tone, mark, part
from geometry import Points, closed, ellipse, limb, moved
from palette import RGB, mix

PAD = ((0, 0), (-20, -22), (-38, -62), (-38, -104), (-18, -136), (8, -142), (32, -122), (42, -84), (36, -40), (18, -10))
GREEN = Tone("#8a9a52", "#4c6a3e", "#1c2a20", "#ffe9a8")
DRY = Tone("#b39a78", "#6f5a48", "#2a2020")


def opuntia(
    picture: raster.Picture, x: float, y: float, tall: float, seed: int, tone: Tone = GREEN, trunk: Tone | None = None
) -> None:
    """A tree cactus, `tall` pixels, rooted at (x, y)."""
    rng = np.random.default_rng(seed)
    scale = tall / 900
    bark = trunk or Tone("#b0764c", "#6a4030", "#241818", "#ffdca0", tone.side)
    bole = [(x, y), (x + 16 * scale, y - 170 * scale), (x - 8 * scale, y - 330 * scale), (x, y - 430 * scale)]
    stem = part(
        picture, limb(bole, [96 * scale, 74 * scale, 66 * scale, 58 * scale]), bark, 14 * scale + 2, 4 * scale + 1
    )
    raster.paint(picture, raster.lines(stem, max(6.0, 18 * scale), 0.2, 0.35), bark.shade, 0.45)
    pads: list[tuple[float, float, float, float, int]] = []
    for root, turn in (
        ((x, y - 400 * scale), -0.75),
        ((x, y - 410 * scale), 0.7),
        ((x, y - 420 * scale), 0.05),
        ((x, y - 330 * scale), 1.15),
        ((x, y - 345 * scale), -1.2),
    ):
        _grow(pads, root, turn, 1.05 * scale, 0, rng)
    for px, py, turn, size, _ in sorted(pads, key=lambda pad: pad[4]):
        _pad(picture, px, py, turn, size, tone, rng)


def _grow(
    pads: list[tuple[float, float, float, float, int]],
    at: tuple[float, float],
    turn: float,
    size: float,
    level: int,
    rng: np.random.Generator,
) -> None:
    pads.append((*at, turn, size, level))
    if level == 3:
        return
    for _ in range(2 if level < 2 else int(rng.integers(1, 3))):
        angle = turn * 0.72 + rng.uniform(-0.75, 0.75)
        reach = size * rng.uniform(105, 132)
        tip = (at[0] + np.sin(turn) * reach, at[1] - np.cos(turn) * reach)
        _grow(pads, tip, angle, size * rng.uniform(0.78, 0.94), level + 1, rng)


def _pad(
    picture: raster.Picture, x: float, y: float, turn: float, size: float, tone: Tone, rng: np.random.Generator
) -> None:
    shape = part(picture, closed(moved(PAD, x, y, size, turn), 8), tone, 22 * size, max(1.5, 5 * size))
    if size > 0.25:
        for row in range(6):
            for column in range(3):
                dx, dy = moved([((column - 1) * 22 + (row % 2) * 9 - 2, -22 - row * 20)], x, y, size, turn)[0]
                spot = raster.filled(picture, ellipse(dx, dy, 2.6 * size + 0.4, 2.6 * size + 0.4)[::6])
                raster.paint(picture, raster.within(spot, shape), "#f3e3b0", 0.75)
    if rng.random() < 0.22 and abs(turn) < 1.1:
        fx, fy = moved([(6, -146)], x, y, size, turn)[0]
        mark(picture, ellipse(fx, fy, 15 * size, 12 * size), "#f2b63a")
        mark(picture, ellipse(fx, fy - 3 * size, 8 * size, 6 * size), "#ffe28a")


def candelabra(picture: raster.Picture, x: float, y: float, tall: float, seed: int, tone: Tone) -> None:
    """A columnar cactus with arms, `tall` pixels, rooted at (x, y)."""
    rng = np.random.default_rng(seed)
    width = tall * 0.075
    for arm in range(5):
        side = (-1) ** arm * tall * (0.09 + 0.075 * (arm // 2 + arm % 2))
        foot = y - tall * rng.uniform(0.16, 0.36)
        top = y - tall * rng.uniform(0.62, 0.95)
        part(
            picture,
            limb(
                [(x, foot + width), (x + side * 0.7, foot), (x + side, foot - tall * 0.12), (x + side, top)],
                [width] * 4,
            ),
            tone,
            width * 0.3,
            3,
        )
    stem = part(
        picture,
        limb([(x, y), (x, y - tall * 0.5), (x + 2, y - tall)], [width * 1.2, width * 1.1, width * 0.9]),
        tone,
        width * 0.3,
        3,
    )
    raster.paint(picture, raster.lines(stem, max(7.0, width / 3), 0.12, 3.0), tone.shade, 0.25)


def brush(
    picture: raster.Picture, x: float, y: float, tall: float, seed: int, color: str | RGB, rim: str | RGB | None = None
) -> None:
    """A leafless bush, `tall` pixels, rooted at (x, y)."""
    rng = np.random.default_rng(seed)
    for _ in range(6):
        turn = -np.pi / 2 + rng.uniform(-0.75, 0.75)
        _twig(
            picture,
            np.array([x + rng.uniform(-0.06, 0.06) * tall, y]),
            turn,
            tall * rng.uniform(0.3, 0.4),
            tall * 0.035,
            (color, rim),
            rng,
        )


def _twig(
    picture: raster.Picture,
    at: Points,
    turn: float,
    length: float,
    width: float,
    inks: tuple[str | RGB, str | RGB | None],
    rng: np.random.Generator,
) -> None:
    if length < 14 or width < 0.7:
        return
    end = at + length * np.array([np.cos(turn), np.sin(turn)])
    bend = (at + end) / 2 + rng.uniform(-0.12, 0.12, 2) * length
    shape = raster.filled(picture, limb(np.stack([at, bend, end]), [width, width * 0.8, width * 0.6], 4))
    raster.paint(picture, shape, inks[0])
    if inks[1] is not None and width > 4:
        raster.paint(picture, raster.edge(shape, 1, 2), inks[1], 0.7)
    for sign in (-1, 1):
        _twig(
            picture,
            end,
            turn + sign * rng.uniform(0.2, 0.65),
            length * rng.uniform(0.62, 0.85),
            width * 0.62,
            inks,
            rng,
        )


def daisy_tree(picture: raster.Picture, x: float, y: float, tall: float, seed: int, tone: Tone) -> None:
    """A scalesia of the damp upper woods: forked mossy trunk under round crowns."""
    rng = np.random.default_rng(seed)
    crowns = [(rng.uniform(-0.34, 0.34), rng.uniform(0.62, 0.86), rng.uniform(0.15, 0.24)) for _ in range(7)]
    bark = Tone(mix(tone.base, "#6b5a48", 0.5), mix(tone.base, "#2a2420", 0.6), tone.shade, tone.rim, tone.side)
    for cx, cy, _ in crowns[:4]:
        path = [
            (x, y),
            (x + 0.02 * tall, y - 0.3 * tall),
            (x + cx * tall * 0.6, y - 0.5 * tall),
            (x + cx * tall, y - cy * tall),
        ]
        part(picture, limb(path, [0.06 * tall, 0.045 * tall, 0.03 * tall, 0.012 * tall]), bark, 6, 2)
    for cx, cy, size in sorted(crowns, key=lambda crown: crown[1]):
        _crown(picture, x + cx * tall, y - cy * tall, size * tall, tone, rng)


def _crown(picture: raster.Picture, x: float, y: float, radius: float, tone: Tone, rng: np.random.Generator) -> None:
    angle = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    reach = radius * (1 + rng.uniform(-0.16, 0.16, 22))
    outline = np.stack([x + np.cos(angle) * reach * 1.3, y + np.sin(angle) * reach * 0.72], axis=1)
    shape = part(picture, closed(outline, 5), tone, radius * 0.28, 4)
    for _ in range(26):
        lx, ly = x + rng.uniform(-1.1, 1.1) * radius, y + rng.uniform(-0.6, 0.6) * radius
        leaf = raster.filled(picture, ellipse(lx, ly, radius * 0.13, radius * 0.05, rng.uniform(-0.5, 0.5)))
        raster.paint(picture, raster.within(leaf, shape), tone.top if rng.random() < 0.6 else tone.shade, 0.5)


def grass(
    picture: raster.Picture,
    band: tuple[float, float],
    seed: int,
    tones: tuple[str | RGB, str | RGB],
    count: int = 260,
    tall: float = 90,
) -> None:
    """Tufts between two shares of the height, taller towards the front; (back, front) tones."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for t in np.sort(rng.random(count)):
        x, y = rng.uniform(0, width), (band[0] + (band[1] - band[0]) * t) * height
        tuft(
            picture,
            x,
            y,
            tall * (0.3 + 0.7 * t) * rng.uniform(0.6, 1.2),
            int(rng.integers(1 << 30)),
            mix(tones[0], tones[1], t),
        )


def tuft(picture: raster.Picture, x: float, y: float, tall: float, seed: int, color: str | RGB) -> None:
    """One tuft of blades rooted at (x, y)."""
    rng = np.random.default_rng(seed)
    for _ in range(7):
        lean = rng.uniform(-0.6, 0.6) * tall
        blade = limb(
            [(x, y), (x + lean * 0.3, y - tall * 0.6), (x + lean, y - tall * rng.uniform(0.75, 1.0))],
            [tall * 0.07, tall * 0.05, 0.8],
            5,
        )
        raster.paint(picture, raster.filled(picture, blade), mix(color, "#f4f0c0", rng.uniform(0, 0.18)))


def fern(picture: raster.Picture, x: float, y: float, tall: float, seed: int, color: str | RGB) -> None:
    """A fan of fronds rooted at (x, y)."""
    rng = np.random.default_rng(seed)
    for turn in np.linspace(-1.3, 1.3, 9) + rng.uniform(-0.1, 0.1, 9):
        reach = tall * rng.uniform(0.8, 1.0) * (0.8 + 0.35 * abs(turn))
        _frond(picture, x, y, reach, float(turn), mix(color, "#eef0b8", rng.uniform(0, 0.2)))


def _frond(picture: raster.Picture, x: float, y: float, tall: float, turn: float, color: RGB) -> None:
    t = np.linspace(0, 1, 14)
    spine = np.stack(
        [
            x + np.sin(turn) * tall * t,
            y - (0.35 + np.cos(turn)) * 0.75 * tall * t + 0.55 * tall * t**2 * abs(np.sin(turn)),
        ],
        axis=1,
    )
    mark(picture, limb(spine, [tall * 0.02, 1], 2), color)
    ahead = np.gradient(spine, axis=0)
    for index in range(2, 14):
        reach = tall * 0.2 * (1 - t[index]) ** 0.7 + 3
        angle = float(np.arctan2(ahead[index][1], ahead[index][0]))
        for sign in (-1, 1):
            leaf = moved(
                [(0, -reach * 0.1), (reach, 0), (0, reach * 0.1)],
                spine[index][0],
                spine[index][1],
                1,
                angle + sign * 0.95,
            )
            mark(picture, leaf, color)
