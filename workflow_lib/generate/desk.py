"""What the one door works with: settings, the store, the budgets, the run, and who is told how it goes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from workflow_lib import catalog, clock, locking
from workflow_lib.budgets import Budgets
from workflow_lib.catalog import Service
from workflow_lib.config import Config
from workflow_lib.errors import Refused
from workflow_lib.ledger import Ledger
from workflow_lib.progress import Teller
from workflow_lib.providers import access
from workflow_lib.providers.base import Provider
from workflow_lib.requests import Asked
from workflow_lib.runs import Run
from workflow_lib.slots import Slots, Tenant
from workflow_lib.takes import Store, Take

How = Literal["generated", "resumed", "reused"]

_LAST = 20  # operations from which it is told how long the next one takes
_LONGEST_OPEN_S = 24 * 3600.0  # no provider works at a clip, or keeps its result, for longer


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is wanted: the request, its list price in USD, and for which clip of which project, or what of it.

    `pixels`: those of the composite that is sent, if we composed it.
    `settle`: the command by which the user settles what became of a submission, as it is shown to him.
    `order`: prepares the pictures in the folder that it is given and says what the provider is asked for, in an order
    of that provider's kind; `check`: raises BadMedia when a result is not what was asked for.
    """

    request: Asked
    list_usd: float
    project: str
    clip: str
    order: Callable[[Path], object]
    check: Callable[[Path], None]
    settle: str
    pixels: str | None = None


@dataclass(frozen=True, slots=True)
class Obtained:
    """A take, and how it was come by."""

    take: Take
    how: How


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a purchase needs besides itself."""

    settings: Config
    store: Store
    budgets: Budgets
    run: Run
    tell: Teller

    @property
    def folder(self) -> Path:
        """Where runs that share an account meet."""
        return Path(self.settings.slots_dir)

    def provider(self, request: Asked, base_url: str | None = None) -> Provider:
        """The client of the request's backend, at `base_url` when an operation is resumed."""
        return access.open_provider(request.backend, self.settings, base_url)

    def slots(self, provider: Provider, service: Service) -> Slots:
        """The places of the provider's account."""
        folder = self.folder / "slots" / f"{service}-{provider.account}"
        unanswered_s = self.settings.unanswered_s(service)
        return Slots(folder, self.settings.places(service), lambda tenant: _is_over(tenant, unanswered_s))

    def check_not_stopped(self) -> None:
        """Submit nothing more once a provider has refused the account.

        Raises:
            Refused: another job of this run was refused.
        """
        why = self.run.stopped()
        if why is not None:
            raise Refused(f"not submitted, because the run was stopped: {why}")

    def expected_s(self, backend: str, model: str, ledger: Ledger) -> float:
        """How long an operation usually takes: the median of the last ones of the same model."""
        from statistics import median  # noqa: PLC0415 - a job that finds its take needs no statistics

        finished = (
            _seconds_between(attempt.submitted_at, attempt.ended_at)
            for attempt in reversed(ledger.attempts())
            if attempt.state == "stored" and attempt.model == model and attempt.submitted_at and attempt.ended_at
        )
        took = list(islice(finished, _LAST))
        return median(took) if took else catalog.typical_s(backend)


def _is_over(tenant: Tenant, unanswered_s: float) -> bool:
    aged_s = clock.now() - tenant.since
    if not Path(tenant.store).is_dir():
        # It is on a disk that this host does not see, or was moved away or deleted, with operations that go on.
        return aged_s > (_LONGEST_OPEN_S if locking.is_shared(Path(tenant.store)) else unanswered_s)
    attempt = Store(Path(tenant.store)).ledger().attempt(tenant.attempt)
    if attempt is None or not attempt.is_open:
        return True
    # What was sent into the dark is over when its time is up; what is known is asked for.
    return aged_s > (unanswered_s if attempt.operation is None else _LONGEST_OPEN_S)


def _seconds_between(start: str | None, end: str | None) -> float:
    from datetime import datetime  # noqa: PLC0415

    if start is None or end is None:
        return 0.0
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def jittered(seconds: float) -> float:
    """A wait of about `seconds`, so that many jobs do not ask at the same moment."""
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311 - no secret
