"""Watch an operation to its end and bring its result into the store."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from workflow_lib import catalog, clock
from workflow_lib.errors import BadMedia, Filtered, GenerationFailed, OutcomeUnknown, Refused, RetryLater, TimedOut
from workflow_lib.generate.desk import Desk, Purchase, jittered
from workflow_lib.journal import Name, now
from workflow_lib.ledger import Attempt
from workflow_lib.providers.base import Finished, Provider, Running
from workflow_lib.slots import Slot, Slots, Tenant
from workflow_lib.takes import Take

_LATE = 0.1  # of the time that an operation has taken: so much later its end may be seen
_DUE = 4  # times as often as at first is it asked for when its end is due


def resume(attempt: Attempt, purchase: Purchase, desk: Desk) -> Take:
    """The take of an operation that was submitted before, asked for where it was submitted.

    Raises:
        As obtain.
    """
    adopted = _adopted(attempt, purchase, desk)
    if adopted is not None:
        return adopted
    provider = desk.provider(purchase.request, attempt.base_url or None)
    slots = desk.slots(provider, purchase.request.backend)
    slot = _place(slots, attempt, str(desk.store.folder.resolve()))
    desk.tell.say(f"resuming operation {attempt.operation}, $0")
    return watch(attempt, purchase, desk, provider, slot)


def _place(slots: Slots, attempt: Attempt, store: str) -> Slot | None:
    """The place that an operation has kept, or one that it is given anew; none where it is over."""
    kept = slots.take_again(store, attempt.id)
    if kept is not None or attempt.state != "open":
        return kept
    submitted = datetime.fromisoformat(attempt.submitted_at or attempt.at)
    return slots.take_anyway(Tenant(store, attempt.id, submitted.timestamp()))


def has_come(attempt: Attempt, purchase: Purchase, desk: Desk) -> bool:
    """Whether a result had come into the store just before its worker died."""
    path = desk.store.path(attempt.fingerprint, purchase.request.suffix)
    if attempt.state == "stored" or not path.is_file():
        return False
    try:
        purchase.check(path)
    except BadMedia:
        return False
    return True


def _adopted(attempt: Attempt, purchase: Purchase, desk: Desk) -> Take | None:
    if not has_come(attempt, purchase, desk):
        return None
    return desk.store.put(attempt, desk.store.path(attempt.fingerprint, purchase.request.suffix))


def watch(attempt: Attempt, purchase: Purchase, desk: Desk, provider: Provider, slot: Slot | None) -> Take:
    """Poll until the operation is over, and store its result; the place is given back as soon as it is over."""
    desk.tell.since = time.time() - age_s(attempt)
    desk.tell.expected_s = desk.expected_s(attempt.backend, attempt.model, desk.store.ledger())
    desk.tell.operation = attempt.operation
    desk.tell.stage("submitted", 10, f"{catalog.priced(attempt.list_usd)}, operation {attempt.operation}")
    try:
        finished = _finished(attempt, purchase, desk, provider)
    except (Filtered, GenerationFailed) as error:
        if attempt.state == "stored":
            _leave(slot)
            raise OutcomeUnknown(f"{error}; {_gone_text(purchase, attempt)}") from error
        _end(desk, attempt, "filtered" if isinstance(error, Filtered) else "failed", str(error))
        _leave(slot)
        raise
    except OutcomeUnknown as error:
        _leave(slot)
        raise OutcomeUnknown(f"{error}; {_gone_text(purchase, attempt)}") from error
    except BaseException:
        # The operation goes on, and keeps its place.
        if slot is not None:
            slot.let_go()
        raise
    _leave(slot)
    return _kept(finished, attempt, purchase, desk, provider)


def _finished(attempt: Attempt, purchase: Purchase, desk: Desk, provider: Provider) -> Finished:
    """The operation's result, asked for until it is there or the time is up; a failing question says nothing."""
    deadline = time.monotonic() + desk.settings.clip_timeout_s
    operation = attempt.operation or ""
    waits = desk.settings.poll_waits(purchase.request.backend)
    while True:
        wait_s = jittered(until_next_poll(waits, age_s(attempt), desk.tell.expected_s))
        try:
            state = provider.poll(operation, age_s(attempt))
            if isinstance(state, Finished):
                return state
            desk.tell.polled(state.stage, state.percent)
        except RetryLater as error:
            wait_s = max(wait_s, min(error.after_s or 0.0, waits[1]))
        except Refused as error:
            desk.run.stop(str(error))
            raise
        left = deadline - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(wait_s, left))
    _end(desk, attempt, "timed_out", f"not ready after {desk.settings.clip_timeout_s:g} s")
    raise TimedOut(
        f"{attempt.clip} is not ready after {desk.settings.clip_timeout_s:g} s (clip_timeout_s); its operation "
        f"{operation} goes on, and the next run waits for it again, $0"
    )


