"""Locks that the kernel frees when their holder dies: one per project and run, one per file that is being made."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workflow_lib import files
from workflow_lib.errors import WorkflowError
from workflow_lib.layout import Project

if TYPE_CHECKING:
    from filelock import FileLock


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
    with _held(lock):
        for torn in target.parent.glob(f".{target.stem}.*"):
            torn.unlink(missing_ok=True)
        yield


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def hold_project(project: Project) -> FileLock:
    """Take the lock of `project` for this process's life.

    Raises:
        WorkflowError: another run holds it.
        OutOfSpace: the project's folder cannot be written.
    """
    # Only the run needs it, and it takes as long to import as a job takes to begin.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    # Somebody who only looks holds it for a moment.
    lock = FileLock(project.lock, timeout=1)
    with files.writing(project.lock):
        try:
            lock.acquire()
        except Timeout:
            raise WorkflowError(
                f"{project.root} is being built by another run{_holder(project)}; wait for it"
            ) from None
        _pid_file(project).parent.mkdir(exist_ok=True)
        _pid_file(project).write_text(f"{os.getpid()}\n", encoding="ascii")
    return lock


def is_being_made(project: Project, target: Path) -> bool:
    """Whether some process makes `target` at this moment."""
    return _is_held(_lock_file(project, target))


def is_being_built(project: Project) -> bool:
    """Whether some run builds `project` at this moment."""
    return _is_held(project.lock)


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        # A shared lock, so that two who look at once do not see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock_file(project: Project, target: Path) -> Path:
    name = target.relative_to(project.root).as_posix().replace("/", "-")
    return project.work / "locks" / f"{name}.lock"


def _pid_file(project: Project) -> Path:
    return project.work / "run.pid"


def _holder(project: Project) -> str:
    try:
        return f" (process {int(_pid_file(project).read_text())})"
    except (OSError, ValueError):
        return ""
