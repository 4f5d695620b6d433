"""Transitions: how one clip of a film becomes the next, and which pictures of both that changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["cut", "crossfade", "dip"]
"""At once; the next clip fades in over the end of the one before; through black."""


@dataclass(frozen=True, slots=True)
class Transition:
    """The way into a clip. `frames`: how many frames of the film it takes; none for a cut."""

    kind: Kind = "cut"
    frames: int = 0

    @property
    def overlap(self) -> int:
        """How many frames the two clips share, by which the film is shorter than its clips together."""
        return self.frames if self.kind == "crossfade" else 0

    @property
    def tail(self) -> int:
        """How many pictures at the end of the clip before are changed."""
        return self.frames // 2 if self.kind == "dip" else self.frames

    @property
    def head(self) -> int:
        """How many pictures at the start of the clip after are changed."""
        return self.frames - self.frames // 2 if self.kind == "dip" else self.frames


CUT = Transition()
