"""What may be deleted: leftovers that cost nothing, and paid takes that no film uses, if the user says so."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import files, layout, plan
from workflow_lib.journal import Journal
from workflow_lib.layout import Project
from workflow_lib.project import Film
from workflow_lib.takes import Store

_OLD_S = 24 * 3600.0  # what a run may still be writing is younger


@dataclass(frozen=True, slots=True)
class Unused:
    """A paid take that no film uses: its file, its size in bytes, what it cost in USD, and for which clip.

    `notes`: where what came with it lies, if anything did.
    """

    path: Path
    notes: Path
    size: int
    usd: float
    clip: str


def leftovers(folder: Path) -> list[Path]:
    """Files that no run needs any more: torn downloads, addresses of expired uploads, and what was left of projects.

    Nothing younger than a day is named, because a run may be writing it.
    """
    found: list[Path] = []
    for store in layout.find_stores(folder):
        found += [path for path in store.glob("*.part*.???") if _is_old(path)]
        found += [path for path in (store / "uploads").glob("*.json") if _has_expired(path)]
        found += [path for path in store.glob("*.room") if _is_old(path) and not Journal(store).holds(path)]
    return found


def unused_takes(stores: Iterable[Path], films: Sequence[Film]) -> list[Unused]:
    """The takes in `stores` that no clip of `films` shows or would be given; answers of drafters are always kept."""
    wanted: set[tuple[Path, str]] = set()
    for film in films:
        planned = plan.of(film)
        used = [item.wanted for item in (*planned.parts, *planned.drawn.values())]
        wanted |= {(film.project.takes.resolve(), fingerprint) for fingerprint in used}
    found = []
    for folder in stores:
        for attempt in Store(folder).ledger().attempts():
            path = folder / str(attempt.file)
            is_used = (
                attempt.request.get("component") == "storyboard" or (folder.resolve(), attempt.fingerprint) in wanted
            )
            if attempt.state == "stored" and attempt.file and path.is_file() and not is_used:
                clip = f"{attempt.project} {attempt.clip}"
                notes = Store(folder).notes_path(attempt.fingerprint)
                found.append(Unused(path, notes, path.stat().st_size, attempt.cost_usd, clip))
    return found


def rebuildable(project: Project) -> Path:
    """The folder of a project that may be deleted at any time; the next build makes again what it needs of it."""
    return project.work


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _OLD_S
    except OSError:
        return False


def _has_expired(path: Path) -> bool:
    until = files.read_json(path).get("until")
    return isinstance(until, int | float) and until < time.time()
