"""Backgrounds on land: craters, noon heat, cactus country, the misty heights, burrows, boughs."""

from __future__ import annotations

import numpy as np
import plants
import raster
import sea
import sky
import terrain
from cutout import Tone
from geometry import ellipse, limb
from palette import BASALT, BRICK, GOLDEN, HEAT, INK, LAVA, MIST, NOON, OCHRE, OVERCAST, RUST, STORM, Mood, mix

WIDTH, HEIGHT = 2304, 1296


def cone(picture: raster.Picture, x: float, y: float, half: float, mood: Mood, tone: float, seed: int) -> None:
    """A truncated cone with an open crater; (x, y) is the middle of its foot in pixels."""
    rng = np.random.default_rng(seed)
    tall, mouth = half * rng.uniform(0.48, 0.66), half * rng.uniform(0.36, 0.46)
    body = mix(mix(mood.haze, mood.far, min(1, tone * 1.5)), mix(mood.near, RUST, 0.25), max(0.0, tone - 0.25))
    left = limb([(x - half, y), (x - half * 0.70, y - tall * 0.45), (x - mouth, y - tall)], [2, 2], 8)[:17]
    right = limb([(x + mouth, y - tall), (x + half * 0.70, y - tall * 0.45), (x + half, y)], [2, 2], 8)[:17]
    shape = raster.filled(picture, np.concatenate([left, right]))
    raster.paint(picture, shape, raster.ramp(shape, body, mix(body, mood.haze, 0.35)))
    columns = np.linspace(-1, 1, max(1, shape.cover.shape[1]))[None, :]
    dark = raster.Shape(shape.x, shape.y, (shape.cover * np.clip(-columns * mood.side * 1.3, 0, 1)).astype(np.float32))
    raster.paint(picture, dark, mood.near, 0.28 + 0.25 * tone)
    raster.paint(picture, raster.lines(dark, 6 + 8 * tone, dark.cover * 0.6, 0.55 * mood.side), mood.near, 0.4)
    raster.paint(picture, raster.edge(shape, -mood.side * 3, 3, 1), mood.light, 0.55)
    rim = ellipse(x, y - tall, mouth, mouth * 0.26)
    raster.paint(picture, raster.filled(picture, rim), mix(body, mood.near, 0.75))
    bowl = raster.filled(picture, rim)
    drop = max(2, round(mouth * 0.22))
    wall = raster.edge(bowl, -mood.side * round(mouth * 0.16), drop, 1)
    raster.paint(picture, wall, mix(mix(body, RUST, 0.5), mood.light, 0.25), 0.85)
    raster.paint(picture, raster.lines(wall, max(4.0, mouth / 16), 0.3, 0.2), mood.near, 0.4)


def craters() -> raster.Picture:
    """Overcast: a plain of cones, every height crowned with its crater."""
    picture = sky.backdrop(WIDTH, HEIGHT, OVERCAST, 0.42)
    sky.clouds(picture, 101, (0.0, 0.42), ("#dcdccd", "#7f8f98"), 0.55, 5)
    for index, (center, tall, tone) in enumerate(((0.2, 0.16, 0.3), (0.74, 0.21, 0.45))):
        shape = terrain.land(
            picture,
            [terrain.volcano(center, 0.5, tall, 0.09)],
            0.44,
            mix(OVERCAST.haze, OVERCAST.far, tone * 2),
            102 + index,
        )
        terrain.relief(picture, shape, OVERCAST, 102 + index, 0.3)
    sky.mist(picture, 104, (0.36, 0.5), "#dcdccd", 0.7)
    terrain.lava_field(picture, 0.45, 0.98, OVERCAST, 105, "#8a9396", "#2a2b33")
    rng = np.random.default_rng(106)
    for t in np.sort(np.concatenate([rng.random(34) ** 1.15, [0.62, 0.7]])):
        x = rng.uniform(-0.02, 1.02)
        cone(
            picture,
            x * WIDTH,
            (0.465 + 0.43 * t**1.5) * HEIGHT,
            (36 + 250 * t**1.4),
            OVERCAST,
            0.12 + 0.75 * t,
            int(rng.integers(1 << 30)),
        )
    sky.mist(picture, 107, (0.44, 0.62), "#e3e1d0", 0.4)
    return picture


