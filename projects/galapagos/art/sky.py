"""Skies: the gradient of a mood, sun or moon with its glow, clouds in print-like layers, stars, mist."""

from __future__ import annotations

import numpy as np
import raster
from geometry import ellipse, field, step
from palette import Mood, mix, rgb


def backdrop(width: int, height: int, mood: Mood, horizon: float) -> raster.Picture:
    """An opaque picture filled with the sky down to `horizon` (a share of the height) and haze below."""
    picture = np.ones((height, width, 4), dtype=np.float32)
    stops = np.asarray([rgb(color) for color in mood.sky])
    at = np.linspace(0, horizon, len(stops))
    rows = np.linspace(0, 1, height)
    for channel in range(3):
        picture[..., channel] = np.interp(rows, at, stops[:, channel])[:, None]
    return picture


def glow(picture: raster.Picture, x: float, y: float, radius: float, color: str, strength: float = 0.8) -> None:
    """Light around (x, y), fading over `radius` pixels."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    distance = np.hypot(rows - y, columns - x) / radius
    raster.paint(picture, raster.whole(np.exp(-(distance**1.3) * 2.2)), color, strength)


def disc(picture: raster.Picture, x: float, y: float, radius: float, color: str) -> None:
    """The sun or the moon with two printed rings of light around it."""
    for size, opacity in ((2.1, 0.10), (1.5, 0.16)):
        raster.paint(picture, raster.filled(picture, ellipse(x, y, radius * size, radius * size)), color, opacity)
    raster.paint(picture, raster.filled(picture, ellipse(x, y, radius, radius)), color)


def moon(picture: raster.Picture, x: float, y: float, radius: float) -> None:
    """A full moon with its dark plains."""
    disc(picture, x, y, radius, "#eef0dc")
    for dx, dy, rx, ry in (
        (-0.35, -0.25, 0.3, 0.25),
        (0.15, -0.4, 0.2, 0.14),
        (0.25, 0.1, 0.34, 0.26),
        (-0.3, 0.35, 0.2, 0.16),
    ):
        spot = ellipse(x + dx * radius, y + dy * radius, rx * radius, ry * radius, 0.4)
        raster.paint(picture, raster.filled(picture, spot), "#b9c2bd", 0.55)


def clouds(
    picture: raster.Picture,
    seed: int,
    band: tuple[float, float],
    tones: tuple[str, str],
    cover: float = 0.5,
    cells: int = 4,
) -> None:
    """Long clouds between two shares of the height: a body, a shaded foot and a lit top edge."""
    height, width = picture.shape[:2]
    top, bottom = round(band[0] * height), round(band[1] * height)
    noise = field(bottom - top, width, seed, (cells, 3), 6)
    inside = np.sin(np.linspace(0, np.pi, bottom - top))[:, None] ** 0.6
    value = noise * inside
    limit = float(np.quantile(value, 1 - cover))
    for offset, color, opacity in (
        (0.02, tones[1], 0.28),
        (0.05, tones[1], 0.42),
        (0.09, tones[0], 0.55),
        (0.16, tones[0], 0.6),
    ):
        layer = step(limit + offset, limit + offset + 0.025, value)
        raster.paint(picture, raster.Shape(0, top, layer.astype(np.float32)), color, opacity)
    lit = raster.edge(raster.Shape(0, top, step(limit + 0.05, limit + 0.07, value).astype(np.float32)), 0, 5, 2)
    raster.paint(picture, lit, mix(tones[0], "#ffffff", 0.4), 0.35)


def shafts(picture: raster.Picture, x: float, y: float, color: str, reach: float, seed: int) -> None:
    """Broad beams that fall from a gap in the clouds at (x, y) pixels, `reach` pixels long."""
    rng = np.random.default_rng(seed)
    for lean in np.linspace(-0.75, 0.55, 6):
        wide = rng.uniform(0.05, 0.13)
        foot = [(x + np.sin(angle) * reach, y + np.cos(angle) * reach) for angle in (lean, lean + wide)]
        shape = raster.filled(picture, [(x + lean * 90, y), *foot, (x + lean * 90 + 30, y)][:4])
        fade = np.linspace(1, 0, max(1, shape.cover.shape[0]))[:, None] ** 1.1
        soft = (raster.blurred(shape.cover, 9) * fade).astype(np.float32)
        raster.paint(picture, raster.Shape(shape.x, shape.y, soft), color, 0.30)


def stars(picture: raster.Picture, seed: int, bottom: float, count: int = 700) -> None:
    """Stars, fewer and fainter towards the horizon at `bottom`."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for _ in range(count):
        x, y = rng.uniform(0, width), bottom * height * rng.random() ** 1.3
        size = 0.8 + 2.6 * rng.random() ** 5
        raster.paint(picture, raster.filled(picture, ellipse(x, y, size, size)[::6]), "#f3f2e2", rng.uniform(0.35, 1.0))


def milky_way(picture: raster.Picture, seed: int, bottom: float) -> None:
    """A pale slanting band of stars."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    across = (columns / width - 0.62 + (rows / height - 0.25) * 0.55) * 5.0
    cloud = field(height, width, seed, (5, 8), 5)
    band = np.exp(-(across**2)) * step(bottom, bottom - 0.25, rows / height) * (0.25 + cloud)
    raster.paint(picture, raster.whole(band), "#a9b8d8", 0.75)
    core = np.exp(-((across * 2.4) ** 2)) * step(bottom, bottom - 0.3, rows / height) * step(0.35, 0.75, cloud)
    raster.paint(picture, raster.whole(core), "#e8cfc4", 0.5)
    rift = np.exp(-(((across + 0.12) * 5.5) ** 2)) * step(0.45, 0.6, field(height, width, seed + 1, (9, 12), 4))
    raster.paint(picture, raster.whole(rift * step(bottom, bottom - 0.2, rows / height)), "#0d1734", 0.55)
    for _ in range(2600):
        y = rng.uniform(0, bottom)
        x = 0.62 - (y - 0.25) * 0.55 + rng.normal(0, 0.085)
        size = rng.uniform(0.5, 1.5)
        dot = raster.filled(picture, ellipse(x * width, y * height, size, size)[::8])
        raster.paint(picture, dot, "#f5f1dd", rng.uniform(0.2, 0.8))


def mist(picture: raster.Picture, seed: int, band: tuple[float, float], color: str, strength: float) -> None:
    """Drifting mist between two shares of the height."""
    height, width = picture.shape[:2]
    top, bottom = round(band[0] * height), round(band[1] * height)
    noise = field(bottom - top, width, seed, (3, 4), 4)
    inside = np.sin(np.linspace(0, np.pi, bottom - top))[:, None]
    raster.paint(picture, raster.Shape(0, top, (inside * (0.35 + 0.65 * noise)).astype(np.float32)), color, strength)


def rain(picture: raster.Picture, seed: int, color: str, count: int = 900, slant: float = -0.25) -> None:
    """Slanting streaks of rain over the whole picture."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for _ in range(count):
        x, y, length = rng.uniform(-50, width + 50), rng.uniform(-50, height), rng.uniform(30, 90)
        streak = [(x, y), (x + 1.6, y), (x + slant * length + 1.6, y + length), (x + slant * length, y + length)]
        raster.paint(picture, raster.filled(picture, streak), color, rng.uniform(0.1, 0.3))
