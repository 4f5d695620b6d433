"""The right to send a request, which one process has at a time, also when hosts fall silent and wake up again."""

from __future__ import annotations

from workflow_lib import locking
from workflow_lib.budgets import ASLEEP
from workflow_lib.errors import NotAlone
from workflow_lib.journal import Event
from workflow_lib.locking import Hold
from workflow_lib.slots import Slot
from workflow_lib.takes import Store


class Turn:
    """What a process may send of one request while it has `hold` on it; `sent`: the submissions that it knows of."""

    def __init__(self, hold: Hold, store: Store, sent: int) -> None:
        self._hold = hold
        self._store = store
        self._sent = sent

    @property
    def number(self) -> int | None:
        """The number of the next claim; None where none is needed."""
        return self._sent if locking.is_shared(self._store.folder / "locks") else None

    def claim(self, intended: Event, slot: Slot) -> None:
        """Claim the right to send what is written down as `intended`, from `slot`; the last thing before it is sent.

        Raises:
            NotAlone: another host deals with the request by now; it is written down that nothing was sent.
        """
        number, self._sent = self._sent, self._sent + 1
        if self._hold.is_mine() and slot.is_mine() and self._store.claim(intended.fingerprint, number):
            return
        event = Event(
            event="refused",
            fingerprint=intended.fingerprint,
            attempt=intended.attempt,
            backend=intended.backend,
            reason=ASLEEP,
        )
        self._store.journal.add(event)
        raise NotAlone(ASLEEP)
