"""Composites: a background with characters, or two halves, painted into one picture or kept as layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from workflow_lib.files import atomic_path
from workflow_lib.pictures import fit_picture, load_picture
from workflow_lib.recipes import Character, Recipe, Scene, Split, halved

_COMPRESS_LEVEL = 1  # five times as fast as Pillow's default, for files a fifth larger
_HIDDEN_MARGIN = 0.2
_DETAIL = 1.272  # not a simple fraction: see resample
_GROUND_LINE = 0.35
_INVISIBLE = 1 / 512

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """One picture of a scene, ready to be moved by a camera.

    `region`: left, top, right, bottom of the part of the frame it lives in, in pixels, all even. `left`, `top`: where
    it stands in its region, in pixels of the frame. `scale`: its own pixels per pixel of the frame. `depth`: 0
    (background, RGB, fills its region) .. 1 (nearest); None: fixed to the frame.
    """

    image: Image.Image
    region: Box
    left: float
    top: float
    scale: float
    depth: float | None


def compose(recipe: Recipe, size: tuple[int, int]) -> Image.Image:
    """Paint `recipe` as one RGB picture of `size` pixels.

    Raises:
        BadMedia: one of its pictures cannot be used.
    """
    if isinstance(recipe, Scene):
        return _paint(recipe, size)
    canvas = Image.new("RGB", size)
    for scene, box in zip((recipe.first, recipe.second), halves(recipe, size), strict=True):
        canvas.paste(_paint(scene, _extent(box)), box[:2])
    canvas.paste(recipe.color, divider_box(recipe, size))
    return canvas


def write_composite(recipe: Recipe, out: Path, size: tuple[int, int], *, stamp: Mapping[str, str]) -> None:
    """Write `recipe` as a PNG, byte for byte the same each time, with `stamp` as text before its pixels.

    Raises:
        BadMedia: one of its pictures cannot be used.
        OutOfSpace: the file cannot be written.
    """
    write_picture(compose(recipe, size), out, stamp=stamp)


def write_picture(picture: Image.Image, out: Path, *, stamp: Mapping[str, str]) -> None:
    """Write `picture` as a PNG, byte for byte the same each time, with `stamp` as text before its pixels.

    Raises:
        OutOfSpace: the file cannot be written.
    """
    text = PngInfo()
    for key, value in sorted(stamp.items()):
        text.add_text(key, value)
    with atomic_path(out) as temporary:
        picture.save(temporary, format="PNG", pnginfo=text, compress_level=_COMPRESS_LEVEL)


def layers(recipe: Recipe, size: tuple[int, int]) -> tuple[Layer, ...]:
    """The pictures of `recipe` from back to front, for a frame of `size` pixels (even), kept apart.

    They have a quarter more pixels than the frame needs, so that a camera may come closer.

    Raises:
        BadMedia: one of its pictures cannot be used.
    """
    if isinstance(recipe, Scene):
        return _scene_layers(recipe, (0, 0, *size))
    first, second = halves(recipe, size)
    apart = _scene_layers(recipe.first, first) + _scene_layers(recipe.second, second)
    line = divider_box(recipe, size)
    if _extent(line)[0] * _extent(line)[1] == 0:
        return apart
    bar = Image.new("RGBA", _extent(line), recipe.color)
    return (*apart, Layer(bar, (0, 0, *size), line[0], line[1], 1.0, None))


def halves(split: Split, size: tuple[int, int]) -> tuple[Box, Box]:
    """Where the two scenes of `split` stand; the cut is at an even pixel, so that colour planes can be cut there."""
    width, height = size
    if split.direction == "left_right":
        cut = halved(width)
        return (0, 0, cut, height), (cut, 0, width, height)
    cut = halved(height)
    return (0, 0, width, cut), (0, cut, width, height)


def divider_box(split: Split, size: tuple[int, int]) -> Box:
    """Where the divider of `split` is painted, in pixels; empty when it has none."""
    width, height = size
    thick = max(1, round(split.divider * min(size) / 1080)) if split.divider > 0 else 0
    cut = halves(split, size)[0]
    if split.direction == "left_right":
        return (cut[2] - thick // 2, 0, cut[2] - thick // 2 + thick, height)
    return (0, cut[3] - thick // 2, width, cut[3] - thick // 2 + thick)


def working_size(size: tuple[int, int]) -> tuple[int, int]:
    """The even size at which a picture that fills a frame of `size` is kept for a camera that moves over it."""
    return round(size[0] * _DETAIL / 2) * 2, round(size[1] * _DETAIL / 2) * 2


def _paint(scene: Scene, size: tuple[int, int]) -> Image.Image:
    canvas = fit_picture(load_picture(scene.background), size, scene.fit)
    for character in scene.characters:
        cut = _cut_out(character, size, scale=1.0, margin=0.0)
        if cut is not None:
            image, left, top = cut
            canvas.paste(image, (left, top), image)
    return canvas


def _scene_layers(scene: Scene, region: Box) -> tuple[Layer, ...]:
    size = _extent(region)
    ground_size = working_size(size)
    ground = fit_picture(load_picture(scene.background), ground_size, scene.fit)
    result = [Layer(ground, region, 0.0, 0.0, ground_size[0] / size[0], 0.0)]
    for character in scene.characters:
        cut = _cut_out(character, size, scale=_DETAIL, margin=_HIDDEN_MARGIN)
        if cut is not None:
            image, left, top = cut
            at = (left / _DETAIL, top / _DETAIL)
            result.append(Layer(image, region, *at, _DETAIL, _depth(character)))
    return tuple(result)


def _depth(character: Character) -> float:
    if character.depth is not None:
        return character.depth
    return min(max((character.y - _GROUND_LINE) / (1 - _GROUND_LINE), 0.1), 1.0)


def _cut_out(
    character: Character, size: tuple[int, int], *, scale: float, margin: float
) -> tuple[Image.Image, int, int] | None:
    """The part of `character` in the frame and `margin` around it as RGBA, and its place; None when nothing shows.

    All in pixels of a frame `scale` times `size`. Only that part is ever scaled: a huge figure costs no more.
    """
    figure = load_picture(character.image)
    frame = (size[0] * scale, size[1] * scale)
    height = max(1, round(character.height * frame[1]))
    width = max(1, round(height * figure.width / figure.height))
    left, top = round(character.x * frame[0] - width / 2), round(character.y * frame[1] - height)
    x0, x1 = _visible(left, width, frame[0], margin)
    y0, y1 = _visible(top, height, frame[1], margin)
    if x0 >= x1 or y0 >= y1:
        return None
    if character.flip:
        figure = ImageOps.mirror(figure)
    fx, fy = figure.width / width, figure.height / height
    image = _resized(figure, (x1 - x0, y1 - y0), ((x0 - left) * fx, (y0 - top) * fy, (x1 - left) * fx, (y1 - top) * fy))
    if character.opacity < 1:
        image.putalpha(image.getchannel("A").point(lambda value: round(value * character.opacity)))
    shown = image.getchannel("A").getbbox()
    return (image.crop(shown), x0 + shown[0], y0 + shown[1]) if shown else None


def _resized(figure: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]) -> Image.Image:
    """`box` of a figure at `size`, as RGBA.

    Colours are weighted by alpha, so that hidden ones never show, and in floating point, because the overshoot of the
    filter would be cut off in the alpha but not in the colours: a bright line along each edge.
    """
    if figure.mode != "RGBA":
        return figure.resize(size, Image.Resampling.LANCZOS, box=box).convert("RGBA")
    values = np.asarray(figure, dtype=np.float32)
    alpha = values[..., 3]
    weighted = [values[..., channel] * (alpha / 255) for channel in range(3)]
    *colors, cover = (_scaled(np.ascontiguousarray(plane), size, box) for plane in (*weighted, alpha))
    full = np.stack([*(color / np.maximum(cover / 255, _INVISIBLE) for color in colors), cover], axis=-1)
    return Image.fromarray(np.clip(np.rint(full), 0, 255).astype(np.uint8))


def _scaled(
    plane: NDArray[np.float32], size: tuple[int, int], box: tuple[float, float, float, float]
) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS, box=box))


def _visible(start: int, length: int, frame: float, margin: float) -> tuple[int, int]:
    return max(start, round(-margin * frame)), min(start + length, round((1 + margin) * frame))


def _extent(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]
