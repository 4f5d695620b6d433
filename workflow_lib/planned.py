"""What a plan says: how a film, its clips and its lines stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from workflow_lib.identity import Pictures
from workflow_lib.project import Clip, Film
from workflow_lib.receipts import Receipt
from workflow_lib.requests import Request

Standing = Literal["fresh", "missing", "stale", "manual"]
"""Up to date; to be made; to be made again; put there by hand and kept."""

Action = Literal["render", "buy", "reuse", "resume", "decide", "stand_in"]
"""How a clip is made: rendered for free; bought; its take is here; its operation goes on; nobody knows whether it was
sent; refused by the content filter before, so that a stand-in takes its place."""


@dataclass(frozen=True, slots=True)
class NarrationPlan:
    """How a spoken line stands. `key`: what it is known by; empty when the clip has none."""

    standing: Standing
    key: str


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """How one clip stands, and `reasons` in words for what must be made.

    `wanted`: the fingerprint of the take that it is to have, its request's own unless the user chose another;
    `action`: how it is made when it must be; `operation`: the one that is resumed.
    """

    clip: Clip
    request: Request
    receipt: Receipt | None
    standing: Standing
    reasons: tuple[str, ...]
    pictures: Pictures
    narration: NarrationPlan
    video_sha256: str | None
    wanted: str
    action: Action = "render"
    operation: str | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the film leaves the clip out."""
        if self.receipt is None or self.standing == "manual":
            return False
        # One that timed out is asked for again by the next run, and left out of this one's film all the same.
        return self.receipt.skipped and self.receipt.fingerprint == self.request.fingerprint

    @property
    def to_make(self) -> bool:
        """Whether the clip must be made."""
        return self.standing in ("missing", "stale")

    @property
    def price_usd(self) -> float:
        """What making it is listed at; nothing when it need not be made."""
        return self.clip.list_usd if self.to_make and self.action == "buy" else 0.0


def total_usd(items: Iterable[ClipPlan]) -> float:
    """The list price of all of `items` that must be bought, rounded to cents; clips that ask for the same, once."""
    return round(sum({item.wanted: item.price_usd for item in items}.values()), 2)


@dataclass(frozen=True)
class FilmPlan:
    """How one cut of a film stands.

    `spent_usd`: what was spent on it or is reserved, by the journal; `music_sha256`: of the music under it.
    """

    film: Film
    clips: tuple[ClipPlan, ...]
    standing: Standing
    reasons: tuple[str, ...]
    spent_usd: float = 0.0
    music_sha256: str | None = None

    def clip(self, number: int) -> ClipPlan:
        """The plan of one clip.

        Raises:
            InvalidInput: the film has no such clip.
        """
        found = self._by_number.get(number)
        # The film says which numbers it has.
        return found or self._by_number[self.film.clip(number).number]

    @cached_property
    def _by_number(self) -> dict[int, ClipPlan]:
        return {item.clip.number: item for item in self.clips}

    @property
    def price_usd(self) -> float:
        """The list price of all that must be bought."""
        return total_usd(self.clips)