def noon() -> raster.Picture:
    """Glowing heat: white sky, leafless thickets, a furrowed plain."""
    picture = sky.backdrop(WIDTH, HEIGHT, HEAT, 0.5)
    sky.glow(picture, 0.30 * WIDTH, 0.16 * HEIGHT, 700, "#fffbe6", 1.0)
    sky.disc(picture, 0.30 * WIDTH, 0.16 * HEIGHT, 78, "#fffdf0")
    for index, (center, half, tall, tone) in enumerate(
        ((0.85, 0.6, 0.2, 0.35), (0.1, 0.4, 0.1, 0.55), (0.55, 0.3, 0.06, 0.75))
    ):
        shape = terrain.land(
            picture, [terrain.volcano(center, half, tall, 0.1)], 0.53, mix(HEAT.haze, HEAT.far, tone), 121 + index
        )
        terrain.relief(picture, shape, HEAT, 121 + index, 0.35)
    terrain.lava_field(picture, 0.53, 1.0, HEAT, 125, "#c29868", "#5a3c33")
    _thicket(picture, HEAT, 126, (0.58, 0.70), 15, "#6b4a38")
    plants.candelabra(picture, 0.88 * WIDTH, 0.70 * HEIGHT, 470, 127, Tone("#9a9a62", "#5d6a48", "#33302a", "#fff1c4"))
    plants.opuntia(picture, 0.10 * WIDTH, 0.74 * HEIGHT, 500, 128, Tone("#a3a262", "#667048", "#33302a", "#fff1c4"))
    terrain.pebbles(picture, (0.66, 0.98), HEAT, 129, "#6b4636", 70)
    return picture


def _thicket(picture: raster.Picture, mood: Mood, seed: int, band: tuple[float, float], count: int, color: str) -> None:
    rng = np.random.default_rng(seed)
    for t in np.sort(rng.random(count)):
        tone = mix(mix(mood.haze, color, 0.55), color, t)
        plants.brush(
            picture,
            rng.uniform(0, WIDTH),
            (band[0] + (band[1] - band[0]) * t) * HEIGHT,
            110 + 150 * t,
            int(rng.integers(1 << 30)),
            tone,
            mood.light,
        )


def cactus_country() -> raster.Picture:
    """Golden afternoon: black lava, leafless shrubs and large cacti."""
    picture = sky.backdrop(WIDTH, HEIGHT, GOLDEN, 0.5)
    sky.glow(picture, 0.16 * WIDTH, 0.42 * HEIGHT, 1000, "#ffe7a8", 0.85)
    sky.disc(picture, 0.16 * WIDTH, 0.36 * HEIGHT, 74, "#fff4cf")
    sky.clouds(picture, 141, (0.04, 0.42), ("#f7d592", "#a98a70"), 0.28, 6)
    for index, (center, half, tall, tone) in enumerate(((0.66, 0.55, 0.2, 0.4), (0.98, 0.3, 0.12, 0.7))):
        shape = terrain.land(
            picture, [terrain.volcano(center, half, tall, 0.1)], 0.52, mix(GOLDEN.haze, GOLDEN.far, tone), 142 + index
        )
        terrain.relief(picture, shape, GOLDEN, 142 + index, 0.45)
    terrain.lava_field(picture, 0.515, 0.97, GOLDEN, 145, "#9a7050", "#1d181d")
    _thicket(picture, GOLDEN, 146, (0.56, 0.66), 9, "#3c2a28")
    plants.opuntia(picture, 0.36 * WIDTH, 0.63 * HEIGHT, 330, 147)
    plants.opuntia(picture, 0.93 * WIDTH, 0.70 * HEIGHT, 620, 148)
    terrain.pebbles(picture, (0.70, 0.98), GOLDEN, 149, LAVA, 60)
    return picture


