"""The SHA-256 of a project's files, remembered by size and time stamp so that an unchanged file is read once.

What is remembered lies in `.work` and may be lost: the files are read again. Receipts hold digests and no time stamps,
because Snakemake touches what its jobs have made, and copies and clones have stamps of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workflow_lib import files
from workflow_lib.layout import Project

_Known = dict[str, list[object]]
_MOST_KEPT = 50_000

_kept: dict[tuple[str, int, int], str] | None = None


def keep() -> None:
    """Keep what is read of any file for this process's life: for one that looks at the same files again and again."""
    global _kept  # noqa: PLW0603 - one for the process, as its files are
    _kept = {}


def _is_entry(entry: object) -> bool:
    return isinstance(entry, list) and [type(part) for part in entry] == [int, int, str]


class Digests:
    """The digests of the files of one project."""

    def __init__(self, project: Project) -> None:
        self._root = project.root
        self._inside = len(f"{project.root}/")
        self._path = project.digests
        self._known: _Known = {name: entry for name, entry in files.read_json(self._path).items() if _is_entry(entry)}

    def of(self, path: Path) -> str:
        """SHA-256 of the bytes of `path`, in hex.

        Raises:
            OSError: the file is not there or cannot be read.
        """
        stat = path.stat()
        name, now = str(path)[self._inside :], [stat.st_size, stat.st_mtime_ns]
        known = self._known.get(name)
        if known is None or known[:2] != now:
            known = self._known[name] = [*now, _sha256(path, stat.st_size, stat.st_mtime_ns)]
        return str(known[2])

    def remember(self, paths: Iterable[Path]) -> None:
        """Read those of `paths` that are there, and keep what is known of all files that still are."""
        for path in paths:
            if path.exists():
                self.of(path)
        there = {name: known for name, known in self._known.items() if (self._root / name).exists()}
        files.write_json(self._path, there)


def _sha256(path: Path, size: int, changed_ns: int) -> str:
    if _kept is None:
        return files.sha256_file(path)
    key = (str(path), size, changed_ns)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = files.sha256_file(path)
    return _kept[key]
