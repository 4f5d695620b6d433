"""Submit an order: once, written down before it is sent, its id written down before anything else happens."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import catalog, clock, hosting
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    NotAlone,
    OutcomeUnknown,
    OutOfSpace,
    OverBudget,
    Refused,
    RetryLater,
)
from workflow_lib.generate import watch
from workflow_lib.generate.desk import Desk, Purchase, jittered
from workflow_lib.generate.turn import Turn
from workflow_lib.generate.undisturbed import undisturbed
from workflow_lib.journal import Event, Name, now
from workflow_lib.ledger import Attempt
from workflow_lib.providers.base import Draft, Finished, Host, Immediate, Provider, Running
from workflow_lib.slots import Slot, Slots, Tenant
from workflow_lib.takes import Store, Take

_LOOK_S = 0.2  # seconds between two looks for a free place
Place = Callable[[Purchase, Desk, Provider], Slot]
"""Gives a place at the provider."""


class Crowded(Exception):
    """As many operations are open at the provider as may be."""


_ENDED: tuple[tuple[type[Exception], Name], ...] = (
    (Filtered, "filtered"),
    (GenerationFailed, "failed"),
    (RetryLater, "refused"),
    (Refused, "refused"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What is on its way: the submission, where it was sent, and its place there."""

    attempt: Attempt
    provider: Provider
    slot: Slot


def buy(purchase: Purchase, desk: Desk, turn: Turn) -> Take:
    """Submit `purchase` and wait for its take.

    Raises:
        As obtain.
    """
    sent = send(purchase, desk, turn, _place)
    return watch.watch(sent.attempt, purchase, desk, sent.provider, sent.slot)


def send(purchase: Purchase, desk: Desk, turn: Turn, place: Place) -> Sent:
    """Submit `purchase` once there is a `place` for it.

    Raises:
        As obtain, and what `place` raises.
    """
    provider = desk.provider(purchase.request)
    desk.check_not_stopped()
    # Before anything is uploaded; what counts is the same check when the order is sent.
    desk.budgets.check(desk.store, _priced(purchase, desk))
    desk.tell.stage("preparing")
    pictures = _Pictures(desk)
    draft = _prepared(purchase, desk, provider, pictures)
    waits = iter(desk.settings.retry_s)
    while True:
        slot = place(purchase, desk, provider)
        try:
            attempt = _send(purchase, desk, provider, draft, slot, turn)
        except RetryLater as error:
            _wait_after(error, next(waits, None), desk)
        except GenerationFailed as error:
            if not pictures.were_remembered:
                raise
            desk.tell.stage("uploading again", 0, str(error))
            pictures = _Pictures(desk, again=True)
            draft = _prepared(purchase, desk, provider, pictures)
        else:
            return Sent(attempt, provider, slot)


class _Pictures:
    """Uploads pictures; a host may drop one before its time, so an order that is refused is sent with new ones once."""

    def __init__(self, desk: Desk, *, again: bool = False) -> None:
        self._desk, self._again = desk, again
        self._cache = desk.store.folder / "uploads"
        self.were_remembered = False

    def __call__(self, path: Path) -> str:
        """The address of the picture at `path`."""
        if not self._again and hosting.is_remembered(path, self._desk.settings, self._cache):
            self.were_remembered = True
        return hosting.hosted(path, self._desk.settings, self._cache, self._desk.tell.say, again=self._again)


def _prepared(purchase: Purchase, desk: Desk, provider: Provider, host: Host) -> Draft:
    """The order with its pictures where the provider reads them; free, so that it may be tried again."""
    waits = iter(desk.settings.retry_s)
    while True:
        try:
            with tempfile.TemporaryDirectory(prefix="clipwright-") as folder:
                return provider.prepare(purchase.order(Path(folder)), host)
        except RetryLater as error:
            _wait_after(error, next(waits, None), desk)
        except Refused as error:
            desk.run.stop(str(error))
            raise


def _wait_after(error: RetryLater, wait_s: float | None, desk: Desk) -> None:
    """Wait before the same is tried again.

    Raises:
        GenerationFailed: it was tried often enough, or the provider asks for more time than a run waits for a clip.
    """
    if wait_s is None or (error.after_s or 0.0) > desk.settings.clip_timeout_s:
        raise GenerationFailed(f"{error}; gave up, nothing was bought: run again later") from error
    desk.tell.stage("refused for now", 0, str(error))
    time.sleep(jittered(max(wait_s, error.after_s or 0.0)))


def _place(purchase: Purchase, desk: Desk, provider: Provider) -> Slot:
    """A place at the provider, as soon as one is free."""
    slots = desk.slots(provider, purchase.request.backend)
    look_again = 0.0
    while True:
        desk.check_not_stopped()
        slot = slots.take(str(desk.store.folder.resolve()))
        if slot is not None:
            return _in_turn(purchase, desk, slots, slot)
        desk.tell.stage("waiting for a free place")
        if time.monotonic() >= look_again:
            _clear_orphans(purchase, desk, provider, slots)
            look_again = time.monotonic() + desk.settings.poll_waits(purchase.request.backend)[0]
        time.sleep(_LOOK_S)


def place_now(purchase: Purchase, desk: Desk, provider: Provider) -> Slot:
    """A place at the provider, if there is one without waiting for another operation to end.

    Raises:
        Crowded: there is none.
    """
    slots = desk.slots(provider, purchase.request.backend)
    store = str(desk.store.folder.resolve())
    desk.check_not_stopped()
    slot = slots.take(store, waits=False)
    if slot is None:
        _clear_orphans(purchase, desk, provider, slots)
        slot = slots.take(store, waits=False)
    if slot is None:
        raise Crowded
    return _in_turn(purchase, desk, slots, slot)


