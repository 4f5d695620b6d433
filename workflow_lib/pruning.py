"""What may be deleted: leftovers that cost nothing, and paid takes that no film uses, if the user says so."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import config, files, layout, plan, project, story
from workflow_lib.config import Config
from workflow_lib.journal import Journal
from workflow_lib.layout import Project
from workflow_lib.ledger import Attempt
from workflow_lib.locking import Busy
from workflow_lib.takes import Store

_OLD_S = 24 * 3600.0  # what a run may still be writing is younger


@dataclass(frozen=True, slots=True)
class Unused:
    """A paid take that no film uses: the store that it lies in, and the submission that it came from."""

    store: Path
    attempt: Attempt

    @property
    def path(self) -> Path:
        """Its file."""
        return self.store / str(self.attempt.file)

    @property
    def notes(self) -> Path:
        """Where what came with it lies, if anything did."""
        return Store(self.store).notes_path(self.attempt.fingerprint)


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


def unused_takes(folder: Path, settings: Config) -> list[Unused]:
    """The takes below `folder` that no clip, sound or picture there shows, or would be given by the next run.

    What a drafter answered is always kept, and whatever was bought for a film whose storyboard is still to come.

    Raises:
        InvalidInput: a film cannot be read; it might use any of them.
    """
    projects = layout.find_projects(folder)
    awaited = {str(item.root) for item in projects if story.is_awaited(item)}
    used = set[str]()
    for item in projects:
        if str(item.root) not in awaited:
            used |= _wanted(item, folder, settings)
    return [
        Unused(store, attempt)
        for store in layout.find_stores(folder)
        for attempt in Store(store).ledger().attempts()
        if attempt.state == "stored"
        and attempt.file
        and (store / attempt.file).is_file()
        and attempt.request.get("component") != "storyboard"
        and attempt.project not in awaited
        and attempt.fingerprint not in used
    ]


def delete(take: Unused) -> bool:
    """Delete a take and what came with it; False when a run deals with it at this moment, and it is kept.

    Raises:
        OSError: it cannot be deleted.
    """
    try:
        with Store(take.store).alone(take.attempt.fingerprint, wait=False):
            take.path.unlink(missing_ok=True)
            take.notes.unlink(missing_ok=True)
    except Busy:
        return False
    return True


def _wanted(item: Project, folder: Path, settings: Config) -> set[str]:
    """The takes that a project shows, whatever was edited since, and those that it would be given.

    It would be given them by config.yaml, and by what its last run was told beside that.
    """
    said = files.read_json(item.run_settings)
    found = set[str]()
    for told in [settings, *([config.load(folder, said)] if said else [])]:
        planned = plan.of(project.load(item, told))
        for part in (*planned.parts, *planned.drawn.values()):
            receipt = files.read_json(layout.receipt(part.path))
            found |= {part.wanted, str(receipt.get("take") or receipt.get("fingerprint"))}
    return found


def rebuildable(project: Project) -> list[Path]:
    """What may be deleted of a project at any time; the next build makes again what it needs of it.

    What its last run was told stays: by that it is known what was bought for it.
    """
    if not project.work.is_dir():
        return []
    return sorted(path for path in project.work.iterdir() if path != project.run_settings)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _OLD_S
    except OSError:
        return False


def _has_expired(path: Path) -> bool:
    until = files.read_json(path).get("until")
    return isinstance(until, int | float) and until < time.time()
