"""Free-form warps of 8-bit planes in numpy, several times as fast as an affine transform in Pillow.

A plane is enlarged once; from then on each pixel of a frame is one read at the nearest place, an eighth of a pixel off
at most. It is done in tiles that stay in the processor's cache; tiles where nothing moves are copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray
from PIL import Image

from workflow_lib.media.resample import scaler

Plane = NDArray[np.uint8]
Ticks = NDArray[np.uint16]

_PER_PIXEL = 64
_ZERO = 1 << 15
_LARGEST = 2 * _ZERO - 2 * _PER_PIXEL
_TILE = (480, 60)
_PLACES, _FEW_PLACES = 4, 2  # for each pixel and axis
_MANY = 4_000_000  # pixels; more are enlarged less
_BORDER = 4


def enlarged(plane: Plane) -> Plane:
    """`plane` with a few samples between its own, which are unchanged; for `remap`."""
    height, width = plane.shape
    places = _PLACES if plane.size <= _MANY else _FEW_PLACES
    start = _BORDER + 0.5 - 0.5 / places
    wide = Image.fromarray(np.pad(plane, _BORDER, mode="edge"))
    box = (start, start, start + width, start + height)
    return np.asarray(wide.resize((width * places, height * places), Image.Resampling.BILINEAR, box))


def ticks(values: NDArray[np.float32], size: tuple[int, int]) -> Ticks:
    """A coarse field of displacements in pixels (at most 500), smoothly enlarged to `size` for `remap`."""
    coarse = np.clip(np.rint(values * _PER_PIXEL) + _ZERO, 0, _LARGEST).astype(np.uint16)
    return np.asarray(_smooth(coarse, size, "gray16le"), dtype=np.uint16)


def smooth(coarse: Plane, size: tuple[int, int]) -> Plane:
    """A coarse plane, smoothly enlarged to `size`."""
    return np.asarray(_smooth(coarse, size, "gray"), dtype=np.uint8)


def _smooth(coarse: NDArray[Any], size: tuple[int, int], kind: str) -> NDArray[Any]:
    source = av.VideoFrame.from_ndarray(np.ascontiguousarray(coarse), format=kind)
    method = int(Interpolation.BILINEAR)
    fine = scaler(f"{kind} {size}").reformat(
        source, width=size[0], height=size[1], format=kind, interpolation=method, threads=1
    )
    return fine.to_ndarray()


def remap(planes: Sequence[tuple[Plane, Plane]], dx: Ticks, dy: Ticks, *, share: int = 1) -> list[Plane]:
    """Read `planes`, each as it is and `enlarged`, at every pixel's own place plus its displacement over `share`."""
    height, width = dx.shape
    places = planes[0][1].shape[1] // width
    out = [plain.copy() for plain, _ in planes]
    flat = [fine.ravel() for _, fine in planes]
    for top in range(0, height, _TILE[1]):
        for left in range(0, width, _TILE[0]):
            tile = (slice(top, min(top + _TILE[1], height)), slice(left, min(left + _TILE[0], width)))
            if (dx[tile] != _ZERO).any() or (dy[tile] != _ZERO).any():
                x = _places(dx[tile], _own(tile[1], places), places, width, share)
                y = _places(dy[tile], _own(tile[0], places)[:, None], places, height, share)
                index = np.add(np.multiply(y, width * places, dtype=np.uint32), x, dtype=np.intp)
                for target, source in zip(out, flat, strict=True):
                    target[tile] = source.take(index, mode="wrap")  # none is outside; the other modes are slower
    return out


def _own(span: slice, places: int) -> Ticks:
    return np.arange(span.start * places, span.stop * places, places, dtype=np.uint16)


def _places(displacement: Ticks, own: Ticks, places: int, length: int, share: int) -> Ticks:
    """Where pixels come from along one axis, in samples of the enlarged plane of `length` pixels."""
    step = _PER_PIXEL * share // places
    zero = _ZERO // step
    there = (displacement + np.uint16(step // 2)) >> np.uint16(step.bit_length() - 1)
    there += own
    there.clip(zero, zero + length * places - 1, out=there)
    there -= np.uint16(zero)
    return there
