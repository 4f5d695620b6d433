"""How far a dense motion can be believed, and what is shown where it cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from workflow_lib.media.fields import DIRECTIONS, Field, boxed, places, resized, sample, unlike

GAIN, RELUCTANCE = 0.8, 0.01
"""What a motion of its own must better the usual one by: a factor and a difference of costs."""

_SIMILAR = 0.10
_WINDOW = 2
_AGREEMENT = 1.5  # pixels of the finest size
_LIKENESS = 0.14
_TRUSTED_SHARE = 0.15
_WIDE_RINGS = (1, 3, 7, 13)
_PASSED_ON = 0.8
_CRUMB = 9
_MOSTLY = 0.5
_RIM, _OWN_WAY = (1, 3), 2.0  # pixels of the finest size
_STILL = 0.0004  # of the longer side: less is no motion, and costs nothing


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


def settled(a: Field, b: Field, flow: Field, back: Field) -> Motion:
    """What can be believed of `flow` from features `a` to `b`, given the flow `back`; both in pixels."""
    x, y = places(a.shape)
    there = (x + flow[..., 0], y + flow[..., 1])
    returned = np.square(flow + sample(back, *there)).sum(axis=-1)
    off = unlike(a, sample(b, *there))
    trust = np.exp(-returned / _AGREEMENT**2 - (off / _LIKENESS) ** 2).astype(np.float32)
    flow, trust = _rested(a, b, flow, trust, off)
    filled, credit = flow, trust
    for _ in range(3):
        filled, credit = _followed(filled, credit, a)
    filled = np.stack([_without_crumbs(filled[..., axis]) for axis in (0, 1)], axis=-1)
    filled = _with_rims(filled)
    blurred = _broad(trust)
    certain = np.clip(blurred / _TRUSTED_SHARE, 0, 1)
    shown = filled * certain[..., None] / max(a.shape)
    moving = np.clip(np.linalg.norm(shown, axis=-1) / _STILL - 1, 0, 1)
    return Motion((shown * moving[..., None]).astype(np.float32), trust)


def _followed(values: Field, trust: Field, guide: Field) -> tuple[Field, Field]:
    """Each pixel as it is, or like a neighbour that is alike and can be trusted more: means would tear edges."""
    pad, (height, width) = max(_WIDE_RINGS), trust.shape
    around = ((pad, pad), (pad, pad), (0, 0))
    wide = np.pad(np.concatenate([values, trust[..., None], guide], axis=-1), around, mode="edge")
    best, credit = values.copy(), trust.copy()
    for ring in _WIDE_RINGS:
        for dy, dx in DIRECTIONS:
            top, left = pad + dy * ring, pad + dx * ring
            there = wide[top : top + height, left : left + width]
            offer = there[..., 2] * _PASSED_ON * np.exp(-unlike(there[..., 3:], guide) / _SIMILAR)
            better = offer > credit
            best[better], credit[better] = there[better][:, :2], offer[better]
    return best, credit


def _rested(a: Field, b: Field, flow: Field, trust: Field, off: Field) -> tuple[Field, Field]:
    """Nothing moves where rest explains the two pictures as well as the motion does, if that is most of them."""
    resting = unlike(a, b)
    at_rest = _blurred(resting) * GAIN <= _blurred(off) + RELUCTANCE
    if at_rest.mean() < _MOSTLY:
        return flow, trust
    sure = np.exp(-((resting / _LIKENESS) ** 2)).astype(np.float32)
    return np.where(at_rest[..., None], 0, flow).astype(np.float32), np.where(at_rest, np.maximum(trust, sure), trust)


def _blurred(values: Field) -> Field:
    return boxed(boxed(values, 0, _WINDOW), 1, _WINDOW)


def _without_crumbs(values: Field) -> Field:
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).filter(ImageFilter.MedianFilter(_CRUMB)))


def _with_rims(values: Field) -> Field:
    """Figures take a rim of their ground along: that shows less than a rim of theirs left behind."""
    usual = np.median(values.reshape(-1, 2), axis=0)
    height, width = values.shape[:2]
    best, pad = values.copy(), max(_RIM)
    farthest = np.square(values - usual).sum(axis=-1) + _OWN_WAY**2
    wide = np.pad(values, ((pad, pad), (pad, pad), (0, 0)), mode="edge")
    for ring in _RIM:
        for dy, dx in DIRECTIONS:
            there = wide[pad + dy * ring :, pad + dx * ring :][:height, :width]
            distance = np.square(there - usual).sum(axis=-1)
            better = distance > farthest
            best[better], farthest[better] = there[better], distance[better] + _OWN_WAY**2
    return best


def _broad(values: Field) -> Field:
    """`values` averaged over about a tenth of the picture."""
    size = (values.shape[1], values.shape[0])
    few = (max(2, size[0] // 20), max(2, size[1] // 20))
    small = Image.fromarray(values).resize(few, Image.Resampling.BOX)
    return np.asarray(small.resize(size, Image.Resampling.BICUBIC))
