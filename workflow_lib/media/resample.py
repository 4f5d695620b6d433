"""Sub-pixel crops of one 8-bit plane, at many times the speed of Pillow's resize.

libswscale scales whole pixels to whole pixels, with exact phases. So a fractional crop is met by choosing, among crops
a little larger than asked for, sizes whose ratio is the zoom and a place whose phase is right; where there is none
(ratios near a simple fraction) the rest of the phase is made up by mixing two neighbouring crops.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.uint8]

MARGIN = 72
"""Pixels that a plane has around what is shown, so that a crop may be chosen larger than asked for."""

_SHARP = int(Interpolation.BICUBIC | Interpolation.ACCURATE_RND)
_SOFT = int(Interpolation.BILINEAR | Interpolation.ACCURATE_RND)
_SKIRT = 3  # pixels of the result that the edge of the crop would show in
_CHOICES = 40
_EXACT = 0.03  # pixels

_scalers = threading.local()


@dataclass(frozen=True, slots=True)
class _Cut:
    """Along one axis: take `length` pixels from `start`, make them `scaled`, keep from `skip` + `rest` (0..1) on."""

    start: int
    length: int
    scaled: int
    skip: int
    rest: float


def resample(
    plane: Plane, box: tuple[float, float, float, float], size: tuple[int, int], *, sharp: bool = True
) -> Image.Image:
    """Scale `box` (left, top, right, bottom) of `plane` to `size`; not `sharp` is a quarter faster.

    The box keeps MARGIN pixels from the border of the plane, and is at most 1.5 times as large as `size`.
    """
    across = _cut(box[0], box[2] - box[0], size[0])
    along = _cut(box[1], box[3] - box[1], size[1])
    part = plane[along.start : along.start + along.length, across.start : across.start + across.length]
    roomy = _scale(part, (across.scaled, along.scaled), _SHARP if sharp else _SOFT)
    left, top = across.skip, along.skip
    whole = roomy.crop((left, top, left + size[0] + 1, top + size[1] + 1))
    if across.rest > 0:
        whole = _mixed(whole, roomy.crop((left + 1, top, left + size[0] + 2, top + size[1] + 1)), across.rest)
    if along.rest > 0:
        whole = _mixed(whole, whole.crop((0, 1, size[0] + 1, size[1] + 2)), along.rest)
    return whole.crop((0, 0, *size))


def _mixed(here: Image.Image, next_to_it: Image.Image, share: float) -> Image.Image:
    here.paste(next_to_it, mask=Image.new("L", here.size, round(share * 255)))  # rounds, Image.blend cuts off
    return here


@functools.lru_cache(maxsize=64)  # the planes of one layer are cut alike
def _cut(start: float, length: float, size: int) -> _Cut:
    ratio = length / size
    places = _places(start, ratio)
    good = next((place for place in places if abs(place[2]) < _EXACT), None)
    skip, first, rest = good or min(places, key=lambda place: abs(place[2]))
    if good:
        rest = 0.0
    elif rest < 0:
        skip, rest = skip - 1, rest + 1
    scaled = _scaled_length(size + skip + _SKIRT, ratio)
    return _Cut(first, round(scaled * ratio), scaled, skip, rest)


def _scaled_length(least: int, ratio: float) -> int:
    """The first length from `least` on that is, times `ratio`, nearly whole; the nearest of them if none is."""
    choices = range(least, least + _CHOICES)
    errors = [abs(total * ratio - round(total * ratio)) for total in choices]
    return (
        next((total for total, error in zip(choices, errors, strict=True) if error < _EXACT), None)
        or min(zip(errors, choices, strict=True))[1]
    )


def _places(start: float, ratio: float) -> list[tuple[int, int, float]]:
    """Where a crop may begin: pixels of the result to skip, first pixel of the plane, fraction that is left over."""
    return [
        (skip, first, (start - first) / ratio - skip)
        for skip in range(_SKIRT, _SKIRT + _CHOICES)
        for first in (round(start - skip * ratio),)
    ]


def _scale(part: Plane, size: tuple[int, int], method: int) -> Image.Image:
    scaled = scaler(str(method)).reformat(
        av.VideoFrame.from_numpy_buffer(part, format="gray"),
        width=size[0],
        height=size[1],
        format="gray",
        interpolation=method,
        threads=1,
    )
    rows: Plane = np.frombuffer(memoryview(scaled.planes[0]), np.uint8).reshape(-1, scaled.planes[0].line_size)
    return Image.fromarray(rows)


def scaler(purpose: str) -> VideoReformatter:
    """A scaler for this thread and `purpose`: it keeps its filters for as long as the sizes stay the same."""
    kept: dict[str, VideoReformatter] = _scalers.__dict__
    return kept.setdefault(purpose, VideoReformatter())
