"""Where a clip's picture comes from: a recipe, a still, a pair of keyframes, or only its words."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workflow_lib import files, layout, manifest
from workflow_lib.errors import BadMedia, Problem
from workflow_lib.film import Music
from workflow_lib.layout import Half, Project
from workflow_lib.recipes import Character, Fit, Recipe, Scene, Split


@dataclass(frozen=True, slots=True)
class Source:
    """The pictures of one clip, as paths relative to the working folder.

    A `recipe` is composed into `start`. Without `start` the clip is made from its words alone. With `end` it is
    interpolated. `fit`: how a picture of another size is brought to the film's; None: the size must be right.
    `lost`: nothing is named and nothing lies where it is looked for, but the clip itself is there. `drawn`: those of
    its pictures that are described, and made where they are not there.
    """

    start: Path | None = None
    end: Path | None = None
    recipe: Recipe | None = None
    fit: Fit | None = None
    lost: bool = False
    drawn: frozenset[Path] = frozenset()

    def files(self) -> tuple[Path, ...]:
        """The user's pictures: the layers of a recipe, or the stills."""
        if self.recipe is not None:
            return _layers(self.recipe)
        return tuple(path for path in (self.start, self.end) if path is not None)


def resolve(
    project: Project, number: int, clip: manifest.Clip, before: Source | None, where: str, problems: list[Problem]
) -> Source:
    """The source of a clip; what is wrong with it is added to `problems`.

    A picture that is not there is no problem while the clip itself is: nothing needs to be made from it.
    """
    known = len(problems)
    source = _named(project, number, clip, before, where, problems)
    if len(problems) > known:
        return source or Source()
    source = source or _found(project, number, clip)
    for path in source.files() if source else ():
        if leads_out(path, project.root):
            what = f"{layout.label(number)} needs {path}, which is a link out of the project's folder"
            problems.append(Problem(where, what, "copy the picture into the project"))
    if project.video(number).exists():
        return source or Source(lost=True)
    if source is None:
        what = f"{layout.label(number)} has no picture"
        hint = (
            f"write `composite:`, `keyframes:` or `source: text`, "
            f"or put a picture at {project.composite(number).relative_to(project.root)}"
        )
        problems.append(Problem(where, what, hint))
        return Source()
    missing = [path for path in source.files() if path not in source.drawn and not path.exists()]
    already = {problem.what for problem in problems}
    for path in dict.fromkeys(missing):
        what = f"{layout.label(number)} needs {path}, which is not there"
        if what not in already:
            problems.append(Problem(where, what, "put it there or correct the path"))
    return source


def numbered(
    clips: Sequence[manifest.Clip], where: str, problems: list[Problem]
) -> list[tuple[int, str, manifest.Clip]]:
    """Each clip with its number and its place in the file `where`, sorted by number."""
    if len(clips) > layout.MAX_CLIPS:
        problems.append(Problem(f"{where}: clips", f"has {len(clips)} clips", f"{layout.MAX_CLIPS} at most"))
    places: dict[int, int] = {}
    found = []
    for place, clip in enumerate(clips, start=1):
        number = clip.number or place
        if number in places:
            what = f"is clip {number}, and so is clips[{places[number]}]"
            problems.append(Problem(f"{where}: clips[{place}].number", what, "give each clip its own number"))
            continue
        places[number] = place
        found.append((number, f"{where}: clips[{place}]", clip))
    return sorted(found, key=lambda item: item[0])


def picture_problems(where: str, found: Iterable[tuple[str, Source]]) -> list[Problem]:
    """What is wrong with the pictures themselves, for a file that has other problems already."""
    # A manifest without problems does not need Pillow here.
    from workflow_lib import pictures  # noqa: PLC0415

    problems = []
    for place, source in found:
        for path in source.files():
            try:
                if path.is_file():
                    pictures.check_picture(path)
            except BadMedia as error:
                problems.append(Problem(f"{where}: {place}", str(error)))
    return problems


