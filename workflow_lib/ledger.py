"""What the journals add up to: how each operation stands, which takes there are, what was spent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from workflow_lib.journal import Event, Name

State = Literal["intended", "refused", "open", "filtered", "failed", "cancelled", "lost", "stored"]
"""intended: sent, or about to be; nobody knows. open: at the provider. All others are final."""

_AFTER: dict[str, State] = {
    "intended": "intended",
    "submitted": "open",
    "timed_out": "open",
    "refused": "refused",
    "filtered": "filtered",
    "failed": "failed",
    "cancelled": "cancelled",
    "lost": "lost",
    "stored": "stored",
}
_FREE: frozenset[State] = frozenset({"refused", "filtered", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One submission and what became of it. `list_usd`: its list price; `usd`: what was charged, once that is known.

    `pixels`: those of the composite that was sent, if we composed it; `request` knows it by its recipe.
    `over_at`: when it was over at the provider, where its result was downloaded after that.
    `claim`: the number of the right to send it, where that is claimed.
    `file`, `sha256`, `size`: its take in the store. `reason`: the provider's words, or ours.
    """

    id: str
    fingerprint: str
    state: State
    at: str
    backend: str
    model: str
    base_url: str
    project: str
    clip: str
    list_usd: float
    session: str | None
    request: dict[str, Any]
    pixels: str | None = None
    seconds: float | None = None
    operation: str | None = None
    submitted_at: str | None = None
    ended_at: str | None = None
    over_at: str | None = None
    usd: float | None = None
    units: str | None = None
    file: str | None = None
    sha256: str | None = None
    size: int | None = None
    reason: str | None = None
    claim: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may still be going on at the provider."""
        return self.state in ("intended", "open")

    def event(self, name: Name, **details: Any) -> Event:  # noqa: ANN401 - the fields of an event
        """A line for the journal about this submission."""
        return Event(
            event=name,
            fingerprint=self.fingerprint,
            attempt=self.id,
            backend=self.backend,
            project=self.project,
            clip=self.clip,
            **{"operation": self.operation, **details},
        )

    @property
    def cost_usd(self) -> float:
        """What it counts against a budget: what was charged, else its list price, else nothing if it has no result."""
        if self.usd is not None:
            return self.usd
        return 0.0 if self.state in _FREE else self.list_usd


@dataclass(frozen=True, slots=True)
class Choice:
    """The take that a user chose for a request: its fingerprint, and its number when it is one to be made."""

    take: str
    number: int | None = None


class Ledger:
    """The events of one store, or of several, added up."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._attempts: dict[str, Attempt] = {}
        self._by_fingerprint: dict[str, tuple[str, ...]] = {}
        self._chosen: dict[str, Choice] = {}
        for event in events:
            self._add(event)

    def extended(self, events: Iterable[Event]) -> Ledger:
        """The same with `events` after those that it has; this one stays as it is."""
        after = Ledger()
        after._attempts.update(self._attempts)
        after._by_fingerprint.update(self._by_fingerprint)
        after._chosen.update(self._chosen)
        for event in events:
            after._add(event)
        return after

    def attempts(self) -> list[Attempt]:
        """Every submission, in the order in which it was meant."""
        return list(self._attempts.values())

    def of(self, fingerprint: str) -> list[Attempt]:
        """The submissions of one request."""
        return [self._attempts[attempt] for attempt in self._by_fingerprint.get(fingerprint, [])]

    def attempt(self, name: str) -> Attempt | None:
        """One submission."""
        return self._attempts.get(name)

    def pending(self, fingerprint: str) -> Attempt | None:
        """The submission of a request that is not over; there is one at most."""
        return next((attempt for attempt in self.of(fingerprint) if attempt.is_open), None)

    def stored(self, fingerprint: str) -> Attempt | None:
        """The submission whose result is the take of a request."""
        return next((attempt for attempt in reversed(self.of(fingerprint)) if attempt.state == "stored"), None)

    def filtered(self, fingerprint: str) -> int:
        """How often the content filter refused a request."""
        return sum(attempt.state == "filtered" for attempt in self.of(fingerprint))

    @cached_property
    def composed(self) -> Mapping[str, str]:
        """The pixels of composites that were sent, with the key of the recipe by which their requests know them."""
        return {
            attempt.pixels: str(attempt.request["start"])
            for attempt in self._attempts.values()
            if attempt.pixels and attempt.request.get("start")
        }

    def chosen(self, fingerprint: str) -> Choice | None:
        """The take that the user chose for a request, if not its own."""
        return self._chosen.get(fingerprint)

    def spent_usd(self, *, project: str | None = None, session: str | None = None) -> float:
        """What was spent or is reserved, in all or for one project or session."""
        if project is not None:
            return self._spent_usd["project"].get(project, 0.0)
        if session is not None:
            return self._spent_usd["session"].get(session, 0.0)
        return sum(self._spent_usd["project"].values())

    @cached_property
    def _spent_usd(self) -> Mapping[str, Mapping[str | None, float]]:
        by: dict[str, dict[str | None, float]] = {"project": {}, "session": {}}
        for attempt in self._attempts.values():
            for name, key in (("project", attempt.project), ("session", attempt.session)):
                by[name][key] = by[name].get(key, 0.0) + attempt.cost_usd
        return by

    def _add(self, event: Event) -> None:
        if event.event == "chosen":
            self._choose(event)
        elif event.event == "intended":
            self._begin(event)
        elif event.attempt in self._attempts:
            self._move(self._attempts[event.attempt], event)

    def _choose(self, event: Event) -> None:
        if event.take is None or event.take == event.fingerprint:
            self._chosen.pop(event.fingerprint, None)
        else:
            self._chosen[event.fingerprint] = Choice(event.take, event.take_number)

    def _begin(self, event: Event) -> None:
        if event.attempt in self._attempts:
            return
        self._attempts[event.attempt] = Attempt(
            id=event.attempt,
            fingerprint=event.fingerprint,
            state="intended",
            at=event.at,
            backend=event.backend,
            model=event.model,
            base_url=event.base_url,
            project=event.project,
            clip=event.clip,
            list_usd=event.usd or 0.0,
            session=event.session,
            request=event.request or {},
            pixels=event.pixels,
            seconds=event.seconds,
            claim=event.claim,
        )
        others = self._by_fingerprint.get(event.fingerprint, ())
        self._by_fingerprint[event.fingerprint] = (*others, event.attempt)

    def _move(self, attempt: Attempt, event: Event) -> None:
        # An event that was written twice around a crash must not open again what is over.
        # A take may be fetched again, and given up when it is gone for good.
        again = attempt.state == "stored" and event.event in ("stored", "lost")
        if not (attempt.is_open or again) or (attempt.state == "open" and event.event in ("submitted", "refused")):
            return
        state = _AFTER[event.event]
        self._attempts[attempt.id] = dataclasses.replace(
            attempt,
            state=state,
            operation=event.operation or attempt.operation,
            submitted_at=event.at if event.event == "submitted" else attempt.submitted_at,
            ended_at=None if state == "open" else event.at,
            over_at=event.over_at or attempt.over_at,
            usd=event.usd if event.usd is not None else attempt.usd,
            units=event.units or attempt.units,
            file=event.file or attempt.file,
            sha256=event.sha256 or attempt.sha256,
            size=event.size or attempt.size,
            reason=event.reason or attempt.reason,
        )
