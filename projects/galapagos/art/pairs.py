"""The keyframe pairs: one scene twice, with what has moved between the two."""

from __future__ import annotations

import coast
import lizards
import numpy as np
import people
import plants
import raster
import sea
import sky
import terrain
import tortoise
from cutout import Tone, tinted
from geometry import ellipse, limb
from palette import DUSK, GOLDEN, LAVA, NIGHT, NOON, Mood, mix

WIDTH, HEIGHT = 1920, 1080


def bay(*, late: bool) -> raster.Picture:
    """The Beagle at anchor under a smoking crater: golden evening, then dusk."""
    mood = DUSK if late else GOLDEN
    picture = sky.backdrop(WIDTH, HEIGHT, mood, 0.6)
    sun_y = (0.595 if late else 0.43) * HEIGHT
    sky.glow(picture, 0.20 * WIDTH, sun_y, 800, mood.sky[-1], 0.85)
    sky.disc(picture, 0.20 * WIDTH, sun_y, 60, "#ffd394" if late else "#fff4cf")
    if late:
        sky.stars(picture, 301, 0.36, 150)
    sky.clouds(picture, 302, (0.06, 0.5), ("#e87a58", "#5a3163") if late else ("#f9dba0", "#a98f78"), 0.26, 6)
    _crater_coast(picture, mood, late=late)
    _water_and_ship(picture, mood, late=late)
    return picture


def _crater_coast(picture: raster.Picture, mood: Mood, *, late: bool) -> None:
    if late:
        sky.glow(picture, 0.72 * WIDTH, 0.36 * HEIGHT, 170, "#ff7a3c", 0.9)
    coast.smoke(picture, 0.72 * WIDTH, 0.385 * HEIGHT, 300, "#f0a07a" if late else "#efe2c4", 0.8)
    for index, (center, half, tall, tone) in enumerate(
        ((0.72, 0.52, 0.26, 0.5), (0.98, 0.26, 0.11, 0.85), (0.05, 0.3, 0.07, 0.4))
    ):
        color = mix(mood.haze, mood.far, min(1.0, tone * 1.5))
        shape = terrain.land(picture, [terrain.volcano(center, half, tall, 0.08)], 0.615, color, 304 + index)
        terrain.relief(picture, shape, mood, 304 + index, 0.4)


def _water_and_ship(picture: raster.Picture, mood: Mood, *, late: bool) -> None:
    sea.water(picture, 0.612, 1.0, mood, 308)
    sea.glitter(picture, 0.20, (0.62, 0.95), mood.sky[-1], 309, 0.05)
    ship = tinted(
        people.beagle(furled=True), "#4a2c4e" if late else "#8a6238", 0.6 if late else 0.25, 0.75 if late else 1.0
    )
    reflection = ship[::-1].copy()
    reflection[..., 3] *= np.linspace(0.34, 0.06, len(reflection), dtype=np.float32)[:, None]
    raster.over(picture, reflection, 0.46 * WIDTH, 0.745 * HEIGHT + 400, 400)
    raster.over(picture, ship, 0.46 * WIDTH, 0.75 * HEIGHT, 400)
    if late:
        for x in (0.388, 0.405):
            sky.glow(picture, x * WIDTH, 0.705 * HEIGHT, 26, "#ffd27a", 0.95)
    terrain.lava_field(picture, 0.90, 1.02, mood, 311, mix(mood.far, mood.near, 0.6), "#120f14")


def track(*, late: bool) -> raster.Picture:
    """A tortoise on a beaten path under the moon: it has walked on and raised its head."""
    picture = sky.backdrop(WIDTH, HEIGHT, NIGHT, 0.56)
    sky.stars(picture, 321, 0.5, 420)
    moon_x, moon_y = (0.685, 0.19) if late else (0.66, 0.22)
    sky.glow(picture, moon_x * WIDTH, moon_y * HEIGHT, 560, "#a8c4dc", 0.6)
    sky.moon(picture, moon_x * WIDTH, moon_y * HEIGHT, 70)
    sky.clouds(picture, 322, (0.22, 0.52), ("#5d7d9c", "#1d3354"), 0.22, 7)
    _night_land(picture)
    animal = tinted(tortoise.draw(tortoise.LIFTED if late else tortoise.WALKING), "#3f6c9c", 0.72, 0.95)
    x = 0.475 if late else 0.43
    raster.over(picture, animal, x * WIDTH + (4 if late else 6), 0.895 * HEIGHT, animal.shape[0] * _NIGHT_SCALE)
    plants.grass(picture, (0.985, 1.04), 329, ("#1a2c40", "#070c16"), 120, 110)
    return picture


_NIGHT_SCALE = 0.68


