"""Painting antialiased shapes on float RGBA pictures, the light on them, and saving them small."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from geometry import Pairs, step
from numpy.typing import NDArray
from palette import RGB, rgb
from PIL import Image, ImageDraw, ImageFilter

Picture = NDArray[np.floating[Any]]
Plane = NDArray[np.floating[Any]]
Color = str | RGB | Picture
OVERSAMPLE = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """A coverage plane 0..1 and where its top left pixel lies on the picture."""

    x: int
    y: int
    cover: Plane


def blank(width: int, height: int) -> Picture:
    """A fully transparent picture."""
    return np.zeros((height, width, 4), dtype=np.float32)


def filled(picture: Picture, points: Pairs) -> Shape:
    """The antialiased inside of a polygon, cut to the picture."""
    p = np.asarray(points, dtype=np.float64)
    height, width = picture.shape[:2]
    x0, y0 = (int(max(0, v)) for v in np.floor(p.min(axis=0)) - 1)
    x1, y1 = (int(min(limit, v)) for limit, v in zip((width, height), np.ceil(p.max(axis=0)) + 2, strict=True))
    if x1 <= x0 or y1 <= y0:
        return Shape(0, 0, np.zeros((0, 0), dtype=np.float32))
    big = Image.new("L", ((x1 - x0) * OVERSAMPLE, (y1 - y0) * OVERSAMPLE))
    outline = ((p - (x0, y0)) * OVERSAMPLE).ravel().tolist()
    ImageDraw.Draw(big).polygon(outline, fill=255)
    small = big.resize((x1 - x0, y1 - y0), Image.Resampling.BOX)
    return Shape(x0, y0, np.asarray(small, dtype=np.float32) / 255)


def whole(cover: NDArray[np.float64]) -> Shape:
    """A plane of the picture's own size as a shape."""
    return Shape(0, 0, cover.astype(np.float32))


def paint(picture: Picture, shape: Shape, color: Color, opacity: float = 1.0) -> None:
    """Lay `color` (one, or an array that fits the shape) over the picture where the shape covers it."""
    height, width = shape.cover.shape
    if not height or not width:
        return
    under = picture[shape.y : shape.y + height, shape.x : shape.x + width]
    ink = np.asarray(rgb(color) if isinstance(color, str) else color, dtype=np.float32)
    alpha = shape.cover[..., None] * opacity
    kept = under[..., 3:] * (1 - alpha)
    total = alpha + kept
    under[..., :3] = (ink * alpha + under[..., :3] * kept) / np.maximum(total, 1e-6)
    under[..., 3:] = total


def ramp(shape: Shape, top: Color, bottom: Color) -> Picture:
    """Colours for a shape, from `top` to `bottom`."""
    a, b = np.asarray(rgb(top)), np.asarray(rgb(bottom))
    t = np.linspace(0, 1, max(1, shape.cover.shape[0]))[:, None, None]
    return (a * (1 - t) + b * t).astype(np.float32)


