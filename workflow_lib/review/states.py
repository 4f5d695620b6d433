"""How a clip stands, in one word for its chip, and by which filters it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workflow_lib import locks
from workflow_lib.ledger import Attempt
from workflow_lib.planned import ClipPlan, FilmPlan

State = Literal[
    "generated", "reused", "animatic", "manual", "filtered", "failed", "timed_out",
    "making", "open", "unknown", "over_budget", "stale", "missing",
]  # fmt: skip
"""As the receipt says; or what is the case with a clip that must be made."""

Flag = Literal["missing", "stale", "filtered", "failed", "stand-in", "over-budget", "rejected"]
"""What is wrong with a clip, as far as people look for it."""

Tone = Literal["good", "warn", "bad", "idle"]

WORDS: dict[State, tuple[str, Tone]] = {
    "generated": ("Generated", "good"),
    "reused": ("Reused take", "good"),
    "animatic": ("Animatic", "good"),
    "manual": ("By hand", "good"),
    "filtered": ("Filtered", "warn"),
    "failed": ("Failed", "bad"),
    "timed_out": ("Timed out", "warn"),
    "making": ("Being made", "idle"),
    "open": ("At the provider", "idle"),
    "unknown": ("Outcome unknown", "bad"),
    "over_budget": ("Over budget", "bad"),
    "stale": ("Out of date", "warn"),
    "missing": ("Missing", "idle"),
}
"""The words on a clip's chip, and how it is meant."""

FILTERS: dict[Flag, str] = {
    "missing": "Missing",
    "stale": "Out of date",
    "filtered": "Filtered",
    "failed": "Failed",
    "stand-in": "Stand-ins",
    "over-budget": "Over budget",
    "rejected": "Rejected",
}
"""The filters of the page, in their order."""

_OUTCOMES: dict[str, State] = {
    name: name for name in ("generated", "reused", "animatic", "manual", "filtered", "failed", "timed_out")
}
_CENT_FRACTION = 1e-6


def state_of(found: FilmPlan, item: ClipPlan, history: Sequence[Attempt], *, over: bool) -> State:
    """How a clip stands; `history`: the submissions for it, newest first; `over`: its price is not left."""
    if item.standing == "manual":
        return "manual"
    if locks.is_being_made(found.film.project, item.path):
        return "making"
    if not item.to_make:
        return _OUTCOMES.get(item.receipt.outcome if item.receipt else "", "generated")
    last = next((attempt.state for attempt in history if attempt.fingerprint == item.wanted), None)
    cases: tuple[tuple[bool, State], ...] = (
        (item.action == "decide", "unknown"),
        (item.action == "resume", "open"),
        (item.action == "stand_in" or last == "filtered", "filtered"),
        (last == "failed", "failed"),
        (over, "over_budget"),
        (item.standing == "stale", "stale"),
    )
    return next((state for holds, state in cases if holds), "missing")


def flags_of(
    item: ClipPlan, state: State, *, stands_in: bool, over: bool, there: bool, rejected: bool = False
) -> tuple[Flag, ...]:
    """By which filters a clip is found; none when it is as the film wants it. `there`: its file is."""
    asked: dict[Flag, bool] = {
        "missing": item.to_make and not there,
        "stale": item.to_make and there,
        "filtered": state == "filtered",
        "failed": state == "failed",
        "stand-in": stands_in,
        "over-budget": over,
        "rejected": rejected,
    }
    return tuple(flag for flag, holds in asked.items() if holds)


def over_budget(found: FilmPlan, left: float | None) -> frozenset[int]:
    """The clips whose price is not left when all that must be bought is bought in story order; `left`: in USD."""
    if left is None:
        return frozenset()
    over: set[int] = set()
    seen: set[str] = set()
    for item in found.clips:
        price = 0.0 if item.wanted in seen else item.price_usd
        seen.add(item.wanted)
        if price > left + _CENT_FRACTION:
            over.add(item.clip.number)
        else:
            left -= price
    return frozenset(over)
