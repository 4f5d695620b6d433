"""Places at a provider: how many operations one account has open, over all runs, channels and killed workers.

A place is a file. Its worker holds a lock on it, which is freed when the worker dies; what is written in it says whose
operation it is. An operation that nobody watches any more still takes its place until it is known to be
over.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import clock, files, locking
from workflow_lib.errors import NotAlone
from workflow_lib.locking import Hold

_WAITING = "waiting.json"
_SERVED = "served.json"
_SUBMITTED = "submitted.json"
_REMEMBERED = 1000  # stores of which it is known when they were given a place
_WAITS_S = 2.0  # seconds for which a store counts as waiting after it has looked for a place


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

    def __init__(self, path: Path, hold: Hold) -> None:
        self._path = path
        self._hold = hold

    def is_mine(self) -> bool:
        """Whether no other host has been given this place because this one was silent."""
        return self._hold.is_mine()

    def write(self, tenant: Tenant) -> None:
        """Say whose operation is in this place; on the disk before it is submitted.

        Raises:
            NotAlone: another host has been given it meanwhile.
        """
        if not self.is_mine():
            raise NotAlone("this host was silent for so long that its place at the provider went to another one")
        with files.writing(self._path):
            _write(self._path, _text(self._path, tenant))

    def reserve(self, store: str) -> None:
        """Say for whose operation this place is, before there is one."""
        _write(self._path, _text(self._path, Tenant(store, "", clock.now())), durable=False)

    def leave(self) -> None:
        """Give the place back: the operation is over, or was never submitted."""
        with contextlib.suppress(OSError):
            # A place that another host has been given meanwhile is that one's.
            if self.is_mine():
                _write(self._path, b"")
        self.let_go()

    def let_go(self) -> None:
        """Watch no longer; the operation keeps its place."""
        self._hold.release()


class Slots:
    """The places of one account at one provider, in `folder`; `is_over` says whether a tenant needs his no more."""

    def __init__(self, folder: Path, limit: int, is_over: Callable[[Tenant], bool]) -> None:
        self._folder = folder
        self._limit = limit
        self._is_over = is_over

    def take(self, store: str, *, waits: bool = True) -> Slot | None:
        """A place for a new operation of a store; None while all are taken, or another store's turn has come.

        Of the stores that wait for a place, that one comes first which has the fewest; of those that have equally few,
        that one which has been given none for the longest time. `waits`: whether it asks again until it has one.
        """
        with self._counting():
            places = {path: self._is_taken(path) for path in self._paths()}
            free = next((path for path, taken in places.items() if not taken), None)
            if sum(places.values()) >= self._limit or free is None or not self._is_turn(store, places):
                if waits:
                    self._note_waiting(store)
                return None
            slot = _slot(free)
            if slot is not None:
                slot.reserve(store)
                self._note_served(store)
            return slot

    def take_again(self, store: str, attempt: str) -> Slot | None:
        """The place that an operation has kept; None when it has none any more, or somebody watches it."""
        with self._counting():
            for path in self._paths():
                tenant = _tenant(path)
                if tenant is not None and (tenant.store, tenant.attempt) == (store, attempt):
                    return _slot(path)
        return None

    def take_anyway(self, tenant: Tenant) -> Slot | None:
        """A place for an operation that goes on and has none: a free one, else one more than there may be.

        None when somebody watches it. Whoever moved or deleted the places must not have more submitted for it.
        """
        with self._counting():
            paths = self._paths()
            known = [_tenant(path) for path in paths]
            if any(one is not None and (one.store, one.attempt) == (tenant.store, tenant.attempt) for one in known):
                return None
            free = next((path for path in paths if not self._is_taken(path)), None)
            slot = _slot(free or self._folder / f"{len(paths) + 1}.slot")
            if slot is not None:
                slot.write(tenant)
            return slot

    def orphans(self) -> list[Orphan]:
        """The places whose operations nobody watches, and of which nobody knows that they are over."""
        with self._counting():
            unwatched = [path for path in self._paths() if not locking.is_held(path)]
            found = [Orphan(path, tenant) for path in unwatched if (tenant := _tenant(path))]
            return [orphan for orphan in found if not self._is_over(orphan.tenant)]

    def release(self, orphan: Orphan) -> None:
        """Empty a place, if its tenant is still the same: his operation is known to be over."""
        with self._counting():
            if _tenant(orphan.path) == orphan.tenant and (slot := _slot(orphan.path)) is not None:
                slot.leave()

    def turn(self, most: int, per_s: float) -> float:
        """Seconds to wait before the next submission, 0 when it may go now (and is counted): `most` in `per_s`."""
        with self._counting():
            now = clock.now()
            times = files.read_json(self._folder / _SUBMITTED).get("at", [])
            recent = [at for at in times if isinstance(at, int | float) and now - per_s < at <= now]
            if len(recent) >= most:
                return float(max(0.01, recent[-most] + per_s - now))
            self._share(_SUBMITTED, {"at": [*recent, now]})
            return 0.0

    def _is_turn(self, store: str, places: Mapping[Path, bool]) -> bool:
        """Whether no store that waits comes before `store`."""
        others = self._waiting().keys() - {self._named(store)}
        if not others:
            return True
        tenants = (_tenant(path) for path, taken in places.items() if taken)
        has = Counter(self._named(tenant.store) for tenant in tenants if tenant is not None)
        last = {name: number for number, name in enumerate(self._served(), 1)}
        claims = {name: (has[name], last.get(name, 0)) for name in (*others, self._named(store))}
        return claims[self._named(store)] == min(claims.values())

    def _served(self) -> list[str]:
        """The stores that were given a place, that of the last one at the end."""
        names = files.read_json(self._folder / _SERVED).get("stores", [])
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def _note_served(self, store: str) -> None:
        """Have it known that a store was given a place just now; if it wants another one, it says so again."""
        name, waiting, known = self._named(store), self._waiting(), self._served()
        if name in waiting:
            self._share(_WAITING, {one: at for one, at in waiting.items() if one != name})
        if known[-1:] != [name]:
            self._share(_SERVED, {"stores": [*(one for one in known if one != name), name][-_REMEMBERED:]})

    def _note_waiting(self, store: str) -> None:
        """Have it known for a while that a store waits."""
        name, waiting, now = self._named(store), self._waiting(), clock.now()
        if now - waiting.get(name, 0.0) > _WAITS_S / 4:
            self._share(_WAITING, {**waiting, name: now})

    def _share(self, name: str, value: Mapping[str, object]) -> None:
        """Replace what all stores know; it only says whose turn it is, and when, and may get lost."""
        with files.atomic_path(self._folder / name, durable=False) as temporary:
            temporary.write_text(json.dumps(value))

    def _waiting(self) -> dict[str, float]:
        """The stores that wait, and when each of them looked for a place."""
        now = clock.now()
        return {
            name: at
            for name, at in files.read_json(self._folder / _WAITING).items()
            if isinstance(at, int | float) and abs(now - at) < _WAITS_S
        }

    def _named(self, store: str) -> str:
        """A store as all hosts call it."""
        return os.path.relpath(store, self._folder.resolve())

    def _is_taken(self, path: Path) -> bool:
        if locking.is_held(path):
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
            lock = locking.take(self._folder / "lock")
        try:
            yield
        finally:
            lock.release()


def _tenant(path: Path) -> Tenant | None:
    try:
        store, attempt, since = json.loads(path.read_bytes())
        return Tenant(str((path.parent / str(store)).resolve()), str(attempt), float(since))
    except (OSError, ValueError, TypeError):
        return None


def _slot(path: Path) -> Slot | None:
    with files.writing(path):
        hold = locking.attempt(path)
    return Slot(path, hold) if hold is not None else None


def _text(path: Path, tenant: Tenant) -> bytes:
    """What is written into a place; its store as seen from there, because folders are moved and shared as a whole."""
    return json.dumps([os.path.relpath(tenant.store, path.parent.resolve()), tenant.attempt, tenant.since]).encode()


def _write(path: Path, text: bytes, *, durable: bool = True) -> None:
    """Replace the text of a place in its file, on which a lock may be."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text, 0)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