def _night_land(picture: raster.Picture) -> None:
    for index, (center, half, tall, tone) in enumerate(((0.22, 0.5, 0.2, 0.45), (0.86, 0.45, 0.14, 0.8))):
        shape = terrain.land(
            picture, [terrain.volcano(center, half, tall, 0.1)], 0.58, mix(NIGHT.haze, NIGHT.far, tone), 323 + index
        )
        terrain.relief(picture, shape, NIGHT, 323 + index, 0.35)
    terrain.lava_field(picture, 0.575, 0.9, NIGHT, 325, "#27415f", "#0d1626")
    ink = Tone("#35597a", "#152c48", "#081020", "#bcd4e6", 1)
    plants.opuntia(
        picture, 0.08 * WIDTH, 0.76 * HEIGHT, 520, 326, ink, Tone("#3c5068", "#182436", "#081020", "#bcd4e6", 1)
    )
    plants.opuntia(
        picture, 0.90 * WIDTH, 0.72 * HEIGHT, 380, 327, ink, Tone("#3c5068", "#182436", "#081020", "#bcd4e6", 1)
    )
    terrain.path(
        picture,
        [
            (-60, 0.93 * HEIGHT),
            (0.4 * WIDTH, 0.885 * HEIGHT),
            (0.8 * WIDTH, 0.87 * HEIGHT),
            (WIDTH + 60, 0.80 * HEIGHT),
        ],
        [120, 96, 70, 40],
        "#40617f",
        0.6,
    )


def dive(*, late: bool) -> raster.Picture:
    """A marine iguana swims away from the rock where another one basks, only head and back above water."""
    picture = sky.backdrop(WIDTH, HEIGHT, NOON, 0.36)
    sky.clouds(picture, 341, (0.02, 0.36), ("#fbf3de", "#b9d0cc"), 0.32, 5)
    shape = terrain.land(picture, [terrain.volcano(0.78, 0.4, 0.13, 0.1)], 0.365, mix(NOON.haze, NOON.far, 0.6), 342)
    terrain.relief(picture, shape, NOON, 342, 0.35)
    sea.water(picture, 0.362, 1.0, NOON, 343)
    for index, y in enumerate((0.45, 0.52)):
        sea.breaker(picture, y, 0.012 + 0.006 * index, NOON, 344 + index)
    _swimmer(picture, late=late)
    _rock(picture)
    resting = lizards.draw(lizards.MARINE, lizards.RESTING, -0.12)
    raster.over(picture, resting, 0.155 * WIDTH, 0.668 * HEIGHT, 235)
    return picture


def _rock(picture: raster.Picture) -> None:
    outline = [
        (-20, 0.60),
        (0.10, 0.635),
        (0.30, 0.652),
        (0.50, 0.665),
        (0.565, 0.72),
        (0.60, 0.83),
        (0.66, 0.93),
        (0.70, 1.02),
        (-20, 1.02),
    ]
    points = [(x * WIDTH if x > -1 else -20, y * HEIGHT) for x, y in outline]
    rock = raster.filled(picture, points)
    raster.paint(picture, rock, raster.ramp(rock, "#45454e", "#131319"))
    raster.paint(picture, raster.lines(rock, 15, 0.28, 0.10), "#0d0d12", 0.55)
    raster.paint(picture, raster.edge(rock, -5, 9, 2), "#e8e2c8", 0.55)
    for x, y, size, seed in ((0.03, 0.99, 210, 1), (0.20, 1.0, 150, 2), (0.44, 1.01, 170, 3), (0.60, 1.0, 90, 4)):
        terrain.boulder(picture, x * WIDTH, y * HEIGHT, size, NOON, seed, LAVA)


def _swimmer(picture: raster.Picture, *, late: bool) -> None:
    left = (0.536 if late else 0.506) * WIDTH
    line, right = 0.68 * HEIGHT, left + 0.39 * WIDTH
    animal = lizards.draw(lizards.MARINE, SWIMMING_ON if late else SWIMMING, -0.05, shadow=False)
    above = animal[:-_UNDER_WATER]
    tall = (right - left) * above.shape[0] / above.shape[1]
    raster.over(picture, above, (left + right) / 2, line, tall)
    for sign, drop in ((1, 30), (-1, 64)):
        trail = limb(
            [(right - 12, line + 2), ((left + right) / 2, line + 10 + drop * 0.4), (left - 260, line + 20 + drop)],
            [3, 9, 2],
        )
        raster.paint(picture, raster.filled(picture, trail), "#eef4e6", 0.6 + 0.1 * sign)
    _ripples(picture, left, right, line)


def _ripples(picture: raster.Picture, left: float, right: float, line: float) -> None:
    for index in range(16):
        t = index / 15
        x, half = left - 60 + (right - left + 80) * t, 34 + 40 * abs(float(np.sin(index * 2.4)))
        y = line + 2 + 7 * float(np.sin(index * 1.7))
        raster.paint(picture, raster.filled(picture, ellipse(x, y + 5, half, 6)), mix(*NOON.sea, 0.55), 0.95)
        raster.paint(picture, raster.filled(picture, ellipse(x + 8, y + 1, half * 0.8, 2.2)), "#f3f5e6", 0.8)


_UNDER_WATER = 92
SWIMMING = ((30, 430), (180, 398), (330, 425), (480, 432), (640, 412), (790, 400), (900, 360), (970, 330))
SWIMMING_ON = ((30, 398), (180, 430), (330, 418), (480, 426), (640, 412), (790, 400), (900, 360), (970, 330))
