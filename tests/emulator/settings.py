"""What can be set when the emulator starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """How fast the providers are, what they deliver and where they keep it.

    `scale` shrinks every duration of the real servers: operations, rate limits, file processing.
    """

    state: Path
    scale: float = 0.01
    operation_s: float = 60.0
    clip: Path | None = None
    any_agent: bool = False

    def seconds(self, real_s: float) -> float:
        """How long something takes here that takes `real_s` at the real server."""
        return real_s * self.scale
