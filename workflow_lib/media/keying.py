"""Cut a figure out of the one plain colour before which it was drawn: soft edges, no rim of that colour, no specks.

The backdrop is read from the picture's border, because models do not hit a colour exactly and light it unevenly. What
is surely backdrop and surely figure is told by how much of the backdrop's hue a pixel holds, whatever its brightness:
shadows go too; between them each pixel is a mixture C = aF + (1-a)B, of which B and F are taken from nearby.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workflow_lib.errors import BadMedia

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

_BORDER = 0.02  # of the shorter side: the strip in which the backdrop is looked for
_NEAR = 0.22  # how far a colour of the border may be from the backdrop's, of the way from black to white
_LEAST_SHARE = 0.45  # of the border is backdrop, or there is none
_LEAST_CHROMA = 0.3  # a backdrop that is hardly coloured cannot be told from a figure
_SURE_BACKDROP = 0.78  # of the backdrop's own chroma
_SURE_FIGURE = 0.12
_DARKEST = 0.16  # of the backdrop's brightness: darker is no shadow on it, but something dark
_DARKER = 0.87  # of what is behind it round about: a thin dark line, such as a hair, and no shadow, which is soft
_SOFT = 4  # halvings of the picture after which only shadows and the light are left of the backdrop
_FRINGE = 0.012  # of the shorter side: so far from the backdrop a pixel may be a mixture with it
_BLEED = 2  # pixels by which JPEG smears colours over an edge
_SPECK = 0.004  # of the largest piece; smaller ones are dust
_CELL = 6  # pixels: pieces that are nearer to each other than that are one
_MARGIN = 0.02  # around the figure, of its longer side
_SEEN = 0.04  # alpha that counts as figure when it is cropped
_FAINT = 0.02  # below it is nothing, and as near to 1 all


@dataclass(frozen=True, slots=True)
class _Backdrop:
    """Its colour, 0..1, and which of its channels are high and which low."""

    color: Plane
    high: tuple[int, ...]
    low: tuple[int, ...]

    def chroma(self, rgb: Plane) -> Plane:
        """How much of the backdrop's hue each pixel holds: 1 all of it, 0 or less none; brightness is left out."""
        value: Plane = _chroma(rgb, self.high, self.low) / _chroma(self.color, self.high, self.low)
        return value


def cut_out(image: Image.Image) -> Image.Image:
    """Give the figure of `image` alone, as RGBA, cropped with a small margin.

    A picture that came with transparency is only cropped.

    Raises:
        BadMedia: there is no plain coloured backdrop, or nothing before it.
    """
    if image.mode == "RGBA":
        return _cropped(_values(image))
    rgb = _values(image.convert("RGB"))
    backdrop = _backdrop(rgb)
    behind, sure, mixed = _told_apart(rgb, backdrop)
    if not sure.any():
        raise BadMedia("there is no figure before the backdrop")
    ground, figure = _spread(rgb, behind), _spread(rgb, sure)
    alpha = np.where(mixed, _mixture(rgb, figure, ground), sure.astype(np.float32))
    alpha = np.where(alpha < _FAINT, 0, np.where(alpha > 1 - _FAINT, 1, alpha)).astype(np.float32)
    alpha *= _pieces(alpha)
    color = _unmixed(rgb, alpha, figure, ground, backdrop)
    return _cropped(np.concatenate([color, alpha[..., None]], axis=-1))


def _values(image: Image.Image) -> Plane:
    """The pixels of `image`, 0..1."""
    values: Plane = np.asarray(image, dtype=np.float32) / np.float32(255)
    return values


