"""The one door through which money leaves: find the take, else resume the operation, else submit once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workflow_lib import locking
from workflow_lib.errors import Filtered, OutcomeUnknown
from workflow_lib.generate import settle, submit, watch
from workflow_lib.generate.desk import Desk, Obtained, Purchase
from workflow_lib.generate.turn import Turn
from workflow_lib.ledger import Attempt, Ledger
from workflow_lib.providers import access

State = Literal["bought", "open", "submitted", "in work", "no place"]


@dataclass(frozen=True, slots=True)
class Left:
    """How a request stands that was not waited for, and its operation."""

    state: State
    operation: str | None = None


def obtain(purchase: Purchase, desk: Desk) -> Obtained:
    """The take of `purchase`, bought only if it never was.

    Raises:
        OverBudget: there is not enough left; nothing was bought.
        MissingKey, Refused: the provider cannot be asked; nothing was bought.
        Filtered, GenerationFailed: there will be no take of this request.
        TimedOut: it is not ready; the next run goes on waiting for it.
        OutcomeUnknown: nobody knows whether it was bought; the user decides.
        BadMedia: the result does not decode; the next run fetches it again.
        NotAlone: another host deals with it by now; nothing was bought.
        OutOfSpace: the disk is full; nothing that was paid for is lost.
    """
    with desk.store.alone(purchase.request.fingerprint) as hold:
        ledger = desk.store.ledger()
        turn = Turn(hold, desk.store, len(ledger.of(purchase.request.fingerprint)))
        desk.store.tidy(ledger.of(purchase.request.fingerprint))
        take = desk.store.find(purchase.request.fingerprint, ledger)
        if take is not None:
            return Obtained(take, "reused")
        pending = _pending(purchase, desk, ledger)
        if pending is None:
            _check_filtered(purchase, desk, ledger)
        return _bought(purchase, desk, pending, turn)


def leave(purchase: Purchase, desk: Desk) -> Left:
    """Submit `purchase`, unless it was, and leave its operation at the provider; `obtain` collects it later.

    Nothing is waited for: neither a place at the provider, nor another process that deals with the request.

    Raises:
        As obtain.
    """
    try:
        with desk.store.alone(purchase.request.fingerprint, wait=False) as hold:
            ledger = desk.store.ledger()
            turn = Turn(hold, desk.store, len(ledger.of(purchase.request.fingerprint)))
            desk.store.tidy(ledger.of(purchase.request.fingerprint))
            if desk.store.find(purchase.request.fingerprint, ledger) is not None:
                return Left("bought")
            pending = _pending(purchase, desk, ledger)
            if pending is not None:
                return Left("open", pending.operation)
            _check_filtered(purchase, desk, ledger)
            return _submitted(purchase, desk, turn)
    except locking.Busy:
        return Left("in work")
    except submit.Crowded:
        return Left("no place")


def _submitted(purchase: Purchase, desk: Desk, turn: Turn) -> Left:
    try:
        sent = submit.send(purchase, desk, turn, submit.place_now)
    except OutcomeUnknown as error:
        lost = _lost(purchase, desk)
        if lost is None:
            raise
        raise OutcomeUnknown(f"{error}; {submit.unknown_text(purchase, lost.at)}") from error
    sent.slot.let_go()
    return Left("submitted", sent.attempt.operation)


def _bought(purchase: Purchase, desk: Desk, pending: Attempt | None, turn: Turn) -> Obtained:
    """Resume `pending`, or submit; what is filtered may be asked for again, because nobody charges for that."""
    may_settle = access.remembers(purchase.request.backend)
    while True:
        try:
            if pending is not None:
                return Obtained(watch.resume(pending, purchase, desk), "resumed")
            return Obtained(submit.buy(purchase, desk, turn), "generated")
        except Filtered as error:
            pending, ledger = None, desk.store.ledger()
            fingerprint = purchase.request.fingerprint
            refused = ledger.filtered(fingerprint)
            is_over = ledger.pending(fingerprint) is None and ledger.stored(fingerprint) is None
            if refused > desk.settings.filtered_retries or not is_over:
                raise
            desk.tell.say(f"filtered ({error}); asking once more, attempt {refused + 1}")
        except OutcomeUnknown as error:
            lost = _lost(purchase, desk)
            if lost is None:
                raise
            if not may_settle:
                raise OutcomeUnknown(f"{error}; {submit.unknown_text(purchase, lost.at)}") from error
            # Once: what gets lost again and again is not sent again and again.
            may_settle = False
            desk.tell.say(f"{error}; asking what became of it")
            pending = settle.settled(lost, purchase, desk)


def _lost(purchase: Purchase, desk: Desk) -> Attempt | None:
    """The submission whose answer got lost, if that is why nobody knows what became of it."""
    attempt = desk.store.ledger().pending(purchase.request.fingerprint)
    return attempt if attempt is not None and attempt.operation is None else None


def _pending(purchase: Purchase, desk: Desk, ledger: Ledger) -> Attempt | None:
    """The submission that is to be resumed: one that goes on, or one whose take is gone from the store."""
    fingerprint = purchase.request.fingerprint
    attempt = ledger.pending(fingerprint) or ledger.stored(fingerprint)
    if attempt is None or attempt.operation is not None:
        return attempt
    if watch.has_come(attempt, purchase, desk):
        return attempt
    if attempt.state == "intended" and desk.store.void(attempt):
        desk.store.journal.add(attempt.event("refused", reason="its host fell silent before it was sent"))
        return None
    return settle.settled(attempt, purchase, desk)


def _check_filtered(purchase: Purchase, desk: Desk, ledger: Ledger) -> None:
    refused = ledger.filtered(purchase.request.fingerprint)
    if refused > desk.settings.filtered_retries:
        last = [attempt for attempt in ledger.of(purchase.request.fingerprint) if attempt.state == "filtered"][-1]
        raise Filtered(f"{last.reason or 'refused by the content filter'}; change what it asks for")
