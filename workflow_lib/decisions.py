"""What only the user may decide about what is paid for: another take, an older one, a submission that got lost."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import catalog, plan
from workflow_lib.errors import InvalidInput, Problem, WorkflowError
from workflow_lib.journal import Event
from workflow_lib.ledger import Attempt, Ledger
from workflow_lib.planned import Wanted
from workflow_lib.project import Film
from workflow_lib.requests import Asked, Component
from workflow_lib.takes import Store

Which = int | Path
"""The number of a clip, or a described picture by its path below the project's folder."""


@dataclass(frozen=True, slots=True)
class TakeInfo:
    """One take of a clip: the short name by which it is chosen, and whether the clip shows it now or next."""

    name: str
    attempt: Attempt
    here: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about one clip, line or effect; nothing happens until `decide` is called with it.

    `usd`: what it leads to; `about`: the submission that it settles, as it stood.
    """

    item: Wanted
    events: tuple[Event, ...]
    text: str
    usd: float = 0.0
    about: Attempt | None = None


_FREE = {"narration": "scratch", "images": "sketch"}


def decide(film: Film, decision: Decision) -> None:
    """Write a decision down; the next run acts on it.

    Raises:
        WorkflowError: a run deals with the clip at this moment, or has just done so; nothing was decided.
        OutOfSpace: the disk is full; nothing was decided.
    """
    journal = Store(film.project.takes).journal
    with _settling(film, decision):
        for event in decision.events:
            journal.add(event)


@contextlib.contextmanager
def _settling(film: Film, decision: Decision) -> Iterator[None]:
    if decision.about is None:
        yield
        return
    label = decision.item.label
    with Store(film.project.takes).settling(decision.about, label):
        if _unsettled(film, decision.item) != decision.about:
            raise WorkflowError(f"{label} went on meanwhile; look at it again")
        yield


def takes_of(film: Film, number: Which, component: Component = "clips") -> list[TakeInfo]:
    """Every take that was bought for a clip, its line or its effect, and any other of its request, oldest first."""
    item = _item(film, number, component)
    store = Store(film.project.takes)
    ledger = store.ledger()
    project, label = str(film.project.root), item.label
    return [
        TakeInfo(
            name=attempt.fingerprint[:8],
            attempt=attempt,
            here=bool(attempt.file) and (store.folder / str(attempt.file)).is_file(),
            wanted=attempt.fingerprint == item.wanted,
        )
        for attempt in ledger.attempts()
        if attempt.state == "stored"
        and ((attempt.project, attempt.clip) == (project, label) or attempt.fingerprint == item.wanted)
    ]


def another_take(film: Film, number: Which, component: Component = "clips") -> Decision:
    """Ask for a take that was not bought yet, though nothing of the request has changed.

    Raises:
        InvalidInput: it costs nothing, or somebody put it there.
    """
    (item, base), ledger = _paid(film, number, component), _ledger(film)
    _check_settled(item, ledger, film)
    last = base.take
    while ledger.of(dataclasses.replace(base, take=last).fingerprint) or last == base.take:
        last += 1
    wanted = dataclasses.replace(base, take=last)
    price = item.list_usd
    event = Event(event="chosen", fingerprint=base.fingerprint, take=wanted.fingerprint, take_number=last)
    text = f"{item.label}: take {last} will be bought for {catalog.priced(price)} by the next run; the others are kept"
    text += _followed(item)
    return Decision(item, (event,), text, price)


def older_take(film: Film, number: Which, name: str, component: Component = "clips") -> Decision:
    """Choose a take by (the beginning of) its name; it costs nothing.

    Raises:
        InvalidInput: there is no such take, more than one, or its file is gone.
    """
    item, base = _paid(film, number, component)
    _check_settled(item, _ledger(film), film)
    where = str(film.project.takes)
    found = [take for take in takes_of(film, number, component) if take.attempt.fingerprint.startswith(name)]
    if len({take.attempt.fingerprint for take in found}) != 1:
        what = f"{item.label} has {'more than one take' if found else 'no take'} {name!r}"
        raise InvalidInput([Problem(where, what, "`clipwright takes` lists them")])
    if not found[-1].here:
        raise InvalidInput([Problem(where, f"take {name} of {item.label} is gone from the store")])
    take = found[-1].attempt.fingerprint
    event = Event(event="chosen", fingerprint=base.fingerprint, take=take)
    text = f"{item.label}: take {take[:8]} is put in place by the next run, $0{_followed(item)}"
    return Decision(item, (event,), text)


def _check_settled(item: Wanted, ledger: Ledger, film: Film) -> None:
    """See that nothing is at the provider for what another take is wanted of: nobody would fetch it any more.

    Raises:
        InvalidInput: something is, or may be.
    """
    pending = ledger.pending(item.wanted)
    if pending is None:
        return
    what = f"operation {pending.operation}" if pending.operation else f"what was sent at {pending.at[:19]}Z"
    hint = "run Snakemake to collect it, or give it up first, with --confirm-lost"
    raise InvalidInput(
        [Problem(f"{film.project.manifest}: {item.place}", f"{what} for {item.label} is not settled", hint)]
    )


def _followed(item: Wanted) -> str:
    """What else a decision about a picture leads to."""
    return "; what shows it is made again: see `snakemake -n` for the price" if item.component == "images" else ""


def confirm_lost(film: Film, number: Which, component: Component = "clips") -> Decision:
    """Give up a submission, or a result that cannot be had; the next run buys it again.

    Raises:
        InvalidInput: nothing of it is open.
    """
    item, _ = _paid(film, number, component)
    attempt = _unsettled(film, item)
    price = item.list_usd
    event = attempt.event("lost", reason="the user says so")
    what = f"operation {attempt.operation}" if attempt.operation else f"the submission of {attempt.at[:19]}Z"
    again = "the clip" if item.component == "clips" else "it"
    text = f"{item.label}: {what} is given up; the next run buys {again} again for {catalog.priced(price)}"
    return Decision(item, (event,), text, price, attempt)


def found_operation(film: Film, number: Which, operation: str, component: Component = "clips") -> Decision:
    """Name the operation that a submission led to; the next run resumes it, and nothing is bought.

    Raises:
        InvalidInput: no submission of it is without an id, or the id cannot be one.
    """
    item, _ = _paid(film, number, component)
    attempt = _unsettled(film, item)
    if attempt.operation is not None:
        what = f"{item.label} has operation {attempt.operation} already"
        raise InvalidInput([Problem("--operation", what, "run Snakemake to resume it")])
    named = operation_id(operation, _ledger(film))
    event = attempt.event("submitted", operation=named)
    text = f"{item.label}: the next run resumes operation {named}, $0"
    return Decision(item, (event,), text, about=attempt)


def operation_id(text: str, ledger: Ledger) -> str:
    """The id of an operation as a user gives it.

    Raises:
        InvalidInput: it cannot be one, or is that of another submission.
    """
    named = text.strip()
    if not named.isprintable() or not named or " " in named:
        raise InvalidInput([Problem("--operation", "is no operation's id", "copy it from the provider's console")])
    other = next((known for known in ledger.attempts() if known.operation == named), None)
    if other is not None:
        what = f"operation {named} is that of {other.clip} in {other.project} already"
        raise InvalidInput([Problem("--operation", what, "copy the one that is not yet known")])
    return named


def open_attempts(film: Film, number: int | None = None) -> list[Attempt]:
    """The operations of a project that may be going on at a provider, of one clip with its sounds or of all."""
    label = film.clip(number).label if number is not None else None
    return [
        attempt
        for attempt in _ledger(film).attempts()
        if attempt.is_open and attempt.project == str(film.project.root) and label in (None, attempt.clip.split()[0])
    ]


def _unsettled(film: Film, item: Wanted) -> Attempt:
    ledger = _ledger(film)
    attempt = ledger.pending(item.wanted)
    stored = ledger.stored(item.wanted)
    if attempt is None and stored is not None and not (film.project.takes / str(stored.file)).is_file():
        attempt = stored
    if attempt is None:
        where = f"{film.project.manifest}: {item.place}"
        raise InvalidInput([Problem(where, f"nothing that {item.label} asks for is open or unsettled")])
    return attempt


def _item(film: Film, number: Which, component: Component) -> Wanted:
    if isinstance(number, Path):
        return plan.of_picture(film, film.project.root / number)
    found = plan.of_clip(film, number)
    parts: dict[Component, Wanted] = {"clips": found, "narration": found.narration, "effects": found.effect}
    return parts[component]


def is_paid(film: Film, number: Which, component: Component = "clips") -> bool:
    """Whether a clip, its line, its effect or a picture is bought, as the film is.

    Raises:
        InvalidInput: the film has none.
    """
    return _is_bought(_item(film, number, component))


def _is_bought(item: Wanted) -> bool:
    return item.request is not None and catalog.is_paid(item.request.backend)


def _paid(film: Film, number: Which, component: Component) -> tuple[Wanted, Asked]:
    """What is paid for, and what is asked for it."""
    item = _item(film, number, component)
    where = f"{film.project.manifest}: {item.place}"
    if item.request is None or not _is_bought(item):
        who = item.request.backend if item.request else _FREE.get(item.component, "none")
        hint = f"delete {item.path} to have it made again, or say with which --config KEY=VALUE it was bought"
        raise InvalidInput([Problem(where, f"{item.label} costs nothing ({who})", hint)])
    if item.standing == "manual":
        hint = f"delete {item.path} first"
        raise InvalidInput([Problem(where, f"{item.label} was put there by hand and is kept", hint)])
    return item, item.request


def _ledger(film: Film) -> Ledger:
    return Store(film.project.takes).ledger()