def _backdrop(rgb: Plane) -> _Backdrop:
    """The colour that most of the picture's border has.

    Raises:
        BadMedia: it has none, or one that is hardly a colour.
    """
    wide = max(2, round(_BORDER * min(rgb.shape[:2])))
    strips = (rgb[:wide], rgb[-wide:], rgb[:, :wide], rgb[:, -wide:])
    border = np.concatenate([strip.reshape(-1, 3) for strip in strips])
    bins = (border * 11.99).astype(np.int32) @ np.array([144, 12, 1])
    common = border[bins == np.bincount(bins).argmax()].mean(axis=0)
    near = np.abs(border - common).max(axis=1) < _NEAR
    color = np.median(border[near], axis=0).astype(np.float32)
    middle = (color.max() + color.min()) / 2
    high = tuple(channel for channel in range(3) if color[channel] > middle)
    low = tuple(channel for channel in range(3) if channel not in high)
    if near.mean() < _LEAST_SHARE or not high or not low or _chroma(color, high, low) < _LEAST_CHROMA:
        raise BadMedia("there is no plain coloured backdrop to cut the figure out of")
    return _Backdrop(color, high, low)


def _chroma(rgb: Plane, high: tuple[int, ...], low: tuple[int, ...]) -> Plane:
    least = np.minimum.reduce([rgb[..., channel] for channel in high])
    most = np.maximum.reduce([rgb[..., channel] for channel in low])
    brightest = np.maximum(_brightness(rgb), 0.1)
    value: Plane = ((least - most) / brightest).astype(np.float32)
    return value


def _brightness(rgb: Plane) -> Plane:
    """The brightest channel of each pixel."""
    value: Plane = np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    return value


def _told_apart(rgb: Plane, backdrop: _Backdrop) -> tuple[Mask, Mask, Mask]:
    """What is surely backdrop, what is surely figure, and what lies between them."""
    chroma = backdrop.chroma(rgb)
    brightness = _brightness(rgb)
    lit = brightness > _DARKEST * float(backdrop.color.max())
    behind = (chroma > _SURE_BACKDROP) & lit
    behind &= brightness > _DARKER * _brightness(_spread(rgb, behind, _SOFT))
    fringe = _grown(behind, max(3, round(_FRINGE * min(rgb.shape[:2]))))
    # What holds some of the colour and is far from the backdrop is the figure's own.
    sure = ~behind & ~(_grown(behind, _BLEED)) & ((chroma < _SURE_FIGURE) | ~fringe)
    inside = _grown(~sure & ~behind & fringe, _BLEED) & ~behind
    sure &= ~(inside & (chroma >= _SURE_FIGURE))
    behind = ~_grown(~behind, 1) & behind
    return behind, sure, ~behind & ~sure


def _grown(mask: Mask, pixels: int) -> Mask:
    """`mask` with all within so many pixels of it, across and down."""
    grown = mask
    for axis in (0, 1):
        reach = 0
        while reach < pixels:
            step = min(max(1, reach), pixels - reach)
            grown = grown | _shifted(grown, step, axis) | _shifted(grown, -step, axis)
            reach += step
    return grown


def _shifted(mask: Mask, by: int, axis: int) -> Mask:
    moved = np.zeros_like(mask)
    source, target = [slice(None), slice(None)], [slice(None), slice(None)]
    source[axis], target[axis] = (slice(None, -by), slice(by, None)) if by > 0 else (slice(-by, None), slice(None, by))
    moved[tuple(target)] = mask[tuple(source)]
    return moved


def _spread(rgb: Plane, where: Mask, coarsest: int = 0) -> Plane:
    """The colours of the pixels `where`, carried on smoothly to all others: the nearer, the more they count.

    `coarsest`: after so many halvings; finer detail than that is left out.
    """
    weight = where.astype(np.float32)[..., None]
    levels = [(rgb * weight, weight)]
    while min(levels[-1][0].shape[:2]) > 1:
        color, share = (_halved(plane) for plane in levels[-1])
        levels.append((color, share))
    color, share = levels.pop()
    carried: Plane = (color / np.maximum(share, 1e-6)).astype(np.float32)
    for number, (color, share) in reversed(list(enumerate(levels))):
        carried = _enlarged(carried, color.shape[:2])
        if number < coarsest:
            continue
        known = np.minimum(share, 1)
        here = np.where(share > 0, color / np.maximum(share, 1e-6), 0)
        carried = (here * known + carried * (1 - known)).astype(np.float32)
    return carried


def _halved(plane: Plane) -> Plane:
    padded = np.pad(plane, ((0, plane.shape[0] % 2), (0, plane.shape[1] % 2), (0, 0)))
    summed: Plane = padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]
    return summed


