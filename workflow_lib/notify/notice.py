"""What people elsewhere are told about a film, as it stands at that moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from workflow_lib.hooks import Event, Notify
from workflow_lib.journal import now
from workflow_lib.planned import ClipPlan, FilmPlan

_CAUSES = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """One film at one moment. `clips`: how many it has, how many are made, and by outcome; money in USD.

    `id` is the same when a notice is sent again. `film`: its path, once it is built; `next`: what to type; `causes`:
    why clips could not be made.
    """

    id: str
    event: Event
    project: str
    title: str
    run: str
    at: str
    clips: dict[str, int]
    cost_usd: float
    to_spend_usd: float
    film: str | None
    next: str | None
    causes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The same in a few words."""
        told = {"start": "is being built", "success": "is ready", "error": "could not be built"}[self.event]
        return f"{self.title} {told}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice, and who is told."""

    notice: Notice
    notify: Notify

    def as_dict(self) -> dict[str, object]:
        """As plain values."""
        return {"notice": asdict(self.notice), "notify": self.notify.model_dump()}

    @classmethod
    def of(cls, value: dict[str, dict[str, object]]) -> Letter:
        """From plain values."""
        return cls(Notice(**value["notice"]), Notify.model_validate(value["notify"]))  # type: ignore[arg-type]


def of(found: FilmPlan, event: Event, run: str, causes: Sequence[str] = ()) -> Notice:
    """The notice of a film whose clips are known, as it is planned."""
    root = str(found.film.project.root)
    film = str(found.film.project.film("final"))
    outcomes = Counter(_outcome(item) for item in found.clips if not item.to_make)
    return Notice(
        id=f"{run}-{root.replace('/', '-')}-{event}",
        event=event,
        project=root,
        title=found.film.title,
        run=run,
        at=now(),
        clips={"all": len(found.clips), "made": outcomes.total(), **outcomes},
        cost_usd=round(found.spent_usd, 4),
        to_spend_usd=0.0 if event == "success" else round(found.price_usd, 4),
        film=film if event == "success" else None,
        next=f"snakemake --cores all {film}" if event == "error" else None,
        causes=tuple(causes[:_CAUSES]),
    )


def undrafted(root: str, title: str, event: Event, run: str, causes: Sequence[str] = ()) -> Notice:
    """The notice of a film whose clips are not listed yet."""
    film = f"{root}/final.mp4"
    return Notice(
        id=f"{run}-{root.replace('/', '-')}-{event}",
        event=event,
        project=root,
        title=title,
        run=run,
        at=now(),
        clips={"all": 0, "made": 0},
        cost_usd=0.0,
        to_spend_usd=0.0,
        film=None,
        next=f"snakemake --cores all {film}" if event == "error" else None,
        causes=tuple(causes[:_CAUSES]),
    )


def _outcome(item: ClipPlan) -> str:
    if item.standing == "manual":
        return "manual"
    return item.receipt.outcome if item.receipt else "generated"
