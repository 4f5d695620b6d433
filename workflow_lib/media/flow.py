"""Dense motion between two pictures, in both directions, with how far it can be trusted.

Coarse to fine: at each size every displacement in a range is tried, and the best one is drawn towards what similar
neighbours chose, more strongly each round (quadratic relaxation). The range is wide at the coarsest size only, where it
covers a seventh of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]

_SIDES = (80, 160, 320)  # the longer side of each size, in pixels
_COARSE_REACH = 11
_FINE_REACH = 2
_ROUNDS = (0.0, 0.0008, 0.003, 0.01)
_CUT_OFF = 0.35
_WINDOW = 2
_TEXTURE = 0.015
_SIMILAR = 0.10
_RINGS = (1, 2, 4, 7)
_AGREEMENT = 1.5  # pixels of the finest size
_LIKENESS = 0.14
_TRUSTED_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Motion:
    """Where each pixel of a picture goes in the other one: (height, width, 2) as x, y in fractions of the longer side.

    `trust`: (height, width), 0..1. Where nothing can be trusted, the displacement is zero.
    """

    displacement: Field
    trust: Field


def motion_between(first: Image.Image, second: Image.Image) -> tuple[Motion, Motion]:
    """The motion from `first` to `second` and back; both are RGB and of one size."""
    forward: Field | None = None
    backward: Field | None = None
    for number, side in enumerate(_SIDES):
        a, b = _features(first, side), _features(second, side)
        reach = _COARSE_REACH if number == 0 else _FINE_REACH
        forward = _relaxed(a, b, _grown(forward, a.shape), reach)
        backward = _relaxed(b, a, _grown(backward, a.shape), reach)
    if forward is None or backward is None:
        raise ValueError("at least one size is needed")
    return _motion(a, b, forward, backward), _motion(b, a, backward, forward)


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


def resized(field: Field, size: tuple[int, int]) -> Field:
    """Each channel of `field` at `size` (width, height)."""
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(field[..., channel])).resize(size, Image.Resampling.BILINEAR))
        for channel in range(field.shape[2])
    ]
    return np.stack(channels, axis=-1)


def _features(picture: Image.Image, side: int) -> Field:
    scale = side / max(picture.size)
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    small = picture.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    return np.asarray(small.convert("YCbCr"), dtype=np.float32) / 255


def _grown(flow: Field | None, shape: tuple[int, ...]) -> Field:
    """The flow of the size before, for a picture of `shape`."""
    if flow is None:
        return np.zeros((shape[0], shape[1], 2), np.float32)
    ratio = np.array([shape[1] / flow.shape[1], shape[0] / flow.shape[0]], np.float32)
    return resized(flow, (shape[1], shape[0])) * ratio


def _relaxed(a: Field, b: Field, start: Field, reach: int) -> Field:
    x, y = places(a.shape)
    warped = sample(b, x + start[..., 0], y + start[..., 1])
    costs = _costs(a, warped, reach)
    labels = np.arange(-reach, reach + 1, dtype=np.float32)
    lowest, usual = costs.min(axis=(0, 1)), costs.mean(axis=(0, 1))
    weight = (usual - lowest) / (usual - lowest + _TEXTURE) * np.exp(-lowest / 0.08) + 1e-4
    found: Field = np.zeros_like(start)
    for pull in _ROUNDS:
        across = pull * (labels[None, :, None, None] - found[None, None, ..., 0]) ** 2
        along = pull * (labels[:, None, None, None] - found[None, None, ..., 1]) ** 2
        found = _guided(_best(costs + across + along, reach), weight, a)
    return start + found


def _costs(a: Field, b: Field, reach: int) -> Field:
    """How unlike the surroundings of each pixel are after each displacement: (2 reach + 1, 2 reach + 1, height, width)."""
    height, width = a.shape[:2]
    wide = np.pad(b, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    count = 2 * reach + 1
    costs = np.empty((count, count, height, width), np.float32)
    for dy in range(count):
        for dx in range(count):
            unlike = np.abs(a - wide[dy : dy + height, dx : dx + width]).sum(axis=-1)
            costs[dy, dx] = np.minimum(unlike, _CUT_OFF)
    return _boxed(_boxed(costs, 2), 3)


def _boxed(values: Field, axis: int) -> Field:
    pad = [(0, 0)] * values.ndim
    pad[axis] = (_WINDOW + 1, _WINDOW)
    sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float32)
    width, length = 2 * _WINDOW + 1, values.shape[axis]
    upper = np.take(sums, range(width, width + length), axis=axis)
    averaged: Field = (upper - np.take(sums, range(length), axis=axis)) / width
    return averaged


def _best(costs: Field, reach: int) -> Field:
    """The cheapest displacement of each pixel, between the labels by a parabola."""
    count, _, height, width = costs.shape
    index = costs.reshape(count * count, height, width).argmin(axis=0)
    dy, dx = np.divmod(index, count)
    rows, columns = np.mgrid[0:height, 0:width]
    inner_x, inner_y = np.clip(dx, 1, count - 2), np.clip(dy, 1, count - 2)
    best_x = dx + _vertex(*(costs[dy, inner_x + step, rows, columns] for step in (-1, 0, 1))) * (dx == inner_x)
    best_y = dy + _vertex(*(costs[inner_y + step, dx, rows, columns] for step in (-1, 0, 1))) * (dy == inner_y)
    return np.stack([best_x - reach, best_y - reach], axis=-1).astype(np.float32)


def _vertex(before: Field, at: Field, after: Field) -> Field:
    curve = before - 2 * at + after
    return np.clip((before - after) / (2 * np.maximum(curve, 1e-6)), -0.5, 0.5)


def _guided(values: Field, weight: Field, guide: Field) -> Field:
    """The mean of what neighbours of the same colour say, by `weight`."""
    pad = max(_RINGS)
    around = ((pad, pad), (pad, pad), (0, 0))
    wide = np.pad(np.concatenate([values * weight[..., None], weight[..., None], guide], axis=-1), around, mode="edge")
    height, width = guide.shape[:2]
    total = np.concatenate([values * weight[..., None], weight[..., None]], axis=-1)
    for ring in _RINGS:
        for dy, dx in ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)):
            top, left = pad + dy * ring, pad + dx * ring
            there = wide[top : top + height, left : left + width]
            alike = np.exp(-np.abs(there[..., 3:] - guide).sum(axis=-1) / _SIMILAR)
            total += there[..., :3] * alike[..., None]
    return total[..., :2] / np.maximum(total[..., 2:], 1e-8)


def _motion(a: Field, b: Field, flow: Field, back: Field) -> Motion:
    x, y = places(a.shape)
    there = (x + flow[..., 0], y + flow[..., 1])
    returned = np.square(flow + sample(back, *there)).sum(axis=-1)
    unlike = np.abs(a - sample(b, *there)).sum(axis=-1)
    trust = np.exp(-returned / _AGREEMENT**2 - (unlike / _LIKENESS) ** 2).astype(np.float32)
    filled = flow
    for _ in range(3):
        filled = trust[..., None] * flow + (1 - trust[..., None]) * _guided(filled, trust + 1e-3, a)
    blurred = _broad(trust)
    certain = np.clip(blurred / _TRUSTED_SHARE, 0, 1) ** 2
    shown: Field = filled * certain[..., None] / max(a.shape)
    return Motion(shown, trust)


def _broad(values: Field) -> Field:
    """`values` averaged over about a tenth of the picture."""
    size = (values.shape[1], values.shape[0])
    few = (max(2, size[0] // 20), max(2, size[1] // 20))
    small = Image.fromarray(values).resize(few, Image.Resampling.BOX)
    return np.asarray(small.resize(size, Image.Resampling.BICUBIC))
