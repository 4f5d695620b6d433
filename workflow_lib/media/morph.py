"""One keyframe becomes another: both are carried along the motion between them while one fades into the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from workflow_lib.media import planes
from workflow_lib.media.camera import ease
from workflow_lib.media.flow import Field, Motion, motion_between, places, resized, sample
from workflow_lib.media.pictures import fit_picture
from workflow_lib.media.remap import Ticks, Words, packed, remap, ticks

Shot = Callable[[float], planes.Frame]

_GRID_SIDE = 160
_STEPS = 4
_FADE_START, _FADE_END = 0.2, 0.8
_THINNEST = 0.02


@dataclass(frozen=True, slots=True)
class _Keyframe:
    """A picture ready to be warped, and where its places go: a coarse field, in pixels of the frame."""

    frame: planes.Frame
    words: tuple[Words, Words, Words]
    going: Field


def morph_shot(start: Image.Image, end: Image.Image, size: tuple[int, int]) -> Shot:
    """The frames of a morph from `start` (exactly, at 0) to `end` (exactly, at 1), each cut to `size`.

    Where the two pictures have nothing in common it is a plain dissolve.
    """
    first, last = fit_picture(start, size, "cover"), fit_picture(end, size, "cover")
    forward, backward = motion_between(first, last)
    a, b = _keyframe(first, forward), _keyframe(last, backward)

    def frame_at(t: float) -> planes.Frame:
        done = ease(t)
        fade = _fade(done)
        if fade == 0:
            return _warped(a, _origins(a, done))
        if fade == 1:
            return _warped(b, _origins(b, 1 - done))
        from_a, from_b = _origins(a, done), _origins(b, 1 - done)
        left, right = (1 - fade) * _density(a, from_a), fade * _density(b, from_b)
        return _blended(_warped(a, from_a), _warped(b, from_b), right / (left + right))

    return frame_at


def _keyframe(picture: Image.Image, motion: Motion) -> _Keyframe:
    frame = planes.to_frame(picture)
    scale = _GRID_SIDE / max(picture.size)
    grid = (max(2, round(picture.width * scale)), max(2, round(picture.height * scale)))
    y, u, v = (packed(np.asarray(plane)) for plane in frame)
    return _Keyframe(frame, (y, u, v), resized(motion.displacement, grid) * max(picture.size))


def _fade(done: float) -> float:
    share = min(max((done - _FADE_START) / (_FADE_END - _FADE_START), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _cells(keyframe: _Keyframe) -> tuple[float, float]:
    """Cells of the coarse field per pixel of the frame, across and along."""
    height, width = keyframe.going.shape[:2]
    return width / keyframe.frame.y.width, height / keyframe.frame.y.height


def _origins(keyframe: _Keyframe, done: float) -> Field:
    """How far, in pixels, the origin of each place is when the picture has gone `done` of its way.

    It is the solution of a fixed point equation, found in a few steps.
    """
    x, y = places(keyframe.going.shape)
    across, along = _cells(keyframe)
    back: Field = -done * keyframe.going
    for _ in range(_STEPS):
        back = -done * sample(keyframe.going, x + back[..., 0] * across, y + back[..., 1] * along)
    return back


def _density(keyframe: _Keyframe, back: Field) -> Field:
    """How much of the picture each place got, 0..1: little where it was torn open and shows what was never seen."""
    across, along = _cells(keyframe)
    y_of_x, x_of_x = np.gradient(back[..., 0] * across)
    y_of_y, x_of_y = np.gradient(back[..., 1] * along)
    area: Field = (1 + x_of_x) * (1 + y_of_y) - y_of_x * x_of_y
    return np.clip(area, _THINNEST, 1).astype(np.float32)


def _warped(keyframe: _Keyframe, back: Field) -> planes.Frame:
    if not back.any():
        return keyframe.frame
    size = keyframe.frame.y.size
    dx, dy = ticks(back[..., 0], size), ticks(back[..., 1], size)
    y, u, v = keyframe.words
    half: tuple[Ticks, Ticks] = (dx[::2, ::2], dy[::2, ::2])
    warped = remap(y, dx, dy), remap(u, *half, share=2), remap(v, *half, share=2)
    return planes.Frame(*(Image.fromarray(plane) for plane in warped))


def _blended(a: planes.Frame, b: planes.Frame, share: Field) -> planes.Frame:
    """`share` of `b`, the rest of `a`."""
    coarse = Image.fromarray(np.rint(share * 255).astype(np.uint8))
    mask = coarse.resize(a.y.size, Image.Resampling.BILINEAR)
    small = coarse.resize(a.u.size, Image.Resampling.BILINEAR)
    return planes.Frame(
        Image.composite(b.y, a.y, mask), Image.composite(b.u, a.u, small), Image.composite(b.v, a.v, small)
    )
