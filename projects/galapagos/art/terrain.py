"""Land: far islands and volcanoes, ridges in receding layers, lava fields, ground for animals to stand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import raster
from geometry import Pairs, Points, ellipse, fractal, limb, step
from numpy.typing import NDArray
from palette import RGB, Mood, mix

Profile = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def volcano(center: float, half: float, tall: float, crater: float = 0.12, dip: float = 0.11) -> Profile:
    """The outline of a shield volcano: heights (shares of the picture) over x (shares of the width)."""

    def height(x: NDArray[np.float64]) -> NDArray[np.float64]:
        t = np.abs(x - center) / half
        flank = np.clip(1 - t, 0, 1) ** 1.35
        rim = np.clip(1 - crater, 0, 1) ** 1.35
        bowl = rim * (1 - dip * (1 - np.clip(t / crater, 0, 1) ** 4))
        return tall * np.where(t < crater, bowl, flank)

    return height


def land(
    picture: raster.Picture,
    profiles: list[Profile],
    base: float,
    color: str | RGB,
    seed: int,
    rough: float = 0.012,
    foot: float = 0.0,
) -> raster.Shape:
    """A ridge made of `profiles` standing on `base` (share of the height), rugged by `rough`; returns its shape.

    It reaches `foot` (a share of the height) below its base.
    """
    height, width = picture.shape[:2]
    x = np.linspace(-0.02, 1.02, 700)
    tops = np.max([profile(x) for profile in profiles], axis=0)
    rugged = fractal(len(x), seed, 8, 6, 0.55) * rough * np.clip(tops / 0.04, 0.0, 1.0)
    y = base - np.maximum(tops + rugged, 0)
    outline = np.concatenate(
        [
            np.stack([x * width, y * height], axis=1),
            [[1.02 * width, (base + foot) * height], [-0.02 * width, (base + foot) * height]],
        ]
    )
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, color)
    return shape


def relief(
    picture: raster.Picture, shape: raster.Shape, mood: Mood, seed: int, strength: float = 0.5, spacing: float = 8
) -> None:
    """Engraved slopes on a ridge: gullies lit from the mood's side, haze at the foot, light along the crest."""
    height, width = shape.cover.shape
    if height < 4:
        return
    rng = np.random.default_rng(seed)
    rows = np.linspace(0, 1, height)[:, None]
    gully = np.interp(np.arange(width), np.linspace(0, width, 60), rng.random(60))[None, :]
    weight = np.clip((gully * 1.3 - 0.25) * (1 - rows * 0.7), 0, 0.75)
    raster.paint(picture, raster.lines(shape, spacing, weight, 0.28 * mood.side), mood.near, strength * 0.55)
    raster.paint(picture, raster.edge(shape, -mood.side * 4, 5, 1.5), mood.light, strength)
    foot = raster.Shape(shape.x, shape.y, (shape.cover * step(0.35, 1.0, rows)).astype(np.float32))
    raster.paint(picture, foot, mood.haze, 0.45)


def rough_ground(
    picture: raster.Picture,
    top: float,
    tones: tuple[str | RGB, str | RGB],
    seed: int,
    amp: float = 0.02,
    gain: float = 0.55,
) -> raster.Shape:
    """Ground from about `top` (share of the height) to the bottom edge, its skyline rugged by `amp`."""
    height, width = picture.shape[:2]
    x = np.linspace(-0.01, 1.01, 500)
    y = top + fractal(len(x), seed, 8, 4, gain) * amp
    outline = np.concatenate([np.stack([x, y], axis=1), [[1.01, 1.01], [-0.01, 1.01]]]) * (width, height)
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, *tones))
    return shape


def lava_field(
    picture: raster.Picture, top: float, bottom: float, mood: Mood, seed: int, far: str | RGB, near: str | RGB
) -> None:
    """Waves of black lava from the distance to the foreground, each darker and larger than the one behind."""
    count = 8
    for index in range(count):
        t = index / (count - 1)
        y = top + (bottom - top) * t**1.7
        tone = mix(far, near, t**0.8)
        tones = (mix(tone, mood.light, 0.12 * (1 - t)), mix(tone, mood.near, 0.35))
        shape = _clinker(picture, y, tones, seed + index, t)
        crest = raster.edge(shape, -mood.side * round(2 + 3 * t), round(3 + 6 * t), 1 + t)
        broken = step(-0.35, 0.45, fractal(crest.cover.shape[1], seed + 50 + index, 5, 7))[None, :]
        raster.paint(
            picture, replace(crest, cover=(crest.cover * broken).astype(np.float32)), mood.light, 0.62 - 0.15 * t
        )
        _wrinkles(picture, shape, mood, 7 + 13 * t, round((bottom - top) * picture.shape[0] * (0.06 + 0.24 * t)))


