"""Foreground and middle-ground cut-outs that give the camera its depth."""

from __future__ import annotations

import numpy as np
import plants
import raster
import sky
import terrain
from cutout import Tone
from geometry import Points, ellipse, field, fractal, step
from palette import BRICK, INK, NOON, RUST, Mood, mix


def rocks(mood: Mood, seed: int, tone: str = INK) -> raster.Picture:
    """A dark bank of lava that frames the bottom of the picture: high at its ends, low in the middle."""
    width, height = 1600, 430
    picture = raster.blank(width, height)
    x = np.linspace(0, 1, 500)
    for layer in range(2):
        ends = np.abs(x - 0.5 + 0.06 * layer) * 2
        slabs = np.maximum(fractal(500, seed + layer, 7, 7, 0.58), -0.2)
        top = height * (0.74 + 0.12 * layer - 0.38 * step(0.5, 1.0, ends)) - slabs * (26 + 60 * ends)
        outline = np.concatenate(
            [np.stack([x * width, np.clip(top, 4, height)], axis=1), [[width, height], [0, height]]]
        )
        shape = raster.filled(picture, outline)
        raster.paint(picture, shape, raster.ramp(shape, mix(tone, mood.far, 0.14 - 0.10 * layer), mix(tone, INK, 0.6)))
        raster.paint(picture, raster.lines(shape, 15, 0.16, 0.22 - 0.4 * layer), INK, 0.5)
        raster.paint(picture, raster.edge(shape, -mood.side * 3, 4, 1), mood.light, 0.55)
    return raster.cropped(picture)


def cactus(mood: Mood, seed: int, share: float = 0.35) -> raster.Picture:
    """One tree cactus close to the camera, partly in shadow."""
    picture = raster.blank(1000, 1150)
    tone = Tone(mix("#8a9a52", mood.near, share), mix("#4c6a3e", mood.near, share + 0.1), INK, mood.light, mood.side)
    bark = Tone(mix("#b0764c", mood.near, share), mix("#6a4030", mood.near, share), INK, mood.light, mood.side)
    plants.opuntia(picture, 500, 1140, 1010, seed, tone, bark)
    return raster.cropped(picture)


def thicket(mood: Mood, seed: int) -> raster.Picture:
    """A clump of leafless bushes close to the camera."""
    picture = raster.blank(1100, 560)
    for index, x in enumerate((250, 400, 560, 700, 850)):
        plants.brush(
            picture,
            x,
            555,
            290 + 60 * (index % 3),
            seed + index,
            mix(mood.near, INK, 0.3),
            mix(mood.light, mood.near, 0.35),
        )
    return raster.cropped(picture)


def ferns(seed: int) -> raster.Picture:
    """A clump of ferns and grass close to the camera."""
    picture = raster.blank(1100, 480)
    for index, x in enumerate((260, 820, 420, 680, 550)):
        plants.fern(
            picture, x, 478, 230 + 40 * (index % 3), seed + index, mix("#5a7c42", "#16261e", 0.5 - 0.07 * index)
        )
    for x in range(120, 1000, 24):
        plants.tuft(picture, x, 480, 70 + 30 * np.sin(x), seed + x, mix("#48683a", "#16261e", 0.3))
    return raster.cropped(picture)


def cloud_bank(color: str, seed: int) -> raster.Picture:
    """A long soft cloud with open edges."""
    height, width = 420, 1400
    picture = raster.blank(width, height)
    noise = field(height, width, seed, (3, 5), 5)
    rows, columns = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    fade = np.clip(1 - np.hypot(rows * 0.98, columns), 0, 1)
    cover = step(0.15, 0.62, noise * 0.55 + fade * 0.62 - 0.18) * step(0.0, 0.30, fade)
    raster.paint(picture, raster.whole(cover), color, 0.92)
    raster.paint(picture, raster.whole(cover * step(0.45, 0.62, noise)), mix(color, "#ffffff", 0.5), 0.35)
    return raster.cropped(picture)


def mound() -> raster.Picture:
    """A heap of red soil; in its mouth, open to the left, darkness grows until it hides what is inside."""
    picture = raster.blank(1000, 520)
    x = np.linspace(0, 1, 200)
    top = 500 - 420 * np.sin(np.pi * x) ** 1.1 * (0.75 + 0.25 * x) - 14 * fractal(200, 7, 6, 8) * np.sin(np.pi * x)
    outline = np.concatenate([np.stack([40 + x * 920, top], axis=1), [[960, 512], [40, 512]]])
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, "#cf7f4c", BRICK))
    raster.paint(picture, raster.lines(shape, 11, 0.25, -0.35), "#4a211d", 0.4)
    raster.paint(picture, raster.edge(shape, 6, 8, 2), "#ffdcae", 0.75)
    terrain.pebbles(picture, (0.86, 0.97), NOON, 9, RUST, 14)
    _open_mouth(picture)
    return raster.cropped(picture)


