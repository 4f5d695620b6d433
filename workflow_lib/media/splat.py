"""A coarse picture carried along its motion: what lies at each place afterwards, and whether anything does."""

from __future__ import annotations

import numpy as np

from workflow_lib.media.fields import Field, boxed, places

_PRIORITY = 7.0
_COVERED = 0.35
_ENOUGH = 0.75  # a stretched grid has gaps that are no holes
_FILL_REACHES = (2, 6, 16)
_LEAST = 0.004
_ANYTHING = 1e-6


def nearness(going: Field, trust: Field) -> Field:
    """How surely each place passes before others: what moves, apart from the usual motion, passes before what rests."""
    usual = np.median(going.reshape(-1, 2), axis=0)
    apart = np.linalg.norm(going - usual, axis=-1) * np.sqrt(trust)
    return np.asarray(np.exp(_PRIORITY * apart / max(1.0, float(apart.max()))), dtype=np.float32)


def carried(going: Field, nearness: Field, done: float) -> tuple[Field, Field]:
    """For each cell, how far away what lies there came from when `done` of the motion is over, and how covered it is.

    `going` and the result are in cells. Uncovered cells get what is around them, the farther of it first.
    """
    if done == 0 or not going.any():
        return np.zeros_like(going), np.ones(going.shape[:2], np.float32)
    x, y = places(going.shape)
    index, share = _corners(x + done * going[..., 0], y + done * going[..., 1], going.shape)
    near = np.tile(nearness.ravel(), 4) * share
    size = going.shape[0] * going.shape[1]
    total = np.bincount(index, near, size)
    cover = np.bincount(index, share, size).reshape(going.shape[:2])
    moved = [np.bincount(index, near * np.tile(-done * going[..., axis].ravel(), 4), size) for axis in (0, 1)]
    back = (np.stack(moved, axis=-1) / np.maximum(total, 1e-9)[:, None]).reshape(going.shape).astype(np.float32)
    farness = np.where(cover > _COVERED, cover / np.maximum(total.reshape(cover.shape), 1e-9), 0).astype(np.float32)
    even = boxed(boxed(cover.astype(np.float32), 0, 1), 1, 1)
    return _filled(back, farness), np.clip(even / _ENOUGH, _LEAST, 1).astype(np.float32)


def _corners(x: Field, y: Field, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The four cells around each place, and the share of each."""
    height, width = shape[:2]
    left, top = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    fx, fy = x - left, y - top
    index, share = [], []
    for dy in (0, 1):
        for dx in (0, 1):
            inside = (left + dx >= 0) & (left + dx < width) & (top + dy >= 0) & (top + dy < height)
            cell = np.clip(top + dy, 0, height - 1) * width + np.clip(left + dx, 0, width - 1)
            index.append(cell.ravel())
            share.append((np.abs(1 - dx - fx) * np.abs(1 - dy - fy) * inside).ravel())
    return np.concatenate(index), np.concatenate(share)


def _filled(back: Field, weight: Field) -> Field:
    """Cells without weight get the mean of the cells around them, from near by first."""
    result = back.copy()
    empty = weight <= 0
    for reach in _FILL_REACHES:
        if not empty.any():
            break
        spread = np.concatenate([result * weight[..., None], weight[..., None]], axis=-1)
        spread = boxed(boxed(spread, 0, reach), 1, reach)
        there = empty & (spread[..., 2] > _ANYTHING)
        result[there] = spread[there][:, :2] / spread[there][:, 2:]
        empty &= ~there
    return result
