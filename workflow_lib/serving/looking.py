"""What there is of a project at this moment: its film, or its story, or what is wrong with it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from workflow_lib import board_lines, boards, catalog, config, files, locks, plan, progress, project, story
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import Project
from workflow_lib.planned import ClipPlan, FilmPlan
from workflow_lib.review import shown
from workflow_lib.review.shown import Shown
from workflow_lib.runs import Ending
from workflow_lib.serving import faults


@dataclass(frozen=True, slots=True)
class Going:
    """How far a clip is that is made now; times in whole seconds, `left_s` None where nobody can know."""

    stage: str
    percent: int
    elapsed_s: int
    expected_s: int
    left_s: int | None


@dataclass(frozen=True, slots=True)
class Glance:
    """A project as it is: `shown` with its plan, or `undrafted` in words, or the `problems` of its files.

    `errors`: why the last run could not make a clip, by the clip's number.
    """

    project: Project
    settings: Config | None
    found: FilmPlan | None
    shown: Shown | None
    undrafted: str
    problems: tuple[Problem, ...]
    building: bool
    errors: Mapping[int, Ending]
    title: str = ""

    @property
    def to_make(self) -> tuple[ClipPlan, ...]:
        """The clips that a run may be making."""
        return tuple(item for item in self.found.clips if item.to_make) if self.found else ()


def settings_of(item: Project) -> Config:
    """The settings of this folder, with those of the run that builds the project at this moment.

    Raises:
        InvalidInput: config.yaml is wrong.
    """
    return config.load(Path(), files.read_json(item.run_settings) if locks.is_being_built(item) else {})


def film_of(item: Project) -> tuple[project.Film, Config]:
    """The film of a project, and the settings by which it is read.

    Raises:
        InvalidInput: its files are wrong.
    """
    settings = settings_of(item)
    return project.load(item, settings), settings


def at(item: Project) -> Glance:
    """What there is of a project; whatever is wrong with it is part of the answer."""
    building = locks.is_being_built(item)
    try:
        if story.is_awaited(item):
            settings = settings_of(item)
            told = board_lines.told(boards.of(item, settings), follows=True)
            return Glance(item, settings, None, None, told, (), building, {})
        film, settings = film_of(item)
        found = plan.of(film)
        seen = shown.of(found, settings.backend)
    except InvalidInput as error:
        return Glance(item, None, None, None, "", error.problems, building, {})
    except OSError as error:
        # A run replaces files while they are read.
        what = f"cannot be read: {error.strerror or error}"
        return Glance(item, None, None, None, "", (Problem(str(error.filename or item.root), what),), building, {})
    errors = _errors(item, found, Path(settings.slots_dir))
    return Glance(item, settings, found, seen, "", (), building, errors, film.title)


def failed(item: Project, error: Exception) -> Glance:
    """What there is of a project that cannot be looked at, for a reason that nobody has foreseen."""
    problem = Problem(str(item.root), "cannot be shown", faults.text(error))
    return Glance(item, None, None, None, "", (problem,), building=False, errors={})


def making(glance: Glance) -> frozenset[int]:
    """The numbers of the clips that some process makes at this moment."""
    return frozenset(item.clip.number for item in glance.to_make if locks.is_being_made(glance.project, item.path))


def going(glance: Glance, numbers: Iterable[int]) -> dict[int, Going]:
    """How far each of the clips is that are being made."""
    told: dict[int, Going] = {}
    for number in numbers:
        said = progress.read(glance.project.progress(number))
        if said is None:
            told[number] = Going("starting", 0, 0, 0, None)
            continue
        elapsed = max(0.0, time.time() - said.since)
        left = round(max(0.0, said.expected_s - elapsed)) if said.expected_s else None
        told[number] = Going(said.stage, said.percent, int(elapsed), round(said.expected_s), left)
    return told


def left_s(glance: Glance, told: Mapping[int, Going]) -> int | None:
    """About how long the clips of a film still take, in seconds, by how long those before took; None: nobody knows.

    As many are made side by side as are made now.
    """
    if glance.found is None or glance.settings is None or not told:
        return None
    waiting: dict[str, int] = {}
    for item in glance.to_make:
        if item.clip.number not in told and item.action in ("render", "buy", "resume"):
            waiting[item.clip.backend] = waiting.get(item.clip.backend, 0) + 1
    usual = _usual_s(glance.found)
    total = float(max((one.left_s or 0 for one in told.values()), default=0))
    for backend, count in waiting.items():
        takes = usual.get(backend) or max((one.expected_s for one in told.values()), default=0)
        if not takes:
            return None
        places = glance.settings.places(backend) if catalog.is_paid(backend) else max(1, len(told))  # type: ignore[arg-type]
        total += -(-count // places) * takes
    return round(total)


def _usual_s(found: FilmPlan) -> dict[str, float]:
    """How long a clip of each backend took: the median of those that are there."""
    took: dict[str, list[float]] = {}
    for item in found.clips:
        if item.receipt is not None and item.receipt.took_s and item.receipt.outcome in ("generated", "animatic"):
            took.setdefault(item.receipt.backend, []).append(item.receipt.took_s)
    return {backend: median(values) for backend, values in took.items()}


def _errors(item: Project, found: FilmPlan, shared: Path) -> dict[int, Ending]:
    """Why the last run that tried could not make a clip, for those that are still to be made."""
    wanted = {clip.label: clip.clip.number for clip in found.clips if clip.to_make}
    told: dict[int, Ending] = {}
    if not wanted:
        return told
    seen: set[str] = set()
    try:
        logs = sorted((shared / "runs").glob("*.jsonl"), reverse=True)
        made = os.stat(item.manifest).st_mtime  # noqa: PTH116
    except OSError:
        return told
    for log in logs:
        for ending in reversed(_endings(log, made)):
            is_ours = ending.project == str(item.root) and ending.cut == "final" and ending.clip in wanted
            if is_ours and ending.clip not in seen:
                seen.add(ending.clip)
                if ending.code:
                    told[wanted[ending.clip]] = ending
    return told


def _endings(log: Path, since: float) -> list[Ending]:
    """The lines of a run's log; none of one that ended before the manifest was changed."""
    found: list[Ending] = []
    with contextlib.suppress(OSError):
        if log.stat().st_mtime < since:
            return []
        for line in log.read_text(encoding="utf-8", errors="replace").split("\n"):
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                value = json.loads(line)
                value.pop("at", None)
                found.append(Ending(**value))
    return found