def blurred(cover: Plane, radius: float) -> Plane:
    """`cover` made soft by `radius` pixels."""
    image = Image.fromarray((np.clip(cover, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / 255


def shifted(cover: Plane, dx: int, dy: int) -> Plane:
    """`cover` moved by whole pixels; a shape that is cut by the picture's border goes on beyond it."""
    h, w = cover.shape
    if abs(dx) >= w or abs(dy) >= h:
        return np.zeros_like(cover)
    wide = np.pad(cover, ((max(dy, 0), max(-dy, 0)), (max(dx, 0), max(-dx, 0))), mode="edge")
    return wide[max(-dy, 0) : max(-dy, 0) + h, max(-dx, 0) : max(-dx, 0) + w]


def edge(shape: Shape, dx: int, dy: int, soft: float = 0.0) -> Shape:
    """The rim of a shape on the side that (dx, dy) points away from."""
    other = shifted(shape.cover, dx, dy)
    other = blurred(other, soft) if soft else other
    return Shape(shape.x, shape.y, shape.cover * (1 - other))


def within(shape: Shape, clip: Shape) -> Shape:
    """The part of `shape` that lies inside `clip`."""
    out = np.zeros_like(shape.cover)
    x0, y0 = max(shape.x, clip.x), max(shape.y, clip.y)
    x1 = min(shape.x + shape.cover.shape[1], clip.x + clip.cover.shape[1])
    y1 = min(shape.y + shape.cover.shape[0], clip.y + clip.cover.shape[0])
    if x1 > x0 and y1 > y0:
        mine = np.s_[y0 - shape.y : y1 - shape.y, x0 - shape.x : x1 - shape.x]
        theirs = np.s_[y0 - clip.y : y1 - clip.y, x0 - clip.x : x1 - clip.x]
        out[mine] = shape.cover[mine] * clip.cover[theirs]
    return Shape(shape.x, shape.y, out)


def lines(shape: Shape, spacing: float, weight: Plane | float, slope: float = 0.0) -> Shape:
    """Engraver's lines inside a shape: `weight` 0..1 is how much of the spacing is ink."""
    height, width = shape.cover.shape
    y, x = np.mgrid[0:height, 0:width] + 0.5
    wobble = 0.9 * np.sin((x + shape.x) / (spacing * 4.1)) + 0.6 * np.sin((x + shape.x) / (spacing * 9.7) + y / 90)
    phase = ((y + shape.y + slope * (x + shape.x) + wobble * spacing * 0.3) / spacing) % 1.0
    distance = np.abs(phase - 0.5) * 2
    ink = 1 - step(-0.5, 0.5, (distance - weight) * spacing / 2)
    ink = np.where(np.asarray(weight) <= 0.01, 0.0, ink)
    return Shape(shape.x, shape.y, (shape.cover * ink).astype(np.float32))


def over(picture: Picture, top: Picture, x: float, y: float, height: float) -> None:
    """Place a cut-out on a picture: the middle of its bottom edge at (x, y) pixels, `height` pixels tall."""
    width = round(top.shape[1] * height / top.shape[0])
    image = image_of(top).resize((width, round(height)), Image.Resampling.LANCZOS)
    pixels = np.asarray(image, dtype=np.float32) / 255
    left, up = round(x - width / 2), round(y - height)
    l0, u0 = max(0, -left), max(0, -up)
    pixels = pixels[u0 : picture.shape[0] - up, l0 : picture.shape[1] - left]
    paint(picture, Shape(max(0, left), max(0, up), pixels[..., 3]), pixels[..., :3])


def image_of(picture: Picture) -> Image.Image:
    """The picture as 8-bit RGBA."""
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA")


def cropped(picture: Picture, margin: int = 2) -> Picture:
    """A cut-out without its empty rows and columns."""
    rows = np.flatnonzero(picture[..., 3].max(axis=1) > 0.02)
    columns = np.flatnonzero(picture[..., 3].max(axis=0) > 0.02)
    left, right = max(0, columns[0] - margin), columns[-1] + 1 + margin
    return picture[max(0, rows[0] - margin) : rows[-1] + 1, left:right]


def _bayer(size: int) -> NDArray[np.float64]:
    grid = np.zeros((1, 1))
    while len(grid) < size:
        grid = np.block([[4 * grid, 4 * grid + 2], [4 * grid + 3, 4 * grid + 1]])
    return (grid + 0.5) / grid.size - 0.5


def _palette_image(image: Image.Image, colors: int) -> Image.Image:
    small = image.resize((image.width // 3, image.height // 3), Image.Resampling.BOX)
    return small.quantize(colors, method=Image.Quantize.MEDIANCUT, kmeans=2)


def flattened(picture: Picture, colors: int = 256, spread: float = 3.0) -> Image.Image:
    """An opaque picture in `colors` palette colours; an ordered pattern of +-`spread` hides the steps."""
    plain = (np.clip(picture[..., :3], 0, 1) * 255).astype(np.float64)
    palette = _palette_image(Image.fromarray(plain.astype(np.uint8)), colors)
    tile = _bayer(4)
    rows, columns = plain.shape[0] // 4 + 1, plain.shape[1] // 4 + 1
    pattern = np.tile(tile, (rows, columns))[: plain.shape[0], : plain.shape[1], None]
    dotted = np.clip(plain + pattern * 2 * spread, 0, 255).astype(np.uint8)
    return Image.fromarray(dotted).quantize(palette=palette, dither=Image.Dither.NONE)


def indexed(image: Image.Image, soft: int = 72) -> Image.Image:
    """An RGBA picture in 256 palette colours, `soft` of them for the pixels of its edges and shadows."""
    pixels = np.asarray(image.convert("RGBA"))
    alpha = pixels[..., 3]
    solid, veil = alpha >= _SOLID, (alpha > 0) & (alpha < _SOLID)
    inks, places = _solid_inks(pixels, solid, 255 - soft)
    tints, kinds = _clusters(pixels[veil].astype(np.float64), soft)
    index = np.zeros(alpha.shape, dtype=np.uint8)
    index[solid] = 1 + places
    index[veil] = 256 - soft + kinds
    palette = np.zeros((256, 4), dtype=np.uint8)
    palette[1 : 1 + len(inks)] = inks
    palette[256 - soft : 256 - soft + len(tints)] = np.clip(tints + 0.5, 0, 255).astype(np.uint8)
    out = Image.fromarray(index, "P")
    out.putpalette(palette[:, :3].ravel().tolist())
    out.info["transparency"] = bytes(palette[:, 3].tolist())
    return out


_SOLID = 250


def _solid_inks(
    pixels: NDArray[np.uint8], solid: NDArray[np.bool_], count: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The colours of the opaque pixels, and which of them each has."""
    if not solid.any():
        return np.zeros((0, 4), dtype=np.uint8), np.zeros(0, dtype=np.uint8)
    strip = Image.fromarray(pixels[solid][None, :, :3].copy()).quantize(count, Image.Quantize.MEDIANCUT, kmeans=2)
    colors = np.asarray((strip.getpalette() or [])[: 3 * count], dtype=np.uint8).reshape(-1, 3)
    inks = np.concatenate([colors, np.full((len(colors), 1), 255, dtype=np.uint8)], axis=1)
    return inks, np.asarray(strip)[0]


def _clusters(values: NDArray[np.float64], count: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """`count` typical rows of `values`, and which of them each row is nearest to."""
    if not len(values):
        return np.zeros((0, 4)), np.zeros(0, dtype=np.uint8)
    order = np.lexsort((values[:, 0], values[:, 3]))
    sample = values[order[:: max(1, len(values) // 6000)]]
    centers = sample[np.linspace(0, len(sample) - 1, count).astype(int)]
    for _ in range(8):
        nearest = _nearest(sample, centers)
        for place in range(count):
            mine = sample[nearest == place]
            if len(mine):
                centers[place] = mine.mean(axis=0)
    return centers, _nearest(values, centers)


def _nearest(values: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.uint8]:
    weight = np.array([0.5, 0.5, 0.5, 1.6])
    parts = [
        (((values[at : at + 20000, None] - centers[None]) * weight) ** 2).sum(axis=2).argmin(axis=1)
        for at in range(0, len(values), 20000)
    ]
    return np.concatenate(parts).astype(np.uint8)


def save_png(image: Image.Image, path: Path) -> None:
    """Write `image` as a PNG as small as Pillow makes it, and never half of one."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True, **_alpha(image))
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


def _alpha(image: Image.Image) -> dict[str, bytes]:
    return {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
