"""What every picture of one film shares: size, frame rate, and the arithmetic between frames and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class FilmSpec:
    """Size in pixels (both even) and frames per second."""

    width: int
    height: int
    fps: Fraction

    def frames(self, seconds: float) -> int:
        """The whole number of frames nearest to `seconds`, at least one."""
        return max(1, round(Fraction(seconds) * self.fps))

    def seconds(self, frames: int) -> float:
        """How long `frames` last, in seconds."""
        return float(frames / self.fps)
