"""Camera moves: from plain film English to a smooth path of crop windows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from workflow_lib.media.camera_phrases import find_phrase

MoveKind = Literal[
    "push_in", "pull_out", "pan_left", "pan_right", "tilt_up", "tilt_down", "orbit_left", "orbit_right", "static"
]


@dataclass(frozen=True, slots=True)
class CameraMove:
    """What the camera does in one clip; `strength` 1 is an ordinary move, a static camera with some strength sways."""

    kind: MoveKind
    strength: float


@dataclass(frozen=True, slots=True)
class Pose:
    """A crop window of a picture: 1/`zoom` of its width and height, around (`x`, `y`) in fractions of the picture."""

    zoom: float
    x: float
    y: float


GENTLE_PUSH = CameraMove("push_in", 0.6)

_ZOOM = 0.14
_TRAVEL = 0.12
_ORBIT_TRAVEL = 0.08
_ORBIT_ZOOM = 0.03
_SWAY = 0.006
_RAMP = 0.25
_FAR_GAIN = 0.55
_NEAR_GAIN = 1.45

_KINDS: dict[tuple[str, str], MoveKind] = {
    ("push_in", ""): "push_in",
    ("pull_out", ""): "pull_out",
    ("tilt", "up"): "tilt_up",
    ("tilt", "down"): "tilt_down",
    ("pan", "left"): "pan_left",
    ("pan", "right"): "pan_right",
    ("orbit", "left"): "orbit_left",
    ("orbit", "right"): "orbit_right",
}


def parse_move(text: str) -> CameraMove:
    """The first camera move that `text` names; a gentle push in when it names none."""
    phrase = find_phrase(text)
    if phrase is None:
        return GENTLE_PUSH
    if phrase.family in ("static", "sway"):
        return CameraMove("static", phrase.strength if phrase.family == "sway" else 0.0)
    return CameraMove(_KINDS[phrase.family, phrase.direction], phrase.strength)


def ease(t: float) -> float:
    """Progress 0..1 at time `t` 0..1: starts and ends at rest, with constant speed in between."""
    if t > 0.5:  # noqa: PLR2004 the second half mirrors the first
        return 1.0 - ease(1.0 - t)
    t = max(t, 0.0)
    if t < _RAMP:
        return (t / 2 - _RAMP / (2 * math.pi) * math.sin(math.pi * t / _RAMP)) / (1 - _RAMP)
    return (t - _RAMP / 2) / (1 - _RAMP)


def pose(move: CameraMove, t: float) -> Pose:
    """The crop window of a flat picture at time `t` 0..1; it never leaves the picture."""
    return _pose(move, t, _Layer(depth=1.0, gain=1.0, ground_gain=1.0))


def layer_pose(move: CameraMove, t: float, depth: float) -> Pose:
    """The crop window, in fractions of the frame, of a layer at `depth` 0 (background) .. 1 (nearest).

    Nearer layers move more. An orbit turns around the middle depth: what is behind it moves against what is before it.
    The window at depth 0 never leaves the picture.
    """
    gain = _FAR_GAIN + (_NEAR_GAIN - _FAR_GAIN) * depth
    return _pose(move, t, _Layer(depth=depth, gain=gain, ground_gain=_FAR_GAIN))


@dataclass(frozen=True, slots=True)
class _Layer:
    """How much of the move a layer makes (`gain`), and how much its background, which must fill the frame, makes."""

    depth: float
    gain: float
    ground_gain: float


def _pose(move: CameraMove, t: float, layer: _Layer) -> Pose:
    if move.kind == "static":
        return _sway(move.strength, t, layer)
    eased = ease(t)
    if move.kind in ("push_in", "pull_out"):
        progress = eased if move.kind == "push_in" else 1.0 - eased
        return Pose((1 + _ZOOM * move.strength) ** (layer.gain * progress), 0.5, 0.5)
    direction = -1 if move.kind in ("pan_left", "tilt_up", "orbit_left") else 1
    if move.kind.startswith("orbit"):
        return _orbit(move.strength, direction, eased, layer)
    travel = _TRAVEL * move.strength
    zoom = 1 / (1 - travel * layer.ground_gain)
    middle = 0.5 + direction * travel * layer.gain * (eased - 0.5)
    return Pose(zoom, middle, 0.5) if move.kind.startswith("pan") else Pose(zoom, 0.5, middle)


def _orbit(strength: float, direction: int, eased: float, layer: _Layer) -> Pose:
    travel = _ORBIT_TRAVEL * strength
    zoom = (1 + _ORBIT_ZOOM * strength) ** (layer.gain * eased) / (1 - travel)
    return Pose(zoom, 0.5 + direction * travel * (2 * layer.depth - 1) * (eased - 0.5), 0.5)


def _sway(strength: float, t: float, layer: _Layer) -> Pose:
    reach = _SWAY * strength
    across = math.sin(2 * math.pi * 1.7 * t) * 0.7 + math.sin(2 * math.pi * 3.1 * t + 1.0) * 0.3
    along = math.sin(2 * math.pi * 2.3 * t + 0.5) * 0.7 + math.sin(2 * math.pi * 3.7 * t) * 0.3
    zoom = 1 / (1 - 2 * reach * layer.ground_gain)
    return Pose(zoom, 0.5 + reach * layer.gain * across, 0.5 + reach * layer.gain * along)