def _open_mouth(picture: raster.Picture) -> None:
    mouth = raster.filled(picture, burrow_outline(MOUTH))
    height, width = mouth.cover.shape
    inside = np.s_[mouth.y : mouth.y + height, mouth.x : mouth.x + width]
    dark = step(0.22, 0.62, np.linspace(0, 1, width))[None, :]
    raster.paint(picture, mouth, "#1c0f12")
    picture[inside][..., 3] *= 1 - mouth.cover * (1 - dark)
    picture[:, : mouth.x + 30, 3] = 0
    raster.paint(picture, raster.edge(mouth, -3, 4, 1), "#e7a878", 0.35)


MOUTH = (270.0, 490.0)


def burrow_outline(center: tuple[float, float]) -> Points:
    """The arch of a burrow's mouth, flat at the foot, around `center`."""
    arch = ellipse(*center, 190, 215)
    return np.stack([arch[:, 0], np.minimum(arch[:, 1], center[1])], axis=1)


def burrow() -> raster.Picture:
    """The dark hole that is seen behind a digging animal."""
    picture = raster.blank(420, 240)
    shape = raster.filled(picture, burrow_outline((210, 228)))
    raster.paint(picture, shape, raster.ramp(shape, "#3f1d19", "#1c0f12"))
    return raster.cropped(picture)


def ripple() -> raster.Picture:
    """Rings of still water that hide what is under them."""
    picture = raster.blank(520, 120)
    water = raster.filled(picture, ellipse(260, 60, 250, 52))
    soft = raster.blurred(water.cover, 10) * water.cover
    raster.paint(picture, raster.Shape(water.x, water.y, soft), "#8fa79c", 0.95)
    for rx in (80, 140, 200):
        ring = raster.filled(picture, ellipse(260, 60, rx, rx * 0.2))
        raster.paint(picture, raster.edge(ring, 0, 3), "#f2f4e4", 0.7)
        raster.paint(picture, raster.edge(ring, 0, -2), "#f2f4e4", 0.5)
    return raster.cropped(picture)


def flying_soil() -> raster.Picture:
    """Clods and dust thrown backwards in an arc, falling to the left."""
    picture = raster.blank(700, 420)
    rng = np.random.default_rng(13)
    for _ in range(190):
        t = rng.random()
        x, y = 660 - 600 * t, 400 - 520 * t * (1.15 - t) + rng.normal(0, 16 + 46 * t)
        size = rng.uniform(2, 9) * (1.1 - 0.6 * t)
        clod = ellipse(x, min(y, 412), size * 1.3, size, rng.uniform(0, 3))[::6]
        raster.paint(picture, raster.filled(picture, clod), mix(RUST, "#efb27c", rng.uniform(0, 0.7)), 0.9)
    return raster.cropped(picture)


def eaten_cactus() -> raster.Picture:
    """A fallen limb of prickly pear with a bite taken from it."""
    picture = raster.blank(520, 220)
    rng = np.random.default_rng(4)
    for x, y, turn, size in ((420, 180, -1.2, 1.1), (300, 170, -1.45, 1.05), (200, 205, 0.9, 0.9)):
        plants._pad(picture, x, y, turn, size, plants.GREEN, rng)  # noqa: SLF001
    return raster.cropped(picture)


def headland(mood: Mood, seed: int) -> raster.Picture:
    """A dark cape that comes in from the left and falls to the sea."""
    picture = raster.blank(1500, 420)
    x = np.linspace(0, 1, 300)
    top = 130 + 260 * step(0.45, 1.0, x) + 16 * fractal(300, seed, 7, 5)
    outline = np.concatenate([np.stack([x * 1500, top], axis=1), [[1500, 420], [0, 420]]])
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, mix(mood.near, mood.far, 0.35), INK))
    raster.paint(picture, raster.edge(shape, 2, 5, 1.5), mood.light, 0.6)
    raster.paint(picture, raster.lines(shape, 13, 0.16, 0.12), INK, 0.5)
    return raster.cropped(picture)


def isle(mood: Mood, seed: int) -> raster.Picture:
    """A crater island in the middle distance; its waterline is the bottom edge."""
    picture = raster.blank(1300, 420)
    shape = terrain.land(
        picture,
        [terrain.volcano(0.52, 0.5, 0.85, 0.16, 0.3), terrain.volcano(0.2, 0.2, 0.2, 0.3)],
        0.985,
        mix(mood.far, mood.near, 0.45),
        seed,
        0.035,
    )
    terrain.relief(picture, shape, mood, seed, 0.7, 9)
    return raster.cropped(picture)


def perch(mood: Mood, seed: int) -> raster.Picture:
    """A block of lava for a bird to stand on."""
    picture = raster.blank(900, 300)
    shape = terrain.rough_ground(picture, 0.25, (mix(mood.near, mood.far, 0.3), INK), seed, 0.03, 0.5)
    raster.paint(picture, raster.lines(shape, 12, 0.25, 0.15), INK, 0.5)
    raster.paint(picture, raster.edge(shape, 4, 6, 1.5), mood.light, 0.7)
    return raster.cropped(picture)


def drizzle() -> raster.Picture:
    """A curtain of rain for the storm."""
    picture = raster.blank(1400, 790)
    sky.rain(picture, 5, "#dfe6dc", 260)
    return picture
