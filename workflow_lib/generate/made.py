"""What a clip's receipt says of its making."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """How a clip ended: `cost_usd` of its take, `reason` for a stand-in, `skipped` when the film leaves it out."""

    outcome: str
    cost_usd: float = 0.0
    operation: str | None = None
    reason: str | None = None
    skipped: bool = False
