"""One project, read and resolved: every default filled in, every path checked, all problems reported at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from workflow_lib import catalog, layout, manifest, passages, prompts, sounds, sources, yamlfile
from workflow_lib.catalog import Backend
from workflow_lib.config import Config
from workflow_lib.errors import BadMedia, InvalidInput, Problem
from workflow_lib.film import DEFAULT_LEVEL, FilmSpec, Level, Music, OwnSound
from workflow_lib.layout import Cut, Project
from workflow_lib.manifest import Captions, Reframe
from workflow_lib.sounds import SCRATCH, EffectsMaker, Narrator
from workflow_lib.sources import Source
from workflow_lib.timing import Timing
from workflow_lib.transitions import CUT, Transition

_NTSC = {23.976: Fraction(24000, 1001), 29.97: Fraction(30000, 1001), 59.94: Fraction(60000, 1001)}
_HALVED_FROM = 256  # pixels of the shorter side; a smaller film is drafted at its own size


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip with everything decided. `seconds`: its length in the film; `place`: its key in the manifest.

    `asked_s`: the length that the backend is asked for, longer where the clip is trimmed; `resolution`, `aspect`: what
    a paid backend is asked for, empty where it has no choice; `list_usd`: what asking costs. `seed` and
    `negative_prompt` are those that the backend takes. `length_s`: the length in the film, where it is fixed; `into`,
    `out_of`: the transitions from the clip before and to the next one; `parts`: of the prompt, each with its name.
    """

    number: int
    title: str | None
    prompt: str
    camera: str
    narration: str
    source: Source
    seconds: float
    backend: Backend
    model: str
    negative_prompt: str
    seed: int | None
    take: int
    place: str = ""
    asked_s: float = 0.0
    aspect: str = ""
    resolution: str = ""
    list_usd: float = 0.0
    timing: Timing = "auto"
    length_s: float | None = None
    into: Transition = CUT
    out_of: Transition = CUT
    sound_effect: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """`clip_07`."""
        return layout.label(self.number)


