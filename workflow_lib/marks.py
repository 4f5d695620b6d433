"""What is known of a picture file, so that the same bytes are never decoded twice."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workflow_lib import stamps
from workflow_lib.digests import Digests
from workflow_lib.layout import Project

RECIPE_STAMP = "clipwright-recipe"
PIXELS_STAMP = "clipwright-pixels"
DRAWN_STAMP = "clipwright-drawn"


@dataclass(frozen=True, slots=True)
class Mark:
    """One picture file: the SHA-256 of its bytes and of its pixels, and its size in pixels.

    `recipe`: the key of the recipe that we composed it from; None for a picture that somebody made or changed.
    `drawn`: for which place, and by which key, we drew it; None for any other picture.
    """

    sha256: str
    pixels: str
    width: int
    height: int
    recipe: str | None = None
    drawn: str | None = None


class Marks:
    """The marks of one project's pictures; names are paths relative to its folder.

    `composed`: pixels that we composed, with the key of their recipe. A picture that was saved anew has lost our stamp,
    and is ours still while its pixels are.
    """

    def __init__(
        self, project: Project, digests: Digests, known: Mapping[str, Mark], composed: Mapping[str, str] | None = None
    ) -> None:
        self._inside = len(f"{project.root}/")
        self._digests = digests
        self._known = dict(known)
        self._by_bytes = {mark.sha256: mark for mark in self._known.values()}
        own = {mark.pixels: mark.recipe for mark in self._known.values() if mark.recipe is not None}
        self._composed = {**(composed or {}), **own}
        self.drawn: Mapping[Path, str] = {}

    def known_by(self, path: Path) -> str | None:
        """By what a picture is known: a described one of ours by its request, any other by its pixels.

        None for a picture that is gone and was never marked.

        Raises:
            BadMedia: as `of`.
        """
        if path in self.drawn:
            return self.drawn[path]
        mark = self.of(path) if path.exists() else self.remembered(path)
        return mark.pixels if mark else None

    def of(self, path: Path) -> Mark:
        """The mark of `path`; its picture is decoded only when its bytes are new.

        Raises:
            BadMedia: the file is not a picture, is too large, or does not decode.
            OSError: the file is not there.
        """
        sha256 = self._digests.of(path)
        mark = self._by_bytes.get(sha256)
        if mark is None:
            mark = _read(path, sha256)
        if mark.recipe is None and mark.pixels in self._composed:
            mark = replace(mark, recipe=self._composed[mark.pixels])
        self._by_bytes[sha256] = mark
        self._known[self._name(path)] = mark
        return mark

    def _name(self, path: Path) -> str:
        return str(path)[self._inside :]

    def remembered(self, path: Path) -> Mark | None:
        """What was known of `path` when its clip was made, whether or not the file is still there."""
        return self._known.get(self._name(path))

    def marked(self, paths: Iterable[Path]) -> dict[str, Mark]:
        """The marks of those of `paths` that are there and that we have not drawn, by name, for a receipt."""
        return {self._name(path): self.of(path) for path in paths if path not in self.drawn and path.exists()}


@functools.lru_cache(maxsize=4096)
def _read(path: Path, sha256: str) -> Mark:
    # A run with nothing to do never needs Pillow.
    from workflow_lib import pictures  # noqa: PLC0415

    info = pictures.check_picture(path)
    pixels = pictures.pixel_digest(path)
    stamp = stamps.read_png_stamp(path)
    if stamp.get(PIXELS_STAMP) != pixels:
        return Mark(sha256, pixels, info.width, info.height)
    return Mark(sha256, pixels, info.width, info.height, stamp.get(RECIPE_STAMP), stamp.get(DRAWN_STAMP))