def heights(width: int = WIDTH, height: int = HEIGHT, *, spring: bool = True) -> raster.Picture:
    """The damp upper woods: daisy trees in mist, ferns, and a spring unless told otherwise."""
    picture = sky.backdrop(width, height, MIST, 0.55)
    sky.glow(picture, 0.62 * width, 0.12 * height, height * 0.7, "#fbf8e2", 0.8)
    for index, (center, tall, tone) in enumerate(((0.25, 0.26, 0.25), (0.85, 0.22, 0.45))):
        shape = terrain.land(
            picture, [terrain.volcano(center, 0.6, tall, 0.07)], 0.56, mix(MIST.haze, MIST.far, tone * 1.6), 161 + index
        )
        terrain.relief(picture, shape, MIST, 161 + index, 0.25)
    _woods(picture, width, height)
    ground = terrain.rough_ground(picture, 0.66, ("#8d9c5c", "#33482e"), 170, 0.012, 0.5)
    raster.paint(picture, raster.edge(ground, 0, 8, 3), "#f0efc4", 0.5)
    plants.grass(picture, (0.67, 0.80), 171, ("#a5b070", "#5c7240"), round(width / 8), height * 0.05)
    if spring:
        _spring(picture, width, height)
    plants.grass(picture, (0.93, 1.03), 174, ("#4f663a", "#2b3f2b"), round(width / 10), height * 0.09)
    return picture


def _woods(picture: raster.Picture, width: int, height: int) -> None:
    rng = np.random.default_rng(164)
    for layer, (tone, count) in enumerate(((0.25, 9), (0.5, 7), (0.85, 4))):
        lit, body = mix(MIST.haze, "#8ba05c", tone), mix(MIST.haze, "#3f5c3c", tone)
        ink = Tone(lit, body, mix(body, "#1a2a22", 0.5), mix(lit, "#fbf8e2", 0.6))
        for index in range(count):
            x = (index + rng.uniform(0.1, 0.9)) / count
            x = x if layer < 2 else (0.03, 0.16, 0.86, 0.98)[index]
            y = 0.675 * height
            plants.daisy_tree(
                picture,
                x * width,
                y + 12,
                height * (0.24 + 0.14 * layer) * rng.uniform(0.85, 1.15),
                int(rng.integers(1 << 30)),
                ink,
            )
        sky.mist(picture, 165 + layer, (0.36 + 0.06 * layer, 0.72), "#e9ead6", 0.75 - 0.15 * layer)


def _spring(picture: raster.Picture, width: int, height: int) -> None:
    bank = raster.filled(picture, ellipse(0.66 * width, 0.895 * height, 0.47 * width, 0.105 * height))
    raster.paint(picture, bank, raster.ramp(bank, "#5b4a35", "#2c2a22"))
    water = sea.pool(picture, 0.67 * width, 0.895 * height, 0.44 * width, 0.085 * height, ("#cfd8c6", "#3f6058"))
    for index in range(3):
        ring = raster.filled(
            picture, ellipse(0.585 * width, 0.868 * height, (50 + 46 * index) * 1.4, (50 + 46 * index) * 0.28)
        )
        raster.paint(picture, raster.within(raster.edge(ring, 0, 3), water), "#f2f4e4", 0.55)
        raster.paint(picture, raster.within(raster.edge(ring, 0, -2), water), "#f2f4e4", 0.4)


