"""What the rule that draws asks of a run: what a picture is drawn after, and what that takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow_lib import layout, plan
from workflow_lib.engine import internals
from workflow_lib.engine.internals import Workflow
from workflow_lib.layout import Cut
from workflow_lib.planned import FilmPlan, PicturePlan

RULE = "draw_picture"
OR_SKETCH = "; or write `images: sketch` in the manifest to have described pictures sketched for free"


def cut_of(wildcards: Mapping[str, str]) -> Cut:
    """The cut that a picture is drawn for."""
    return "draft" if layout.is_draft(wildcards["picture"]) else "final"


def planned(found: FilmPlan, wildcards: Mapping[str, str]) -> PicturePlan | None:
    """The plan of the picture that a job draws; None where the film describes none there."""
    return found.drawn.get(Path(f"{wildcards['project']}/{wildcards['picture']}.png"))


def named(workflow: Workflow, found: FilmPlan, paths: Iterable[Path]) -> list[str]:
    """How a job names the pictures that it needs; described ones that are out of date are forced.

    What somebody put there is named in a way that no rule's output matches.
    """
    return [_named(workflow, found, path) for path in paths]


def _named(workflow: Workflow, found: FilmPlan, path: Path) -> str:
    item = found.drawn.get(path)
    if item is None:
        described = layout.is_described(path.relative_to(found.film.project.root).as_posix())
        return str(path.absolute()) if described else str(path)
    if item.standing == "manual":
        return str(path.absolute())
    if item.standing == "stale":
        internals.force(workflow, str(path))
    return str(path)


def inputs(workflow: Workflow, found: FilmPlan, wildcards: Mapping[str, str]) -> tuple[list[str], bool]:
    """What a picture is drawn after, and whether it must be drawn."""
    item = planned(found, wildcards)
    if item is None:
        return [], False
    references = item.drawing.references if item.request is not None and item.to_make else ()
    if item.standing == "stale":
        internals.force(workflow, str(item.path))
    return named(workflow, found, references), item.to_make


def is_by_hand(found: FilmPlan, wildcards: Mapping[str, str]) -> bool:
    """Whether somebody has put the picture there, as it is at this moment."""
    item = planned(found, wildcards)
    return item is not None and plan.of_picture(found.film, item.path).standing == "manual"
