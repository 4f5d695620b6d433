"""Dense motion between two pictures, in both directions, with how far it can be trusted.

At the coarsest size every displacement up to a quarter of the picture is tried; those that most pixels vote for become
the candidates, and each pixel takes the one that suits it and its similar neighbours best: figures move as wholes.
Finer sizes correct that by small displacements, drawn to what similar neighbours chose, more strongly each round.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workflow_lib.media.fields import DIRECTIONS, Field, boxed, places, resized, sample, unlike
from workflow_lib.media.trust import GAIN, RELUCTANCE, Motion, settled

_SIDES = (80, 160, 320)  # the longer side of each size, in pixels
_REACH = (22, 14)  # across and along, for a wide picture
_FINE_REACH = 2
_CANDIDATES = 14
_RIVALS = 2  # displacements nearer to a candidate than this are the same motion
_GATHERINGS = 4
_ROUNDS = (0.0, 0.0008, 0.003, 0.01)
_CUT_OFF = 0.35
_WINDOW = 2
_TEXTURE = 0.015
_POOR = 0.08
_COLOR, _RELIEF, _FAINT = 0.6, 0.08, 0.02
_SURROUNDINGS = 3
_SIMILAR = 0.10
_RINGS = (1, 2, 4, 7)


def motion_between(first: Image.Image, second: Image.Image) -> tuple[Motion, Motion]:
    """The motion from `first` to `second` and back; both are RGB and of one size."""
    a, b = _relit(_features(first, _SIDES[0]), _features(second, _SIDES[0]))
    forward, backward = _coarse(a, b), _coarse(b, a)
    for side in _SIDES:
        a, b = _relit(_features(first, side), _features(second, side))
        forward = _relaxed(a, b, _grown(forward, a.shape))
        backward = _relaxed(b, a, _grown(backward, a.shape))
    return settled(a, b, forward, backward), settled(b, a, backward, forward)


def _features(picture: Image.Image, side: int) -> Field:
    """Brightness, two colours, and the brightness as it stands out from its surroundings, whatever the light is."""
    scale = side / max(picture.size)
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    small = picture.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    channels = np.asarray(small.convert("YCbCr"), dtype=np.float32) / 255
    bright = channels[..., 0]
    apart = np.subtract(bright, _averaged(bright), dtype=np.float32)
    relief = apart / (np.sqrt(_averaged(np.square(apart))) + _FAINT) * _RELIEF
    return np.concatenate([channels * _COLOR, relief[..., None]], axis=-1).astype(np.float32)


def _relit(a: Field, b: Field) -> tuple[Field, Field]:
    """Both in the same light: the broad difference of their colours (another time of day) is shared out."""
    x, y = (axis.ravel() / (max(a.shape) / 2) - 1 for axis in places(a.shape))
    basis = np.stack([np.ones_like(x), x, x * x, y, y**2, y**3, y**4, x * y], axis=-1)
    difference = (a - b)[..., :3].reshape(-1, 3)
    broad = (basis @ np.linalg.lstsq(basis, difference, rcond=None)[0]).reshape(*a.shape[:2], 3)
    shift = np.concatenate([broad, np.zeros_like(a[..., 3:])], axis=-1).astype(np.float32) / 2
    return (a - shift).astype(np.float32), (b + shift).astype(np.float32)


def _averaged(values: NDArray[np.floating]) -> Field:
    return boxed(boxed(values, 0, _SURROUNDINGS), 1, _SURROUNDINGS)


def _grown(flow: Field, shape: tuple[int, ...]) -> Field:
    """The flow of another size, for a picture of `shape`."""
    ratio = np.array([shape[1] / flow.shape[1], shape[0] / flow.shape[0]], np.float32)
    return resized(flow, (shape[1], shape[0])) * ratio


def _coarse(a: Field, b: Field) -> Field:
    """The candidate displacement that suits each pixel and its similar neighbours best."""
    across, along = _REACH if a.shape[1] >= a.shape[0] else _REACH[::-1]
    costs = _costs(a, b, (across, along))
    flat = costs.reshape(-1, *a.shape[:2])
    weight = _weight(flat)
    votes = np.bincount(flat.argmin(axis=0).ravel(), weight.ravel(), len(flat)).astype(np.float32)
    chosen = _candidates(votes.reshape(costs.shape[:2]))
    mine = np.stack([costs[dy, dx] for dy, dx in chosen], axis=-1)
    for _ in range(_GATHERINGS):
        mine = _guided(mine, weight + _TEXTURE, a)
    mine[..., 0] = mine[..., 0] * GAIN - RELUCTANCE
    labels = np.array([(dx - across, dy - along) for dy, dx in chosen], np.float32)
    best: Field = labels[mine.argmin(axis=-1)]
    return best


def _candidates(votes: Field) -> list[tuple[int, int]]:
    """The displacements (row, column) with the most votes around them, each some way from the others."""
    open_votes = boxed(boxed(votes, 0, 1), 1, 1)
    found: list[tuple[int, int]] = []
    while len(found) < _CANDIDATES:
        dy, dx = divmod(int(open_votes.argmax()), votes.shape[1])
        found.append((dy, dx))
        open_votes[max(0, dy - _RIVALS + 1) : dy + _RIVALS, max(0, dx - _RIVALS + 1) : dx + _RIVALS] = -1
    return found


def _weight(costs: Field) -> Field:
    """How much a pixel knows: it looks like something, and unlike most other places."""
    lowest, usual = costs.min(axis=0), costs.mean(axis=0)
    known = (usual - lowest) / (usual - lowest + _TEXTURE) * np.exp(-lowest / _POOR) + 1e-4
    return np.asarray(known, dtype=np.float32)


def _relaxed(a: Field, b: Field, start: Field) -> Field:
    x, y = places(a.shape)
    reach = _FINE_REACH
    costs = _costs(a, sample(b, x + start[..., 0], y + start[..., 1]), (reach, reach))
    labels = np.arange(-reach, reach + 1, dtype=np.float32)
    weight = _weight(costs.reshape(-1, *a.shape[:2]))
    found: Field = np.zeros_like(start)
    for pull in _ROUNDS:
        across = np.square(labels[None, :, None, None] - found[None, None, ..., 0])
        along = np.square(labels[:, None, None, None] - found[None, None, ..., 1])
        found = _guided(_best((costs + pull * (across + along)).astype(np.float32), reach), weight, a)
    return start + found


def _costs(a: Field, b: Field, reach: tuple[int, int]) -> Field:
    """How unlike the surroundings of each pixel are after each displacement: (rows, columns, height, width)."""
    height, width = a.shape[:2]
    wide = np.pad(b, ((reach[1], reach[1]), (reach[0], reach[0]), (0, 0)), mode="edge")
    rows, columns = 2 * reach[1] + 1, 2 * reach[0] + 1
    costs = np.empty((rows, columns, height, width), np.float32)
    for dy in range(rows):
        for dx in range(columns):
            costs[dy, dx] = np.minimum(unlike(a, wide[dy : dy + height, dx : dx + width]), _CUT_OFF)
    return boxed(boxed(costs, 2, _WINDOW), 3, _WINDOW)


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
    curve = np.maximum(before - 2 * at + after, 1e-6)
    return np.asarray(np.clip((before - after) / (2 * curve), -0.5, 0.5), dtype=np.float32)


def _guided(values: Field, weight: Field, guide: Field) -> Field:
    """The mean of what neighbours of the same colour say, by `weight`."""
    pad, count = max(_RINGS), values.shape[-1]
    around = ((pad, pad), (pad, pad), (0, 0))
    weighted = np.concatenate([values * weight[..., None], weight[..., None]], axis=-1)
    wide = np.pad(np.concatenate([weighted, guide], axis=-1), around, mode="edge")
    height, width = guide.shape[:2]
    total = weighted.copy()
    for ring in _RINGS:
        for dy, dx in DIRECTIONS:
            top, left = pad + dy * ring, pad + dx * ring
            there = wide[top : top + height, left : left + width]
            alike = np.exp(-unlike(there[..., count + 1 :], guide) / _SIMILAR)
            total += there[..., : count + 1] * alike[..., None]
    mean: Field = total[..., :count] / np.maximum(total[..., count:], 1e-8)
    return mean
