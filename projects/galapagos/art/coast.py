"""Backgrounds by the sea: arrival, the lava shore, storm surf, sister islands, the last night."""

from __future__ import annotations

import numpy as np
import raster
import sea
import sky
import terrain
from geometry import limb
from palette import BASALT, DAWN, DUSK, INK, LAVA, NIGHT, NOON, STORM, Mood, mix

WIDTH, HEIGHT = 2304, 1296


def _far_island(
    picture: raster.Picture, profiles: list[terrain.Profile], base: float, tone: float, mood: Mood, seed: int
) -> None:
    """An island whose distance is `tone`: 0 melts into the haze, 1 is the mood's near dark."""
    color = mix(mood.haze, mood.far, min(1.0, tone * 1.6)) if tone < 0.6 else mix(mood.far, mood.near, (tone - 0.6) * 2)
    shape = terrain.land(picture, profiles, base, color, seed, 0.016)
    terrain.relief(picture, shape, mood, seed, 0.25 + 0.3 * tone)


def arrival() -> raster.Picture:
    """Dawn: volcanoes rise from the sea in front of the sun."""
    picture = sky.backdrop(WIDTH, HEIGHT, DAWN, 0.6)
    sky.glow(picture, 0.70 * WIDTH, 0.56 * HEIGHT, 900, "#ffd9a0", 0.85)
    sky.disc(picture, 0.70 * WIDTH, 0.545 * HEIGHT, 62, "#fff3cf")
    sky.clouds(picture, 4, (0.02, 0.5), ("#f3b48e", "#8e6f94"), 0.30, 6)
    _far_island(picture, [terrain.volcano(0.16, 0.42, 0.15, 0.10)], 0.605, 0.15, DAWN, 1)
    _far_island(picture, [terrain.volcano(0.93, 0.34, 0.19, 0.12)], 0.607, 0.30, DAWN, 2)
    _far_island(
        picture, [terrain.volcano(0.03, 0.30, 0.12, 0.2), terrain.volcano(0.24, 0.12, 0.04, 0.3)], 0.610, 0.52, DAWN, 3
    )
    sea.water(picture, 0.605, 1.0, DAWN, 5)
    sea.glitter(picture, 0.70, (0.612, 0.99), "#ffe6b4", 6, 0.045)
    sky.mist(picture, 8, (0.54, 0.64), "#ffd7ae", 0.45)
    return picture


def shore() -> raster.Picture:
    """Morning: a black lava coast with surf under a clear sky."""
    picture = sky.backdrop(WIDTH, HEIGHT, NOON, 0.44)
    sky.glow(picture, 0.2 * WIDTH, 0.08 * HEIGHT, 900, "#fff6da", 0.6)
    sky.clouds(picture, 21, (0.08, 0.44), ("#f7f2df", "#b9d0cc"), 0.34, 5)
    _far_island(picture, [terrain.volcano(0.78, 0.5, 0.17, 0.09)], 0.445, 0.25, NOON, 22)
    _far_island(
        picture, [terrain.volcano(0.60, 0.22, 0.06, 0.2), terrain.volcano(0.92, 0.16, 0.07, 0.25)], 0.45, 0.5, NOON, 23
    )
    sea.water(picture, 0.445, 0.80, NOON, 24)
    for index, y in enumerate((0.56, 0.60, 0.645)):
        sea.breaker(picture, y, 0.012 + 0.008 * index, NOON, 25 + index)
    sea.foam_line(picture, 0.655, 28, 0.012, 0.02)
    terrain.lava_field(picture, 0.67, 0.97, NOON, 30, BASALT, INK)
    terrain.pebbles(picture, (0.74, 0.99), NOON, 31, LAVA, 60)
    return picture


