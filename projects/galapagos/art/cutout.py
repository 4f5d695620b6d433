"""How the parts of a cut-out are toned: a body colour, engraved shade, a rim of light, a contact shadow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import raster
from geometry import Pairs, ellipse, step
from palette import INK, RGB, mix, rgb


@dataclass(frozen=True, slots=True)
class Tone:
    """The inks of one part: lit top, body below, shade on the far side, rim of light."""

    top: str | RGB
    base: str | RGB
    shade: str | RGB = INK
    rim: str | RGB = "#ffe2a0"
    side: int = -1  # where the light comes from: -1 left, 1 right


def darker(tone: Tone, share: float = 0.45) -> Tone:
    """The same part on the far side of the body, with no rim of light."""
    top, base = mix(tone.top, INK, share), mix(tone.base, INK, share)
    return replace(tone, top=top, base=base, rim=mix(tone.rim, base, 0.75))


def part(picture: raster.Picture, outline: Pairs, tone: Tone, depth: float = 14, rim: float = 4) -> raster.Shape:
    """Paint one part and return its shape: `depth` is the width of its shade, `rim` of its light, in pixels."""
    shape = raster.filled(picture, outline)
    raster.paint(picture, shape, raster.ramp(shape, tone.top, tone.base))
    _shade(picture, shape, tone, depth)
    if rim:
        lit = raster.edge(shape, -round(tone.side * rim * 0.8), round(rim), 0.8)
        raster.paint(picture, lit, tone.rim, 0.85)
    return shape


def _shade(picture: raster.Picture, shape: raster.Shape, tone: Tone, depth: float) -> None:
    away = raster.edge(shape, round(tone.side * depth * 0.7), -round(depth), depth / 2)
    raster.paint(picture, away, tone.shade, 0.42)
    wide = raster.edge(shape, round(tone.side * depth * 1.1), -round(depth * 2.0), depth)
    raster.paint(picture, raster.lines(wide, 7, wide.cover * 0.55, 0.25), tone.shade, 0.45)


def mark(picture: raster.Picture, outline: Pairs, color: str | RGB, opacity: float = 1.0) -> None:
    """Paint a flat detail: an eye, a nail, a spot."""
    raster.paint(picture, raster.filled(picture, outline), color, opacity)


def eye(picture: raster.Picture, x: float, y: float, radius: float, color: str = INK) -> None:
    """A round eye with a glint."""
    mark(picture, ellipse(x, y, radius, radius), color)
    mark(picture, ellipse(x - radius * 0.3, y - radius * 0.35, radius * 0.33, radius * 0.33), "#fff7e2")


def ground_shadow(picture: raster.Picture, x: float, y: float, rx: float, ry: float, opacity: float = 0.55) -> None:
    """A soft shadow on the ground, painted before the feet that stand in it."""
    shape = raster.filled(picture, ellipse(x, y, rx, ry))
    rows = np.linspace(-1, 1, max(1, shape.cover.shape[0]))[:, None]
    columns = np.linspace(-1, 1, max(1, shape.cover.shape[1]))[None, :]
    soft = 1 - step(0.35, 1.0, np.hypot(rows, columns))
    raster.paint(picture, raster.Shape(shape.x, shape.y, soft.astype(np.float32)), INK, opacity)


def tinted(picture: raster.Picture, color: str, share: float, light: float = 1.0) -> raster.Picture:
    """The cut-out in another light: `share` of each colour becomes a shade of `color`, all `light` times as bright."""
    out = picture.copy()
    bright = out[..., :3] @ np.array([0.3, 0.59, 0.11], dtype=np.float32)
    shades = np.asarray(rgb(color), dtype=np.float32) * (0.30 + 2.0 * bright[..., None] ** 1.2)
    out[..., :3] = np.clip((out[..., :3] * (1 - share) + shades * share) * light, 0, 1)
    return out
