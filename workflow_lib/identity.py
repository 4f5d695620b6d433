"""By what a clip's pictures are known: the digest of their pixels, or of the recipe that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workflow_lib import drawn, files, layout, receipts
from workflow_lib.clip import Clip
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia, Problem
from workflow_lib.ledger import Ledger
from workflow_lib.marks import Mark, Marks
from workflow_lib.project import Film
from workflow_lib.receipts import Receipt
from workflow_lib.recipes import Recipe, Scene, Split

Made = Literal["none", "fresh", "missing", "stale", "manual"]
"""How a composite stands: not ours to make, up to date, to be made, to be made again, put there by hand."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The digests of a clip's start and end pictures, and how its composite stands.

    `key`, `pixels`: of its composite, its recipe's and those that are there, if we composed it.
    """

    start: str | None = None
    end: str | None = None
    composite: Made = "none"
    key: str | None = None
    pixels: str | None = None


class _UnknownPictureError(Exception):
    """A picture is gone that was never marked."""


def open_marks(film: Film, digests: Digests, ledger: Ledger, found: Iterable[Receipt | None] | None = None) -> Marks:
    """The marks of the project's pictures, as far as the receipts of its clips, or what was paid for, hold them."""
    if found is None:
        found = [receipts.read(layout.receipt(film.video(clip))) for clip in film.clips]
    known: dict[str, Mark] = {}
    for receipt in found:
        known.update(receipt.pictures if receipt else {})
    known.update(drawn.remembered(film))
    marks = Marks(film.project, digests, known, ledger.composed)
    marks.drawn = drawn.identities(drawn.of(film, digests, ledger, marks))
    return marks


def identify(film: Film, clip: Clip, marks: Marks, problems: list[Problem]) -> Pictures | None:
    """The pictures of `clip`; None when they are gone or wrong (then `problems` says what, if it matters)."""
    if clip.source.lost:
        return None
    before = len(problems)
    try:
        if clip.source.recipe is not None:
            return _composed(film, clip, clip.source.recipe, marks)
        start, end = (_picture_id(film, clip, path, marks, problems) for path in (clip.source.start, clip.source.end))
    except _UnknownPictureError:
        return None
    except BadMedia as error:
        problems.append(_problem(film, clip, error))
    return Pictures(start, end) if len(problems) == before else None


def _problem(film: Film, clip: Clip, error: BadMedia) -> Problem:
    return Problem(f"{film.project.manifest}: {clip.place}", str(error))


def _composed(film: Film, clip: Clip, recipe: Recipe, marks: Marks) -> Pictures:
    path = clip.source.start
    existing = marks.of(path) if path is not None and path.exists() else None
    if existing is not None and existing.recipe is None:
        _check_size(film, clip, path, existing, "make it that size, or delete it to have it composed from the recipe")
        return Pictures(existing.pixels, composite="manual")
    key = recipe_key(recipe, film.frame, lambda layer: _known_by(layer, marks))
    if existing is None:
        return Pictures(key, composite="missing", key=key)
    fresh = existing.recipe == key
    return Pictures(key, composite="fresh" if fresh else "stale", key=key, pixels=existing.pixels if fresh else None)


def _picture_id(film: Film, clip: Clip, path: Path | None, marks: Marks, problems: list[Problem]) -> str | None:
    if path is None or path in marks.drawn:
        return marks.drawn[path] if path else None
    try:
        mark = _mark(path, marks)
        if (mark.width, mark.height) == film.frame:
            return mark.pixels
        _check_size(film, clip, path, mark, f"make it that size, or give {clip.label} `fit: cover | contain | blur`")
    except BadMedia as error:
        problems.append(_problem(film, clip, error))
        return None
    return files.digest({"picture": mark.pixels, "fit": clip.source.fit, "size": film.frame})


def _check_size(film: Film, clip: Clip, path: Path | None, mark: Mark, hint: str) -> None:
    if clip.source.fit is None and (mark.width, mark.height) != film.frame:
        width, height = film.frame
        raise BadMedia(f"{path} is {mark.width}x{mark.height}, the film is {width}x{height} ({hint})")


def _mark(path: Path, marks: Marks) -> Mark:
    mark = marks.of(path) if path.exists() else marks.remembered(path)
    if mark is None:
        raise _UnknownPictureError
    return mark


def _known_by(path: Path, marks: Marks) -> str:
    known = marks.known_by(path)
    if known is None:
        raise _UnknownPictureError
    return known


def recipe_key(recipe: Recipe, frame: tuple[int, int], pixels: Callable[[Path], str]) -> str:
    """The digest of what `recipe` says: by what its layers are known and where they go, not their names."""
    return files.digest({"frame": frame, "recipe": _values(recipe, pixels)})


def _values(recipe: Recipe, pixels: Callable[[Path], str]) -> dict[str, object]:
    if isinstance(recipe, Split):
        return {
            "first": _values(recipe.first, pixels),
            "second": _values(recipe.second, pixels),
            "direction": recipe.direction,
            "divider": recipe.divider,
            "color": recipe.color.lower(),
        }
    return _scene_values(recipe, pixels)


def _scene_values(scene: Scene, pixels: Callable[[Path], str]) -> dict[str, object]:
    return {
        "background": pixels(scene.background),
        "fit": scene.fit,
        "characters": [
            [pixels(item.image), item.x, item.y, item.height, item.flip, item.opacity, item.depth]
            for item in scene.characters
        ],
    }
