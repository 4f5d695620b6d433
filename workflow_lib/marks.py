"""What is known of a picture file, so that an unchanged file is never read twice.

A mark holds for a file of the same size and time stamp; failing that, for the same bytes; failing that, the picture
is decoded. So a copied, touched or moved project costs some reading and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workflow_lib import files, stamps

RECIPE_STAMP = "clipwright-recipe"
PIXELS_STAMP = "clipwright-pixels"


@dataclass(frozen=True, slots=True)
class Mark:
    """One picture file: its size in bytes and time stamp, the SHA-256 of its bytes and of its pixels, its frame.

    `recipe`: the key of the recipe that we composed it from; None for a picture that somebody made or changed.
    """

    size: int
    mtime_ns: int
    sha256: str
    pixels: str
    width: int
    height: int
    recipe: str | None = None


class Marks:
    """The marks of one project's pictures; paths are relative to the project's folder `root`."""

    def __init__(self, root: Path, known: Mapping[str, Mark]) -> None:
        self._root = root
        self._known = dict(known)
        self._by_bytes = {mark.sha256: mark for mark in self._known.values()}

    def of(self, path: Path) -> Mark:
        """The mark of `path`, read from the file only where nothing known holds.

        Raises:
            BadMedia: the file is not a picture, is too large, or does not decode.
            OSError: the file is not there.
        """
        stat = path.stat()
        name = path.relative_to(self._root).as_posix()
        mark = self._known.get(name)
        if mark is None or (mark.size, mark.mtime_ns) != (stat.st_size, stat.st_mtime_ns):
            sha256 = files.sha256_file(path)
            same = self._by_bytes.get(sha256)
            mark = replace(same, mtime_ns=stat.st_mtime_ns) if same else _read(path, sha256, stat.st_mtime_ns)
            self._known[name] = self._by_bytes[sha256] = mark
        return mark

    def remembered(self, path: Path) -> Mark | None:
        """What was known of `path` when its clip was made, whether or not the file is still there."""
        return self._known.get(path.relative_to(self._root).as_posix())

    def marked(self, paths: Iterable[Path]) -> dict[str, Mark]:
        """The marks of those of `paths` that are there, by name, for a receipt."""
        return {path.relative_to(self._root).as_posix(): self.of(path) for path in paths if path.exists()}


def _read(path: Path, sha256: str, mtime_ns: int) -> Mark:
    # A run with nothing to do never needs Pillow.
    from workflow_lib.media import pictures  # noqa: PLC0415

    info = pictures.check_picture(path)
    pixels = pictures.pixel_digest(path)
    stamp = stamps.read_png_stamp(path)
    ours = stamp.get(PIXELS_STAMP) == pixels
    recipe = stamp.get(RECIPE_STAMP) if ours else None
    return Mark(path.stat().st_size, mtime_ns, sha256, pixels, info.width, info.height, recipe)
