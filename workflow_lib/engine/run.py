"""One run of Snakemake, from its plan to its end: what is said, what is locked, what is refused."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from workflow_lib import (
    catalog,
    config,
    files,
    layout,
    locks,
    plan,
    project,
    runs,
)
from workflow_lib.engine import closing, drafting, drawing, internals, making, money, report, wants
from workflow_lib.engine.asks import Asks
from workflow_lib.engine.films import Films, fail
from workflow_lib.engine.internals import Workflow
from workflow_lib.engine.telling import Telling
from workflow_lib.errors import InvalidInput, OutOfSpace, OverBudget, Problem, WorkflowError
from workflow_lib.layout import Project
from workflow_lib.locking import Hold
from workflow_lib.planned import Wanted

_DECISIVE = (6, 5, 9, 4, 3, 8, 7)
"""Which exit code a run has when its clips ended in several ways: what stops everything, then what needs a decision."""


_AHEAD = 5
"""Jobs beyond the places at a provider that make the next clips ready: the place of one that ends is never idle."""


def start(workflow: Workflow, overrides: Mapping[str, Any]) -> Run:
    """Open a run in the current folder: settings read, caps set, messages on. Writes nothing."""
    internals.collect_seldom()
    try:
        settings = config.load(Path(), overrides)
    except WorkflowError as error:
        fail(error)
    run = Run(workflow, settings, overrides)
    _tell_jobs(workflow, {**overrides, **run.set_caps()})
    if internals.is_main(workflow):
        internals.hide_failure_blocks()
        internals.add_to_reports(workflow, layout.find_reported)
        internals.when_planned(run.tell_plan)
    internals.spare_outputs(run.is_by_hand)
    internals.keep_here(run.is_here)
    return run


def _tell_jobs(workflow: Workflow, overrides: Mapping[str, Any]) -> None:
    """Jobs are processes of their own: they read the same settings, with the Python and the scripts of this run."""
    os.environ[config.OVERRIDES] = json.dumps(dict(overrides))
    os.environ["CLIPWRIGHT_PYTHON"] = sys.executable
    os.environ["CLIPWRIGHT_SCRIPTS"] = str(Path(workflow.basedir) / "scripts")


class Run:
    """One run from its plan to its end; `asks` answers the rules."""

    def __init__(self, workflow: Workflow, settings: config.Config, overrides: Mapping[str, Any]) -> None:
        self._workflow = workflow
        self._settings = settings
        self._overrides = dict(overrides)
        self._locks: dict[str, Hold] = {}
        self._jobs: list[tuple[str, dict[str, str]]] = []
        self.films = Films(workflow, settings)
        self.asks = Asks(workflow, settings, self.films)
        self._telling = Telling(settings, self.films)
        self._run: Hold | None = None

    def set_caps(self) -> dict[str, int]:
        """Hold the providers' limits for the whole run; returns those that hold, as settings for its jobs."""
        return {
            f"{name}_max_in_flight": internals.cap(self._workflow, name, self._settings.places(name), ahead=_AHEAD)
            for name in catalog.SERVICES
            if catalog.is_paid(name)
        }

    def refuse(self, target: str) -> NoReturn:
        """Say what a project's files are called, for a target that is none of them."""
        what = "is not a project's file: projects/<id>/final.mp4, where <id> is 1 to 100 letters, digits, _ or -"
        fail(InvalidInput([Problem(repr(target), what)]))

    def tell_plan(self) -> None:
        """Print what this run makes, why, and what it costs."""
        out = sys.stdout if internals.is_dry_run(self._workflow) else sys.stderr
        jobs = internals.needed_jobs(self._workflow)
        out.write(self.films.storyboards.lines(jobs) + report.plan_lines(self.films.plans, jobs))
        out.write(report.verdict_lines(self.films.plans.values()))
        out.write(money.lines(jobs, self.films, self._settings))
        out.flush()

    def begin(self) -> None:
        """Take the lock of every project that this run makes something in; called once, before the first job."""
        # Only a real run needs ffmpeg: planning stays quick.
        from workflow_lib.media import ffmpeg  # noqa: PLC0415

        self._jobs = internals.needed_jobs(self._workflow)
        internals.use_real_cores(self._workflow)
        self._stand_before_slurm()
        try:
            self._check_by_hand()
            wanted = wants.of(self.films.listed(self._jobs), self.films.plan)
            wanted.check_keys(self._settings, self.films.storyboards.services(self._jobs))
            ffmpeg.binary(self._settings.ffmpeg)
            locks.agree(self._settings)
            folders = making.folders(self._jobs)
            locks.make_room(len(folders))
            for folder in folders:
                self._locks[folder] = locks.hold_project(Project(Path(folder)))
                files.write_json(Project(Path(folder)).run_settings, self._overrides)
            if wanted.asks or any(rule in (drafting.RULE, making.PUBLISHING) for rule, _ in self._jobs):
                self._run = runs.begin(Path(self._settings.slots_dir))
                internals.hand_on(self._workflow, runs.RUN, runs.SESSION)
        except WorkflowError as error:
            self.finish()
            fail(error)
        self._telling.begin(self._jobs)

    def succeed(self) -> None:
        """Say where the films are, and give the locks back."""
        films, endings = closing.films_of(self._jobs), self._endings()
        if len(films) <= closing.MAX_FILMS:
            sys.stderr.write(report.built_lines(self.films.plans, self._jobs))
        if len(films) > 1:
            sys.stderr.write(closing.lines(films, endings))
        # A clip that a stand-in took the place of may have come since.
        late = {ending.project for ending in endings if ending.outcome == "timed_out"}
        sys.stderr.write(self._at_providers(endings, wants.left(late, self._settings)))
        self.finish()
        self._telling.end((), succeeded=True)

    def finish(self) -> None:
        """Keep what was learnt of the files, and give the locks back."""
        for (folder, _), found in self.films.plans.items():
            if folder in self._locks:
                # What is remembered only saves time: a disk that is full must not hide why a run failed.
                with contextlib.suppress(OutOfSpace):
                    plan.remember(found.film)
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()
        if self._run is not None:
            runs.end(Path(self._settings.slots_dir), self._run)
            self._run = None

    def break_off(self) -> None:
        """Say what could not be made and what is left, and end with the exit code of what matters most."""
        endings = self._endings()
        left = wants.left(self._folders(endings), self._settings) if self._run is not None else []
        films = closing.films_of(self._jobs)
        told = closing.lines(films, endings) if len(films) > 1 else report.ending_lines(endings)
        told += self._at_providers(endings, left)
        self._list_submissions()
        self.finish()
        codes = {ending.code for ending in endings} | self.asks.codes
        decisive = next((code for code in _DECISIVE if code in codes), None)
        sys.stderr.write(told + report.left_line(left, is_over_budget=decisive == OverBudget.exit_code))
        self._telling.end(endings, succeeded=False)
        if decisive is not None:
            sys.stderr.flush()
            raise SystemExit(decisive)

    def _endings(self) -> list[runs.Ending]:
        """What became of all that this run asked somebody for."""
        return runs.Run.current(Path(self._settings.slots_dir)).endings() if self._run is not None else []

    def _folders(self, endings: Iterable[runs.Ending]) -> set[str]:
        """The projects that this run may have spent money on."""
        return {wildcards["project"] for rule, wildcards in self._jobs if rule in making.BUYING} | {
            ending.project for ending in endings
        }

    def _at_providers(self, endings: Sequence[runs.Ending], left: Sequence[Wanted]) -> str:
        """What is at the providers when this run ends; `left`: what its films still lack."""
        if self._run is not None and any(rule in making.SUBMITTING for rule, _ in self._jobs):
            return closing.submitted_line(endings)
        return report.open_line(left)

    def _list_submissions(self) -> None:
        """Write the lists that are made of all of a film's clips, where some could not be submitted."""
        # Only a run that submits needs the providers.
        from workflow_lib.generate import detached  # noqa: PLC0415

        for rule, wildcards in self._jobs:
            if rule == making.LISTING:
                with contextlib.suppress(WorkflowError):
                    detached.film(project.load(Project(Path(wildcards["project"])), self._settings), self._settings)

    def is_by_hand(self, rule: str, wildcards: Mapping[str, str]) -> bool:
        """Whether the file that a job would make stays: somebody has put it there since the plan, or it was bought."""
        if rule == making.PUBLISHING or rule in making.VIEWS:
            return rule == making.PUBLISHING or making.is_view_by_hand(rule, wildcards)
        if rule == drafting.RULE:
            return Project(Path(wildcards["project"])).storyboard.exists()
        if rule == drawing.RULE:
            return drawing.is_by_hand(self.films.plan(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
        if rule not in making.MAKERS:
            return False
        found = self.films.plan(wildcards["project"], making.cut_of(rule, wildcards))
        film = found.film
        clip = film.clip(int(wildcards["clip"]))
        if rule == "generate_clip" and catalog.is_paid(clip.backend) and not found.clip(clip.number).to_make:
            return True
        return making.is_by_hand(rule, film, clip)

    def is_here(self, rule: str, wildcards: Mapping[str, str]) -> bool:
        """Whether a job runs where this process does: what a cluster has started is not submitted once more."""
        if not internals.is_main(self._workflow):
            return True
        return self._settings.provider_jobs == "head" and self.asks.waits(rule, wildcards)

    def _stand_before_slurm(self) -> None:
        """Have Slurm asked with patience, and by who remembers what it already runs: see workflow_lib.slurm."""
        if internals.executor_name(self._workflow) == "slurm":
            here = Path(self._workflow.basedir) / "profiles/slurm/bin"
            os.environ["PATH"] = f"{here}{os.pathsep}{os.environ['PATH']}"

    def _check_by_hand(self) -> None:
        """Refuse to make what somebody put there, even when it is forced: Snakemake deletes a file before making it.

        Raises:
            WorkflowError: naming the files.
        """
        kept = [path for job in self._jobs for path in self._by_hand(*job)]
        if kept:
            raise WorkflowError(f"{', '.join(kept)}: put there by hand and kept; delete it to have it made")

    def _by_hand(self, rule: str, wildcards: Mapping[str, str]) -> list[str]:
        if rule in making.VIEWS and making.is_view_by_hand(rule, wildcards):
            return [str(making.looked_at(rule, wildcards))]
        if rule == drafting.RULE:
            board = Project(Path(wildcards["project"]))
            return [str(board.storyboard)] if drafting.is_by_hand(board) else []
        if rule == drawing.RULE:
            picture = drawing.planned(self.films.plan(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
            return [str(picture.path)] if picture is not None and picture.standing == "manual" else []
        if rule not in making.MAKERS or self.films.has_no_clips(wildcards["project"]):
            return []
        found = self.films.plan(wildcards["project"], making.cut_of(rule, wildcards))
        item = self.films.clip(found, wildcards["clip"])
        standing, path = making.MAKERS[rule](found, item)
        return [str(path)] if standing == "manual" else []
