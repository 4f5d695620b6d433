"""What each backend can make and what it costs; the figures carry the month in which they were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Backend = Literal["animatic", "kling", "veo", "omni"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

ASKABLE: frozenset[Backend] = frozenset({"animatic"})
"""The backends that this version can ask; the others are known by their limits and prices."""

PRICES_OF = "2026-11"
"""The month in which the prices were last compared with the vendors' pages."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a backend accepts. `durations`: lengths in seconds, or None for any from `shortest` to `longest`."""

    durations: tuple[float, ...] | None
    shortest: float
    longest: float
    prompt_chars: int
    negative_chars: int
    usd_per_second: float
    paid: bool = True

    def allows(self, seconds: float) -> bool:
        """Whether the backend makes clips of exactly `seconds`."""
        return seconds in self.durations if self.durations else self.shortest <= seconds <= self.longest

    def offers(self) -> str:
        """The lengths that can be asked for, in words."""
        if self.durations:
            return " or ".join(f"{length:g}" for length in self.durations) + " s"
        return f"{self.shortest:g} to {self.longest:g} s"

    def price_usd(self, seconds: float) -> float:
        """The list price of one clip, rounded to cents."""
        return round(self.usd_per_second * seconds, 2)


# Kling 2.5 turbo pro through KIE: 5 or 10 s at $0.21 or $0.42. Veo 3.1 fast on Vertex: silent, 720p. Omni 1.2: 720p.
LIMITS: dict[Backend, Limits] = {
    "animatic": Limits(None, 0.5, 120.0, 2500, 2500, 0.0, paid=False),
    "kling": Limits((5.0, 10.0), 5.0, 10.0, 2500, 500, 0.042),
    "veo": Limits((4.0, 6.0, 8.0), 4.0, 8.0, 2000, 2000, 0.08),
    "omni": Limits(None, 3.0, 10.0, 2500, 2500, 0.07),
}

DEFAULT_MODELS: dict[Backend, str] = {
    "animatic": "animatic-1",
    "kling": "kling/v2-5-turbo-image-to-video-pro",
    "veo": "veo-3.1-fast-generate-001",
    "omni": "gemini-omni-1.2-flash",
}
