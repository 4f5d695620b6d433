"""How the projects of a folder stand right now: read from their files, during a run, after a crash, from anywhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workflow_lib import locks, progress
from workflow_lib.boards import BoardPlan
from workflow_lib.errors import BadMedia
from workflow_lib.media import probe
from workflow_lib.planned import ClipPlan, FilmPlan, Wanted

Doing = Literal["done", "by hand", "making", "waiting"]


@dataclass(frozen=True, slots=True)
class ClipStatus:
    """One clip: what it is doing, who makes it, and once it is made its cost in USD and its time in seconds.

    While it is made at a provider: the `stage`, how far it is in `percent`, since when and how long it usually takes.
    `narration`, `effect`: how its line and its sound effect stand; empty where there is none.
    """

    label: str
    doing: Doing
    backend: str
    outcome: str
    cost_usd: float
    took_s: float
    reasons: tuple[str, ...]
    stage: str = ""
    percent: int = 0
    elapsed_s: float = 0.0
    expected_s: float = 0.0
    operation: str | None = None
    narration: Doing | Literal[""] = ""
    effect: Doing | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class FilmStatus:
    """One film: whether a run builds it, its clips, how the film itself stands and how long it is, in seconds.

    `film` is `undrafted` while its clips are not listed; `to_spend_usd` is an estimate then.
    """

    project: str
    title: str
    running: bool
    clips: tuple[ClipStatus, ...]
    film: str
    length_s: float | None
    spent_usd: float
    to_spend_usd: float


def of(found: FilmPlan) -> FilmStatus:
    """The status of the film in `found`."""
    project = found.film.project
    clips = tuple(_clip(found, item) for item in found.clips)
    return FilmStatus(
        project=str(project.root),
        title=found.film.title,
        running=locks.is_being_built(project),
        clips=clips,
        film=found.standing,
        length_s=_length_s(project.film(found.film.cut)),
        spent_usd=round(found.spent_usd, 2),
        to_spend_usd=found.price_usd,
    )


def of_storyboard(found: BoardPlan) -> FilmStatus:
    """The status of a film whose clips are not listed yet."""
    brief = found.brief
    return FilmStatus(
        project=str(brief.project.root),
        title=brief.written.title,
        running=locks.is_being_built(brief.project),
        clips=(),
        film="undrafted",
        length_s=None,
        spent_usd=round(found.spent_usd, 2),
        to_spend_usd=round(found.price_usd + found.after.usd, 4),
    )


def _length_s(path: Path) -> float | None:
    if not path.exists():
        return None
    try:
        return round(probe.probe(path).duration_s, 3)
    except BadMedia:
        return None


def _clip(found: FilmPlan, item: ClipPlan) -> ClipStatus:
    receipt = item.receipt
    made = receipt is not None and not item.to_make and item.standing != "manual"
    doing = _doing(found, item)
    going = progress.read(found.film.project.progress(item.clip.number)) if doing == "making" else None
    return ClipStatus(
        label=item.clip.label,
        doing=doing,
        backend=item.clip.backend,
        outcome="manual" if item.standing == "manual" else receipt.outcome if receipt and made else "",
        cost_usd=receipt.cost_usd if receipt else 0.0,
        took_s=receipt.took_s if receipt and made else 0.0,
        reasons=item.reasons,
        stage=going.stage if going else "",
        percent=going.percent if going else 0,
        elapsed_s=round(max(0.0, time.time() - going.since), 1) if going else 0.0,
        expected_s=round(going.expected_s, 1) if going else 0.0,
        operation=going.operation if going else item.operation,
        narration=_doing(found, item.narration) if item.narration.key else "",
        effect=_doing(found, item.effect) if item.effect.key else "",
    )


def _doing(found: FilmPlan, item: Wanted) -> Doing:
    if item.standing == "manual":
        return "by hand"
    if not item.to_make:
        return "done"
    return "making" if locks.is_being_made(found.film.project, item.path) else "waiting"
