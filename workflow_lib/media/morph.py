"""One keyframe becomes another: both are carried along the motion between them while one fades into the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from workflow_lib.media import planes
from workflow_lib.media.camera import ease
from workflow_lib.media.fields import Field
from workflow_lib.media.flow import motion_between
from workflow_lib.media.remap import Ticks, Words, packed, remap, ticks
from workflow_lib.media.splat import carried, nearness
from workflow_lib.media.trust import Motion
from workflow_lib.pictures import fit_picture

Shot = Callable[[float], planes.Frame]

_GRID_SIDE = 240
_FADE_START, _FADE_END = 0.12, 0.88


@dataclass(frozen=True, slots=True)
class _Keyframe:
    """A picture ready to be warped; where its places go (a coarse field, in cells) and which pass before others."""

    frame: planes.Frame
    words: tuple[Words, Words, Words]
    going: Field
    nearness: Field


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
            return _warped(a, carried(a.going, a.nearness, done)[0])
        if fade == 1:
            return _warped(b, carried(b.going, b.nearness, 1 - done)[0])
        from_a, seen_a = carried(a.going, a.nearness, done)
        from_b, seen_b = carried(b.going, b.nearness, 1 - done)
        left, right = (1 - fade) * seen_a, fade * seen_b
        return _blended(_warped(a, from_a), _warped(b, from_b), (right / (left + right)).astype(np.float32))

    return frame_at


def _keyframe(picture: Image.Image, motion: Motion) -> _Keyframe:
    frame = planes.to_frame(picture)
    y, u, v = (packed(np.asarray(plane)) for plane in frame)
    going, trust = motion.at(_GRID_SIDE)
    return _Keyframe(frame, (y, u, v), going, nearness(going, trust))


def _fade(done: float) -> float:
    share = min(max((done - _FADE_START) / (_FADE_END - _FADE_START), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _warped(keyframe: _Keyframe, back: Field) -> planes.Frame:
    if not back.any():
        return keyframe.frame
    size = keyframe.frame.y.size
    cell = max(size) / max(back.shape)
    dx, dy = ticks(back[..., 0] * cell, size), ticks(back[..., 1] * cell, size)
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
