"""One run of Snakemake: what its rules ask, answered from the plan of each film."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from filelock import FileLock
from snakemake.io import ancient

from workflow_lib import (
    catalog,
    config,
    deliverables,
    files,
    joins,
    layout,
    locks,
    parts,
    picture_plans,
    plan,
    project,
    runs,
    sound_plans,
)
from workflow_lib.engine import drafting, drawing, internals, making, report, wants
from workflow_lib.engine.drafting import Storyboards
from workflow_lib.engine.internals import Workflow
from workflow_lib.errors import InvalidInput, OutOfSpace, Problem, WorkflowError
from workflow_lib.joins import Join
from workflow_lib.layout import Cut, Project, Shape
from workflow_lib.planned import ClipPlan, FilmPlan, SoundPlan
from workflow_lib.sounds import Narrator
from workflow_lib.takes import Stores

if TYPE_CHECKING:
    from workflow_lib.review.drawn import Look

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
        internals.when_planned(run.tell_plan)
        internals.spare_outputs(run.is_by_hand)
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


def _unmade(path: Path, *, by_hand: bool) -> str:
    """How a job names its input `path`: a file that was put there by hand in a way that no rule's output matches."""
    return str(path.absolute()) if by_hand else str(path)


class Run:
    """What the rules ask of one run; every film is planned once, when it is first asked for."""

    def __init__(self, workflow: Workflow, settings: config.Config, overrides: Mapping[str, Any]) -> None:
        self._workflow = workflow
        self._settings = settings
        self._overrides = dict(overrides)
        self._plans: dict[tuple[str, Cut], FilmPlan] = {}
        self._locks: dict[str, FileLock] = {}
        self._joins: dict[tuple[str, Cut], dict[int, Join]] = {}
        self._jobs: list[tuple[str, dict[str, str]]] = []
        self._stores = Stores()
        self._storyboards = Storyboards(workflow, settings, self._stores)
        self._told: set[tuple[str, Cut]] = set()
        self._codes: set[int] = set()
        self._run: int | None = None

    def set_caps(self) -> dict[str, int]:
        """Hold the providers' limits for the whole run; returns those that hold, as settings for its jobs."""
        return {
            f"{name}_max_in_flight": internals.cap(self._workflow, name, self._settings.places(name), ahead=_AHEAD)
            for name in catalog.SERVICES
            if catalog.is_paid(name)
        }

    def plan(self, folder: str, cut: Cut) -> FilmPlan:
        """The plan of one film; a project that is wrong ends the run before anything is made.

        Raises:
            IncompleteCheckpointException: its clips are not listed yet; Snakemake asks again when they are.
        """
        try:
            return self._planned(folder, cut)
        except WorkflowError as error:
            fail(error)

    def _planned(self, folder: str, cut: Cut) -> FilmPlan:
        if (folder, cut) not in self._plans:
            self._storyboards.wait(folder)
            film = project.load(Project(Path(folder)), self._settings)
            # What was drafted in this run was paid for since the journals were read.
            stores = None if self._storyboards.was_awaited(folder) else self._stores
            self._plans[folder, cut] = plan.of(film if cut == "final" else film.draft(), stores)
        return self._plans[folder, cut]

    def films(self) -> list[str]:
        """The final film of every project; all that is wrong in any of them is said at once."""
        found = layout.find_projects(Path())
        problems: list[Problem] = []
        for item in found:
            try:
                if self._storyboards.is_awaited(str(item.root)):
                    self._storyboards.plan(str(item.root))
                    continue
                film = project.load(item, self._settings)
                self._plans[str(item.root), "final"] = plan.of(film, self._stores)
            except InvalidInput as error:
                problems.extend(error.problems)
        if problems:
            fail(InvalidInput(problems))
        return [str(item.film("final")) for item in found]

    def refuse(self, target: str) -> NoReturn:
        """Say what a project's files are called, for a target that is none of them."""
        what = "is not a project's file: projects/<id>/final.mp4, where <id> is 1 to 100 letters, digits, _ or -"
        fail(InvalidInput([Problem(repr(target), what)]))

    def _keep(self, made: Path, *, up_to_date: bool) -> Callable[[list[str]], Any]:
        """How the inputs of `made` are declared: ones that trigger nothing, or, when it must be made, plain ones.

        A job that is out of date is forced, and only then: Snakemake overlooks a forced job below another that runs
        when the inputs between them are ancient.
        """
        if up_to_date:
            keep: Callable[[list[str]], Any] = ancient
            return keep
        if made.exists():
            internals.force(self._workflow, str(made))
        return list

    def storyboard_inputs(self, folder: str) -> Any:  # noqa: ANN401
        """The story of a film whose clips are not listed; its time stamp means nothing."""
        try:
            return ancient(self._storyboards.inputs(folder))
        except InvalidInput as error:
            fail(error)

    def film_inputs(self, folder: str, cut: Cut) -> dict[str, Any]:
        """The conformed pictures of a film and its sound; what is not up to date is forced.

        One whose clips were listed during the run, and that cannot be built, has none: its own job says what is wrong
        with it, and the other films go on.
        """
        try:
            found = self._planned(folder, cut)
        except WorkflowError as error:
            if not self._storyboards.was_awaited(folder):
                fail(error)
            self._codes.add(error.exit_code)
            return {"pictures": [], "sound": [], "joins": []}
        self._tell_late_plan(folder, cut, found)
        where = found.film.project
        kept = self._keep(where.film(cut), up_to_date=found.standing == "fresh")
        pictures = [str(where.picture(cut, item.clip.number)) for item in found.clips]
        return {
            "pictures": kept(pictures),
            "sound": kept([str(where.sound(cut))]),
            "joins": kept([str(where.join(cut, number)) for number in self._planned_joins(folder, cut)]),
        }

    def join_inputs(self, folder: str, cut: Cut, number: str) -> Any:  # noqa: ANN401
        """The two clips of a join; nothing joins a clip that follows the one before by a cut."""
        found = self.plan(folder, cut)
        where, item = found.film.project, self._clip(found, number)
        path, join = where.join(cut, item.clip.number), self._planned_joins(folder, cut).get(item.clip.number)
        if join is None:
            return f"{path}.has-no-transition"
        joined = found.standing == "fresh" or joins.is_joined(found.film, join, found.clip(join.before), item)
        pictures = [str(where.picture(cut, number)) for number in (join.before, join.after)]
        return self._keep(path, up_to_date=joined)(pictures)

    def _planned_joins(self, folder: str, cut: Cut) -> dict[int, Join]:
        if (folder, cut) not in self._joins:
            found = self.plan(folder, cut)
            self._joins[folder, cut] = {join.after: join for join in joins.planned(found.film, found.clips)}
        return self._joins[folder, cut]

    def reframe_inputs(self, folder: str, shape: Shape) -> Any:  # noqa: ANN401
        """The film that is brought into another shape."""
        found = self.plan(folder, "final")
        where = found.film.project
        kept = self._keep(where.reframed(shape), up_to_date=deliverables.is_reframed(found, shape))
        return kept([str(where.film("final"))])

    def thumbnail_inputs(self, folder: str) -> Any:  # noqa: ANN401
        """The film whose thumbnail is drawn."""
        found = self.plan(folder, "final")
        where = found.film.project
        return self._keep(where.thumbnail, up_to_date=deliverables.is_drawn(found))([str(where.film("final"))])

    def look_inputs(self, folder: str, look: Look) -> Any:  # noqa: ANN401
        """Nothing: what there is of a film is shown as it is; what shows something else by now is forced."""
        from workflow_lib.review import drawn  # noqa: PLC0415 - only a run that looks needs it

        found = self.plan(folder, "final")
        drawn_now = drawn.is_up_to_date(look, found, self._settings.backend)
        return self._keep(drawn.path_of(found.film.project, look), up_to_date=drawn_now)([])

    def sound_inputs(self, folder: str, cut: Cut) -> Any:  # noqa: ANN401
        """The spoken lines of a film, and the clips that cannot do without their own sound."""
        found = self.plan(folder, cut)
        sounded = found.standing == "fresh" or parts.is_sounded(found.film, found.clips, found.music_sha256)
        kept = self._keep(found.film.project.sound(cut), up_to_date=sounded)
        lines = [self._sound(item.narration) for item in found.clips if item.narration.key]
        effects = [self._sound(item.effect) for item in found.clips if item.effect.key]
        numbers = {one.number for one in parts.heard_of(found.film, found.clips) if one.needs_clip}
        clips = [self._filmed(found, item) for item in found.clips if item.clip.number in numbers]
        music = [_unmade(found.film.music.path, by_hand=True)] if found.film.music else []
        return kept(lines + effects + clips + music)

    def narration_inputs(self, folder: str, where: str, number: str) -> list[str]:
        """Nothing: a line is made of words; one that is out of date is forced. `where`: the film's or its draft's."""
        found = self.plan(folder, making.cut_for(where))
        return self._words(found, self._clip(found, number).narration)

    def effect_inputs(self, folder: str, number: str) -> list[str]:
        """Nothing: an effect is made of words; one that is out of date is forced."""
        found = self.plan(folder, "final")
        return self._words(found, self._clip(found, number).effect)

    def _words(self, found: FilmPlan, item: SoundPlan) -> list[str]:
        try:
            sound_plans.check_text(found.film, item)
        except InvalidInput as error:
            fail(error)
        self._sound(item)
        return []

    def _sound(self, item: SoundPlan) -> str:
        """How a job names a line or an effect; one that is out of date is forced."""
        if item.standing == "stale":
            internals.force(self._workflow, str(item.path))
        return _unmade(item.path, by_hand=item.standing == "manual")

    def _filmed(self, found: FilmPlan, item: ClipPlan) -> str:
        return _unmade(found.film.video(item.clip), by_hand=item.standing == "manual")

    def conform_inputs(self, folder: str, cut: Cut, number: str) -> Any:  # noqa: ANN401
        """A clip and its spoken line."""
        found = self.plan(folder, cut)
        item = self._clip(found, number)
        conformed = found.standing == "fresh" or parts.is_conformed(found.film, item)
        kept = self._keep(found.film.project.picture(cut, item.clip.number), up_to_date=conformed)
        return kept([self._filmed(found, item)] + ([self._sound(item.narration)] if item.narration.key else []))

    def clip_inputs(self, folder: str, cut: Cut, number: str) -> Any:  # noqa: ANN401
        """The pictures of a clip."""
        found = self.plan(folder, cut)
        item = self._clip(found, number)
        kept = self._keep(found.film.video(item.clip), up_to_date=not item.to_make)
        if item.to_make and item.action == "resume":
            # What is open at the provider comes first: it takes a place there anyway.
            internals.prioritise(self._workflow, str(found.film.video(item.clip)))
        source, by_hand = item.clip.source, item.pictures.composite == "manual"
        if source.recipe is None:
            stills = [path for path in (source.start, source.end) if path and (path in source.drawn or path.exists())]
            return kept(drawing.named(self._workflow, found, stills))
        # An animatic moves the layers themselves.
        layers = sorted(picture_plans.layers_of(item)) if item.to_make else []
        composite = [_unmade(source.start, by_hand=by_hand)] if source.start else []
        return kept(composite + drawing.named(self._workflow, found, layers))

    def composite_inputs(self, folder: str, where: str, name: str) -> Any:  # noqa: ANN401
        """The layers of the composite `name` of the film or (`where`) its draft; nothing makes one without a recipe."""
        found = self.plan(folder, making.cut_for(where))
        path = Path(f"{folder}/{where}/composites/{name}.png")
        item = self._clip(found, name.removeprefix("clip_").removesuffix("_split"))
        if item.clip.source.recipe is None or item.clip.source.start != path:
            return f"{path}.has-no-recipe"
        fresh = item.pictures.composite == "fresh"
        if item.pictures.composite == "stale":
            internals.force(self._workflow, str(path))
        layers = drawing.named(self._workflow, found, item.clip.source.files())
        return ancient(layers) if fresh or not item.clip.source.drawn else layers

    def picture_inputs(self, wildcards: Mapping[str, str]) -> Any:  # noqa: ANN401
        """What a described picture is drawn after; nothing makes one that is not described."""
        found = self.plan(wildcards["project"], drawing.cut_of(wildcards))
        if drawing.planned(found, wildcards) is None:
            return f"{wildcards['project']}/{wildcards['picture']}.is-not-described"
        references, to_make = drawing.inputs(self._workflow, found, wildcards)
        return references if to_make else ancient(references)

    def picture_asks(self, wildcards: Mapping[str, str]) -> bool:
        """Whether somebody is asked for a described picture, rather than that it is sketched here."""
        item = drawing.planned(self.plan(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
        return item is not None and item.request is not None

    def clip_threads(self, folder: str, number: str) -> int:
        """How many cores a clip takes: waiting for a provider takes none."""
        if self._has_no_clips(folder):
            return 1
        backend = self._clip(self.plan(folder, "final"), number).clip.backend
        return 0 if catalog.is_paid(backend) else 1

    def clip_units(self, folder: str, number: str, backend: str) -> int:
        """How many of a backend's places a clip takes: one, or none when another backend makes it."""
        if self._has_no_clips(folder):
            return 0
        return int(self._clip(self.plan(folder, "final"), number).clip.backend == backend)

    def narration_threads(self, folder: str, where: str) -> int:
        """How many cores speaking a line takes, for the film or (`where`) for its draft: a paid voice takes none."""
        return 0 if self._narrator(folder, where) else 1

    def narration_units(self, folder: str, where: str) -> int:
        """How many of a paid voice's places a line takes."""
        return 1 if self._narrator(folder, where) else 0

    def _narrator(self, folder: str, where: str) -> Narrator | None:
        if self._has_no_clips(folder):
            return None
        return self.plan(folder, making.cut_for(where)).film.narrator

    def _has_no_clips(self, folder: str) -> bool:
        """Whether a film's clips are not listed yet."""
        return (folder, "final") not in self._plans and self._storyboards.is_awaited(folder)

    def tell_plan(self) -> None:
        """Print what this run makes, why, and what it costs."""
        out = sys.stdout if internals.is_dry_run(self._workflow) else sys.stderr
        jobs = internals.needed_jobs(self._workflow)
        out.write(self._storyboards.lines(jobs) + report.plan_lines(self._plans, jobs))
        price = wants.of(self._listed(jobs), self.plan).price_usd + self._storyboards.price_usd(jobs)
        if price:
            out.write(report.price_age_line(self._settings.prices_of, datetime.now(UTC).date()))
            out.write(report.run_budget_line(price, self._settings.budget_usd))
        out.flush()

    def _tell_late_plan(self, folder: str, cut: Cut, found: FilmPlan) -> None:
        """Print what is made of a film whose clips have been listed during the run, before any of it is bought."""
        if not self._storyboards.was_awaited(folder) or (folder, cut) in self._told:
            return
        self._told.add((folder, cut))
        jobs = making.jobs_of(found, folder)
        sys.stderr.write(report.plan_lines({(folder, cut): found}, jobs))
        sys.stderr.flush()

    def begin(self) -> None:
        """Take the lock of every project that this run makes something in; called once, before the first job."""
        # Only a real run needs ffmpeg: planning stays quick.
        from workflow_lib.media import ffmpeg  # noqa: PLC0415

        self._jobs = internals.needed_jobs(self._workflow)
        internals.use_real_cores(self._workflow)
        try:
            self._check_by_hand()
            wanted = wants.of(self._listed(self._jobs), self.plan)
            wanted.check_keys(self._settings, self._storyboards.services(self._jobs))
            ffmpeg.binary(self._settings.ffmpeg)
            for folder in making.folders(self._jobs):
                self._locks[folder] = locks.hold_project(Project(Path(folder)))
                files.write_json(Project(Path(folder)).run_settings, self._overrides)
            if wanted.asks or any(rule == drafting.RULE for rule, _ in self._jobs):
                self._run = runs.begin(Path(self._settings.slots_dir))
        except WorkflowError as error:
            self.finish()
            fail(error)

    def succeed(self) -> None:
        """Say where the films are, and give the locks back."""
        sys.stderr.write(report.built_lines(self._plans, self._jobs))
        self.finish()

    def finish(self) -> None:
        """Keep what was learnt of the files, and give the locks back."""
        for (folder, _), found in self._plans.items():
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
        endings = runs.Run.current(Path(self._settings.slots_dir)).endings() if self._run is not None else []
        left = wants.left_to_buy(self._jobs, self._settings) if endings else []
        self.finish()
        sys.stderr.write(report.ending_lines(endings) + report.left_line(left))
        codes = {ending.code for ending in endings} | self._codes
        decisive = next((code for code in _DECISIVE if code in codes), None)
        if decisive is not None:
            sys.stderr.flush()
            raise SystemExit(decisive)

    def is_by_hand(self, rule: str, wildcards: Mapping[str, str]) -> bool:
        """Whether the file that a job would make stays: somebody has put it there since the plan, or it was bought."""
        if rule in making.LOOKS:
            return making.is_looked_at_by_hand(rule, wildcards)
        if rule == drafting.RULE:
            return Project(Path(wildcards["project"])).storyboard.exists()
        if rule == drawing.RULE:
            return drawing.is_by_hand(self.plan(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
        if rule not in making.MAKERS:
            return False
        found = self.plan(wildcards["project"], making.cut_of(rule, wildcards))
        film = found.film
        clip = film.clip(int(wildcards["clip"]))
        if rule == "generate_clip" and catalog.is_paid(clip.backend) and not found.clip(clip.number).to_make:
            return True
        return making.is_by_hand(rule, film, clip)

    def _check_by_hand(self) -> None:
        """Refuse to make what somebody put there, even when it is forced: Snakemake deletes a file before making it.

        Raises:
            WorkflowError: naming the files.
        """
        kept = [path for job in self._jobs for path in self._by_hand(*job)]
        if kept:
            raise WorkflowError(f"{', '.join(kept)}: put there by hand and kept; delete it to have it made")

    def _by_hand(self, rule: str, wildcards: Mapping[str, str]) -> list[str]:
        if rule in making.LOOKS and making.is_looked_at_by_hand(rule, wildcards):
            return [str(making.looked_at(rule, wildcards))]
        if rule == drafting.RULE:
            board = Project(Path(wildcards["project"]))
            return [str(board.storyboard)] if drafting.is_by_hand(board) else []
        if rule == drawing.RULE:
            picture = drawing.planned(self.plan(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
            return [str(picture.path)] if picture is not None and picture.standing == "manual" else []
        if rule not in making.MAKERS or self._has_no_clips(wildcards["project"]):
            return []
        found = self.plan(wildcards["project"], making.cut_of(rule, wildcards))
        item = self._clip(found, wildcards["clip"])
        standing, path = making.MAKERS[rule](found, item)
        return [str(path)] if standing == "manual" else []

    def _listed(self, jobs: Iterable[wants.Job]) -> list[wants.Job]:
        """Those of `jobs` that belong to films whose clips are known."""
        return [job for job in jobs if "project" not in job[1] or not self._has_no_clips(job[1]["project"])]

    def _clip(self, found: FilmPlan, number: str) -> ClipPlan:
        try:
            return found.clip(int(number))
        except InvalidInput as error:
            fail(error)