def surf() -> raster.Picture:
    """Storm light: seas break on black rocks."""
    picture = sky.backdrop(WIDTH, HEIGHT, STORM, 0.42)
    sky.glow(picture, 0.82 * WIDTH, 0.40 * HEIGHT, 800, "#d9d6b4", 0.75)
    sky.clouds(picture, 41, (-0.0, 0.40), ("#6c7c80", "#1f2a34"), 0.62, 4)
    _far_island(picture, [terrain.volcano(0.2, 0.4, 0.12, 0.1)], 0.425, 0.4, STORM, 42)
    sea.water(picture, 0.42, 1.0, STORM, 43)
    for index, y in enumerate((0.50, 0.55, 0.615)):
        sea.breaker(picture, y, 0.018 + 0.014 * index, STORM, 44 + index)
    _stack(picture, 0.86, 0.60, 0.20, STORM, 50)
    sea.spray(picture, 0.79 * WIDTH, 0.62 * HEIGHT, 260, 51)
    sea.spray(picture, 0.10 * WIDTH, 0.68 * HEIGHT, 300, 52)
    sea.foam_line(picture, 0.665, 53, 0.016, 0.03)
    terrain.lava_field(picture, 0.69, 0.98, STORM, 54, mix(BASALT, STORM.far, 0.45), "#181b21")
    return picture


def _stack(picture: raster.Picture, x: float, y: float, tall: float, mood: Mood, seed: int) -> None:
    for dx, size in ((-0.03, 0.6), (0.05, 0.7), (0.0, 1.0)):
        terrain.boulder(
            picture,
            (x + dx) * WIDTH,
            (y + 0.01) * HEIGHT,
            tall * size * HEIGHT,
            mood,
            seed + int(size * 10),
            mix(mood.near, mood.far, 0.25),
        )


def sisters() -> raster.Picture:
    """After sunset: islands in sight of each other along a burning horizon."""
    picture = sky.backdrop(WIDTH, HEIGHT, DUSK, 0.56)
    sky.glow(picture, 0.5 * WIDTH, 0.55 * HEIGHT, 900, "#ffc57a", 0.8)
    sky.disc(picture, 0.5 * WIDTH, 0.535 * HEIGHT, 70, "#ffe9b4")
    sky.clouds(picture, 61, (0.03, 0.46), ("#f08a5c", "#6a3a66"), 0.34, 7)
    for index, (center, half, tall, tone) in enumerate(
        ((0.33, 0.15, 0.055, 0.2), (0.70, 0.2, 0.085, 0.3), (0.10, 0.26, 0.13, 0.5), (0.96, 0.24, 0.15, 0.62))
    ):
        _far_island(picture, [terrain.volcano(center, half, tall, 0.13)], 0.566, tone, DUSK, 62 + index)
    sea.water(picture, 0.565, 0.9, DUSK, 66)
    sea.glitter(picture, 0.5, (0.572, 0.86), "#ffd08a", 67, 0.05)
    terrain.lava_field(picture, 0.80, 1.0, DUSK, 68, "#2b2030", "#0e0c14")
    return picture


def stars() -> raster.Picture:
    """Night: the galaxy over a crater island and a calm sea."""
    picture = sky.backdrop(WIDTH, HEIGHT, NIGHT, 0.68)
    sky.milky_way(picture, 81, 0.66)
    sky.stars(picture, 82, 0.66, 800)
    sky.glow(picture, 0.3 * WIDTH, 0.68 * HEIGHT, 800, "#6f8fb0", 0.5)
    _far_island(picture, [terrain.volcano(0.12, 0.34, 0.13, 0.1)], 0.685, 0.35, NIGHT, 83)
    _far_island(
        picture, [terrain.volcano(0.86, 0.36, 0.20, 0.11), terrain.volcano(0.63, 0.1, 0.04, 0.3)], 0.687, 0.6, NIGHT, 84
    )
    sea.water(picture, 0.685, 1.0, NIGHT, 85)
    sea.glitter(picture, 0.34, (0.69, 0.97), "#a9c4dc", 86, 0.10)
    return picture


def smoke(picture: raster.Picture, x: float, y: float, tall: float, color: str, opacity: float) -> None:
    """A thin plume that rises from (x, y) and leans with the wind; all in pixels."""
    for index in range(6):
        drift = 1 + index * 0.22
        line = [
            (x, y),
            (x + tall * 0.06 * drift, y - tall * 0.35),
            (x + tall * 0.26 * drift, y - tall * 0.7),
            (x + tall * 0.6 * drift, y - tall),
        ]
        shape = raster.filled(picture, limb(line, [tall * 0.03, tall * 0.09, tall * 0.15, tall * 0.2 * drift]))
        fade = np.linspace(0.25, 1, max(1, shape.cover.shape[0]))[:, None]
        soft = raster.blurred(shape.cover, tall * 0.03) * fade
        raster.paint(picture, raster.Shape(shape.x, shape.y, soft.astype(np.float32)), color, opacity / 3)