def lowland(width: int, height: int) -> raster.Picture:
    """The arid lower country, for the lower half of a split picture."""
    picture = sky.backdrop(width, height, HEAT, 0.46)
    sky.glow(picture, 0.22 * width, 0.12 * height, height * 0.8, "#fffbe6", 0.9)
    shape = terrain.land(picture, [terrain.volcano(0.66, 0.6, 0.3, 0.08)], 0.5, mix(HEAT.haze, HEAT.far, 0.5), 181)
    terrain.relief(picture, shape, HEAT, 181, 0.35, 6)
    terrain.lava_field(picture, 0.5, 0.98, HEAT, 182, "#b98a5e", "#4a3029")
    plants.opuntia(
        picture, 0.72 * width, 0.82 * height, height * 0.66, 183, Tone("#a3a25e", "#5f6c46", "#2c2a22", "#fff1c4")
    )
    plants.candelabra(
        picture, 0.08 * width, 0.72 * height, height * 0.5, 184, Tone("#9a9a62", "#5d6a48", "#33302a", "#fff1c4")
    )
    terrain.pebbles(picture, (0.68, 0.98), HEAT, 185, "#5c3d31", 40)
    return picture


def warren() -> raster.Picture:
    """Red tuff under a clear sky: level, cracked ground with burrows and dry brush."""
    picture = sky.backdrop(WIDTH, HEIGHT, NOON, 0.48)
    sky.clouds(picture, 201, (0.05, 0.42), ("#fbf3de", "#a9c8c6"), 0.22, 5)
    for index, (center, half, tall, tone) in enumerate(((0.15, 0.45, 0.19, 0.35), (0.8, 0.5, 0.12, 0.6))):
        color = mix(mix(NOON.haze, NOON.far, tone * 1.4), "#b9744c", 0.3 * tone)
        shape = terrain.land(picture, [terrain.volcano(center, half, tall, 0.12)], 0.5, color, 202 + index)
        terrain.relief(picture, shape, NOON, 202 + index, 0.35)
    for index in range(4):
        t = index / 3
        ground = terrain.rough_ground(
            picture,
            0.50 + 0.13 * t,
            (mix("#e0a26c", RUST, t * 0.55), mix("#b4683f", BRICK, t)),
            204 + index,
            0.006 + 0.008 * t,
            0.5,
        )
        raster.paint(picture, raster.edge(ground, 3, 4, 1.5), "#ffe9bd", 0.5)
    terrain.cracks(picture, ground, 209, "#4a211d", 90)
    _thicket(picture, NOON, 210, (0.53, 0.62), 8, "#5c4636")
    plants.opuntia(picture, 0.90 * WIDTH, 0.66 * HEIGHT, 560, 211)
    terrain.pebbles(picture, (0.66, 0.99), NOON, 212, BRICK, 50)
    return picture


def beak_panel(width: int, height: int, mood: Mood, seed: int) -> raster.Picture:
    """A tall quiet panel behind one bird: a great sun, one ridge, dry ground."""
    picture = sky.backdrop(width, height, mood, 0.72)
    sky.disc(picture, 0.5 * width, 0.40 * height, 0.36 * width, mix_hex(mood.light, mood.sky[-1]))
    shape = terrain.land(
        picture,
        [terrain.volcano(0.3 if seed % 2 else 0.75, 0.9, 0.14, 0.08)],
        0.74,
        mix(mood.haze, mood.far, 0.6),
        seed,
        0.008,
    )
    terrain.relief(picture, shape, mood, seed, 0.35)
    terrain.lava_field(picture, 0.74, 1.0, mood, seed + 1, mix(mood.far, mood.near, 0.35), INK)
    return picture


def mix_hex(first: str, second: str) -> str:
    """The colour halfway between two, as `#rrggbb`."""
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in mix(first, second, 0.5))