def _in_turn(purchase: Purchase, desk: Desk, slots: Slots, slot: Slot) -> Slot:
    limit = desk.settings.creates(purchase.request.backend)
    while limit is not None and (wait_s := slots.turn(*limit)) > 0:
        time.sleep(min(wait_s, _LOOK_S))
    return slot


def _clear_orphans(purchase: Purchase, desk: Desk, provider: Provider, slots: Slots) -> None:
    """Ask how the operations stand that nobody watches, and give the places back of those that are over."""
    for orphan in slots.orphans():
        attempt = Store(Path(orphan.tenant.store)).ledger().attempt(orphan.tenant.attempt)
        if attempt is not None and attempt.operation is not None and _is_over(attempt, desk, purchase, provider):
            slots.release(orphan)


def _is_over(attempt: Attempt, desk: Desk, purchase: Purchase, provider: Provider) -> bool:
    asked = provider if attempt.base_url == provider.base_url else desk.provider(purchase.request, attempt.base_url)
    try:
        return not isinstance(asked.poll(attempt.operation or "", watch.age_s(attempt)), Running)
    except (Filtered, GenerationFailed, OutcomeUnknown):
        return True
    except (RetryLater, Refused):
        return False


def _send(purchase: Purchase, desk: Desk, provider: Provider, draft: Draft, slot: Slot, turn: Turn) -> Attempt:
    """Write the intent, send the order once, write the answer."""
    store, request = desk.store, purchase.request
    name = uuid.uuid4().hex[:16]
    intended = dataclasses.replace(_intended(name, purchase, desk, provider, draft), claim=turn.number)
    kept = False
    try:
        slot.write(Tenant(str(store.folder.resolve()), name, clock.now()))
        store.journal.set_room_aside(name)
        desk.check_not_stopped()
        with undisturbed():
            desk.budgets.intend(store, intended)
            turn.claim(intended, slot)
            kept = True
            operation = _posted(purchase, desk, provider, draft, intended)
            answer = provider.answer(operation) if isinstance(provider, Immediate) else None
            if answer is not None:
                _catch(answer, name, purchase, desk)
            submitted = Event(
                event="submitted",
                fingerprint=request.fingerprint,
                attempt=name,
                operation=operation,
                usd=answer.usd if answer else None,
                units=answer.units if answer else None,
            )
            store.journal.add(submitted)
    except _NOTHING_EXISTS:
        slot.leave()
        raise
    except BaseException:
        (slot.let_go if kept else slot.leave)()
        raise
    finally:
        store.journal.give_room_back(name)
    return _known(store, name)


def _catch(answer: Finished, attempt: str, purchase: Purchase, desk: Desk) -> None:
    """Keep a result that came with the answer: it may be had only once, and nobody may be asked for it again."""
    request = purchase.request
    # On a full disk its operation is written down all the same, in the room that was set aside.
    with contextlib.suppress(OutOfSpace):
        if answer.notes is not None:
            desk.store.write_notes(attempt, request.fingerprint, answer.notes)
        if answer.data is not None:
            desk.store.catch(attempt, request.fingerprint, answer.data, request.suffix)


_NOTHING_EXISTS = (OverBudget, RetryLater, Refused, Filtered, GenerationFailed, NotAlone)


def _posted(purchase: Purchase, desk: Desk, provider: Provider, draft: Draft, intended: Event) -> str:
    """The id of the operation; a parsed refusal is written down, anything else is left as not known."""
    desk.tell.stage("submitting", 5, catalog.priced(purchase.list_usd))
    try:
        return provider.submit(draft)
    except (Filtered, GenerationFailed, RetryLater, Refused) as error:
        ended = next(name for kind, name in _ENDED if isinstance(error, kind))
        desk.store.journal.add(
            Event(
                event=ended,
                fingerprint=purchase.request.fingerprint,
                attempt=intended.attempt,
                backend=purchase.request.backend,
                reason=str(error),
            )
        )
        if isinstance(error, Refused):
            desk.run.stop(str(error))
        raise


def _priced(purchase: Purchase, desk: Desk) -> Event:
    return Event(
        event="intended",
        fingerprint=purchase.request.fingerprint,
        project=purchase.project,
        clip=purchase.clip,
        usd=purchase.list_usd,
        session=desk.run.session,
    )


def _intended(name: str, purchase: Purchase, desk: Desk, provider: Provider, draft: Draft) -> Event:
    request = purchase.request
    return dataclasses.replace(
        _priced(purchase, desk),
        at=now(),
        attempt=name,
        backend=request.backend,
        model=draft.model,
        base_url=provider.base_url,
        seconds=request.length_s,
        request=request.as_dict(),
        pixels=purchase.pixels,
    )


def _known(store: Store, name: str) -> Attempt:
    attempt = store.ledger().attempt(name)
    if attempt is None:
        raise OutcomeUnknown(f"{store.journal.path} was changed by somebody else while it was in use")
    return attempt


def unknown_text(purchase: Purchase, at: str) -> str:
    """What a user is told about a submission of which nobody knows whether it arrived."""
    command = purchase.settle
    sent = f"{purchase.clip} was sent to {purchase.request.backend} at {at[:19]}Z and nobody knows whether it arrived. "
    if not catalog.remembers_operations(purchase.request.backend):
        price = catalog.priced(purchase.list_usd)
        return f"{sent}Its answer cannot be had any more: `{command} --confirm-lost` to have it bought again, {price}"
    return (
        f"{sent}Look into the provider's console: if it is there, `{command} --operation ID`; "
        f"if it is not, `{command} --confirm-lost`"
    )