def _clinker(picture: raster.Picture, top: float, tones: tuple[RGB, RGB], seed: int, t: float) -> raster.Shape:
    """One wave of lava: a swell with slabs broken up along its crest."""
    height, width = picture.shape[:2]
    x = np.linspace(-0.01, 1.01, 700)
    swell = fractal(len(x), seed, 3, 3, 0.5) * (0.004 + 0.022 * t)
    slabs = np.maximum(fractal(len(x), seed + 900, 7, 9, 0.6) - 0.12, 0) ** 1.4 * (0.008 + 0.034 * t)
    teeth = fractal(len(x), seed + 901, 8, 24, 0.7) * (0.001 + 0.004 * t)
    outline = np.concatenate([np.stack([x, top + swell - slabs + teeth], axis=1), [[1.01, 1.01], [-0.01, 1.01]]]) * (
        width,
        height,
    )
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, *tones))
    return shape


def _wrinkles(picture: raster.Picture, shape: raster.Shape, mood: Mood, spacing: float, reach: int) -> None:
    """Engraved ropes below the crest of a wave of lava."""
    height, width = shape.cover.shape
    below = shape.cover - raster.shifted(shape.cover, 0, reach)
    swell = step(-0.5, 0.8, fractal(width, round(spacing * 10), 4, 5))[None, :]
    fade = np.clip(1 - np.arange(height)[:, None] / max(reach * 2.2, 1), 0, 1)
    inked = raster.Shape(shape.x, shape.y, np.clip(below, 0, 1))
    raster.paint(picture, raster.lines(inked, spacing, 0.62 * swell * fade, 0.06), mood.near, 0.5)
    raster.paint(picture, raster.lines(inked, spacing * 1.7, 0.10 * swell * fade, -0.08), mood.light, 0.16)


def boulder(picture: raster.Picture, x: float, y: float, size: float, mood: Mood, seed: int, tone: str | RGB) -> None:
    """An angular rock with a lit face; (x, y) is the middle of its foot."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, np.pi, 7))
    radius = size * rng.uniform(0.75, 1.1, 7)
    dome = np.stack([x + np.cos(angle) * radius, y - np.sin(angle) * radius * 0.72], axis=1)
    outline = np.concatenate([[[x + size * 1.05, y]], dome, [[x - size * 1.05, y]]])
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, mix(tone, mood.light, 0.22), mix(tone, mood.near, 0.4)))
    ridge = np.concatenate([dome[2:5], [[x + size * 0.1 * mood.side, y - size * 0.2], [x - mood.side * size * 0.5, y]]])
    face = raster.within(raster.filled(picture, ridge), shape)
    raster.paint(picture, face, mood.near, 0.35)
    raster.paint(picture, raster.lines(shape, max(5.0, size / 9), 0.22, 0.5), mood.near, 0.4)
    raster.paint(
        picture,
        raster.edge(shape, -mood.side * max(2, round(size / 70)), max(2, round(size / 50)), 0.8),
        mood.light,
        0.6,
    )


def pebbles(
    picture: raster.Picture, band: tuple[float, float], mood: Mood, seed: int, tone: str | RGB, count: int = 120
) -> None:
    """Stones scattered on the ground between two shares of the height, larger towards the front."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for t in np.sort(rng.random(count)):
        x, y = rng.uniform(0, width), (band[0] + (band[1] - band[0]) * t) * height
        size = (4 + 20 * t**1.5) * rng.uniform(0.5, 1.3)
        shadow = raster.filled(picture, ellipse(x - mood.side * size * 0.5, y, size * 1.5, size * 0.3))
        raster.paint(picture, shadow, mood.near, 0.35)
        boulder(picture, x, y, size, mood, int(rng.integers(1 << 30)), tone)


def path(picture: raster.Picture, line: Pairs, widths: list[float], color: str | RGB, opacity: float = 0.8) -> None:
    """A beaten track along `line`."""
    shape = raster.filled(picture, limb(line, widths))
    raster.paint(picture, shape, color, opacity)
    raster.paint(picture, raster.edge(shape, 0, 4, 2), "#ffffff", 0.15)


def cracks(picture: raster.Picture, ground: raster.Shape, seed: int, color: str | RGB, count: int = 60) -> None:
    """Short dry lines on level ground."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for _ in range(count):
        t = rng.random()
        x, y = rng.uniform(0, width), ground.y + (height - ground.y) * (0.05 + 0.95 * t)
        steps = np.cumsum(rng.uniform((10, -6), (40, 6), (4, 2)) * (0.5 + t), axis=0)
        line: Points = limb(np.array([x, y]) + steps, [1.5, 2 + 3 * t, 1.5], 3)
        raster.paint(picture, raster.within(raster.filled(picture, line), ground), color, 0.45)
