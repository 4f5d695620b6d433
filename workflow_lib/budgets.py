"""Money before it is spent: a submission is written down and paid from the budgets in one step, by one process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import catalog, files, locking
from workflow_lib.errors import NotAlone, OverBudget
from workflow_lib.journal import Event
from workflow_lib.locking import Hold
from workflow_lib.takes import Store

CENT_FRACTION = 1e-6
"""USD by which sums of prices may differ that are the same."""

ASLEEP = "this computer was not heard for so long that another one went on in its place; nothing was sent: run again"


@dataclass(frozen=True, slots=True)
class Budgets:
    """What may be spent, in USD; None: no limit.

    `project_usd`: by one film; `channel_usd`: by all films of a store; `session_usd`: by the runs that go on at a time,
    over all `stores`, counted under a lock in `folder`.
    """

    folder: Path
    stores: Callable[[], Sequence[Path]]
    project_usd: float | None = None
    channel_usd: float | None = None
    session_usd: float | None = None

    def intend(self, store: Store, event: Event) -> None:
        """Write the `intended` event, if its price is left in every budget.

        Raises:
            OverBudget: says which budget, and what is left of it; nothing was written.
            OutOfSpace: the disk is full; nothing was written.
            NotAlone: another host went on in this one's place meanwhile; what was written counts for nothing.
        """
        with contextlib.ExitStack() as stack:
            locks = [*stack.enter_context(self._alone()), stack.enter_context(store.journal.locked())]
            self.check(store, event)
            store.journal.add_locked(event)
            if all(lock.is_mine() for lock in locks):
                return
        store.journal.add(Event(event="refused", fingerprint=event.fingerprint, attempt=event.attempt, reason=ASLEEP))
        raise NotAlone(ASLEEP)

    def check(self, store: Store, event: Event) -> None:
        """See whether the price of `event` is left in every budget at this moment.

        Raises:
            OverBudget: says which budget, and what is left of it.
        """
        ledger, price = store.ledger(), event.usd or 0.0
        project = event.project
        _within(
            event, price, self.project_usd, ledger.spent_usd(project=project), f"{project}/project.yaml: budget_usd"
        )
        _within(event, price, self.channel_usd, ledger.spent_usd(), "config.yaml: channel_budget_usd")
        if self.session_usd is not None:
            others = [folder for folder in self.stores() if folder.resolve() != store.folder.resolve()]
            spent = sum(item.ledger().spent_usd(session=event.session) for item in (store, *map(Store, others)))
            _within(event, price, self.session_usd, spent, "config.yaml: budget_usd")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[list[Hold]]:
        if self.session_usd is None:
            yield []
            return
        with files.writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = locking.take(self.folder / "spend.lock")
        try:
            yield [lock]
        finally:
            lock.release()


def _within(event: Event, price: float, budget: float | None, spent: float, where: str) -> None:
    if budget is not None and spent + price > budget + CENT_FRACTION:
        left = max(0.0, budget - spent)
        raise OverBudget(
            f"{event.clip} costs {catalog.priced(price)}, and ${left:.2f} of ${budget:.2f} is left ({where}); "
            f"nothing was bought: raise the budget, or stop here"
        )