def music(project: Project, written: manifest.Manifest, problems: list[Problem]) -> Music | None:
    """The music under a film; what is wrong with it is added to `problems`."""
    asked = written.music
    if asked is None:
        path = project.music()
        named = manifest.Music(file=path.relative_to(project.root).as_posix()) if path else None
    else:
        named = manifest.Music(file=asked) if isinstance(asked, str) else asked
        safe = SafePaths(project.root, f"{project.manifest}: music", problems)
        path = safe.path(named.file, "" if isinstance(asked, str) else "file")
    if named is None or path is None:
        return None
    if path != project.root and (not path.is_file() or leads_out(path, project.root)):
        problems.append(Problem(f"{project.manifest}: music", f"needs {path}, which is not there", "correct the path"))
    return Music(path, named.gain_db, named.fade_in_s, named.fade_out_s)


def leads_out(path: Path, root: Path) -> bool:
    """Whether a link leads from `path` out of the folder `root`."""
    text = str(path)
    inside = f"{_real_folder(str(root))}/"
    if path.is_symlink():
        return not os.path.realpath(text).startswith(inside)
    return not f"{_real_folder(text.rpartition('/')[0])}/".startswith(inside)


@functools.lru_cache(maxsize=4096)
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


def _named(
    project: Project, number: int, clip: manifest.Clip, before: Source | None, where: str, problems: list[Problem]
) -> Source | None:
    """The source that the manifest names, if it names one."""
    safe = SafePaths(project.root, where, problems)
    if clip.source == "text":
        return Source()
    if clip.continue_:
        return _continued(project, number, clip, before, safe)
    if clip.keyframes is not None:
        start, end = clip.keyframes.start, _end(project, number, clip.keyframes, safe)
        path = safe.path(start, "keyframes.start") if isinstance(start, str) else project.keyframe(number, "start")
        drawn = _described((path, start), (end, clip.keyframes.end))
        return Source(path, end, fit=clip.fit, drawn=drawn)
    if isinstance(clip.composite, str):
        return Source(safe.path(clip.composite, "composite"), fit=clip.fit)
    if clip.composite is not None:
        drawn_layers: set[Path] = set()
        recipe = _recipe(clip.composite, _Layers(project, number, safe, drawn_layers))
        composite = project.composite(number, split=isinstance(recipe, Split))
        return Source(composite, recipe=recipe, drawn=frozenset(drawn_layers))
    return None


def _found(project: Project, number: int, clip: manifest.Clip) -> Source | None:
    """The source that lies at the place where it is looked for when the manifest names none."""
    for path in (project.composite(number), project.composite(number, split=True)):
        if path.exists():
            return Source(path, fit=clip.fit)
    start, end = project.keyframe(number, "start"), project.keyframe(number, "end")
    if start.exists():
        return Source(start, end if end.exists() else None, fit=clip.fit)
    return None


def _continued(project: Project, number: int, clip: manifest.Clip, before: Source | None, safe: SafePaths) -> Source:
    if before is None or before.end is None:
        what = f"{layout.label(number)} continues the clip before it, which has no end keyframe"
        safe.problems.append(Problem(f"{safe.where}.continue", what, "give that clip `keyframes: {end: …}`"))
        return Source()
    end = _end(project, number, clip.keyframes, safe)
    drawn = _described((end, clip.keyframes.end if clip.keyframes else None))
    return Source(before.end, end, fit=clip.fit or before.fit, drawn=drawn | (before.drawn & {before.end}))


def _described(*pictures: tuple[Path | None, object]) -> frozenset[Path]:
    return frozenset(path for path, said in pictures if path is not None and isinstance(said, manifest.Picture))


def _end(project: Project, number: int, keyframes: manifest.Keyframes | None, safe: SafePaths) -> Path | None:
    end = keyframes.end if keyframes is not None else None
    if isinstance(end, str):
        return safe.path(end, "keyframes.end")
    path = project.keyframe(number, "end")
    return path if end is not None or (path.exists() and not _was_drawn(path)) else None


def _was_drawn(path: Path) -> bool:
    """Whether a picture is one that we drew for a description which is no longer there."""
    made = files.read_json(layout.receipt(path)).get("file")
    return isinstance(made, dict) and made.get("sha256") == files.sha256_file(path)


