"""What a plan says: how a film, its clips and its lines stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from workflow_lib.clip import Clip
from workflow_lib.drawings import Drawing
from workflow_lib.identity import Pictures
from workflow_lib.ledger import Ledger
from workflow_lib.project import Film
from workflow_lib.receipts import Receipt
from workflow_lib.requests import Asked, Component, EffectRequest, ImageRequest, Request, SpeechRequest

Standing = Literal["fresh", "missing", "stale", "manual"]
"""Up to date; to be made; to be made again; put there by hand and kept."""

Action = Literal["render", "buy", "reuse", "resume", "decide", "stand_in", "change"]
"""How a clip, a line or an effect is made: rendered for free; bought; its take is here; its operation goes on; nobody
knows whether it was sent; refused by the content filter before, so that a stand-in takes a clip's place, and a line or
an effect must be changed."""


class Wanted(Protocol):
    """What a clip, a line and an effect have in common: how each stands, and what making it asks for."""

    @property
    def component(self) -> Component:
        """What of the film it is."""

    @property
    def label(self) -> str:
        """Its name: `clip_07`, `clip_07 narration`."""

    @property
    def place(self) -> str:
        """Its key in the manifest."""

    @property
    def path(self) -> Path:
        """Its file."""

    @property
    def standing(self) -> Standing:
        """How its file stands."""

    @property
    def request(self) -> Asked | None:
        """What is asked for; None when nobody is."""

    @property
    def wanted(self) -> str:
        """The fingerprint of the take that it is to have."""

    @property
    def action(self) -> Action:
        """How it is made when it must be."""

    @property
    def operation(self) -> str | None:
        """The operation that is resumed."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it must be made."""

    @property
    def list_usd(self) -> float:
        """What buying it costs, needed or not."""

    @property
    def to_make(self) -> bool:
        """Whether it must be made."""

    @property
    def price_usd(self) -> float:
        """What making it is listed at; nothing when it need not be made."""


class _Priced:
    """What follows for each of them from how it stands."""

    __slots__ = ()

    @property
    def to_make(self: Wanted) -> bool:
        """Whether it must be made; of a described picture: should anybody need it."""
        return self.standing in ("missing", "stale")

    @property
    def price_usd(self: Wanted) -> float:
        """What making it is listed at; nothing when it need not be made."""
        return self.list_usd if self.to_make and self.action == "buy" else 0.0


@dataclass(frozen=True, slots=True)
class SoundPlan(_Priced):
    """How the spoken line or the sound effect of a clip stands.

    `key`: what it is known by; empty when the clip has none. `said`: by what the captions of a recording of the user's
    own are known, whose key knows neither its text nor its times. `request`: what is asked of a provider; None for the
    scratch voice and for silence. All else as in ClipPlan.
    """

    component: Component
    label: str
    place: str
    path: Path
    standing: Standing
    key: str
    said: str = ""
    request: SpeechRequest | EffectRequest | None = None
    wanted: str = ""
    action: Action = "render"
    operation: str | None = None
    reasons: tuple[str, ...] = ()
    list_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class PicturePlan(_Priced):
    """How a described picture stands. `identity`: by what clips know it; `key`: by what its file is known.

    `request`: what is asked of a model; None for a sketch. All else as in ClipPlan.
    """

    drawing: Drawing
    label: str
    standing: Standing
    key: str
    identity: str
    request: ImageRequest | None = None
    wanted: str = ""
    action: Action = "render"
    operation: str | None = None
    reasons: tuple[str, ...] = ()
    list_usd: float = 0.0
    component: Component = "images"

    @property
    def path(self) -> Path:
        """Its file."""
        return self.drawing.path

    @property
    def place(self) -> str:
        """Its key in the manifest."""
        return self.drawing.place


@dataclass(frozen=True, slots=True)
class ClipPlan(_Priced):
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
    narration: SoundPlan
    effect: SoundPlan
    path: Path
    video_sha256: str | None
    wanted: str
    action: Action = "render"
    operation: str | None = None
    component: Component = "clips"

    @property
    def label(self) -> str:
        """`clip_07`."""
        return self.clip.label

    @property
    def place(self) -> str:
        """The clip's key in the manifest."""
        return self.clip.place

    @property
    def list_usd(self) -> float:
        """What buying the clip costs, needed or not."""
        return self.clip.list_usd

    @property
    def sounds(self) -> tuple[SoundPlan, ...]:
        """The clip's line and effect, as far as a provider is asked for them."""
        return tuple(item for item in (self.narration, self.effect) if item.request is not None)

    @property
    def is_skipped(self) -> bool:
        """Whether the film leaves the clip out."""
        if self.receipt is None or self.standing == "manual":
            return False
        # One that timed out is asked for again by the next run, and left out of this one's film all the same.
        return self.receipt.skipped and self.receipt.fingerprint == self.request.fingerprint

    @property
    def seen(self) -> str:
        """By what the take that the clip shows is named: its fingerprint, or its file's digest where it was put there.

        Eight letters; empty where there is no clip, or a stand-in.
        """
        if not self.path.is_file():
            return ""
        if self.standing == "manual":
            return (self.video_sha256 or "")[:8]
        if self.receipt is None or self.receipt.is_stand_in:
            return ""
        return (self.receipt.take or self.receipt.fingerprint)[:8]


def action_for(film: Film, wanted: str, ledger: Ledger) -> tuple[Action, str | None]:
    """How the take `wanted` is had, and the operation that is resumed for it."""
    return action_in(film.project.takes, wanted, ledger)


def action_in(folder: Path, wanted: str, ledger: Ledger) -> tuple[Action, str | None]:
    """The same, for the store in `folder`."""
    stored = ledger.stored(wanted)
    if stored is not None and stored.file and (folder / stored.file).is_file():
        return "reuse", None
    attempt = ledger.pending(wanted) or stored
    if attempt is not None:
        return ("resume", attempt.operation) if attempt.operation else ("decide", None)
    return "buy", None


def total_usd(items: Iterable[Wanted]) -> float:
    """The list price of all of `items` that must be bought, in USD; those that ask for the same, once."""
    return round(sum({item.wanted: item.price_usd for item in items}.values()), 4)


@dataclass(frozen=True)
class FilmPlan:
    """How one cut of a film stands.

    `spent_usd`: what was spent on it or is reserved, by the journal; `music_sha256`: of the music under it.
    `drawn`: every described picture, by its path; `pictures`: those that the clips which must be made need.
    """

    film: Film
    clips: tuple[ClipPlan, ...]
    standing: Standing
    reasons: tuple[str, ...]
    spent_usd: float = 0.0
    music_sha256: str | None = None
    drawn: Mapping[Path, PicturePlan] = field(default_factory=dict)
    pictures: tuple[PicturePlan, ...] = ()

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
        return total_usd(self.parts)

    @property
    def parts(self) -> tuple[Wanted, ...]:
        """The pictures, clips, lines and effects of the film, as far as one can be bought."""
        asked = [picture for picture in self.pictures if picture.request is not None]
        return (*asked, *self.clips, *self.sounds)

    @property
    def sounds(self) -> tuple[SoundPlan, ...]:
        """The lines and effects that a provider is asked for, clip by clip."""
        return tuple(sound for item in self.clips for sound in item.sounds)