def bough_view(mood: Mood = STORM) -> raster.Picture:
    """From a bough over a valley while a storm moves off."""
    picture = sky.backdrop(WIDTH, HEIGHT, mood, 0.66)
    sky.glow(picture, 0.74 * WIDTH, 0.5 * HEIGHT, 800, "#ece4bd", 0.7)
    sky.shafts(picture, 0.74 * WIDTH, 0.20 * HEIGHT, "#f3eccb", 1000, 246)
    sky.clouds(picture, 241, (0.0, 0.52), ("#7c8b8c", "#263340"), 0.5, 4)
    for index, (base, tall, tone) in enumerate(
        ((0.66, 0.16, 0.25), (0.74, 0.13, 0.5), (0.84, 0.12, 0.75), (0.95, 0.12, 1.0))
    ):
        profiles = [
            terrain.volcano(0.2 + 0.23 * index, 0.55, tall, 0.09),
            terrain.volcano(0.9 - 0.27 * index, 0.4, tall * 0.8, 0.14),
        ]
        shape = terrain.land(
            picture,
            [*profiles, _plain(0.05)],
            base + 0.06,
            mix(mix(mood.haze, "#3f5f4c", tone), mood.near, tone * 0.45),
            242 + index,
            0.02,
            0.12,
        )
        terrain.relief(picture, shape, mood, 242 + index, 0.4)
    terrain.rough_ground(picture, 0.95, ("#22302c", "#10171a"), 249, 0.02)
    return picture


def _plain(level: float) -> terrain.Profile:
    return lambda x: np.full_like(x, level)


def evening_garden() -> raster.Picture:
    """Golden evening: a great sun behind the flowering cactus."""
    picture = sky.backdrop(WIDTH, HEIGHT, GOLDEN, 0.74)
    sky.glow(picture, 0.52 * WIDTH, 0.52 * HEIGHT, 1000, "#fff0b4", 0.7)
    sky.disc(picture, 0.52 * WIDTH, 0.50 * HEIGHT, 250, "#fff0bf")
    sky.clouds(picture, 261, (0.10, 0.66), ("#f6c37a", "#b98a68"), 0.25, 9)
    for index, (center, half, tall, tone) in enumerate(((0.2, 0.4, 0.13, 0.4), (0.8, 0.5, 0.17, 0.65))):
        shape = terrain.land(
            picture, [terrain.volcano(center, half, tall, 0.1)], 0.76, mix(GOLDEN.haze, GOLDEN.far, tone), 262 + index
        )
        terrain.relief(picture, shape, GOLDEN, 262 + index, 0.5)
    terrain.lava_field(picture, 0.76, 1.0, GOLDEN, 264, mix(OCHRE, BASALT, 0.5), INK)
    _thicket(picture, GOLDEN, 268, (0.79, 0.86), 8, "#3a2622")
    return picture


def garden() -> raster.Picture:
    """Late light over red ground: prickly pears in flower."""
    picture = sky.backdrop(WIDTH, HEIGHT, NOON, 0.5)
    sky.clouds(picture, 281, (0.02, 0.46), ("#fdf1d6", "#b5ccc4"), 0.42, 4)
    for index, (center, half, tall, tone) in enumerate(((0.75, 0.5, 0.17, 0.35), (0.2, 0.35, 0.09, 0.6))):
        shape = terrain.land(
            picture,
            [terrain.volcano(center, half, tall, 0.12)],
            0.53,
            mix(NOON.haze, NOON.far, tone * 1.4),
            282 + index,
        )
        terrain.relief(picture, shape, NOON, 282 + index, 0.35)
    for index in range(4):
        t = index / 3
        ground = terrain.rough_ground(
            picture,
            0.53 + 0.13 * t,
            (mix("#d8ad74", "#a8643c", t * 0.6), mix("#a87848", "#5c3327", t)),
            284 + index,
            0.006 + 0.01 * t,
            0.5,
        )
        raster.paint(picture, raster.edge(ground, 3, 4, 1.5), "#ffe9bd", 0.5)
    plants.opuntia(picture, 0.30 * WIDTH, 0.62 * HEIGHT, 380, 289)
    plants.opuntia(picture, 0.455 * WIDTH, 0.60 * HEIGHT, 300, 290)
    plants.opuntia(picture, 0.05 * WIDTH, 0.70 * HEIGHT, 600, 291)
    plants.opuntia(picture, 0.97 * WIDTH, 0.72 * HEIGHT, 640, 292)
    terrain.cracks(picture, ground, 293, "#3a1d19", 60)
    plants.grass(picture, (0.62, 0.98), 294, ("#c9a860", "#7c6a3c"), 150, 70)
    return picture
