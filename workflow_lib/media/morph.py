"""One keyframe becomes another: both are carried along the motion between them while one fades into the other."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from PIL import Image

from workflow_lib.media import planes
from workflow_lib.media.camera import ease
from workflow_lib.media.fields import Field
from workflow_lib.media.flow import motion_between
from workflow_lib.media.remap import Plane, enlarged, remap, smooth, ticks
from workflow_lib.media.splat import carried, nearness
from workflow_lib.media.trust import Motion
from workflow_lib.pictures import fit_picture

Shot = Callable[[float], planes.Frame]

_GRID_SIDE = 240
_FADE_START, _FADE_END = 0.12, 0.88
_STEPS = 64  # of the whole motion


@dataclass(frozen=True, slots=True)
class _Keyframe:
    """A picture ready to be warped (`fine`: its planes, as they are and enlarged).

    `going`: where its places go, a coarse field in cells; `nearness`: which pass before others.
    """

    frame: planes.Frame
    fine: tuple[tuple[Plane, Plane], ...]
    going: Field
    nearness: Field


def morph_shot(start: Image.Image, end: Image.Image, size: tuple[int, int]) -> Shot:
    """The frames of a morph from `start` (exactly, at 0) to `end` (exactly, at 1), each cut to `size`.

    Where the two pictures have nothing in common it is a plain dissolve.
    """
    first, last = fit_picture(start, size, "cover"), fit_picture(end, size, "cover")
    forward, backward = motion_between(first, last)
    a, b = _keyframe(first, forward), _keyframe(last, backward)
    path_a, path_b = _path(a), _path(b)

    def frame_at(t: float) -> planes.Frame:
        done = ease(t)
        fade = _fade(done)
        if fade == 0:
            return _warped(a, path_a(done)[0])
        if fade == 1:
            return _warped(b, path_b(1 - done)[0])
        from_a, seen_a = path_a(done)
        from_b, seen_b = path_b(1 - done)
        left, right = (1 - fade) * seen_a, fade * seen_b
        return _blended(_warped(a, from_a), _warped(b, from_b), (right / (left + right)).astype(np.float32))

    return frame_at


def _path(keyframe: _Keyframe) -> Callable[[float], tuple[Field, Field]]:
    """What `carried` gives at any time: worked out at a few, and mixed of the two nearest."""
    guard = Lock()

    @functools.lru_cache(maxsize=4)
    def at(step: int) -> tuple[Field, Field]:
        return carried(keyframe.going, keyframe.nearness, step / _STEPS)

    def between(done: float) -> tuple[Field, Field]:
        before = int(done * _STEPS)
        share = np.float32(done * _STEPS - before)
        with guard:
            back, seen = at(before)
            later = at(before + 1) if share else (back, seen)
        return back + share * (later[0] - back), seen + share * (later[1] - seen)

    return between


def _keyframe(picture: Image.Image, motion: Motion) -> _Keyframe:
    frame = planes.to_frame(picture)
    fine = tuple((np.asarray(plane), enlarged(np.asarray(plane))) for plane in frame)
    going, trust = motion.at(_GRID_SIDE)
    return _Keyframe(frame, fine, going, nearness(going, trust))


def _fade(done: float) -> float:
    share = min(max((done - _FADE_START) / (_FADE_END - _FADE_START), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _warped(keyframe: _Keyframe, back: Field) -> planes.Frame:
    if not back.any():
        return keyframe.frame
    size = keyframe.frame.y.size
    cell = max(size) / max(back.shape)
    dx, dy = ticks(back[..., 0] * cell, size), ticks(back[..., 1] * cell, size)
    (y,) = remap(keyframe.fine[:1], dx, dy)
    u, v = remap(keyframe.fine[1:], dx[::2, ::2], dy[::2, ::2], share=2)
    return planes.Frame(*(Image.fromarray(plane) for plane in (y, u, v)))


def _blended(a: planes.Frame, b: planes.Frame, share: Field) -> planes.Frame:
    """`share` of `b`, the rest of `a`."""
    coarse = np.rint(share * 255).astype(np.uint8)
    mask, small = (Image.fromarray(smooth(coarse, plane.size)) for plane in (a.y, a.u))
    return planes.Frame(
        Image.composite(b.y, a.y, mask), Image.composite(b.u, a.u, small), Image.composite(b.v, a.v, small)
    )
