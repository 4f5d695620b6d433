"""What the rules that make parts of a film are about: which cut, which file, and whether it is the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workflow_lib import layout, plan, sound_plans
from workflow_lib.clip import Clip
from workflow_lib.digests import Digests
from workflow_lib.layout import Cut, Project
from workflow_lib.ledger import Ledger
from workflow_lib.planned import ClipPlan, FilmPlan, SoundPlan
from workflow_lib.project import Film

if TYPE_CHECKING:
    from workflow_lib.review.upkeep import View

SOUNDS = frozenset({"narrate_clip", "generate_effect"})
"""The rules that make a line or an effect."""

CLIPS = frozenset({"generate_clip", "submit_clip"})
"""The rules that ask for a clip."""

LISTING = "submit_film"
"""The rule that lists what was left at the providers."""

SUBMITTING = frozenset({"submit_clip", LISTING})
"""The rules of submit now, collect later."""

BUYING = SOUNDS | CLIPS | {"draft_storyboard", "draw_picture"}
"""The rules that may spend money."""

PUBLISHING = "publish_film"
"""The rule that publishes; the record of what was published before stays until there is another."""

_VIEWS: Mapping[str, View] = {"draw_review": "page", "draw_sheet": "sheet"}

VIEWS = frozenset({*_VIEWS, "draw_plot"})
"""The rules that show what there is: they only read, also what another run makes at the same time."""

MAKERS: Mapping[str, Callable[[FilmPlan, ClipPlan], tuple[str, Path | None]]] = {
    "generate_clip": lambda found, item: (item.standing, found.film.video(item.clip)),
    "draft_clip": lambda found, item: (item.standing, found.film.video(item.clip)),
    "compose_picture": lambda _, item: (item.pictures.composite, item.clip.source.start),
    "narrate_clip": lambda _, item: (item.narration.standing, item.narration.path),
    "generate_effect": lambda _, item: (item.effect.standing, item.effect.path),
}
"""How the file that a rule makes stands, and where it is."""


def jobs_of(found: FilmPlan, folder: str) -> list[tuple[str, dict[str, str]]]:
    """The jobs by which all that a film still needs is made, as far as one of them can cost something."""
    film, jobs = found.film, []
    rule = "generate_clip" if film.cut == "final" else "draft_clip"
    for item in found.clips:
        named = {"project": folder, "clip": f"{item.clip.number:02d}"}
        jobs += [(rule, named)] if item.to_make else []
        if film.cut == "final":
            jobs += [("narrate_clip", {**named, "folder": layout.NARRATION})] if item.narration.to_make else []
            jobs += [("generate_effect", named)] if item.effect.to_make else []
    return [*jobs, ("assemble_film", {"project": folder, "cut": film.cut})]


def folders(jobs: Iterable[tuple[str, dict[str, str]]]) -> list[str]:
    """The projects in which jobs make something, those left out at which they only look."""
    return sorted({wildcards["project"] for rule, wildcards in jobs if "project" in wildcards and rule not in VIEWS})


def looked_at(rule: str, wildcards: Mapping[str, str]) -> Path:
    """The file that a rule of VIEWS writes."""
    # Only a run that draws one needs it: reading the Snakefile stays quick.
    from workflow_lib.review import upkeep  # noqa: PLC0415

    project = Project(Path(wildcards["project"]))
    if rule not in _VIEWS:
        return project.plot(f"{wildcards['plot']}.{wildcards['format']}")
    return upkeep.path_of(project, _VIEWS[rule])


def is_view_by_hand(rule: str, wildcards: Mapping[str, str]) -> bool:
    """Whether somebody put another file there."""
    if rule not in _VIEWS:
        from workflow_lib.plots import upkeep as plots  # noqa: PLC0415 - as above

        return plots.is_by_hand(looked_at(rule, wildcards))
    from workflow_lib.review import upkeep  # noqa: PLC0415 - as above

    return upkeep.is_by_hand(Project(Path(wildcards["project"])), _VIEWS[rule])


def cut_of(rule: str, wildcards: Mapping[str, str]) -> Cut:
    """The cut that a job makes something of."""
    return "draft" if rule == "draft_clip" else cut_for(wildcards.get("folder", layout.NARRATION))


def cut_for(where: str) -> Cut:
    """The cut whose lines and composites lie in the folder `where`."""
    return "draft" if layout.is_draft(where) else "final"


def sound_of(rule: str, item: ClipPlan) -> SoundPlan:
    """The line or the effect that a rule makes of a clip."""
    return item.narration if rule == "narrate_clip" else item.effect


def is_by_hand(rule: str, film: Film, clip: Clip) -> bool:
    """Whether somebody put the file there that a rule would make of a clip, as it is at this moment."""
    if rule == "compose_picture":
        return bool(clip.source.start and plan.is_composed_by_hand(film, clip.source.start))
    if rule in SOUNDS:
        stands = sound_plans.narration if rule == "narrate_clip" else sound_plans.effect
        return stands(film, clip, Digests(film.project), Ledger()).standing == "manual"
    return plan.is_by_hand(film, clip)
