"""The pictures that a film describes in words: where each lies, what is said of it, which pictures go along."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from workflow_lib import catalog, keys, looks, manifest, prompting
from workflow_lib.catalog import ImagesMaker, Painting
from workflow_lib.config import Config
from workflow_lib.errors import Problem
from workflow_lib.layout import Half, Project
from workflow_lib.prompting import Cast
from workflow_lib.recipes import halved
from workflow_lib.sources import SafePaths, Source, leads_out

Kind = Literal["background", "keyframe", "character"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One described picture. `place`: its key in the manifest; `words`: what is described; `pose`: of a cut-out.

    `prompt`: all that is said to a model; `references`: the pictures that go along, in their order; `size`: in pixels
    what it is brought to, None for a cut-out; `aspect`: what is asked for; `cast`: who is seen in it; `last`: it ends a
    shot.
    """

    path: Path
    place: str
    kind: Kind
    words: str
    prompt: str
    references: tuple[Path, ...]
    size: tuple[int, int] | None
    aspect: str
    take: int = 1
    pose: str = ""
    style: str = ""
    cast: tuple[Cast, ...] = ()
    last: bool = False

    @property
    def shape(self) -> str:
        """The proportions of the frame that it fills, such as `16:9`; empty for a cut-out."""
        if self.size is None:
            return ""
        width, height = self.size
        common = math.gcd(width, height)
        return f"{width // common}:{height // common}"

    @property
    def sketched_from(self) -> dict[str, object]:
        """All that a sketch of it depends on."""
        cast = [[who.name, who.look, who.colours] for who in self.cast]
        said = {"words": self.words, "pose": self.pose, "cast": cast, "style": self.style, "take": self.take}
        return {"backend": "sketch", "kind": self.kind, "size": self.size, **said}


@dataclass(frozen=True, slots=True)
class Painter:
    """A model that draws, how large, and what one picture of it costs."""

    model: str
    size: str
    usd: float


NOBODY = Painter("", "", 0.0)


@dataclass(frozen=True, slots=True)
class Board:
    """What is said of all clips together: `where` they are listed, their style, and who is seen, by name."""

    where: str
    clips: Sequence[manifest.Clip]
    style: str = ""
    characters: Mapping[str, manifest.Look] = field(default_factory=dict)


def painter(config: Config) -> Painter:
    """Who draws for money."""
    model, size = config.gemini_image_model, config.gemini_image_size
    return Painter(model, size, catalog.image_usd(model, size, config.prices))


def painting(asked: ImagesMaker | None, config: Config, *, for_money: bool) -> Painting:
    """Who draws in a film whose manifest asks for `asked`: without a word, Gemini where a key is set.

    `for_money`: clips that cost something are made of the pictures: nobody pays for moving sketches without saying so.
    """
    named = config.images or asked
    if named is not None:
        return named
    return "gemini" if for_money or keys.reaches_gemini() else "bought"


def moved(project: Project, drawings: Iterable[Drawing]) -> dict[Path, Path]:
    """Where a draft sketches those of `drawings` that are not there, by their own places."""
    return {item.path: project.drafted(item.path) for item in drawings if not item.path.exists()}


def in_draft(drawings: Iterable[Drawing], places: Mapping[Path, Path]) -> tuple[Drawing, ...]:
    """Those of `drawings` that a draft sketches in other places."""
    return tuple(replace(item, path=places[item.path], references=()) for item in drawings if item.path in places)


def of(
    project: Project,
    board: Board,
    clips: Sequence[tuple[int, str, manifest.Clip, Source]],
    frame: tuple[int, int],
    problems: list[Problem],
) -> tuple[Drawing, ...]:
    """The described pictures of `clips` (number, place, as written, source), each once; what is wrong: in `problems`.

    `frame`: the film's size in pixels.
    """
    found = _Found(project, board, frame, problems)
    for number, where, clip, source in clips:
        found.add_clip(number, where, clip, source)
    return tuple(found.drawings.values())


def check_size(config: Config, problems: list[Problem]) -> None:
    """See that the model draws pictures of the size that is asked for."""
    model, sizes = config.gemini_image_model, catalog.image_sizes(config.gemini_image_model)
    if config.gemini_image_size not in sizes:
        what = f"{model} does not draw {config.gemini_image_size}"
        problems.append(Problem("config.yaml: gemini_image_size", what, f"it draws {', '.join(sizes)}"))


