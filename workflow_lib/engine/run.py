"""One run of Snakemake: what its rules ask, answered from the plan of each film."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from filelock import FileLock
from snakemake.io import ancient

from workflow_lib import catalog, config, layout, locks, plan, project
from workflow_lib.engine import internals, report
from workflow_lib.engine.internals import Workflow
from workflow_lib.errors import InvalidInput, Problem, WorkflowError
from workflow_lib.layout import Cut, Project
from workflow_lib.plan import ClipPlan, FilmPlan


def start(workflow: Workflow, overrides: Mapping[str, Any]) -> Run:
    """Open a run in the current folder: settings read, caps set, messages on. Writes nothing."""
    try:
        settings = config.load(Path(), overrides)
    except WorkflowError as error:
        fail(error)
    _tell_jobs(workflow, overrides)
    run = Run(workflow, settings)
    run.set_caps()
    if internals.is_main(workflow):
        internals.hide_failure_blocks()
        internals.when_planned(run.tell_plan)
    return run


def _tell_jobs(workflow: Workflow, overrides: Mapping[str, Any]) -> None:
    """Jobs are processes of their own: they read the same settings, with the Python and the scripts of this run."""
    os.environ[config.OVERRIDES] = json.dumps(dict(overrides))
    os.environ["CLIPWRIGHT_PYTHON"] = sys.executable
    os.environ["CLIPWRIGHT_SCRIPTS"] = str(Path(workflow.basedir) / "scripts")


def fail(error: WorkflowError) -> NoReturn:
    """End the process with the error's lines and exit code, and nothing else."""
    sys.stdout.flush()
    sys.stderr.write(f"{error}\n")
    raise SystemExit(error.exit_code)