@dataclass(frozen=True, slots=True)
class Film:
    """One film with everything decided; `clips` in the order of their numbers.

    `spec` is that of the cut that is made, `frame` the size in pixels of the composites and keyframes: they differ in
    a draft, which is made small from the full pictures. `filtered_retries`: how often a clip is asked for again;
    `own_sound`: what becomes of the sound that clips bring along; `narrator`, `effects_maker`: who is paid for lines
    and effects; None: the scratch voice, and silence.
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
        """The same film as its free draft: the animatic at half size, with the scratch voice."""
        small = min(self.spec.width, self.spec.height) >= _HALVED_FROM
        halve = _half if small else int
        spec = FilmSpec(halve(self.spec.width), halve(self.spec.height), self.spec.fps)
        model = catalog.DEFAULT_MODELS["animatic"]
        clips = tuple(
            dataclasses.replace(clip, backend="animatic", model=model, asked_s=clip.seconds, list_usd=0.0)
            for clip in self.clips
        )
        return dataclasses.replace(
            self, cut="draft", spec=spec, voice=SCRATCH, clips=clips, narrator=None, effects_maker=None
        )

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
    where, listed = _listed(project, written)
    numbered = _numbered(listed, where, problems)
    if not numbered:
        hint = "list at least one clip under `clips:`"
        raise InvalidInput([Problem(f"{where}: clips", "there are no clips", hint), *problems])
    clips, warnings = _clips(project, written, numbered, config, problems)
    music = sources.music(project, written, problems)
    if written.effects is None and config.effects is None and any(clip.sound_effect for clip in clips):
        warnings.append(f"{project.manifest}: effects: not set, so that each `sound_effect` is silent")
    width, height = written.frame()
    spec = FilmSpec(width, height, _NTSC.get(written.fps) or Fraction(written.fps).limit_denominator(1001))
    clips = _with_passages(written, numbered, clips, spec, problems)
    if problems:
        raise InvalidInput(problems + _picture_problems(where, clips))
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
    )


def _listed(project: Project, written: manifest.Manifest) -> tuple[str, list[manifest.Clip]]:
    """The clips as they are written, and the file that lists them: the storyboard when the manifest does not."""
    if written.clips is not None or not project.storyboard.exists():
        return str(project.manifest), written.clips or []
    where = str(project.storyboard)
    return where, yamlfile.validated(manifest.Storyboard, yamlfile.read(project.storyboard), where).clips


def _picture_problems(where: str, clips: Sequence[Clip]) -> list[Problem]:
    """What is wrong with the pictures themselves, for a file that has other problems already."""
    # A manifest without problems does not need Pillow here.
    from workflow_lib import pictures  # noqa: PLC0415

    found = []
    for clip in clips:
        for path in clip.source.files():
            try:
                if path.is_file():
                    pictures.check_picture(path)
            except BadMedia as error:
                found.append(Problem(f"{where}: {clip.place}", str(error)))
    return found


def _numbered(clips: list[manifest.Clip], where: str, problems: list[Problem]) -> list[tuple[int, str, manifest.Clip]]:
    """Each clip with its number and its place in the file, sorted by number."""
    if len(clips) > layout.MAX_CLIPS:
        problems.append(Problem(f"{where}: clips", f"has {len(clips)} clips", f"{layout.MAX_CLIPS} at most"))
    places: dict[int, int] = {}
    numbered = []
    for place, clip in enumerate(clips, start=1):
        number = clip.number or place
        if number in places:
            what = f"is clip {number}, and so is clips[{places[number]}]"
            problems.append(Problem(f"{where}: clips[{place}].number", what, "give each clip its own number"))
            continue
        places[number] = place
        numbered.append((number, f"{where}: clips[{place}]", clip))
    return sorted(numbered, key=lambda item: item[0])


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
        problems.extend(_limit_problems(resolved, where))
        warnings.extend(_left_out(resolved, clip, where))
        better = prompts.reordered(clip.prompt) if isinstance(clip.prompt, str) else None
        if better:
            warnings.append(f"{where}.prompt: {resolved.label} opens with the camera; better: {better}")
        clips.append(resolved)
        before = source
    return clips, warnings


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
    backend = config.backend or clip.backend or written.backend
    own_model = clip.model if clip.model and backend == (clip.backend or written.backend) else None
    film_model = written.model if backend == written.backend else None
    name = own_model or film_model or default_model(backend, config)
    model = catalog.model(backend, name)
    seconds = float(clip.duration or written.duration)
    trim = written.trim if clip.trim is None else clip.trim
    asked_s = (model.reaching(seconds) if trim else None) or seconds
    if model.only_longest_with and trim and _must_be_longest(model, source, resolution_of(backend, config)):
        asked_s = max(asked_s, model.longest)
    resolution = resolution_of(backend, config)
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
        list_usd=list_usd(model, name, asked_s, resolution, config),
        timing=clip.timing,
        length_s=clip.length,
    )


def default_model(backend: Backend, config: Config) -> str:
    """The model that is asked when nobody names one."""
    chosen = {"kling": config.kling_model, "veo": config.veo_model, "omni": config.omni_model}
    return chosen.get(backend) or catalog.DEFAULT_MODELS[backend]


def resolution_of(backend: Backend, config: Config) -> str:
    """The resolution that a backend is asked for; empty where there is no choice."""
    asked: dict[str, str] = {"veo": config.veo_resolution, "omni": config.omni_resolution}
    return asked.get(backend, "")


def list_usd(model: catalog.Model, name: str, seconds: float, resolution: str, config: Config) -> float:
    """The list price of a clip of `seconds`, in USD: the catalogue's, or the user's own."""
    own = config.prices.get(name)
    return round(own * seconds, 3) if own is not None else model.price_usd(seconds, resolution)


def _must_be_longest(model: catalog.Model, source: Source, resolution: str) -> bool:
    return resolution in model.only_longest_with or ("end" in model.only_longest_with and source.end is not None)


def model_problems(clip: Clip) -> list[Problem]:
    """What a clip's model does not accept, for a clip by hand: named by options."""
    options = {"duration": "--duration", "prompt": "--prompt", "negative_prompt": "--negative-prompt"}
    return [
        dataclasses.replace(problem, where=options.get(problem.where.rpartition(".")[2], "--image"))
        for problem in _limit_problems(clip, "")
    ]