class _Found:
    """The drawings of a film as they are come across."""

    def __init__(self, project: Project, board: Board, frame: tuple[int, int], problems: list[Problem]) -> None:
        self._project, self._board, self._frame, self._problems = project, board, frame, problems
        self.drawings: dict[Path, Drawing] = {}

    def add_clip(self, number: int, where: str, clip: manifest.Clip, source: Source) -> None:
        """Add what a clip describes."""
        if isinstance(clip.composite, manifest.Composite):
            split = clip.composite.split
            if split is None:
                self._scene(number, f"{where}.composite", clip.composite, self._frame)
            else:
                size = self._half(split.direction)
                self._scene(number, f"{where}.composite.split.first", split.first, size, "first")
                before = len(split.first.characters)
                self._scene(number, f"{where}.composite.split.second", split.second, size, "second", before)
        if clip.keyframes is not None:
            self._keyframes(where, clip.keyframes, source)

    def _half(self, direction: str) -> tuple[int, int]:
        width, height = self._frame
        return (halved(width), height) if direction == "left_right" else (width, halved(height))

    def _scene(
        self,
        number: int,
        where: str,
        scene: manifest.Scene | manifest.Composite,
        size: tuple[int, int],
        half: Half | None = None,
        before: int = 0,
    ) -> None:
        if isinstance(scene.background, manifest.Picture):
            self._picture(self._project.background(number, half), f"{where}.background", scene.background, size)
        for place, item in enumerate(scene.characters, start=1):
            if item.character is not None:
                key = f"{where}.characters[{place}].character"
                self._placed(number, before + place, item.character, item.pose, key)

    def _keyframes(self, where: str, keyframes: manifest.Keyframes, source: Source) -> None:
        if isinstance(keyframes.start, manifest.Picture) and source.start is not None:
            self._picture(source.start, f"{where}.keyframes.start", keyframes.start, self._frame, "keyframe")
        if isinstance(keyframes.end, manifest.Picture) and source.end is not None:
            key = f"{where}.keyframes.end"
            self._picture(source.end, key, keyframes.end, self._frame, "keyframe", source.start)

    def _picture(
        self,
        path: Path,
        where: str,
        written: manifest.Picture,
        size: tuple[int, int],
        kind: Kind = "background",
        after: Path | None = None,
    ) -> None:
        cast = [who for name in dict.fromkeys(written.characters) if (who := self._who(name, f"{where}.characters"))]
        references = [self._base(who) for who in cast]
        last = kind == "keyframe" and path.stem.endswith("_end")
        self.drawings[path] = Drawing(
            path=path,
            place=_key(where),
            kind=kind,
            words=written.describe.strip(),
            prompt=prompting.scene(written.describe, cast, self._board.style, last=last, follows=after is not None),
            references=(*references, *([after] if after else [])),
            size=size,
            aspect=catalog.image_aspect(*size),
            take=written.take,
            style=self._board.style,
            cast=tuple(cast),
            last=last,
        )

    def _placed(self, number: int, place: int, name: str, pose: str, where: str) -> None:
        who = self._who(name, where)
        if who is None:
            return
        base = self._base(who)
        if pose.strip():
            path = self._project.character(name, number, place)
            self.drawings[path] = self._cut_out(path, _key(where), who, pose.strip(), (base,))

    def _base(self, who: Cast) -> Path:
        """Where a character stands alone, as it is sent along with every picture of it."""
        path = self._project.character(who.name)
        if path not in self.drawings:
            references = (self._own_reference(who.name),)
            named = tuple(reference for reference in references if reference is not None)
            self.drawings[path] = self._cut_out(path, f"characters.{who.name}", who, "", named)
        return path

    def _own_reference(self, name: str) -> Path | None:
        reference = self._board.characters[name].reference
        if reference is None:
            return None
        where, key = f"{self._board.where}: characters.{name}", "reference"
        path = SafePaths(self._project.root, where, self._problems).path(reference, key)
        if path != self._project.root and leads_out(path, self._project.root):
            what = f"{path} is a link out of the project's folder"
            self._problems.append(Problem(f"{where}.{key}", what, "copy the picture into the project"))
        elif path != self._project.root and not path.is_file():
            self._problems.append(Problem(f"{where}.{key}", f"{path} is not there", "put it there or correct the path"))
        return path

    def _cut_out(self, path: Path, place: str, who: Cast, pose: str, references: tuple[Path, ...]) -> Drawing:
        return Drawing(
            path=path,
            place=place,
            kind="character",
            words=who.look,
            prompt=prompting.cut_out(who, pose, self._board.style, drawn_before=bool(references)),
            references=references,
            size=None,
            aspect="3:4" if looks.kind_of(who.look) in ("person", "child", "robot") else "1:1",
            pose=pose,
            style=self._board.style,
            cast=(who,),
        )

    def _who(self, name: str, where: str) -> Cast | None:
        look = self._board.characters.get(name)
        if look is None:
            near = difflib.get_close_matches(name, self._board.characters, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"define it: characters: {{{name}: {{look: …}}}}"
            self._problems.append(Problem(where, f"names {name!r}, who is not among `characters`", hint))
            return None
        return Cast(name, look.look.strip(), look.colours.strip())


def _key(where: str) -> str:
    """The key within its file of a place such as `project.yaml: clips[2].keyframes.end`."""
    return where.rpartition(": ")[2]
