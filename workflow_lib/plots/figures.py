"""What the plots show, as plain values from a film's journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, cast

from workflow_lib import costs
from workflow_lib.catalog import Service
from workflow_lib.costs import Cost
from workflow_lib.ledger import Attempt, State
from workflow_lib.planned import FilmPlan
from workflow_lib.takes import Store

Plot = Literal["gantt", "cost"]

Places = Callable[[Service], int]
"""How many operations of a service may be open at a time."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One operation, from when it was sent to its end; in seconds since the first one was. `usd`: what it cost.

    `over_s`: when it was over at the provider; its result was downloaded after that. One that is not over ends with the
    last that is known of the run.
    """

    label: str
    service: str
    state: State
    start_s: float
    over_s: float
    end_s: float
    usd: float


@dataclass(frozen=True, slots=True)
class Gantt:
    """The operations of a film's last run that had any: `begun` in UTC, `places` at each service, `older` before it."""

    title: str
    begun: str
    bars: tuple[Bar, ...]
    places: tuple[tuple[str, int], ...]
    older: int

    def in_flight(self, service: str) -> list[tuple[float, int]]:
        """How many operations of a service were open, and from which second on."""
        changes: dict[float, int] = {0.0: 0}
        for bar in self.bars:
            if bar.service == service:
                changes[bar.start_s] = changes.get(bar.start_s, 0) + 1
                changes[bar.over_s] = changes.get(bar.over_s, 0) - 1
        level, levels = 0, []
        for second in sorted(changes):
            level += changes[second]
            levels.append((second, level))
        return levels


@dataclass(frozen=True, slots=True)
class Spent:
    """What a film cost: by component, then by who was asked; all that was ever paid for it, in USD."""

    title: str
    budget_usd: float | None
    costs: tuple[Cost, ...]

    @property
    def usd(self) -> float:
        """All of it, with what is reserved."""
        return sum(cost.actual_usd + cost.open_usd for cost in self.costs)


def gantt_of(found: FilmPlan, places: Places) -> Gantt:
    """The operations of the last run in which something was asked for the film."""
    attempts = [attempt for attempt in _attempts(found) if attempt.state != "refused"]
    if not attempts:
        return Gantt(found.film.title, "", (), (), 0)
    last = max(attempts, key=lambda attempt: attempt.at).session
    chosen = sorted((attempt for attempt in attempts if attempt.session == last), key=lambda attempt: attempt.at)
    zero = min(map(_sent, chosen))
    until = max(_moment(attempt.ended_at or attempt.submitted_at or attempt.at) for attempt in chosen)
    bars = tuple(sorted((_bar(attempt, zero, until) for attempt in chosen), key=lambda bar: (bar.start_s, bar.label)))
    services = sorted({cast("Service", attempt.backend) for attempt in chosen})
    begun = datetime.fromisoformat(chosen[0].at).strftime("%Y-%m-%d %H:%M UTC")
    limits = tuple((service, places(service)) for service in services)
    return Gantt(found.film.title, begun, bars, limits, len(attempts) - len(chosen))


def spent_of(found: FilmPlan) -> Spent:
    """What the film cost."""
    film = found.film
    lines = costs.of_stores([film.project.takes], frozenset({str(film.project.root)}))
    return Spent(film.title, film.budget_usd, tuple(lines))


def told(plot: Plot, found: FilmPlan, places: Places) -> dict[str, object]:
    """What a plot shows, as plain values."""
    return asdict(gantt_of(found, places)) if plot == "gantt" else asdict(spent_of(found))


def _attempts(found: FilmPlan) -> Iterable[Attempt]:
    project = found.film.project
    return [item for item in Store(project.takes).ledger().attempts() if item.project == str(project.root)]


def _bar(attempt: Attempt, zero: datetime, until: datetime) -> Bar:
    start = _sent(attempt)
    end = _moment(attempt.ended_at) if attempt.ended_at else max(until, start)
    over = _moment(attempt.over_at) if attempt.over_at else end
    return Bar(
        label=_label(attempt),
        service=attempt.backend,
        state=attempt.state,
        start_s=round((start - zero).total_seconds(), 3),
        over_s=round((min(over, end) - zero).total_seconds(), 3),
        end_s=round((end - zero).total_seconds(), 3),
        usd=attempt.cost_usd,
    )


_WORDS = {"narration": "line", "effects": "effect"}


def _label(attempt: Attempt) -> str:
    component = str(attempt.request.get("component") or "clips")
    folder, _, stem = attempt.clip.removesuffix(".png").rpartition("/")
    name = stem.replace("_", " ") + (" background" if folder.endswith("backgrounds") else "")
    return f"{name} {_WORDS[component]}" if component in _WORDS else name


def _sent(attempt: Attempt) -> datetime:
    return _moment(attempt.submitted_at or attempt.at)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
