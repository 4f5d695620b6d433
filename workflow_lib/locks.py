"""Locks that are freed when their holder dies: one per project and run, one per file that is being made."""

from __future__ import annotations

import contextlib
import os
import re
import resource
from collections.abc import Iterator
from pathlib import Path

from workflow_lib import files, locking
from workflow_lib.config import Config
from workflow_lib.errors import WorkflowError
from workflow_lib.layout import Project
from workflow_lib.locking import Busy, Hold

_HALF_WRITTEN = re.compile(r"(made|\d+-[0-9a-f]+)(\..*)?|(.*\.)?(meter|texts|parts)")
"""How our temporary files are called behind the name of what they are to become."""

_OTHER_FILES = 1024
"""Files that a run has open besides its locks, at most."""


def make_room(projects: int) -> None:
    """Let this process hold so many projects, each with an open file or two, as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * projects + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Where the system has yet another limit, the locks themselves say when it is reached.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def agree(settings: Config, folder: Path | None = None) -> None:
    """Have this process's locks held as all hosts do that use the films in `folder`; the working folder without one.

    Raises:
        InvalidInput: `locking` in config.yaml does not fit what the folder is used with.
        OutOfSpace: the folder cannot be written.
    """
    here = (folder or Path()).absolute()
    elsewhere = [here / settings.slots_dir] if settings.slots_dir != Config.model_fields["slots_dir"].default else []
    linked = (path for pattern in ("projects", "channels", "channels/*/projects") for path in here.glob(pattern))
    outside = {path.resolve() for path in linked if not path.resolve().is_relative_to(here.resolve())}
    locking.agree([here, *elsewhere, *sorted(outside)], settings.locking, settings.lease_s)


@contextlib.contextmanager
def making(project: Project, target: Path) -> Iterator[None]:
    """Hold the right to make `target`; waits while another process makes it.

    A job outlives a killed Snakemake, and its successor must not do the same work beside it. What a killed job left
    half-written beside `target` is removed.
    """
    lock = _lock_file(project, target)
    folder = lock.parent
    with files.writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
    with locking.held(lock):
        for torn in target.parent.glob(f".{target.stem}.*"):
            if _is_left(project, torn, target):
                torn.unlink(missing_ok=True)
        yield


def _is_left(project: Project, torn: Path, target: Path) -> bool:
    """Whether `torn`, beside the `target` that is made here, was left half-written by a job that is no more."""
    # An editor's own files beside a manifest are not ours.
    if not _HALF_WRITTEN.fullmatch(torn.name.removeprefix(f".{target.stem}.")):
        return False
    # cost.png may be made beside cost.svg.
    others = {target.with_suffix(suffix) for suffix in torn.suffixes} - {target}
    return not any(is_being_made(project, other) for other in others)


def hold_project(project: Project) -> Hold:
    """Take the lock of `project` for this process's life.

    Raises:
        WorkflowError: another run holds it.
        OutOfSpace: the project's folder cannot be written.
    """
    with files.writing(project.lock):
        try:
            # Somebody who only looks holds it for a moment.
            lock = locking.take(project.lock, 1.0)
        except Busy:
            raise WorkflowError(
                f"{project.root} is being built by another run{_holder(project)}; wait for it"
            ) from None
        _pid_file(project).parent.mkdir(exist_ok=True)
        _pid_file(project).write_text(f"{os.getpid()}\n", encoding="ascii")
    return lock


def is_being_made(project: Project, target: Path) -> bool:
    """Whether some process makes `target` at this moment."""
    return locking.is_held(_lock_file(project, target))


def is_being_built(project: Project) -> bool:
    """Whether some run builds `project` at this moment."""
    return locking.is_held(project.lock)


def _lock_file(project: Project, target: Path) -> Path:
    name = target.relative_to(project.root).as_posix().replace("/", "-")
    return project.work / "locks" / f"{name}.lock"


def _pid_file(project: Project) -> Path:
    return project.work / "run.pid"


def _holder(project: Project) -> str:
    known = locking.holder(project.lock)
    if known:
        return f" ({known})"
    try:
        return f" (process {int(_pid_file(project).read_text())})"
    except (OSError, ValueError):
        return ""
