"""Values on a coarse grid: read between its cells, averaged, and made another size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]

DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
"""Steps to the eight neighbours, as rows and columns."""


def sample(field: Field, x: Field, y: Field) -> Field:
    """Read (height, width, channels) `field` at fractional places; beyond the border its edge goes on."""
    height, width = field.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(np.int32), width - 2), np.minimum(y.astype(np.int32), height - 2)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    upper = field[top, left] * (1 - fx) + field[top, left + 1] * fx
    lower = field[top + 1, left] * (1 - fx) + field[top + 1, left + 1] * fx
    mixed: Field = (upper * (1 - fy) + lower * fy).astype(np.float32)
    return mixed


def places(shape: tuple[int, ...]) -> tuple[Field, Field]:
    """The x and y of each pixel of a field of `shape`."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return x, y


def unlike(a: Field, b: Field) -> Field:
    """How far apart two pictures are: the differences of all channels together."""
    difference = np.subtract(a, b)
    np.abs(difference, out=difference)
    return difference @ np.ones(difference.shape[-1], np.float32)  # a sum over so few takes six times as long


def resized(field: Field, size: tuple[int, int]) -> Field:
    """Each channel of `field` at `size` (width, height)."""
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(field[..., channel])).resize(size, Image.Resampling.BILINEAR))
        for channel in range(field.shape[2])
    ]
    return np.stack(channels, axis=-1)


def boxed(values: NDArray[np.floating], axis: int, reach: int) -> Field:
    """The mean of `reach` values on both sides, along one axis."""
    pad = [(0, 0)] * values.ndim
    pad[axis] = (reach + 1, reach)
    sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float32)
    width, length = 2 * reach + 1, values.shape[axis]
    upper = np.take(sums, range(width, width + length), axis=axis)
    return np.asarray((upper - np.take(sums, range(length), axis=axis)) / width, dtype=np.float32)