def _left_out(clip: Clip, written: manifest.Clip, where: str) -> list[str]:
    """What the backend does not take, and is therefore not asked for."""
    lost = [name for name in ("seed", "negative_prompt") if getattr(written, name) and not getattr(clip, name)]
    return [f"{where}.{name}: {clip.backend} takes none; {clip.label} is asked for without it" for name in lost]


def _limit_problems(clip: Clip, where: str) -> list[Problem]:
    """What the clip's model does not accept; said before anything is sent."""
    model = catalog.model(clip.backend, clip.model)
    found = [*_length_problems(clip, model, where), *_picture_limits(clip, model, where)]
    for name, text, most in (
        ("prompt", clip.prompt, model.prompt_chars),
        ("negative_prompt", clip.negative_prompt, model.negative_chars),
    ):
        if len(text) > most:
            what = f"{clip.label} has a {name.replace('_', ' ')} of {len(text)} characters"
            found.append(Problem(f"{where}.{name}", what, f"{clip.backend} takes {most} at most"))
    return found


def _length_problems(clip: Clip, model: catalog.Model, where: str) -> list[Problem]:
    if not model.allows(clip.asked_s):
        what = f"{clip.label} wants {clip.seconds:g} s, which {clip.backend} cannot make"
        shorter = model.reaching(clip.seconds)
        hint = f"it makes {model.offers()}" + (f"; or `trim: true` to cut it from {shorter:g} s" if shorter else "")
        return [Problem(f"{where}.duration", what, hint)]
    most = model.longest_with_end
    if most is not None and clip.source.end is not None and clip.asked_s > most:
        what = f"{clip.label} wants {clip.asked_s:g} s; {clip.backend} makes {most:g} s at most with an end keyframe"
        return [Problem(f"{where}.duration", what, "make it shorter, or leave the end keyframe out")]
    if clip.asked_s < model.longest and _must_be_longest(model, clip.source, clip.resolution):
        why = "an end keyframe" if clip.source.end and "end" in model.only_longest_with else clip.resolution
        what = f"{clip.label} wants {clip.asked_s:g} s; {clip.backend} makes only {model.longest:g} s with {why}"
        return [Problem(f"{where}.duration", what, f"ask for {model.longest:g} s, or `trim: true` to cut it")]
    return []


def _picture_limits(clip: Clip, model: catalog.Model, where: str) -> list[Problem]:
    source = clip.source
    found: list[Problem] = []
    if source.lost:
        return found
    if source.end is not None and not model.end_picture:
        what = f"{clip.label} has an end keyframe, which {clip.model} does not take"
        found.append(Problem(f"{where}.keyframes.end", what, "use another model, or leave it out"))
    if source.end is not None and source.start is None:
        what = f"{clip.label} has an end keyframe without a start"
        found.append(Problem(f"{where}.keyframes.start", what, "name the start too"))
    if source.start is None and model.needs_picture:
        what = f"{clip.label} has no picture, and {clip.model} makes nothing from words alone"
        found.append(Problem(where, what, "give it a composite or keyframes, or use another model"))
    if model.paid and not (model.follows_picture and source.start) and clip.aspect not in (model.aspects or ()):
        what = f"{clip.label} is {clip.aspect or 'of an unusual shape'}, which {clip.backend} does not draw"
        found.append(Problem(where, what, f"it draws {' or '.join(model.aspects or ())}: change the film's size"))
    if clip.resolution and clip.resolution not in model.usd:
        what = f"{clip.model} does not make {clip.resolution}"
        found.append(Problem(f"config.yaml: {clip.backend}_resolution", what, f"it makes {', '.join(model.usd)}"))
    return found
