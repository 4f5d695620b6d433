"""Foreground and middle-ground cut-outs that give the camera its depth."""

from __future__ import annotations

import numpy as np

import plants
import raster
import sky
import terrain
from cutout import Tone
from geometry import ellipse, field, fractal, limb, step
from palette import BRICK, DAWN, DUSK, GOLDEN, HEAT, INK, MIST, NIGHT, NOON, OVERCAST, RUST, STORM, Mood, mix


def rocks(mood: Mood, seed: int, tone: str = INK) -> raster.Picture:
    """A dark bank of lava that frames the bottom of the picture: high at its ends, low in the middle."""
    width, height = 1600, 430
    picture = raster.blank(width, height)
    x = np.linspace(0, 1, 500)
    for layer in range(2):
        ends = np.abs(x - 0.5 + 0.06 * layer) * 2
        slabs = np.maximum(fractal(500, seed + layer, 7, 7, 0.58), -0.2)
        top = height * (0.74 + 0.12 * layer - 0.46 * step(0.45, 1.0, ends)) - slabs * (26 + 60 * ends)
        outline = np.concatenate([np.stack([x * width, np.clip(top, 4, height)], axis=1), [[width, height], [0, height]]])
        shape = raster.filled(picture, outline)
        raster.paint(picture, shape, raster.ramp(shape, mix(tone, mood.far, 0.22 - 0.16 * layer), mix(tone, INK, 0.6)))
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
    """Leafless bushes close to the camera."""
    picture = raster.blank(1300, 520)
    for index, x in enumerate((70, 230, 420, 960, 1120, 1230)):
        plants.brush(picture, x, 515, 300 + 70 * (index % 3), seed + index, mix(mood.near, INK, 0.3), mix(mood.light, mood.near, 0.35))
    return raster.cropped(picture)


def ferns(seed: int) -> raster.Picture:
    """Ferns and grass close to the camera."""
    picture = raster.blank(1300, 420)
    for index, x in enumerate((60, 210, 400, 960, 1110, 1250)):
        plants.fern(picture, x, 418, 250 + 60 * (index % 3), seed + index, mix("#4a6b3a", "#16261e", 0.25 + 0.15 * (index % 2)))
    for x in range(0, 1300, 26):
        plants.tuft(picture, x, 420, 60 + 40 * np.sin(x), seed + x, mix("#3a5632", "#16261e", 0.4))
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
    """A burrow from the side: a heap of red soil with a dark mouth at its left, earth flying from it."""
    picture = raster.blank(1000, 520)
    x = np.linspace(0, 1, 200)
    top = 500 - 400 * np.sin(np.pi * np.clip(x, 0, 1)) ** 1.1 * (0.75 + 0.25 * x) - 14 * fractal(200, 7, 6, 8) * np.sin(np.pi * x)
    outline = np.concatenate([np.stack([40 + x * 920, top], axis=1), [[960, 512], [40, 512]]])
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, "#cf7f4c", BRICK))
    raster.paint(picture, raster.lines(shape, 11, 0.25, -0.35), "#4a211d", 0.4)
    raster.paint(picture, raster.edge(shape, 6, 8, 2), "#ffdcae", 0.75)
    mouth = raster.within(raster.filled(picture, ellipse(205, 480, 150, 150, 0.0)), shape)
    raster.paint(picture, mouth, raster.ramp(mouth, "#1c0f12", "#3a1a17"))
    terrain.pebbles(picture, (0.8, 0.97), NOON, 9, RUST, 22)
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
    shape = terrain.land(picture, [terrain.volcano(0.52, 0.5, 0.85, 0.16, 0.3), terrain.volcano(0.2, 0.2, 0.2, 0.3)], 0.985, mix(mood.far, mood.near, 0.45), seed, 0.035)
    terrain.relief(picture, shape, mood, seed, 0.7, 9)
    return raster.cropped(picture)


def perch(mood: Mood, seed: int) -> raster.Picture:
    """A block of lava for a bird to stand on."""
    picture = raster.blank(900, 300)
    shape = terrain.rough_ground(picture, 0.25, (mix(mood.near, mood.far, 0.3), INK), seed, 0.03, 0.5)
    raster.paint(picture, raster.lines(shape, 12, 0.25, 0.15), INK, 0.5)
    raster.paint(picture, raster.edge(shape, 4, 6, 1.5), mood.light, 0.7)
    return raster.cropped(picture)


def bush_stem(mood: Mood) -> raster.Picture:
    """A bare slanting bough from the lower right."""
    picture = raster.blank(900, 300)
    shape = raster.filled(picture, limb([(-60, 150), (300, 130), (960, 190)], [60, 76, 110]))
    raster.paint(picture, shape, raster.ramp(shape, mix("#8a6a4c", mood.near, 0.2), mix("#4a352b", mood.near, 0.4)))
    raster.paint(picture, raster.lines(shape, 10, 0.22, 0.02), INK, 0.45)
    raster.paint(picture, raster.edge(shape, 3, 5, 1.5), mood.light, 0.75)
    return raster.cropped(picture)


def drizzle() -> raster.Picture:
    """A curtain of rain for the storm."""
    picture = raster.blank(1400, 790)
    sky.rain(picture, 5, "#dfe6dc", 260)
    return picture


LIGHTS = {"dawn": DAWN, "noon": NOON, "heat": HEAT, "golden": GOLDEN, "dusk": DUSK, "night": NIGHT, "storm": STORM, "mist": MIST, "grey": OVERCAST}
