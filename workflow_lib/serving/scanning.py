"""Whether anything of a project has changed: by names, sizes and time stamps, without a file being read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workflow_lib import layout
from workflow_lib.layout import Project

_OURS = {"review.html", "contact_sheet.png"}
_DEEPEST = 4  # folders
_MOST = 50_000  # files of a project

Entry = tuple[str, int, int]


def signature(project: Project, shared: Path) -> int:
    """A number that changes with what is seen of a project: its files, what was paid for, the settings.

    `shared`: where runs leave their logs (`slots_dir`).
    """
    root, takes = str(project.root), str(project.takes)
    alone = (
        *(layout.CONFIG, ".env"),
        *(takes, f"{takes}/journal.jsonl", str(project.run_settings), str(project.thumbnail)),
    )
    told = hash(tuple(_stat(path) for path in alone))
    for count, entry in enumerate(_entries(project, root, shared)):
        if count > _MOST:
            break
        # The order in which a folder lists its files means nothing.
        told = (told + hash(entry)) & 0xFFFFFFFFFFFFFFFF
    return told


def _entries(project: Project, root: str, shared: Path) -> Iterator[Entry]:
    yield from _walk(root, 0)
    work = project.work
    for folder in (work / "draft" / "clips", work / "draft" / "narration", shared / "runs"):
        yield from _walk(str(folder), _DEEPEST)


def _walk(folder: str, depth: int) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name in _OURS:
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if depth < _DEEPEST:
                            yield from _walk(entry.path, depth + 1)
                        continue
                    stat = entry.stat()
                except OSError:
                    continue
                yield entry.path, stat.st_mtime_ns, stat.st_size
    except OSError:
        return


def _stat(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - as many as there are projects, each half a second
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