def _enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    size = (shape[1], shape[0])
    planes = [Image.fromarray(np.ascontiguousarray(plane[..., channel])) for channel in range(plane.shape[2])]
    return np.stack([np.asarray(item.resize(size, Image.Resampling.BILINEAR)) for item in planes], axis=-1)


def _mixture(rgb: Plane, figure: Plane, ground: Plane) -> Plane:
    """How much figure is in each pixel: its place on the way from the backdrop's colour to the figure's."""
    way = figure - ground
    length = np.maximum((way**2).sum(axis=-1), 1e-4)
    alpha: Plane = np.clip(((rgb - ground) * way).sum(axis=-1) / length, 0, 1)
    return alpha


def _pieces(alpha: Plane) -> Plane:
    """1 where a piece of the figure is large enough to be one, 0 where there is only dust."""
    height, width = alpha.shape
    rows, columns = -(-height // _CELL), -(-width // _CELL)
    padded = np.pad(alpha, ((0, rows * _CELL - height), (0, columns * _CELL - width)))
    cells = padded.reshape(rows, _CELL, columns, _CELL)
    weight, filled = cells.sum(axis=(1, 3)), cells.max(axis=(1, 3)) > _SEEN
    found = _labelled(filled)
    sizes = np.bincount(found.ravel(), weights=weight.ravel())
    sizes[0] = 0
    kept = sizes > _SPECK * sizes.max()
    mask = np.repeat(np.repeat(kept[found], _CELL, axis=0), _CELL, axis=1)[:height, :width]
    return mask.astype(np.float32)


def _labelled(filled: Mask) -> NDArray[np.int32]:
    """A number for each piece of `filled` whose cells touch each other, at a corner too; 0 elsewhere."""
    labels = np.zeros(filled.shape, dtype=np.int32)
    rows, columns = filled.shape
    number = 0
    for start in zip(*np.nonzero(filled), strict=True):
        if labels[start]:
            continue
        number += 1
        labels[start] = number
        left = [(int(start[0]), int(start[1]))]
        while left:
            row, column = left.pop()
            for y in range(max(0, row - 1), min(rows, row + 2)):
                for x in range(max(0, column - 1), min(columns, column + 2)):
                    if filled[y, x] and not labels[y, x]:
                        labels[y, x] = number
                        left.append((y, x))
    return labels


def _unmixed(rgb: Plane, alpha: Plane, figure: Plane, ground: Plane, backdrop: _Backdrop) -> Plane:
    """The figure's own colour where it is mixed with the backdrop's, and without its glow on the edge."""
    share = alpha[..., None]
    own = np.clip((rgb - (1 - share) * ground) / np.maximum(share, 0.05), 0, 1)
    # Where little of the figure is seen, what is left after the backdrop is taken away is mostly noise.
    trust = np.clip((share - 0.15) / 0.5, 0, 1)
    color = np.where(share < 1, own * trust + figure * (1 - trust), rgb)
    edge = _grown(alpha < 1, _BLEED)
    spill = np.maximum(0, _excess(color, backdrop) - np.maximum(0, _excess(figure, backdrop)))
    for channel in backdrop.high:
        color[..., channel] -= np.where(edge, spill, 0)
    cleaned: Plane = np.clip(color, 0, 1)
    return cleaned


def _excess(rgb: Plane, backdrop: _Backdrop) -> Plane:
    least = np.minimum.reduce([rgb[..., channel] for channel in backdrop.high])
    most = np.maximum.reduce([rgb[..., channel] for channel in backdrop.low])
    value: Plane = least - most
    return value


def _cropped(rgba: Plane) -> Image.Image:
    seen = rgba[..., 3] > _SEEN
    if not seen.any():
        raise BadMedia("there is no figure in it")
    rows, columns = np.nonzero(seen.any(axis=1))[0], np.nonzero(seen.any(axis=0))[0]
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    margin = round(_MARGIN * max(bottom - top, right - left))
    height, width = seen.shape
    box = rgba[max(0, top - margin) : min(height, bottom + margin), max(0, left - margin) : min(width, right + margin)]
    return Image.fromarray(np.rint(box * 255).astype(np.uint8))
