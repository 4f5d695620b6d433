"""One project, read and resolved: every default filled in, every path checked, all problems reported at once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from workflow_lib import (
    catalog,
    drawings,
    hooks,
    limits,
    manifest,
    models,
    passages,
    prompts,
    sounds,
    sources,
    yamlfile,
)
from workflow_lib.catalog import Painting
from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.drawings import NOBODY, Board, Drawing, Painter
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.film import DEFAULT_LEVEL, FilmSpec, Level, Music, OwnSound
from workflow_lib.hooks import Hooks
from workflow_lib.layout import Cut, Project
from workflow_lib.manifest import Captions, Reframe
from workflow_lib.sounds import SCRATCH, EffectsMaker, Narrator
from workflow_lib.sources import Source

_NTSC = {23.976: Fraction(24000, 1001), 29.97: Fraction(30000, 1001), 59.94: Fraction(60000, 1001)}
_HALVED_FROM = 256  # pixels of the shorter side; a smaller film is drafted at its own size


@dataclass(frozen=True, slots=True)
class Film:
    """One film with everything decided; `clips` in the order of their numbers.

    `spec` is that of the cut that is made, `frame` the size in pixels of the composites and keyframes: they differ in
    a draft, which is made small from the full pictures. `filtered_retries`: how often a clip is asked for again;
    `own_sound`: what becomes of the sound that clips bring along; `narrator`, `effects_maker`: who is paid for lines
    and effects; None: the scratch voice, and silence. `drawings`: the pictures that it describes; `images`: who draws
    them, `painter`: with which model.
    """

    project: Project
    cut: Cut
    title: str
    spec: FilmSpec
    frame: tuple[int, int]
    budget_usd: float | None
    voice: str
    paid_voice: bool
    clips: tuple[Clip, ...]
    warnings: tuple[str, ...]
    filtered_retries: int = 0
    music: Music | None = None
    level: Level = DEFAULT_LEVEL
    own_sound: OwnSound = "duck"
    captions: Captions = "soft"
    reframe: Reframe = "blur"
    narrator: Narrator | None = None
    effects_maker: EffectsMaker | None = None
    drawings: tuple[Drawing, ...] = ()
    images: Painting = "sketch"
    painter: Painter = NOBODY
    hooks: Hooks = hooks.NONE

    @property
    def pays_for_pictures(self) -> bool:
        """Whether a described picture of this cut may cost something, or have cost something."""
        return bool(self.drawings) and self.images != "sketch"

    def drawing(self, path: Path) -> Drawing:
        """The described picture at `path`.

        Raises:
            InvalidInput: the film describes none there.
        """
        for item in self.drawings:
            if item.path == path:
                return item
        hint = f"it describes {len(self.drawings)} pictures; `clipwright plan` lists them"
        raise InvalidInput([Problem(str(self.project.manifest), f"describes no picture for {path}", hint)])

    @property
    def pays_for_sound(self) -> bool:
        """Whether a line or an effect of this cut may cost something."""
        return self.narrator is not None or self.effects_maker is not None

    def clip(self, number: int) -> Clip:
        """The clip of that number.

        Raises:
            InvalidInput: the film has no such clip.
        """
        for clip in self.clips:
            if clip.number == number:
                return clip
        listed = f"it has {len(self.clips)}, up to number {self.clips[-1].number}"
        raise InvalidInput([Problem(str(self.project.manifest), f"has no clip {number}", listed)])

    def draft(self) -> Film:
        """The same film as its free draft: the animatic at half size, with the scratch voice.

        What a model is to draw and is not there yet is sketched, in places of the draft's own.
        """
        small = min(self.spec.width, self.spec.height) >= _HALVED_FROM
        halve = _half if small else int
        spec = FilmSpec(halve(self.spec.width), halve(self.spec.height), self.spec.fps)
        model = catalog.DEFAULT_MODELS["animatic"]
        clips = tuple(
            dataclasses.replace(clip, backend="animatic", model=model, asked_s=clip.seconds, list_usd=0.0)
            for clip in self.clips
        )
        film = dataclasses.replace(
            self, cut="draft", spec=spec, voice=SCRATCH, clips=clips, narrator=None, effects_maker=None
        )
        return _sketched(film) if self.images == "gemini" else film

    def video(self, clip: Clip) -> Path:
        """The clip's file in this cut."""
        return self.project.video(clip.number) if self.cut == "final" else self.project.draft_clip(clip.number)

    def narration(self, clip: Clip) -> Path:
        """The spoken line in this cut: a draft shares the film's where that is the scratch voice too."""
        draft_only = self.cut == "draft" and self.paid_voice
        return self.project.draft_narration(clip.number) if draft_only else self.project.narration(clip.number)

    def effect(self, clip: Clip) -> Path:
        """The sound effect, in each cut: one that costs something is not made for a draft."""
        return self.project.effect(clip.number)


