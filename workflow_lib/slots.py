"""Places at a provider: how many operations one account has open, over all runs, channels and killed workers.

A place is a file. Its worker holds a lock on it, which the kernel frees when the worker dies; what is written in it
says whose operation it is. An operation that nobody watches any more still takes its place until it is known to be
over.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from workflow_lib import files


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who is in a place: the store's folder and the submission in its journal; `since`: seconds since the epoch."""

    store: str
    attempt: str
    since: float


@dataclass(frozen=True, slots=True)
class Orphan:
    """A place whose operation nobody watches."""

    path: Path
    tenant: Tenant


class Slot:
    """A place that this process holds until `leave`, or until it ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def write(self, tenant: Tenant) -> None:
        """Say whose operation is in this place; on the disk before it is submitted."""
        with files.writing(self._path):
            _write(self._descriptor, json.dumps([tenant.store, tenant.attempt, tenant.since]).encode())

    def leave(self) -> None:
        """Give the place back: the operation is over, or was never submitted."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        self.let_go()

    def let_go(self) -> None:
        """Watch no longer; the operation keeps its place."""
        os.close(self._descriptor)


class Slots:
    """The places of one account at one provider, in `folder`; `is_over` says whether a tenant needs his no more."""

    def __init__(self, folder: Path, limit: int, is_over: Callable[[Tenant], bool]) -> None:
        self._folder = folder
        self._limit = limit
        self._is_over = is_over

    def take(self) -> Slot | None:
        """A place for a new operation; None while all are taken."""
        with self._counting():
            free: int | None = None
            taken = 0
            for number, path in enumerate(self._paths()):
                if self._is_taken(path):
                    taken += 1
                elif free is None:
                    free = number
            if taken >= self._limit or free is None:
                return None
            descriptor = _locked(self._paths()[free])
            return Slot(self._paths()[free], descriptor) if descriptor is not None else None

    def take_again(self, store: str, attempt: str) -> Slot | None:
        """The place that an operation has kept; None when it has none any more, or somebody watches it."""
        with self._counting():
            for path in self._paths():
                tenant = _tenant(path)
                if tenant is not None and (tenant.store, tenant.attempt) == (store, attempt):
                    descriptor = _locked(path)
                    return Slot(path, descriptor) if descriptor is not None else None
        return None

    def orphans(self) -> list[Orphan]:
        """The places whose operations nobody watches, and of which nobody knows that they are over."""
        with self._counting():
            found = [(path, tenant) for path in self._paths() if (tenant := _tenant(path)) and not _is_held(path)]
            return [Orphan(path, tenant) for path, tenant in found if not self._is_over(tenant)]

    def release(self, orphan: Orphan) -> None:
        """Empty a place, if its tenant is still the same: his operation is known to be over."""
        with self._counting():
            if _tenant(orphan.path) == orphan.tenant and (descriptor := _locked(orphan.path)) is not None:
                Slot(orphan.path, descriptor).leave()

    def turn(self, most: int, per_s: float) -> float:
        """Seconds to wait before the next submission, 0 when it may go now (and is counted): `most` in `per_s`."""
        with self._counting():
            path, now = self._folder / "submitted.json", time.time()
            times = files.read_json(path).get("at", [])
            recent = [at for at in times if isinstance(at, int | float) and now - per_s < at <= now]
            if len(recent) >= most:
                return float(max(0.01, recent[-most] + per_s - now))
            with files.atomic_path(path, durable=False) as temporary:
                temporary.write_text(json.dumps({"at": [*recent, now]}))
            return 0.0

    def _is_taken(self, path: Path) -> bool:
        if _is_held(path):
            return True
        tenant = _tenant(path)
        return tenant is not None and not self._is_over(tenant)

    def _paths(self) -> list[Path]:
        """The places, and those beyond the limit that are still there because it was higher."""
        there = [path for path in self._folder.glob("*.slot") if path.stem.isdigit()]
        count = max([self._limit, *(int(path.stem) for path in there)])
        return [self._folder / f"{number}.slot" for number in range(1, count + 1)]

    @contextlib.contextmanager
    def _counting(self) -> Iterator[None]:
        with files.writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / "lock")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


def _tenant(path: Path) -> Tenant | None:
    try:
        store, attempt, since = json.loads(path.read_bytes())
        return Tenant(str(store), str(attempt), float(since))
    except (OSError, ValueError, TypeError):
        return None


def _locked(path: Path) -> int | None:
    with files.writing(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _write(descriptor: int, text: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text)
    os.fsync(descriptor)
