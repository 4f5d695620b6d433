"""What a run is going to pay, beside the budgets that it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from workflow_lib import layout, runs
from workflow_lib.config import Config
from workflow_lib.engine import report, wants
from workflow_lib.engine.films import Films
from workflow_lib.layout import Project
from workflow_lib.takes import Store


def lines(jobs: Sequence[wants.Job], films: Films, settings: Config) -> str:
    """Whether the prices are old, and what is left of each budget that `jobs` want something of; empty if it is free.

    The budgets of single films stand beside the films.
    """
    price = _price_usd(jobs, films)
    if not price:
        return ""
    text = report.price_age_line(settings.prices_of, datetime.now(UTC).date())
    if settings.channel_budget_usd is not None:
        text += _channel_lines(jobs, films, settings.channel_budget_usd)
    if settings.budget_usd is not None:
        text += report.run_budget_line(price, settings.budget_usd, _spent_beside_usd(settings))
    return text


def _price_usd(jobs: Sequence[wants.Job], films: Films) -> float:
    return wants.of(films.listed(jobs), films.plan).price_usd + films.storyboards.price_usd(jobs)


def _channel_lines(jobs: Sequence[wants.Job], films: Films, budget: float) -> str:
    by_store: dict[Path, list[wants.Job]] = {}
    for job in jobs:
        if "project" in job[1]:
            by_store.setdefault(Project(Path(job[1]["project"])).takes, []).append(job)
    prices = {store: _price_usd(of_store, films) for store, of_store in by_store.items()}
    return "".join(
        report.channel_line(store.parent, price, budget, films.stores.ledger(store).spent_usd())
        for store, price in sorted(prices.items())
        if price
    )


def _spent_beside_usd(settings: Config) -> float:
    """What the runs that go on beside this one have spent of the budget that they share."""
    session = runs.beside(Path(settings.slots_dir))
    if session is None:
        return 0.0
    return sum(Store(store).ledger().spent_usd(session=session) for store in layout.find_stores(Path()))
