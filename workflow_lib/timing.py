"""How long a clip lasts in its film: by its own picture, its spoken line, and the transitions at its ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from workflow_lib.film import FilmSpec

Timing = Literal["auto", "hold", "trim", "stretch"]
"""What is done where a line and its picture differ in length: the last frame is held (so does `auto`); the picture is
also cut to a shorter line; it is slowed a little before it is held."""

LEAD_S = 0.3
"""How long a clip is seen before its line begins."""

TAIL_S = 0.2
"""How long it is seen after its line, at least."""

MOST_SLOWER = Fraction(11, 10)
"""How much longer a picture may be made by slowing it: more is seen."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the manifest says of a clip's length.

    `length_s`: the length that is fixed; `tail_s`: silence after the line, which a crossfade makes longer: a line is
    over before the next clip is seen; `least`: frames that its transitions take.
    """

    timing: Timing = "auto"
    length_s: float | None = None
    tail_s: float = TAIL_S
    least: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How many frames a clip has in the film, and how many times longer each of its own pictures is shown."""

    frames: int
    slower: Fraction = Fraction(1)


class TooShortError(ValueError):
    """A clip's fixed length is shorter than `least_s`, which its line or its transitions take."""

    def __init__(self, least_s: float) -> None:
        super().__init__(f"must last {least_s:g} s at least")
        self.least_s = least_s


PLAIN = Rule()


def pace(spec: FilmSpec, own_s: float, line_s: float | None, rule: Rule = PLAIN) -> Pace:
    """The pace of a clip whose picture lasts `own_s`, with a line of `line_s` seconds; no word of it is ever cut.

    Raises:
        TooShortError: its length is fixed, and too short.
    """
    own = spec.frames(own_s)
    spoken = 0 if line_s is None else math.ceil((LEAD_S + line_s + rule.tail_s) * spec.fps)
    least = max(spoken, rule.least)
    if rule.length_s is not None:
        frames = spec.frames(rule.length_s)
        if frames < least:
            raise TooShortError(math.ceil(least / spec.fps * 100) / 100)
    else:
        frames = least if rule.timing == "trim" and spoken else max(own, least)
    slower = min(MOST_SLOWER, Fraction(frames, own)) if rule.timing == "stretch" and frames > own else Fraction(1)
    return Pace(frames, slower)
