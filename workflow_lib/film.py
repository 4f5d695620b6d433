"""What all of one film shares: its size and frame rate, its loudness, the music under it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

OwnSound = Literal["keep", "duck", "drop"]
"""What becomes of the sound that a clip brings along: as it is, softer under the voice, or not heard."""


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


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a film is to be: integrated loudness in LUFS, and the highest true peak in dBTP (EBU R128)."""

    lufs: float = -14.0
    peak_dbtp: float = -1.0


DEFAULT_LEVEL = Level()
"""What video platforms play at."""


@dataclass(frozen=True, slots=True)
class Music:
    """The music under a film, repeated until its end: by how many dB it is changed, and its fades in seconds."""

    path: Path
    gain_db: float
    fade_in_s: float
    fade_out_s: float