def _sketched(film: Film) -> Film:
    """A draft that sketches what a model is to draw and has not drawn yet."""
    moved = drawings.moved(film.project, film.drawings)
    clips = tuple(
        dataclasses.replace(clip, source=sources.drafted(film.project, clip.number, clip.source, moved))
        for clip in film.clips
    )
    return dataclasses.replace(film, clips=clips, drawings=drawings.in_draft(film.drawings, moved), images="sketch")


def _half(pixels: int) -> int:
    return pixels // 4 * 2


def load(project: Project, config: Config) -> Film:
    """The film that `project` describes.

    Raises:
        InvalidInput: with every problem of the manifest, its clips and the pictures that it names.
    """
    where = str(project.manifest)
    written = yamlfile.validated(manifest.Manifest, yamlfile.read(project.manifest), where)
    problems: list[Problem] = []
    board = listed(project, written)
    where, numbered = board.where, sources.numbered(board.clips, board.where, problems)
    if not numbered:
        hint = "list at least one clip under `clips:`"
        if project.story.exists() and written.clips is None and not project.storyboard.exists():
            hint = f"have them drafted from {project.story}: `snakemake --cores 8 {project.storyboard}`"
        raise InvalidInput([Problem(f"{where}: clips", "there are no clips", hint), *problems])
    clips, warnings = _clips(project, written, numbered, config, problems)
    music = sources.music(project, written, problems)
    if written.effects is None and config.effects is None and any(clip.sound_effect for clip in clips):
        warnings.append(f"{project.manifest}: effects: not set, so that each `sound_effect` is silent")
    width, height = written.frame()
    spec = FilmSpec(width, height, _NTSC.get(written.fps) or Fraction(written.fps).limit_denominator(1001))
    clips = _with_passages(written, numbered, clips, spec, problems)
    asked = [(number, place, item, clip.source) for (number, place, item), clip in zip(numbered, clips, strict=True)]
    described = drawings.of(project, board, asked, (width, height), problems)
    for_money = any(catalog.is_paid(clip.backend) and clip.source.drawn for clip in clips)
    images = drawings.painting(written.images, config, for_money=for_money) if described else "sketch"
    if images == "gemini":
        drawings.check_size(config, problems)
    if problems:
        raise InvalidInput(problems + sources.picture_problems(where, [(clip.place, clip.source) for clip in clips]))
    return Film(
        project=project,
        cut="final",
        title=written.title,
        spec=spec,
        frame=(width, height),
        budget_usd=written.budget_usd,
        voice=written.voice,
        paid_voice=written.voice != SCRATCH,
        clips=tuple(clips),
        warnings=tuple(warnings),
        filtered_retries=config.filtered_retries,
        music=music,
        level=config.level,
        own_sound=config.clip_sound,
        captions=written.captions,
        reframe=written.reframe,
        narrator=sounds.narrator(written.voice, config),
        effects_maker=sounds.effects_maker(written.effects, config),
        drawings=described,
        images=images,
        painter=drawings.painter(config),
        hooks=hooks.of(config, written),
    )


def drafted(
    project: Project, written: manifest.Manifest, in_order: list[manifest.Clip], config: Config, problems: list[Problem]
) -> list[Clip]:
    """The clips of a storyboard whose pictures need not be there yet; what backends do not take goes to `problems`."""
    clips = []
    for number, where, clip in sources.numbered(in_order, str(project.storyboard), problems):
        end = project.keyframe(number, "end") if clip.keyframes and clip.keyframes.end else None
        source = Source() if clip.source == "text" else Source(project.composite(number), end)
        clips.append(_clip(written, number, clip, source, config, where.rpartition(": ")[2]))
        problems.extend(limits.problems_of(clips[-1], where))
    return clips


