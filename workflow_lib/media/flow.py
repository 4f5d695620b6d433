"""Dense motion between two pictures, in both directions, with how far it can be trusted.

At the coarsest size every displacement up to a quarter of the picture is tried; those that most pixels vote for become
the candidates, and each pixel takes the one that suits it and its similar neighbours best: figures move as wholes.
Finer sizes correct that by small displacements, drawn to what similar neighbours chose, more strongly each round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Field = NDArray[np.float32]

_SIDES = (80, 160, 320)  # the longer side of each size, in pixels
_REACH = (22, 14)  # across and along, for a wide picture
_FINE_REACH = 2
_CANDIDATES = 14
_RIVALS = 2  # displacements nearer to a candidate than this are the same motion
_GATHERINGS = 4
_RELUCTANCE = 0.015  # to move otherwise than most of the picture
_ROUNDS = (0.0, 0.0008, 0.003, 0.01)
_CUT_OFF = 0.35
_WINDOW = 2
_TEXTURE = 0.015
_POOR = 0.08
_COLOR, _RELIEF, _FAINT = 0.6, 0.08, 0.02
_SURROUNDINGS = 3
_SIMILAR = 0.10
_RINGS = (1, 2, 4, 7)
_WIDE_RINGS = (1, 3, 7, 13)
_DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
_PASSED_ON = 0.8
_CRUMB = 9
_AGREEMENT = 1.5  # pixels of the finest size
_LIKENESS = 0.14
_TRUSTED_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Motion:
    """Where each pixel of a picture goes in the other one: (height, width, 2) as x, y in fractions of the longer side.

    `trust`: (height, width), 0..1. Where nothing can be trusted, the displacement is zero.
    """

    displacement: Field
    trust: Field

    def at(self, side: int) -> tuple[Field, Field]:
        """Displacement, in cells, and trust on a grid whose longer side has `side` cells."""
        height, width = self.trust.shape
        scale = side / max(width, height)
        grid = (max(2, round(width * scale)), max(2, round(height * scale)))
        return resized(self.displacement, grid) * side, resized(self.trust[..., None], grid)[..., 0]


def motion_between(first: Image.Image, second: Image.Image) -> tuple[Motion, Motion]:
    """The motion from `first` to `second` and back; both are RGB and of one size."""
    a, b = _relit(_features(first, _SIDES[0]), _features(second, _SIDES[0]))
    forward, backward = _coarse(a, b), _coarse(b, a)
    for side in _SIDES:
        a, b = _relit(_features(first, side), _features(second, side))
        forward = _relaxed(a, b, _grown(forward, a.shape))
        backward = _relaxed(b, a, _grown(backward, a.shape))
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
    mine[..., 1:] += _RELUCTANCE
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
            unlike = np.abs(a - wide[dy : dy + height, dx : dx + width]).sum(axis=-1)
            costs[dy, dx] = np.minimum(unlike, _CUT_OFF)
    return boxed(boxed(costs, 2, _WINDOW), 3, _WINDOW)


def boxed(values: NDArray[np.floating], axis: int, reach: int) -> Field:
    """The mean of `reach` values on both sides, along one axis."""
    pad = [(0, 0)] * values.ndim
    pad[axis] = (reach + 1, reach)
    sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float32)
    width, length = 2 * reach + 1, values.shape[axis]
    upper = np.take(sums, range(width, width + length), axis=axis)
    return np.asarray((upper - np.take(sums, range(length), axis=axis)) / width, dtype=np.float32)


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
        for dy, dx in _DIRECTIONS:
            top, left = pad + dy * ring, pad + dx * ring
            there = wide[top : top + height, left : left + width]
            alike = np.exp(-np.abs(there[..., count + 1 :] - guide).sum(axis=-1) / _SIMILAR)
            total += there[..., : count + 1] * alike[..., None]
    mean: Field = total[..., :count] / np.maximum(total[..., count:], 1e-8)
    return mean


def _followed(values: Field, trust: Field, guide: Field) -> tuple[Field, Field]:
    """Each pixel as it is, or like a neighbour that is alike and can be trusted more: means would tear edges."""
    pad, (height, width) = max(_WIDE_RINGS), trust.shape
    around = ((pad, pad), (pad, pad), (0, 0))
    wide = np.pad(np.concatenate([values, trust[..., None], guide], axis=-1), around, mode="edge")
    best, credit = values.copy(), trust.copy()
    for ring in _WIDE_RINGS:
        for dy, dx in _DIRECTIONS:
            top, left = pad + dy * ring, pad + dx * ring
            there = wide[top : top + height, left : left + width]
            offer = there[..., 2] * _PASSED_ON * np.exp(-np.abs(there[..., 3:] - guide).sum(axis=-1) / _SIMILAR)
            better = offer > credit
            best[better], credit[better] = there[better][:, :2], offer[better]
    return best, credit


def _motion(a: Field, b: Field, flow: Field, back: Field) -> Motion:
    x, y = places(a.shape)
    there = (x + flow[..., 0], y + flow[..., 1])
    returned = np.square(flow + sample(back, *there)).sum(axis=-1)
    unlike = np.abs(a - sample(b, *there)).sum(axis=-1)
    trust = np.exp(-returned / _AGREEMENT**2 - (unlike / _LIKENESS) ** 2).astype(np.float32)
    filled, credit = flow, trust
    for _ in range(3):
        filled, credit = _followed(filled, credit, a)
    filled = np.stack([_without_crumbs(filled[..., axis]) for axis in (0, 1)], axis=-1)
    blurred = _broad(trust)
    certain = np.clip(blurred / _TRUSTED_SHARE, 0, 1)
    shown: Field = filled * certain[..., None] / max(a.shape)
    return Motion(shown, trust)


def _without_crumbs(values: Field) -> Field:
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).filter(ImageFilter.MedianFilter(_CRUMB)))


def _broad(values: Field) -> Field:
    """`values` averaged over about a tenth of the picture."""
    size = (values.shape[1], values.shape[0])
    few = (max(2, size[0] // 20), max(2, size[1] // 20))
    small = Image.fromarray(values).resize(few, Image.Resampling.BOX)
    return np.asarray(small.resize(size, Image.Resampling.BICUBIC))
