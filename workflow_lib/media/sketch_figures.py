"""Figures of a sketch: a person, an animal or a thing as a coloured silhouette with a pencil line around it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from workflow_lib import looks
from workflow_lib.media.pencil import Color, Pad, Point, color, mixed

_SKIN: Color = (222, 184, 150)
_DARK: Color = (60, 54, 58)
_USUAL: dict[str, tuple[str, str]] = {
    "person": ("#5b7290", "#4a4a55"),
    "child": ("#c07a4a", "#55607a"),
    "quadruped": ("#96704c", "#6d4f38"),
    "turtle": ("#7d7a4c", "#a39a68"),
    "bird": ("#6b6f78", "#4d5058"),
    "fish": ("#6b8ba0", "#4d6a80"),
    "snake": ("#768a55", "#58683e"),
    "boat": ("#8a6242", "#efe8d8"),
    "robot": ("#8f979f", "#5f6870"),
}


@dataclass(frozen=True, slots=True)
class Pose:
    """How a figure holds itself: `lean` forward and `stride` as fractions of its height, `arm` raised 0..1."""

    lean: float = 0.0
    stride: float = 0.05
    arm: float = 0.0
    low: float = 0.0
    left: bool = False


def pose_of(words: str) -> Pose:
    """The pose that words name, as far as a silhouette can show it."""
    said = " ".join(looks.words_of(words))

    def has(*stems: str) -> bool:
        return any(f" {stem}" in f" {said}" for stem in stems)

    lean = (
        0.16 if has("run", "rush", "flee", "charg", "leap") else 0.07 if has("walk", "step", "climb", "crawl") else 0.0
    )
    lean = max(lean, 0.2 if has("bow", "bend", "lean", "stoop", "push", "pull", "drink", "sniff", "eat") else 0.0)
    stride = 0.2 if has("run", "rush", "flee", "charg", "leap") else 0.13 if has("walk", "step", "climb") else 0.05
    arm = (
        1.0
        if has("wav", "rais", "lift", "throw", "shout")
        else 0.6
        if has("point", "reach", "hold", "offer", "giv")
        else 0.0
    )
    low = (
        0.3 if has("sit", "seat", "kneel", "crouch", "squat") else 0.5 if has("lie", "lying", "sleep", "rest") else 0.0
    )
    back = has("away", "left", "back") and not has("right")
    return Pose(-lean if has("recoil", "shrink", "lean back") else lean, stride, arm, low, back)


def draw(look: str, colours: str, pose: str, seed: str, height: int) -> Image.Image:
    """A figure of about `height` pixels on nothing, cropped to itself."""
    kind, said = looks.kind_of(look), pose_of(f"{pose}")
    named = [color(text) for text in (looks.colours_of(colours) or looks.colours_of(look))]
    usual = [color(text) for text in _USUAL[kind]]
    main = named[0] if named else usual[0]
    second = named[1] if len(named) > 1 else (mixed(main, _DARK, 0.45) if named else usual[1])
    wide = 1.0 if kind in ("person", "child", "robot") else 1.6
    pad = Pad((round(height * wide), height), seed, paper=None)
    _KINDS[kind](pad, main, second, said)
    figure = pad.figure()
    return figure.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if said.left else figure


def _shape(pad: Pad, points: Sequence[Point], fill: Color, strength: float = 0.8) -> None:
    pad.wash(points, fill)
    pad.line([*points, points[0]], width=0.006, strength=strength, unsteady=1.4)


def _round(
    middle: Point, across: float, down: float, ratio: float, start: float = 0.0, end: float = 1.0
) -> list[Point]:
    """The points of an ellipse, or of it from `start` to `end` of a turn; sizes in fractions of the height."""
    turns = [2 * math.pi * (start + (end - start) * step / 26) for step in range(27)]
    return [(middle[0] + across / ratio * math.cos(turn), middle[1] + down * math.sin(turn)) for turn in turns]


def _limb(pad: Pad, joints: Sequence[Point], thick: float, fill: Color) -> None:
    """An arm, a leg or a neck along its joints, thinner towards its end."""
    left: list[Point] = []
    right: list[Point] = []
    for place, (x, y) in enumerate(joints):
        before, after = joints[max(0, place - 1)], joints[min(len(joints) - 1, place + 1)]
        dx, dy = (after[0] - before[0]) * pad.ratio, after[1] - before[1]
        length = math.hypot(dx, dy) or 1.0
        half = thick * (1 - 0.35 * place / max(1, len(joints) - 1)) / 2
        left.append((x - dy / length * half / pad.ratio, y + dx / length * half))
        right.append((x + dy / length * half / pad.ratio, y - dx / length * half))
    _shape(pad, [*left, *reversed(right)], fill)


def _person(pad: Pad, main: Color, second: Color, pose: Pose, *, head: float = 0.085) -> None:
    hip_y = 0.56 + pose.low * 0.55
    hip = (0.46, min(0.86, hip_y))
    tall = 0.53 - head * 2.0
    neck = (hip[0] + pose.lean, hip[1] - tall + abs(pose.lean) * 0.3)
    foot = 0.97
    if pose.low > 0:
        knee = (hip[0] + 0.2, hip[1] - 0.02)
        _limb(pad, [hip, knee, (knee[0] + 0.02, foot)], 0.105, second)
        _limb(pad, [hip, (knee[0] - 0.05, knee[1] + 0.03), (knee[0] - 0.08, foot)], 0.105, second)
    else:
        for side in (-1, 1):
            step = side * pose.stride
            knee = (hip[0] + step * 0.55 + 0.02, (hip[1] + foot) / 2)
            _limb(pad, [(hip[0] + side * 0.035, hip[1]), knee, (hip[0] + step + side * 0.02, foot)], 0.1, second)
            _limb(
                pad,
                [(hip[0] + step + side * 0.02 - 0.02, foot), (hip[0] + step + side * 0.02 + 0.08, foot)],
                0.04,
                _DARK,
            )
    far = (neck[0] - 0.1, neck[1] + 0.05)
    _limb(
        pad,
        [far, (far[0] - 0.05 - pose.stride * 0.3, far[1] + 0.16), (far[0] + 0.0, far[1] + 0.29)],
        0.07,
        mixed(main, _DARK, 0.18),
    )
    chest = [(neck[0] - 0.035, neck[1]), (neck[0] + 0.035, neck[1]), (neck[0] + 0.125, neck[1] + 0.055)]
    coat = [(hip[0] + 0.12, hip[1] + 0.07), (hip[0] + 0.02, hip[1] + 0.085), (hip[0] - 0.12, hip[1] + 0.07)]
    _shape(pad, [*chest, *coat, (neck[0] - 0.125, neck[1] + 0.055)], main)
    near = (neck[0] + 0.1, neck[1] + 0.06)
    down = (near[0] + 0.05 + pose.stride * 0.5, near[1] + 0.16), (near[0] + 0.1 + pose.stride * 0.5, near[1] + 0.28)
    up = (near[0] + 0.12, near[1] + 0.1 - pose.arm * 0.1), (near[0] + 0.24, near[1] + 0.06 - pose.arm * 0.2)
    arm = up if pose.arm else down
    _limb(pad, [near, *arm], 0.075, mixed(main, (255, 255, 255), 0.1))
    pad.dot(arm[1], 0.026, _SKIN, line=0.7)
    face = (neck[0] + 0.015 + pose.lean * 0.2, neck[1] - head * 0.9)
    _limb(pad, [neck, face], 0.06, mixed(_SKIN, _DARK, 0.12))
    pad.dot(face, head, _SKIN, tall=1.12, line=0.8)
    hair = _round((face[0] - 0.01, face[1] - head * 0.1), head * 1.12, head * 1.12, pad.ratio, 0.4, 0.93)
    parting = [
        (face[0] + head * 0.35 / pad.ratio, face[1] - head * 0.55),
        (face[0] - head * 0.3 / pad.ratio, face[1] - head * 0.2),
    ]
    _shape(
        pad, [*hair, *parting, (face[0] - head * 0.55 / pad.ratio, face[1] + head * 0.75)], mixed(second, _DARK, 0.55)
    )
    pad.dot((face[0] + head * 0.5 / pad.ratio, face[1] + head * 0.1), 0.009, _DARK)
    pad.line(
        [
            (face[0] + head * 0.4 / pad.ratio, face[1] + head * 0.55),
            (face[0] + head * 0.75 / pad.ratio, face[1] + head * 0.5),
        ],
        width=0.004,
    )


def _child(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    _person(pad, main, second, pose, head=0.115)


def _quadruped(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    y = 0.5 + pose.low * 0.45
    for x, far in ((0.28, True), (0.62, True), (0.34, False), (0.68, False)):
        step = (pose.stride - 0.05) * (0.5 if far else -0.5) + (0.02 if far else 0)
        _limb(
            pad,
            [(x, y + 0.08), (x + step, (y + 0.96) / 2 + 0.03), (x + step * 0.4, 0.95)],
            0.13,
            second if far else main,
        )
    _limb(pad, [(0.28, y - 0.04), (0.16, y + 0.02), (0.07, y + 0.16), (0.05, y + 0.2)], 0.09, second)
    _shape(pad, _round((0.48, y), 0.42, 0.19, pad.ratio), main)
    drop = pose.lean * 1.4
    head = (0.84, y - 0.24 + drop)
    _limb(pad, [(0.62, y + 0.02), (0.75, y - 0.14 + drop * 0.5), head], 0.24, main)
    _shape(pad, _round((head[0] + 0.03, head[1]), 0.13, 0.095, pad.ratio), main)
    _shape(
        pad,
        [(head[0] - 0.045, head[1] - 0.05), (head[0] - 0.05, head[1] - 0.2), (head[0] + 0.01, head[1] - 0.08)],
        second,
    )
    pad.dot((head[0] + 0.05, head[1] - 0.025), 0.012, _DARK)
    pad.dot((head[0] + 0.105, head[1] + 0.005), 0.016, _DARK)


def _turtle(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    for x, step in ((0.26, -0.02), (0.66, 0.03)):
        reach = step * (1 + pose.stride * 8)
        _limb(pad, [(x, 0.74), (x + reach, 0.86), (x + reach, 0.95)], 0.17, second)
    up = 0.1 if pose.arm or not pose.lean else 0.0
    head = (0.88, 0.6 - up + pose.lean * 0.6)
    _limb(pad, [(0.7, 0.72), (0.8, 0.68 - up * 0.4), head], 0.13, second)
    _shape(pad, _round(head, 0.085, 0.065, pad.ratio), second)
    pad.dot((head[0] + 0.02, head[1] - 0.015), 0.011, _DARK)
    _shape(pad, [*_round((0.46, 0.76), 0.48, 0.5, pad.ratio, 0.5, 1.0), (0.74, 0.84), (0.18, 0.84)], main)
    for x, y in ((0.3, 0.58), (0.46, 0.46), (0.62, 0.58), (0.38, 0.7), (0.55, 0.7)):
        pad.dot((x, y), 0.085, None, tall=0.85, line=0.5)


def _bird(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    for x in (0.46, 0.54):
        _limb(pad, [(x, 0.74), (x + 0.01, 0.95)], 0.03, _DARK)
    _shape(pad, [(0.32, 0.6), (0.06, 0.78), (0.12, 0.84), (0.4, 0.76)], second)
    _shape(pad, _round((0.48, 0.58), 0.33, 0.22, pad.ratio), main)
    head = (0.7, 0.34 + pose.lean * 1.2)
    _limb(pad, [(0.58, 0.52), (0.66, 0.43 + pose.lean * 0.6), head], 0.24, main)
    _shape(
        pad,
        [(head[0] + 0.06, head[1] - 0.03), (head[0] + 0.19, head[1] + 0.025), (head[0] + 0.06, head[1] + 0.055)],
        (214, 160, 70),
    )
    _shape(pad, _round(head, 0.125, 0.12, pad.ratio), main)
    pad.dot((head[0] + 0.03, head[1] - 0.02), 0.014, _DARK)
    lift = pose.arm * 0.5
    _shape(pad, [(0.6, 0.52), (0.36, 0.5 - lift), (0.16, 0.66 - lift * 1.2), (0.42, 0.68)], mixed(second, main, 0.2))


def _fish(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    tilt = -0.1 if pose.arm or pose.lean else 0.0
    _shape(pad, [(0.24, 0.5), (0.06, 0.32 - tilt), (0.1, 0.5), (0.06, 0.7 - tilt)], second)
    _shape(pad, [(0.42, 0.36), (0.52, 0.2), (0.62, 0.36)], second)
    _shape(pad, _round((0.55, 0.5), 0.55, 0.2, pad.ratio), main)
    _shape(pad, [(0.52, 0.56), (0.42, 0.72), (0.6, 0.62)], second)
    pad.dot((0.79, 0.46), 0.02, _DARK)


def _snake(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    body = [(0.06 + 0.008 * step, 0.82 + 0.07 * math.sin(step * 0.24)) for step in range(76)]
    rise = 0.3 if pose.arm or pose.low == 0 else 0.05
    _limb(pad, [*body, (0.72, 0.76 - rise * 0.3), (0.76, 0.68 - rise * 0.7), (0.8, 0.6 - rise)], 0.11, main)
    _shape(pad, _round((0.82, 0.6 - rise), 0.1, 0.065, pad.ratio), second)
    pad.dot((0.845, 0.585 - rise), 0.012, _DARK)


def _boat(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    lean = 0.03 + pose.lean * 0.3
    pad.line([(0.5, 0.74), (0.5 + lean, 0.06)], width=0.014)
    _shape(pad, [(0.52 + lean, 0.1), (0.8, 0.62), (0.51, 0.66)], second)
    _shape(pad, [(0.48 + lean, 0.16), (0.27, 0.62), (0.48, 0.66)], mixed(second, main, 0.15))
    _shape(pad, [(0.12, 0.72), (0.9, 0.72), (0.78, 0.92), (0.24, 0.92)], main)


def _robot(pad: Pad, main: Color, second: Color, pose: Pose) -> None:
    for x in (0.4, 0.58):
        _limb(pad, [(x, 0.66), (x + pose.stride * (0.5 if x > 0.5 else -0.5), 0.95)], 0.1, second)  # noqa: PLR2004
    _limb(pad, [(0.32, 0.4), (0.24, 0.55), (0.26, 0.68)], 0.07, second)
    _shape(pad, [(0.32, 0.34), (0.68, 0.34), (0.66, 0.7), (0.34, 0.7)], main)
    _limb(pad, [(0.68, 0.4), (0.78, 0.52 - pose.arm * 0.2), (0.82, 0.66 - pose.arm * 0.5)], 0.07, second)
    _shape(pad, [(0.37, 0.08), (0.63, 0.08), (0.63, 0.3), (0.37, 0.3)], main)
    for x in (0.45, 0.56):
        pad.dot((x, 0.18), 0.028, (236, 220, 150), line=0.8)
    pad.line([(0.5, 0.08), (0.5, 0.02)], width=0.01)


_KINDS: dict[str, Callable[[Pad, Color, Color, Pose], None]] = {
    "person": _person,
    "child": _child,
    "quadruped": _quadruped,
    "turtle": _turtle,
    "bird": _bird,
    "fish": _fish,
    "snake": _snake,
    "boat": _boat,
    "robot": _robot,
}