def drafted(project: Project, number: int, source: Source, moved: Mapping[Path, Path]) -> Source:
    """The same source for a draft, whose sketches lie where `moved` says.

    The described pictures that it does not name are there, and are used as they are. What is composed of either is the
    draft's own: a film knows the same pictures by their requests.
    """
    if not source.drawn:
        return source
    drawn = frozenset(moved[path] for path in source.drawn if path in moved)
    composite = project.draft_composite(number, split=isinstance(source.recipe, Split))
    if source.recipe is None:
        start, end = (moved.get(path, path) if path else None for path in (source.start, source.end))
        return replace(source, start=start, end=end, drawn=drawn)
    return replace(source, start=composite, recipe=_moved(source.recipe, moved), drawn=drawn)


def _moved(recipe: Recipe, moved: Mapping[Path, Path]) -> Recipe:
    if isinstance(recipe, Split):
        first, second = (_moved_scene(scene, moved) for scene in (recipe.first, recipe.second))
        return replace(recipe, first=first, second=second)
    return _moved_scene(recipe, moved)


def _moved_scene(scene: Scene, moved: Mapping[Path, Path]) -> Scene:
    placed = tuple(replace(item, image=moved.get(item.image, item.image)) for item in scene.characters)
    return replace(scene, background=moved.get(scene.background, scene.background), characters=placed)


def _recipe(composite: manifest.Composite, layers: _Layers) -> Recipe:
    if composite.split is None:
        return layers.scene(composite, "composite")
    split = composite.split
    first = layers.scene(split.first, "composite.split.first", "first")
    second = layers.scene(split.second, "composite.split.second", "second", before=len(split.first.characters))
    return Split(first, second, split.direction, split.divider, split.color)


def _layers(recipe: Recipe) -> tuple[Path, ...]:
    if isinstance(recipe, Split):
        return (*_layers(recipe.first), *_layers(recipe.second))
    return (recipe.background, *(character.image for character in recipe.characters))


@dataclass(frozen=True, slots=True)
class SafePaths:
    """Turns the manifest's paths into real ones, and refuses those that leave the project."""

    root: Path
    where: str
    problems: list[Problem]

    def path(self, text: str, key: str) -> Path:
        """`text` below the project's folder; a problem, and that folder itself, when it is no place inside it."""
        if text.startswith("/") or ".." in text.split("/") or "\0" in text or "\\" in text:
            return self._refused(text, key, "leads out of the project's folder")
        if not text.strip("./"):
            return self._refused(text, key, "is the project's folder, not a file in it")
        return Path(f"{self.root}/{text}")

    def _refused(self, text: str, key: str, what: str) -> Path:
        place = f"{self.where}.{key}" if key else self.where
        hint = "use a path inside it, such as assets/picture.png, with /"
        self.problems.append(Problem(place, f"{text!r} {what}", hint))
        return self.root


@dataclass(frozen=True, slots=True)
class _Layers:
    """The pictures of one clip's recipe: those that the manifest names, and the places of those that it describes."""

    project: Project
    number: int
    safe: SafePaths
    drawn: set[Path]

    def scene(
        self, scene: manifest.Scene | manifest.Composite, key: str, half: Half | None = None, before: int = 0
    ) -> Scene:
        """A background with characters; `before`: how many characters the recipe has already."""
        background = self.project.background(self.number, half)
        if isinstance(scene.background, str):
            background = self.safe.path(scene.background, f"{key}.background")
        else:
            self.drawn.add(background)
        characters = (
            Character(
                self._image(item, f"{key}.characters[{place}].image", before + place),
                item.x, item.y, item.height, item.flip, item.opacity, item.depth,
            )
            for place, item in enumerate(scene.characters, start=1)
        )  # fmt: skip
        return Scene(background, tuple(characters), scene.fit)

    def _image(self, item: manifest.Character, key: str, place: int) -> Path:
        if item.image is not None:
            return self.safe.path(item.image, key)
        path = self.project.character(item.character or "", self.number if item.pose else None, place)
        self.drawn.add(path)
        return path
