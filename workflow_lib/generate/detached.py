"""Submit now, collect later: clips are left at their providers, and the next plain run waits for them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from workflow_lib import catalog, files, plan
from workflow_lib.clock import now
from workflow_lib.config import Config
from workflow_lib.errors import WorkflowError
from workflow_lib.generate.door import State
from workflow_lib.project import Film
from workflow_lib.runs import Ending, Run

_TOLD: dict[State, str] = {
    "bought": "is bought already",
    "open": "is at its provider already",
    "submitted": "submitted",
    "in work": "is dealt with by another run",
    "no place": "is left for later: as many are at its provider as may be",
}


def clip(film: Film, number: int, settings: Config) -> str:
    """Submit clip `number` of `film` and leave it at its provider; returns one line that says how it stands.

    Raises:
        WorkflowError: as obtain says.
    """
    # Reading the rules needs no provider.
    from workflow_lib.generate import buying  # noqa: PLC0415

    run = Run.current(Path(settings.slots_dir))
    item = plan.of_clip(film, number)
    label, backend = item.clip.label, item.clip.backend
    if not (item.to_make and catalog.is_paid(backend)):
        state: State = "bought"
        operation = None
    else:
        try:
            left = buying.submitted(film, item, settings, run)
        except WorkflowError as error:
            name = type(error).__name__
            run.log(Ending(str(film.project.root), label, name, error.exit_code, str(error), backend))
            raise
        state, operation = left.state, left.operation
        price = item.clip.list_usd if state == "submitted" else 0.0
        run.log(Ending(str(film.project.root), label, state, 0, "", backend, operation, price))
    told = {"clip": label, "state": state, "operation": operation, "usd": item.clip.list_usd}
    files.write_json(film.project.submitted(number), told)
    return f"{label}: {_TOLD[state]}"


def film(film: Film, settings: Config) -> str:
    """Write the list of what was left at providers and is still to be collected; returns one line.

    Raises:
        InvalidInput: as plan.of says.
    """
    del settings
    # How a clip stood stays on disk when it is collected.
    wanted = [item for item in plan.of(film).clips if item.to_make and catalog.is_paid(item.clip.backend)]
    told = [files.read_json(film.project.submitted(item.clip.number)) for item in wanted]
    there = [value for value in told if value.get("state") in ("open", "submitted")]
    later = [value for value in told if value.get("state") == "no place"]
    lines = [f"{datetime.fromtimestamp(now(), UTC):%Y-%m-%d %H:%M} UTC, {film.project.root}"]
    lines += [f"{value.get('clip')}  at its provider, operation {value.get('operation')}" for value in there]
    lines += [f"{value.get('clip')}  left for later: no place at its provider" for value in later]
    said = f"{len(there)} clips are at their providers, {len(later)} wait for a place"
    lines.append(f"{said}; to collect them: snakemake --cores all {film.project.film('final')}")
    files.write_text(film.project.submissions, "\n".join(lines) + "\n")
    return said
