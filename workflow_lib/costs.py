"""What films cost, added up from the journals of their stores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workflow_lib.ledger import Attempt
from workflow_lib.takes import Store

_OFF_USD = 0.005


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of a film's costs: `calls` submissions to a model, and what they came to in USD.

    `listed_usd`: at list prices, those without a result left out; `actual_usd`: as charged where the provider says so,
    else as listed; `told`: how many calls the provider put a price on; `open_usd`: reserved for what is not over.
    `units`: in the provider's own unit, where it has one.
    """

    project: str
    component: str
    backend: str
    model: str
    calls: int
    results: int
    units: str
    listed_usd: float
    actual_usd: float
    open_usd: float
    told: int

    @property
    def differs(self) -> bool:
        """Whether what was charged differs from the list price; that of a storyboard is the most that it may cost."""
        if self.component == "storyboard":
            return self.actual_usd - self.listed_usd > _OFF_USD
        return abs(self.actual_usd - self.listed_usd) > _OFF_USD


def of_stores(folders: Iterable[Path], projects: frozenset[str] | None = None) -> list[Cost]:
    """The costs of `projects` (None: all that were ever paid for), also of ones that are gone."""
    groups: dict[tuple[str, str, str, str], list[Attempt]] = {}
    for folder in folders:
        for attempt in Store(folder).ledger().attempts():
            if projects is None or attempt.project in projects:
                groups.setdefault(_group(attempt), []).append(attempt)
    return [_cost(*key, attempts) for key, attempts in sorted(groups.items())]


def _group(attempt: Attempt) -> tuple[str, str, str, str]:
    """The project and the component that it was for, and who was asked."""
    return attempt.project, str(attempt.request.get("component") or "clips"), attempt.backend, attempt.model


def _cost(project: str, component: str, backend: str, model: str, attempts: list[Attempt]) -> Cost:
    over = [attempt for attempt in attempts if not attempt.is_open]
    charged = [attempt for attempt in over if attempt.state in ("stored", "lost")]
    return Cost(
        project=project,
        component=component,
        backend=backend,
        model=model,
        calls=sum(attempt.state != "refused" for attempt in attempts),
        results=sum(attempt.state == "stored" for attempt in attempts),
        units=_units(attempts),
        listed_usd=round(sum(attempt.list_usd for attempt in charged), 6),
        actual_usd=round(sum(attempt.cost_usd for attempt in over), 6),
        open_usd=round(sum(attempt.cost_usd for attempt in attempts if attempt.is_open), 6),
        told=sum(attempt.usd is not None for attempt in over),
    )


def _units(attempts: list[Attempt]) -> str:
    """The sum of units such as `84 credits`, and seconds where the provider has no unit."""
    sums: dict[str, float] = {}
    for attempt in attempts:
        told = re.fullmatch(r"([\d.]+) (.+)", attempt.units or "")
        if told is not None:
            sums[told[2]] = sums.get(told[2], 0.0) + float(told[1])
        elif attempt.state == "stored" and attempt.seconds:
            sums["s"] = sums.get("s", 0.0) + attempt.seconds
    return ", ".join(f"{value:g} {unit}" for unit, value in sums.items())