class Run:
    """What the rules ask of one run; every film is planned once, when it is first asked for."""

    def __init__(self, workflow: Workflow, settings: config.Config) -> None:
        self._workflow = workflow
        self._settings = settings
        self._plans: dict[tuple[str, Cut], FilmPlan] = {}
        self._locks: list[FileLock] = []
        self._jobs: list[tuple[str, dict[str, str]]] = []

    def set_caps(self) -> None:
        """Hold the providers' limits for the whole run."""
        for name, limit in (
            ("kling", self._settings.kling_max_in_flight),
            ("veo", self._settings.veo_max_in_flight),
            ("omni", self._settings.omni_max_in_flight),
            ("elevenlabs", self._settings.elevenlabs_max_in_flight),
        ):
            internals.cap(self._workflow, name, limit)

    def plan(self, folder: str, cut: Cut) -> FilmPlan:
        """The plan of one film; a project that is wrong ends the run before anything is made."""
        if (folder, cut) not in self._plans:
            try:
                film = project.load(Project(Path(folder)), self._settings)
                self._plans[folder, cut] = plan.of(film if cut == "final" else film.draft())
            except WorkflowError as error:
                fail(error)
        return self._plans[folder, cut]

    def films(self) -> list[str]:
        """The final film of every project; all that is wrong in any of them is said at once."""
        found = layout.find_projects(Path())
        problems: list[Problem] = []
        for item in found:
            try:
                film = project.load(item, self._settings)
                self._plans[str(item.root), "final"] = plan.of(film)
            except InvalidInput as error:
                problems.extend(error.problems)
        if problems:
            fail(InvalidInput(problems))
        return [str(item.film("final")) for item in found]

    def refuse(self, target: str) -> NoReturn:
        """Say what a project's files are called, for a target that is none of them."""
        what = "is not a project's file: projects/<id>/final.mp4, where <id> is 1 to 100 letters, digits, _ or -"
        fail(InvalidInput([Problem(repr(target), what)]))

    def _keep(self, made: Path, *, up_to_date: bool) -> Callable[[list[Path]], Any]:
        """How the inputs of `made` are declared: ones that trigger nothing, or, when it must be made, plain ones.

        A job that is out of date is forced, and only then: Snakemake overlooks a forced job below another that runs
        when the inputs between them are ancient.
        """
        if up_to_date:
            return lambda paths: ancient([str(path) for path in paths])
        if made.exists():
            internals.force(self._workflow, str(made))
        return lambda paths: [str(path) for path in paths]

    def film_inputs(self, folder: str, cut: Cut) -> dict[str, Any]:
        """The conformed pictures and the sound of a film; what is not up to date is forced."""
        found = self.plan(folder, cut)
        where = found.film.project
        kept = self._keep(where.film(cut), up_to_date=found.standing == "fresh")
        pictures = [where.picture(cut, item.clip.number) for item in found.clips]
        return {"pictures": kept(pictures), "sound": kept([where.sound(cut)])}

    def sound_inputs(self, folder: str, cut: Cut) -> Any:  # noqa: ANN401
        """The conformed sound of each clip."""
        found = self.plan(folder, cut)
        kept = self._keep(found.film.project.sound(cut), up_to_date=found.standing == "fresh")
        return kept([found.film.project.clip_sound(cut, item.clip.number) for item in found.clips])

    def conform_inputs(self, folder: str, cut: Cut, number: str) -> Any:  # noqa: ANN401
        """A clip and its spoken line."""
        found = self.plan(folder, cut)
        item = self._clip(found, number)
        conformed = found.standing == "fresh" or plan.is_conformed(found.film, item)
        kept = self._keep(found.film.project.picture(cut, item.clip.number), up_to_date=conformed)
        spoken = [found.film.narration(item.clip)] if item.narration.key else []
        return kept([found.film.video(item.clip), *spoken])

    def clip_inputs(self, folder: str, cut: Cut, number: str) -> Any:  # noqa: ANN401
        """The pictures of a clip; for one that was put there by hand an input that nothing can make: no rule runs."""
        found = self.plan(folder, cut)
        item = self._clip(found, number)
        video = found.film.video(item.clip)
        if item.standing == "manual":
            self._leave_alone(str(video))
            return f"{video}.was-put-there-by-hand"
        kept = self._keep(video, up_to_date=not item.to_make)
        source = item.clip.source
        return kept([path for path in (source.start, source.end) if path and (path.exists() or source.recipe)])

    def _leave_alone(self, path: str) -> None:
        """End a run that asks for a hand-made file itself: Snakemake would delete it before making it."""
        targets = internals.targets(self._workflow)
        if path in targets:
            sys.stderr.write(f"{path} was put there by hand and is kept; delete it to have it made\n")
            raise SystemExit(0 if len(targets) == 1 else WorkflowError.exit_code)

    def composite_inputs(self, folder: str, number: str, split: str) -> Any:  # noqa: ANN401
        """The layers of a composite; one that was put there by hand is not made by any rule."""
        found = self.plan(folder, "final")
        item = self._clip(found, number)
        path = found.film.project.composite(item.clip.number, split=bool(split))
        if item.pictures.composite in ("manual", "none") or item.clip.source.start != path:
            return f"{path}.has-no-recipe"
        if item.pictures.composite == "stale":
            internals.force(self._workflow, str(path))
        return ancient([str(layer) for layer in item.clip.source.files()])

    def clip_request(self, folder: str, cut: Cut, number: str) -> str:
        """The request of a clip as canonical JSON."""
        return self._clip(self.plan(folder, cut), number).request.canonical()

    def clip_threads(self, folder: str, number: str) -> int:
        """How many cores a clip takes: waiting for a provider takes none."""
        backend = self._clip(self.plan(folder, "final"), number).clip.backend
        return 0 if catalog.LIMITS[backend].paid else 1

    def clip_units(self, folder: str, number: str, backend: str) -> int:
        """How many of a backend's places a clip takes: one, or none when another backend makes it."""
        return int(self._clip(self.plan(folder, "final"), number).clip.backend == backend)

    def spoken_inputs(self, folder: str, number: str, *, draft: bool) -> list[str]:
        """Nothing: a line is made from the manifest; it is forced when its words or voice changed."""
        found = self.plan(folder, "draft" if draft else "final")
        item = self._clip(found, number)
        path = found.film.narration(item.clip)
        if item.narration.standing == "manual":
            return [f"{path}.was-put-there-by-hand"]
        self._keep(path, up_to_date=item.narration.standing == "fresh")
        return []

    def numbers(self, folder: str, cut: Cut) -> list[int]:
        """The numbers of a film's clips, in order."""
        return [item.clip.number for item in self.plan(folder, cut).clips]

    def tell_plan(self) -> None:
        """Print what this run makes, why, and what it costs."""
        out = sys.stdout if internals.is_dry_run(self._workflow) else sys.stderr
        jobs = internals.needed_jobs(self._workflow)
        out.write(report.plan_lines(self._plans, jobs))
        out.flush()

    def begin(self) -> None:
        """Take the lock of every project that this run makes something in; called once, before the first job."""
        # Only a real run needs ffmpeg: planning stays quick.
        from workflow_lib.media import ffmpeg  # noqa: PLC0415

        self._jobs = internals.needed_jobs(self._workflow)
        try:
            plan.check_backends(self._clips_to_make())
            ffmpeg.binary(self._settings.ffmpeg)
            for folder in sorted({wildcards["project"] for _, wildcards in self._jobs if "project" in wildcards}):
                self._locks.append(locks.hold_project(Project(Path(folder))))
        except WorkflowError as error:
            self.finish()
            fail(error)

    def succeed(self) -> None:
        """Say where the films are, and give the locks back."""
        sys.stderr.write(report.built_lines(self._plans, self._jobs))
        self.finish()

    def finish(self) -> None:
        """Give the locks back."""
        for lock in self._locks:
            lock.release()
        self._locks.clear()

    def _clips_to_make(self) -> list[ClipPlan]:
        return [
            self._clip(self._plans[wildcards["project"], "final"], wildcards["clip"])
            for rule, wildcards in self._jobs
            if rule == "generate_clip"
        ]

    def _clip(self, found: FilmPlan, number: str) -> ClipPlan:
        try:
            return found.clip(int(number))
        except InvalidInput as error:
            fail(error)
