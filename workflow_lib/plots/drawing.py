"""Draw a plot of a film: the only place that needs matplotlib, which a job imports and planning never does."""

from __future__ import annotations

from workflow_lib import locks, plan
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, MissingTool, Problem
from workflow_lib.plots import figures, upkeep
from workflow_lib.project import Film


def draw_plot(film: Film, name: str, settings: Config) -> str:
    """Write the plot `name` (`gantt.svg`) of `film` as things are now; returns one line that says where.

    Raises:
        MissingTool: matplotlib is not installed.
        InvalidInput: somebody put another file in its place.
        OutOfSpace: the disk is full.
    """
    try:
        from workflow_lib.plots import canvas, cost, gantt  # noqa: PLC0415 - they import matplotlib
    except ModuleNotFoundError as error:
        raise MissingTool(
            f"plots are drawn by matplotlib, and {error.name} is not installed: pip install 'clipwright[plots]'"
        ) from None
    found = plan.of(film)
    path = upkeep.path_of(found, name)
    with locks.making(film.project, path):
        if upkeep.is_by_hand(path):
            raise InvalidInput([Problem(str(path), "was not made here and is kept", "move it away to have it made")])
        key = upkeep.key(name, found, settings.places)
        if upkeep.plot_of(name) == "gantt":
            made = gantt.draw(figures.gantt_of(found, settings.places))
        else:
            made = cost.draw(figures.spent_of(found))
        canvas.save(made, path, key)
    return f"{path}: drawn"
