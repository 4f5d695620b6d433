"""What the receipt of a made file says, and what the run is told of its making."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workflow_lib.config import Config
from workflow_lib.errors import WorkflowError
from workflow_lib.planned import Wanted
from workflow_lib.project import Film
from workflow_lib.runs import Ending, Run

Facts = dict[str, object]
"""What the receipt of a made file holds beside its key and its file."""


@dataclass(frozen=True, slots=True)
class Made:
    """How a clip ended: `cost_usd` of its take, `reason` for a stand-in, `skipped` when the film leaves it out.

    `collected`: an earlier run had ordered it.
    """

    outcome: str
    cost_usd: float = 0.0
    operation: str | None = None
    reason: str | None = None
    skipped: bool = False
    collected: bool = False


def log(
    film: Film, item: Wanted, settings: Config, outcome: str, told: Facts, error: WorkflowError | None = None
) -> None:
    """Tell the run what became of something that a provider was asked for; `told`: the facts of what was made."""
    if item.request is None:
        return
    ending = Ending(
        project=str(film.project.root),
        clip=item.label,
        outcome=outcome,
        code=error.exit_code if error else 0,
        cause=str(error) if error else "",
        backend=item.request.backend,
        operation=str(told["operation"]) if told.get("operation") else item.operation,
        usd=float(str(told.get("cost_usd", 0.0))),
        cut=film.cut,
    )
    Run.current(Path(settings.slots_dir)).log(ending)
