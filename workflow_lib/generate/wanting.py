"""What a film wants from the one door: the take that its user chose, else the one that its request asks for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from workflow_lib import layout, plan
from workflow_lib.budgets import Budgets
from workflow_lib.config import Config
from workflow_lib.errors import BadMedia
from workflow_lib.generate.desk import Desk, Obtained, Purchase
from workflow_lib.generate.door import Left, leave, obtain
from workflow_lib.generate.made import Facts
from workflow_lib.layout import Project
from workflow_lib.planned import Wanted
from workflow_lib.progress import Teller
from workflow_lib.project import Film
from workflow_lib.runs import Run
from workflow_lib.takes import Store


def desk(film: Film, settings: Config, run: Run, tell: Teller) -> Desk:
    """What purchases for `film` are made with."""
    return desk_of(film.project, film.budget_usd, settings, run, tell)


def desk_of(project: Project, budget_usd: float | None, settings: Config, run: Run, tell: Teller) -> Desk:
    """What purchases for a project are made with that may have no film yet; `budget_usd`: what it may cost."""
    budgets = Budgets(
        folder=Path(settings.slots_dir),
        stores=lambda: layout.find_stores(Path()),
        project_usd=budget_usd,
        channel_usd=settings.channel_budget_usd,
        session_usd=settings.budget_usd,
    )
    return Desk(settings, Store(project.takes), budgets, run, tell)


def obtained(item: Wanted, purchase: Purchase, at: Desk) -> Obtained:
    """The take of `item`, by `purchase` unless the user chose another one.

    Raises:
        BadMedia: the take that was chosen is gone.
        WorkflowError: as obtain says.
    """
    ledger = at.store.ledger()
    choice = ledger.chosen(purchase.request.fingerprint)
    if choice is not None and choice.number is None:
        take = at.store.find(choice.take, ledger)
        if take is None:
            raise BadMedia(f"{item.label}: the take that was chosen for it is gone from {at.store.folder}")
        return Obtained(take, "reused")
    return obtain(dataclasses.replace(purchase, request=plan.take_request(purchase.request, ledger)), at)


def left(purchase: Purchase, at: Desk) -> Left:
    """How a request stands that is submitted now and collected later.

    Raises:
        WorkflowError: as obtain says.
    """
    ledger = at.store.ledger()
    choice = ledger.chosen(purchase.request.fingerprint)
    if choice is not None and choice.number is None:
        return Left("bought")
    return leave(dataclasses.replace(purchase, request=plan.take_request(purchase.request, ledger)), at)


def facts(item: Wanted, found: Obtained) -> Facts:
    """What a receipt says of a take: where it comes from, what was asked, and what it cost in USD."""
    attempt = found.take.attempt
    return {
        "outcome": "reused" if found.how == "reused" else "generated",
        "backend": attempt.backend,
        "model": attempt.model,
        "request": item.request.as_dict() if item.request else {},
        "operation": attempt.operation,
        "take": attempt.fingerprint,
        "cost_usd": attempt.cost_usd,
    }