def listed(project: Project, written: manifest.Manifest) -> Board:
    """The clips as they are written, with their style and characters: the storyboard's when the manifest lists none."""
    if written.clips is not None or not project.storyboard.exists():
        return Board(str(project.manifest), written.clips or [], written.style, written.characters)
    where = str(project.storyboard)
    board = yamlfile.validated(manifest.Storyboard, yamlfile.read(project.storyboard), where)
    return Board(where, board.clips, written.style or board.style, {**board.characters, **written.characters})


def _clips(
    project: Project,
    written: manifest.Manifest,
    numbered: list[tuple[int, str, manifest.Clip]],
    config: Config,
    problems: list[Problem],
) -> tuple[list[Clip], list[str]]:
    clips: list[Clip] = []
    warnings: list[str] = []
    before: Source | None = None
    for number, where, clip in numbered:
        source = sources.resolve(project, number, clip, before, where, problems)
        resolved = _clip(written, number, clip, source, config, where.rpartition(": ")[2])
        problems.extend(limits.problems_of(resolved, where))
        warnings.extend(limits.left_out(resolved, clip, where))
        if isinstance(clip.prompt, str) and prompts.opens_with_move(clip.prompt):
            warnings.extend(_camera_first(clip.prompt, f"{where}.prompt: {resolved.label}"))
        clips.append(resolved)
        before = source
    return clips, warnings


def _camera_first(prompt: str, where: str) -> list[str]:
    # Reading camera English takes time that a film without such prompts does not need.
    from workflow_lib import wording  # noqa: PLC0415

    found = wording.opening(prompt)
    return [f"{where} {found[0]}; {found[1]}"] if found else []


def _with_passages(
    written: manifest.Manifest,
    numbered: list[tuple[int, str, manifest.Clip]],
    clips: list[Clip],
    spec: FilmSpec,
    problems: list[Problem],
) -> list[Clip]:
    ends = [
        passages.Ends(clip.label, where, clip.length_s or clip.seconds, asked.transition)
        for clip, (_, where, asked) in zip(clips, numbered, strict=True)
    ]
    found = passages.resolve(written.transition, ends, spec, problems)
    return [
        clip if way == passages.CUTS else dataclasses.replace(clip, into=way[0], out_of=way[1])
        for clip, way in zip(clips, found, strict=True)
    ]


def _clip(
    written: manifest.Manifest, number: int, clip: manifest.Clip, source: Source, config: Config, place: str
) -> Clip:
    backend, name = models.asked_of(written, clip, config)
    model = catalog.model(backend, name)
    seconds = float(clip.duration or written.duration)
    trim = written.trim if clip.trim is None else clip.trim
    asked_s = (model.reaching(seconds) if trim else None) or seconds
    if (
        model.only_longest_with
        and trim
        and limits.must_be_longest(model, source, models.resolution_of(backend, config))
    ):
        asked_s = max(asked_s, model.longest)
    resolution = models.resolution_of(backend, config)
    drawn = not (model.follows_picture and source.start)
    return Clip(
        number=number,
        title=clip.title,
        prompt=clip.prompt_text(),
        camera=clip.camera_text(),
        parts=clip.prompt_parts(),
        narration=clip.narration.strip(),
        sound_effect=clip.sound_effect.strip(),
        source=source,
        seconds=seconds,
        backend=backend,
        model=name,
        negative_prompt=clip.negative_prompt.strip() if model.negative_chars else "",
        seed=clip.seed if model.seeds else None,
        take=clip.take,
        place=place,
        asked_s=asked_s,
        aspect=(catalog.aspect(*written.frame()) or "") if model.paid and drawn else "",
        resolution=resolution,
        list_usd=models.list_usd(model, name, asked_s, resolution, config),
        timing=clip.timing,
        length_s=clip.length,
    )
