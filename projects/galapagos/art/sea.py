"""The sea: depth of colour, light on the water, swell, surf on rocks."""

from __future__ import annotations

import numpy as np
import raster
from geometry import ellipse, field, fractal, limb, step
from palette import FOAM, Mood, mix


def water(picture: raster.Picture, horizon: float, bottom: float, mood: Mood, seed: int) -> raster.Shape:
    """Water from `horizon` to `bottom` (shares of the height) with engraved swell; returns its shape."""
    height, width = picture.shape[:2]
    top, foot = round(horizon * height), round(bottom * height)
    shape = raster.Shape(0, top, np.ones((foot - top, width), dtype=np.float32))
    raster.paint(picture, shape, raster.ramp(shape, *mood.sea))
    _swell(picture, shape, mood, seed)
    return shape


def _swell(picture: raster.Picture, shape: raster.Shape, mood: Mood, seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = shape.cover.shape
    for t in np.sort(rng.random(round(height * 0.55))):
        near = t**1.6
        x, y = rng.uniform(0, width), shape.y + 3 + near * (height - 6)
        half, thick = rng.uniform(15, 70) * (0.35 + 2.6 * near), 1.0 + 5.0 * near
        dash = raster.filled(picture, ellipse(x, y, half, thick / 2))
        light = rng.random() < 0.55
        raster.paint(picture, dash, mix(mood.sea[0], mood.light, 0.5) if light else mood.sea[1], 0.42)


def glitter(
    picture: raster.Picture, x: float, band: tuple[float, float], color: str, seed: int, spread: float = 0.05
) -> None:
    """The broken reflection of a low sun or moon at `x` (share of the width) between two shares of the height."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for t in np.sort(rng.random(420)):
        y = (band[0] + (band[1] - band[0]) * t**1.3) * height
        off = rng.normal(0, spread * (0.35 + t)) * width
        half = rng.uniform(8, 46) * (0.3 + 1.6 * t)
        dash = raster.filled(picture, ellipse(x * width + off, y, half, 0.9 + 2.4 * t))
        raster.paint(picture, dash, color, 0.75 * float(np.exp(-abs(off) / (width * spread * 1.4))))


def breaker(picture: raster.Picture, y: float, tall: float, mood: Mood, seed: int) -> None:
    """One long wave whose crest stands `tall` above `y` (shares of the height), with foam on it."""
    height, width = picture.shape[:2]
    x = np.linspace(-0.02, 1.02, 400)
    crest = y - tall * (0.55 + 0.45 * fractal(len(x), seed, 5, 4, 0.5))
    outline = np.concatenate([np.stack([x, crest], 1), [[1.02, y + tall], [-0.02, y + tall]]]) * (width, height)
    shape = raster.filled(picture, outline)
    raster.paint(
        picture, shape, raster.ramp(shape, mix(mood.sea[0], mood.sea[1], 0.35), mix(mood.sea[1], mood.near, 0.25))
    )
    raster.paint(picture, raster.lines(shape, 11, 0.2, 0.03), mood.sea[0], 0.35)
    raster.paint(picture, raster.edge(shape, 0, max(3, round(tall * height * 0.12)), 3), FOAM, 0.8)


def spray(picture: raster.Picture, x: float, y: float, size: float, seed: int, color: str = FOAM) -> None:
    """A burst of surf above a rock; (x, y) is its foot in pixels, `size` its height."""
    rng = np.random.default_rng(seed)
    for _ in range(26):
        angle = rng.normal(-np.pi / 2, 0.42)
        reach = size * rng.uniform(0.35, 1.0)
        tip = (x + np.cos(angle) * reach, y + np.sin(angle) * reach)
        bend = ((x + tip[0]) / 2 + rng.normal(0, size * 0.05), (y + tip[1]) / 2 - size * 0.08)
        plume = limb([(x + rng.normal(0, size * 0.22), y), bend, tip], [size * 0.07, size * 0.15, size * 0.02], 6)
        raster.paint(picture, raster.filled(picture, plume), color, 0.34)
    for _ in range(110):
        angle, reach = rng.normal(-np.pi / 2, 0.6), size * rng.uniform(0.4, 1.2)
        dot = ellipse(x + np.cos(angle) * reach, y + np.sin(angle) * reach, *rng.uniform(1.5, 5.0, 2))
        raster.paint(picture, raster.filled(picture, dot[::4]), color, 0.8)


def foam_line(picture: raster.Picture, y: float, seed: int, amp: float = 0.012, thick: float = 0.012) -> None:
    """Lace of foam along a shore at `y` (share of the height)."""
    height, width = picture.shape[:2]
    x = np.linspace(-0.02, 1.02, 300)
    top = y + amp * fractal(len(x), seed, 5, 5)
    low = top + thick * (0.6 + 0.5 * np.abs(fractal(len(x), seed + 1, 6, 9)))
    outline = np.concatenate([np.stack([x, top], 1), np.stack([x, low], 1)[::-1]]) * (width, height)
    raster.paint(picture, raster.filled(picture, outline), FOAM, 0.85)


def pool(picture: raster.Picture, x: float, y: float, rx: float, ry: float, tones: tuple[str, str]) -> raster.Shape:
    """Still water seen flat, with rings and a lit far edge; sizes in pixels."""
    shape = raster.filled(picture, ellipse(x, y, rx, ry))
    raster.paint(picture, shape, raster.ramp(shape, *tones))
    noise = field(max(2, shape.cover.shape[0]), max(2, shape.cover.shape[1]), 3, (9, 3), 3)
    sheen = raster.Shape(shape.x, shape.y, (shape.cover * step(0.58, 0.66, noise)).astype(np.float32))
    raster.paint(picture, sheen, mix(tones[0], "#ffffff", 0.35), 0.35)
    raster.paint(picture, raster.edge(shape, 0, 5, 1.5), "#20241f", 0.6)
    raster.paint(picture, raster.edge(shape, 0, -4, 1), "#ffffff", 0.3)
    return shape