def until_next_poll(waits: tuple[float, float], age: float, expected_s: float) -> float:
    """Seconds between two polls of an operation that is `age` seconds old: more with its age, less when its end is due.

    `waits`: the first and the longest; `expected_s`: how long such operations usually take.
    """
    first_s, longest_s = waits
    by_age = max(first_s, _LATE * age)
    when_due = max(first_s / _DUE, _LATE * abs(expected_s - age))
    return min(longest_s, by_age, when_due)


def _kept(finished: Finished, attempt: Attempt, purchase: Purchase, desk: Desk, provider: Provider) -> Take:
    """Download, verify and store a result. A download that fails is tried again; the operation is never lost by it."""
    desk.tell.stage("downloading", 90)
    over_at = now()
    waits = iter(desk.settings.retry_s)
    temporary = desk.store.folder / f"{attempt.id}.part{purchase.request.suffix}"
    while True:
        try:
            _fetch(finished, temporary, purchase, provider)
            charged = {"usd": finished.usd, "units": finished.units, "over_at": over_at}
            if finished.notes is not None:
                desk.store.write_notes(attempt.id, attempt.fingerprint, finished.notes)
            take = desk.store.put(attempt, temporary, **charged)
        except OutcomeUnknown as error:
            raise OutcomeUnknown(f"{error}; {_gone_text(purchase, attempt)}") from error
        except (RetryLater, BadMedia) as error:
            if isinstance(error, BadMedia) and not catalog.remembers_operations(purchase.request.backend):
                raise _spoilt(error, attempt, purchase, desk) from error
            wait_s = next(waits, None)
            if wait_s is None:
                raise _undownloaded(error, attempt) from error
            desk.tell.stage("downloading again", 90, str(error))
            time.sleep(jittered(max(wait_s, min(getattr(error, "after_s", None) or 0.0, 30.0))))
            finished = _asked_again(finished, attempt, provider)
        else:
            desk.tell.stage("done", 100, catalog.priced(take.attempt.cost_usd))
            return take
        finally:
            temporary.unlink(missing_ok=True)


def _spoilt(error: BadMedia, attempt: Attempt, purchase: Purchase, desk: Desk) -> BadMedia:
    """What is said of a result that came with the answer, cannot be used and cannot be had again."""
    path = desk.store.path(attempt.fingerprint, purchase.request.suffix)
    paid = f"it was paid for ({catalog.priced(attempt.list_usd)}) and is kept as {path}"
    return BadMedia(f"{error}; {paid}; `{purchase.settle} --confirm-lost` has the next run buy it anew")


def _undownloaded(error: Exception, attempt: Attempt) -> BadMedia:
    return BadMedia(f"{error}; operation {attempt.operation} is paid for and kept: run again to fetch its result, $0")


def _asked_again(finished: Finished, attempt: Attempt, provider: Provider) -> Finished:
    """Where the result is now: an address may have been given anew."""
    try:
        state = provider.poll(attempt.operation or "", age_s(attempt))
    except (RetryLater, Refused, Filtered, GenerationFailed):
        # What it says of a result that it has given before is asked for again by the next run.
        return finished
    return finished if isinstance(state, Running) else state


def _fetch(finished: Finished, to: Path, purchase: Purchase, provider: Provider) -> None:
    provider.fetch(finished, to)
    purchase.check(to)


def _end(desk: Desk, attempt: Attempt, event: Name, reason: str) -> None:
    desk.store.journal.add(attempt.event(event, reason=reason))


def _leave(slot: Slot | None) -> None:
    if slot is not None:
        slot.leave()


def _gone_text(purchase: Purchase, attempt: Attempt) -> str:
    paid = f"operation {attempt.operation} was paid for ({catalog.priced(attempt.list_usd)})"
    again = f"`{purchase.settle} --confirm-lost` to buy it anew"
    if not catalog.remembers_operations(purchase.request.backend):
        return f"{paid} and its result cannot be had; {again}"
    return f"{paid} and its result cannot be had; run again to ask once more, or {again}"


def age_s(attempt: Attempt) -> float:
    """Seconds since the operation was submitted."""
    submitted = datetime.fromisoformat(attempt.submitted_at or attempt.at)
    return max(0.0, clock.now() - submitted.timestamp())
