"""What the rules ask about their jobs: inputs, cores and places at providers, answered from the plan of each film."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snakemake.io import ancient

from workflow_lib import catalog, deliverables, joins, parts, picture_plans, sound_plans
from workflow_lib.catalog import Service
from workflow_lib.config import Config
from workflow_lib.engine import drafting, drawing, internals, making, report
from workflow_lib.engine.films import Films, fail
from workflow_lib.engine.internals import Workflow
from workflow_lib.engine.turns import Turns
from workflow_lib.errors import InvalidInput, WorkflowError
from workflow_lib.joins import Join
from workflow_lib.layout import Cut, Project, Shape
from workflow_lib.planned import ClipPlan, FilmPlan, SoundPlan
from workflow_lib.sounds import Narrator

if TYPE_CHECKING:
    from workflow_lib.review.upkeep import View


def _unmade(path: Path, *, by_hand: bool) -> str:
    """How a job names its input `path`: a file that was put there by hand in a way that no rule's output matches."""
    return str(path.absolute()) if by_hand else str(path)


_CLIPS_FIRST = 10
"""What is waited for is begun before what is computed."""


class Asks:
    """The answers for one run. `codes`: the exit codes of films that turned out wrong when their clips were listed."""

    def __init__(self, workflow: Workflow, settings: Config, films: Films) -> None:
        self._workflow = workflow
        self._settings = settings
        self._films = films
        self._joins: dict[tuple[str, Cut], dict[int, Join]] = {}
        self._told: set[tuple[str, Cut]] = set()
        self._turns = Turns(films)
        self.codes: set[int] = set()

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
            return ancient(self._films.storyboards.inputs(folder))
        except InvalidInput as error:
            fail(error)

    def film_inputs(self, folder: str, cut: Cut) -> dict[str, Any]:
        """The conformed pictures of a film and its sound; what is not up to date is forced.

        One whose clips were listed during the run, and that cannot be built, has none: its own job says what is wrong
        with it, and the other films go on.
        """
        try:
            found = self._films.planned(folder, cut)
        except WorkflowError as error:
            if not self._films.storyboards.was_awaited(folder):
                fail(error)
            self.codes.add(error.exit_code)
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
        found = self._films.plan(folder, cut)
        where, item = found.film.project, self._films.clip(found, number)
        path, join = where.join(cut, item.clip.number), self._planned_joins(folder, cut).get(item.clip.number)
        if join is None:
            return f"{path}.has-no-transition"
        joined = found.standing == "fresh" or joins.is_joined(found.film, join, found.clip(join.before), item)
        pictures = [str(where.picture(cut, number)) for number in (join.before, join.after)]
        return self._keep(path, up_to_date=joined)(pictures)

    def _planned_joins(self, folder: str, cut: Cut) -> dict[int, Join]:
        if (folder, cut) not in self._joins:
            found = self._films.plan(folder, cut)
            self._joins[folder, cut] = {join.after: join for join in joins.planned(found.film, found.clips)}
        return self._joins[folder, cut]

    def reframe_inputs(self, folder: str, shape: Shape) -> Any:  # noqa: ANN401
        """The film that is brought into another shape."""
        found = self._films.plan(folder, "final")
        where = found.film.project
        kept = self._keep(where.reframed(shape), up_to_date=deliverables.is_reframed(found, shape))
        return kept([str(where.film("final"))])

    def thumbnail_inputs(self, folder: str) -> Any:  # noqa: ANN401
        """The film whose thumbnail is drawn."""
        found = self._films.plan(folder, "final")
        where = found.film.project
        return self._keep(where.thumbnail, up_to_date=deliverables.is_drawn(found))([str(where.film("final"))])

    def view_inputs(self, folder: str, view: View) -> Any:  # noqa: ANN401
        """Nothing: what there is of a film is shown as it is; what shows something else by now is forced."""
        from workflow_lib.review import upkeep  # noqa: PLC0415 - only a run that draws one needs it

        found = self._films.plan(folder, "final")
        drawn_now = upkeep.is_up_to_date(view, found, self._settings.backend)
        return self._keep(upkeep.path_of(found.film.project, view), up_to_date=drawn_now)([])

    def plot_inputs(self, folder: str, name: str) -> Any:  # noqa: ANN401
        """Nothing, likewise."""
        from workflow_lib.plots import upkeep  # noqa: PLC0415 - as above

        found = self._films.plan(folder, "final")
        drawn_now = upkeep.is_up_to_date(name, found, self._settings.places)
        return self._keep(upkeep.path_of(found, name), up_to_date=drawn_now)([])

    def publish_inputs(self, folder: str) -> Any:  # noqa: ANN401
        """The film and its thumbnail, where the film says where it is published."""
        from workflow_lib.publishing import published  # noqa: PLC0415 - only a run that publishes needs it

        found = self._films.plan(folder, "final")
        try:
            current = published.is_current(found)
        except InvalidInput as error:
            fail(error)
        where = found.film.project
        return self._keep(where.published, up_to_date=current)([str(where.film("final")), str(where.thumbnail)])

    def sound_inputs(self, folder: str, cut: Cut) -> Any:  # noqa: ANN401
        """The spoken lines of a film, and the clips that cannot do without their own sound."""
        found = self._films.plan(folder, cut)
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
        found = self._films.plan(folder, making.cut_for(where))
        return self._words(found, self._films.clip(found, number).narration)

    def effect_inputs(self, folder: str, number: str) -> list[str]:
        """Nothing: an effect is made of words; one that is out of date is forced."""
        found = self._films.plan(folder, "final")
        return self._words(found, self._films.clip(found, number).effect)

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
        found = self._films.plan(folder, cut)
        item = self._films.clip(found, number)
        conformed = found.standing == "fresh" or parts.is_conformed(found.film, item)
        kept = self._keep(found.film.project.picture(cut, item.clip.number), up_to_date=conformed)
        return kept([self._filmed(found, item)] + ([self._sound(item.narration)] if item.narration.key else []))

    def clip_inputs(self, folder: str, cut: Cut, number: str) -> Any:  # noqa: ANN401
        """The pictures of a clip."""
        found = self._films.plan(folder, cut)
        item = self._films.clip(found, number)
        kept = self._keep(found.film.video(item.clip), up_to_date=not item.to_make)
        if item.to_make and item.action == "resume":
            # What is open at the provider comes first: it takes a place there anyway.
            internals.prioritise(self._workflow, str(found.film.video(item.clip)))
        return self._pictures(found, number, kept)

    def _pictures(self, found: FilmPlan, number: str, kept: Callable[[list[str]], Any]) -> Any:  # noqa: ANN401
        item = self._films.clip(found, number)
        source, by_hand = item.clip.source, item.pictures.composite == "manual"
        if source.recipe is None:
            stills = [path for path in (source.start, source.end) if path and (path in source.drawn or path.exists())]
            return kept(drawing.named(self._workflow, found, stills))
        # An animatic moves the layers themselves.
        layers = sorted(picture_plans.layers_of(item)) if item.to_make else []
        composite = [_unmade(source.start, by_hand=by_hand)] if source.start else []
        return kept(composite + drawing.named(self._workflow, found, layers))

    def all_submissions(self) -> list[str]:
        """The lists of what is left at providers, of every film that has something to buy."""
        wanted = [
            folder for folder in self._films.folders() if self._films.has_no_clips(folder) or self._to_submit(folder)
        ]
        return [str(Project(Path(folder)).submissions) for folder in wanted]

    def film_submissions(self, folder: str) -> list[str]:
        """The clips of a film that are to be submitted, and those that are at their providers; always anew."""
        where = Project(Path(folder))
        for path in (where.submissions, *(where.submitted(number) for number in self._to_submit(folder))):
            if path.exists():
                internals.force(self._workflow, str(path))
        return [str(where.submitted(number)) for number in self._to_submit(folder)]

    def _to_submit(self, folder: str) -> list[int]:
        clips = self._films.plan(folder, "final").clips
        return [item.clip.number for item in clips if item.to_make and catalog.is_paid(item.clip.backend)]

    def submission_inputs(self, folder: str, number: str) -> Any:  # noqa: ANN401
        """The pictures of a clip that is submitted."""
        return self._pictures(self._films.plan(folder, "final"), number, lambda paths: paths)

    def composite_inputs(self, folder: str, where: str, name: str) -> Any:  # noqa: ANN401
        """The layers of the composite `name` of the film or (`where`) its draft; nothing makes one without a recipe."""
        found = self._films.plan(folder, making.cut_for(where))
        path = Path(f"{folder}/{where}/composites/{name}.png")
        item = self._films.clip(found, name.removeprefix("clip_").removesuffix("_split"))
        if item.clip.source.recipe is None or item.clip.source.start != path:
            return f"{path}.has-no-recipe"
        fresh = item.pictures.composite == "fresh"
        if item.pictures.composite == "stale":
            internals.force(self._workflow, str(path))
        layers = drawing.named(self._workflow, found, item.clip.source.files())
        return ancient(layers) if fresh or not item.clip.source.drawn else layers

    def picture_inputs(self, wildcards: Mapping[str, str]) -> Any:  # noqa: ANN401
        """What a described picture is drawn after; nothing makes one that is not described."""
        found = self._films.plan(wildcards["project"], drawing.cut_of(wildcards))
        if drawing.planned(found, wildcards) is None:
            return f"{wildcards['project']}/{wildcards['picture']}.is-not-described"
        references, to_make = drawing.inputs(self._workflow, found, wildcards)
        return references if to_make else ancient(references)

    def picture_asks(self, wildcards: Mapping[str, str]) -> bool:
        """Whether somebody is asked for a described picture, rather than that it is sketched here."""
        item = drawing.planned(self._films.plan(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
        return item is not None and item.request is not None

    def clip_priority(self, folder: str, number: str) -> float:
        """How early a clip is asked for: before all else that is made, and in turns with those of other channels."""
        return _CLIPS_FIRST + self.part_priority(folder, number)

    def part_priority(self, folder: str, number: str) -> float:
        """How early a part of a clip is made: the n-th clip of each channel before the next one of any; 0 to 1."""
        return 0.0 if self._films.has_no_clips(folder) else self._turns.of(folder, int(number))

    def picture_priority(self, folder: str) -> float:
        """How early the described pictures of a film are drawn, from 0 to 1."""
        return 0.0 if self._films.has_no_clips(folder) else self._turns.of_film(folder)

    def picture_threads(self, wildcards: Mapping[str, str]) -> int:
        """How many cores a described picture takes."""
        return self.waiting_threads() if self.picture_asks(wildcards) else 1

    def waiting_threads(self) -> int:
        """How many cores waiting for a provider takes: none, but that a cluster gives none away without one."""
        return int(self._settings.provider_jobs == "cluster" and internals.submits(self._workflow))

    def waits(self, rule: str, wildcards: Mapping[str, str]) -> bool:
        """Whether a job only waits for a provider."""
        if rule in making.CLIPS:
            return self._is_bought(wildcards["project"], wildcards["clip"])
        if rule == "narrate_clip":
            return self._narrator(wildcards["project"], wildcards["folder"]) is not None
        return rule in ("generate_effect", drafting.RULE) or (rule == drawing.RULE and self.picture_asks(wildcards))

    def licence(self, service: Service) -> str:
        """What Slurm is asked for with a job that takes a place at `service`."""
        return f"--licenses={service}:1" if service in self._settings.slurm_licences else ""

    def clip_licence(self, folder: str, number: str) -> str:
        """The same for a clip."""
        if self._films.has_no_clips(folder):
            return ""
        return self.licence(self._films.clip(self._films.plan(folder, "final"), number).clip.backend)

    def voice_licence(self, folder: str, where: str) -> str:
        """The same for a line, if a paid voice speaks it."""
        return self.licence("elevenlabs") if self._narrator(folder, where) else ""

    def picture_licence(self, wildcards: Mapping[str, str]) -> str:
        """The same for a described picture, if somebody is asked for it."""
        return self.licence("gemini") if self.picture_asks(wildcards) else ""

    def clip_threads(self, folder: str, number: str) -> int:
        """How many cores a clip takes: waiting for a provider takes none."""
        return self.waiting_threads() if self._is_bought(folder, number) else 1

    def _is_bought(self, folder: str, number: str) -> bool:
        if self._films.has_no_clips(folder):
            return False
        return catalog.is_paid(self._films.clip(self._films.plan(folder, "final"), number).clip.backend)

    def clip_units(self, folder: str, number: str, backend: str) -> int:
        """How many of a backend's places a clip takes: one, or none when another backend makes it."""
        if self._films.has_no_clips(folder):
            return 0
        return int(self._films.clip(self._films.plan(folder, "final"), number).clip.backend == backend)

    def narration_threads(self, folder: str, where: str) -> int:
        """How many cores speaking a line takes, for the film or (`where`) for its draft: a paid voice takes none."""
        return self.waiting_threads() if self._narrator(folder, where) else 1

    def narration_units(self, folder: str, where: str) -> int:
        """How many of a paid voice's places a line takes."""
        return 1 if self._narrator(folder, where) else 0

    def _narrator(self, folder: str, where: str) -> Narrator | None:
        if self._films.has_no_clips(folder):
            return None
        return self._films.plan(folder, making.cut_for(where)).film.narrator

    def _tell_late_plan(self, folder: str, cut: Cut, found: FilmPlan) -> None:
        """Print what is made of a film whose clips have been listed during the run, before any of it is bought."""
        if not self._films.storyboards.was_awaited(folder) or (folder, cut) in self._told:
            return
        self._told.add((folder, cut))
        jobs = making.jobs_of(found, folder)
        sys.stderr.write(report.plan_lines({(folder, cut): found}, jobs))
        sys.stderr.flush()
