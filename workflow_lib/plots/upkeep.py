"""Whether a plot shows what there is: by the key that it holds. Read without the library that draws it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import cast

from workflow_lib import files, stamps
from workflow_lib.planned import FilmPlan
from workflow_lib.plots import figures
from workflow_lib.plots.figures import Places, Plot

STAMP = "clipwright-key"


def path_of(found: FilmPlan, name: str) -> Path:
    """Where the plot `name` (`gantt.svg`) lies."""
    return found.film.project.plot(name)


def plot_of(name: str) -> Plot:
    """Which plot a file is of."""
    return cast("Plot", name.partition(".")[0])


def key(name: str, found: FilmPlan, places: Places) -> str:
    """What is shown, and how, as one digest."""
    return files.digest({"shown": figures.told(plot_of(name), found, places), "code": _code(), "name": name})


def is_up_to_date(name: str, found: FilmPlan, places: Places) -> bool:
    """Whether it is there and shows what there is now, or belongs to the user."""
    path = path_of(found, name)
    return path.is_file() and (is_by_hand(path) or stamped(path) == key(name, found, places))


def is_by_hand(path: Path) -> bool:
    """Whether somebody put another file in its place."""
    return path.is_file() and stamped(path) is None


def stamped(path: Path) -> str | None:
    """The key in the file at `path`; None where it is not ours."""
    return stamps.read_svg_stamp(path) if path.suffix == ".svg" else stamps.read_png_stamp(path).get(STAMP)


@functools.cache
def _code() -> str:
    folder = Path(__file__).parent
    return files.digest([files.sha256_file(folder / name) for name in ("canvas.py", "gantt.py", "cost.py")])
