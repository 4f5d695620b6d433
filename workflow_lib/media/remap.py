"""Free-form warps of 8-bit planes in numpy, at about the speed of an affine transform.

The four neighbours that a sample is mixed from stand in one 32-bit word, so each pixel is one gather and a few integer
operations, done in tiles that stay in the processor's cache; tiles where nothing moves are copied.
"""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Plane = NDArray[np.uint8]
Ticks = NDArray[np.uint16]

_PER_PIXEL = 64
_ZERO = 1 << 15
_LANES = np.uint32(0x00FF00FF)
_TILE = (240, 60)


def packed(plane: Plane) -> Words:
    """Each sample of `plane` with its right, lower and lower right neighbours in one word."""
    wide = np.pad(plane, ((0, 1), (0, 1)), mode="edge")
    corners = np.stack([wide[:-1, :-1], wide[:-1, 1:], wide[1:, :-1], wide[1:, 1:]], axis=-1)
    return corners.view("<u4")[..., 0].astype(np.uint32)


def ticks(values: NDArray[np.float32], size: tuple[int, int]) -> Ticks:
    """A coarse field of displacements in pixels (at most 500), smoothly enlarged to `size` for `remap`."""
    coarse = np.clip(np.rint(values * _PER_PIXEL) + _ZERO, 0, 2 * _ZERO - 1).astype(np.uint16)
    source = av.VideoFrame.from_ndarray(np.ascontiguousarray(coarse), format="gray16le")
    fine = VideoReformatter().reformat(
        source, width=size[0], height=size[1], format="gray16le", interpolation=Interpolation.BILINEAR, threads=1
    )
    return np.asarray(fine.to_ndarray(), dtype=np.uint16)


def remap(words: Words, dx: Ticks, dy: Ticks, *, share: int = 1) -> Plane:
    """Read a packed plane at each pixel's own place plus its displacement, divided by `share`."""
    height, width = words.shape
    out: Plane = words.astype(np.uint8)
    flat = words.ravel()
    for top in range(0, height, _TILE[1]):
        for left in range(0, width, _TILE[0]):
            tile = (slice(top, min(top + _TILE[1], height)), slice(left, min(left + _TILE[0], width)))
            if (dx[tile] != _ZERO).any() or (dy[tile] != _ZERO).any():
                x = _places(tile[1], dx[tile], share, width)
                y = _places(tile[0], dy[tile].T, share, height).T
                out[tile] = _mixed(flat.take((y >> 6) * width + (x >> 6)), x & 63, y & 63)
    return out


def _places(span: slice, displacement: Ticks, share: int, length: int) -> NDArray[np.int32]:
    """Where the pixels of `span` along the last axis come from, in ticks."""
    own = np.arange(span.start, span.stop, dtype=np.int32) * _PER_PIXEL
    there = own + (displacement.astype(np.int32) - _ZERO) // share
    return np.clip(there, 0, (length - 1) * _PER_PIXEL)


def _mixed(four: Words, x: NDArray[np.int32], y: NDArray[np.int32]) -> Plane:
    fx, fy = x.astype(np.uint32), y.astype(np.uint32)
    columns = (four & _LANES) * (_PER_PIXEL - fx) + ((four >> 8) & _LANES) * fx
    upper, lower = columns & 0xFFFF, columns >> 16
    mixed: Plane = ((upper * (_PER_PIXEL - fy) + lower * fy + 2048) >> 12).astype(np.uint8)
    return mixed
