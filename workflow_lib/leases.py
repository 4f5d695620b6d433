"""Leases: locks for disks on which the kernel's locks do not reach other hosts.

A lease is a folder of numbered files. The highest number holds it; who wants it creates the next one, which the disk
lets one process do. The holder changes its file now and then (its heartbeat). A holder is given up for dead when an
observer, by the observer's own clock, has looked again and again for a lease time and seen no change: no time stamp is
compared, so that hosts' clocks may differ. A dead process on the observer's own host is known at once.

A holder that has been given up finds its file gone: it asks `is_mine` before it does what only one may do.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workflow_lib import clock

_BEATS = 6  # heartbeats in a lease time
_SIZE = 400  # bytes of a lease file: always the same, so that a size that a host remembers is right
_GONE = {errno.ENOENT, errno.ESTALE, errno.ENOTDIR}
_SHARE = 0.8  # of the lease time: a holder that was not heard for so long does not trust its lease any more
_DENSE = 0.5  # of the lease time: who has looked away for longer begins to observe anew


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lease. `space`: its boot and its table of processes, in which `pid`, begun at `began`, is known."""

    host: str
    space: str
    pid: int
    began: str
    token: str

    def is_dead(self) -> bool:
        """Whether this process knows at once that it is: it was one of the same computer."""
        return self.is_here() and _began(self.pid) != self.began

    def is_here(self) -> bool:
        """Whether it is, or was, a process of the same computer as this one."""
        return self.space == _space() and self.host == clock.host()


class Lease:
    """A lease that this process holds until `release`, and keeps up by itself."""

    def __init__(self, path: Path, owner: Owner, lease_s: float) -> None:
        self.path = path
        self.lease_s = lease_s
        self._owner = owner
        self._beat = 0
        self._lost = False
        self._heard = clock.boot_s()
        self._turn = threading.Lock()

    def is_mine(self) -> bool:
        """Whether the disk still knows this process as the holder; asked right before what only one may do."""
        with self._turn:
            if clock.boot_s() - self._heard > _SHARE * self.lease_s:
                self._lost = True
            if not self._lost:
                found = _read(self.path)
                self._lost = found is None or _owner(found) != self._owner or _highest(self.path.parent) != self.path
            return not self._lost

    def beat(self) -> None:
        """Show that the holder lives; a disk that does not answer leaves it as it is."""
        with self._turn:
            if self._lost:
                return
            self._beat += 1
            asked = clock.boot_s()
            try:
                _overwrite(self.path, _text(self._owner, self._beat))
                self._heard = asked
            except OSError as error:
                self._lost = error.errno in _GONE

    def release(self) -> None:
        """Let the next one have it."""
        _KEEPER.forget(self)
        with self._turn, contextlib.suppress(OSError):
            if not self._lost:
                _overwrite(self.path, _padded({"released": self._owner.token}))
            self._lost = True


class _Keeper:
    """Keeps the leases of this process up, in a thread that is there while there are any."""

    def __init__(self) -> None:
        self._held: set[Lease] = set()
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None

    def keep(self, lease: Lease) -> None:
        with self._turn:
            self._held.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
            self._turn.notify()

    def forget(self, lease: Lease) -> None:
        with self._turn:
            self._held.discard(lease)

    def _run(self) -> None:
        while True:
            with self._turn:
                if not self._held:
                    self._thread = None
                    return
                held = list(self._held)
                wait_s = min(lease.lease_s for lease in held) / _BEATS
                self._turn.wait(wait_s)
                held = list(self._held)
            for lease in held:
                lease.beat()


_KEEPER = _Keeper()


@dataclass(slots=True)
class _Sight:
    """What an observer has seen of a lease: the same `text` from `since` to `last`, by its own clock."""

    text: bytes
    since: float
    last: float


_SEEN: dict[Path, _Sight] = {}


def take(folder: Path, lease_s: float) -> Lease | None:
    """The lease of `folder`, which need not exist yet; None while another process holds it.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    top = _highest(folder)
    if top is not None and not _is_free(top, lease_s):
        return None
    number = int(top.name) + 1 if top is not None else 1
    owner = _me()
    mine = folder / f"{number:010d}"
    try:
        descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return None
    try:
        os.write(descriptor, _text(owner, 0))
    finally:
        os.close(descriptor)
    if _highest(folder) != mine:
        # A later one was given meanwhile, and those before it were tidied away.
        mine.unlink(missing_ok=True)
        return None
    for path in _numbered(folder):
        if path.name < mine.name:
            # Before anything else: that its file is gone is how a holder that was given up learns of it.
            path.unlink(missing_ok=True)
            _SEEN.pop(path, None)
    lease = Lease(mine, owner, lease_s)
    _KEEPER.keep(lease)
    return lease


def is_held(folder: Path, lease_s: float) -> bool:
    """Whether somebody holds the lease of `folder`, as far as this process can tell at this moment."""
    top = _highest(folder)
    return top is not None and not _is_free(top, lease_s)


def is_alive(folder: Path, lease_s: float) -> bool:
    """The same, watched until its holder has been heard, or is given up for dead."""
    first: tuple[Path, bytes] | None = None
    while (top := _highest(folder)) is not None and not _is_free(top, lease_s):
        text = _read(top) or b""
        owner = _owner(text)
        if owner is not None and owner.is_here():
            return True
        first = first or (top, text)
        if (top, text) != first:
            return True
        time.sleep(lease_s / _BEATS / 4)
    return False


def holder(folder: Path) -> str:
    """Who holds the lease of `folder`, in words; empty when nobody does."""
    top = _highest(folder)
    owner = _owner(_read(top) or b"") if top is not None else None
    return f"process {owner.pid} on {owner.host}" if owner is not None else ""


def _is_free(path: Path, lease_s: float) -> bool:
    """Whether the holder of the lease file at `path` has released it, or is dead."""
    text = _read(path)
    if text is None:
        # The next holder has tidied it away.
        return False
    if b'"released"' in text:
        return True
    owner = _owner(text)
    if owner is not None and owner.is_dead():
        return True
    now = time.monotonic()
    sight = _SEEN.get(path)
    if sight is None or sight.text != text or now - sight.last > _DENSE * lease_s:
        _SEEN[path] = _Sight(text, now, now)
        return False
    sight.last = now
    return now - sight.since >= lease_s


def _numbered(folder: Path) -> list[Path]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.isdigit())  # noqa: PTH208 - names alone, quickly
    except FileNotFoundError:
        return []
    return [folder / name for name in names]


def _highest(folder: Path) -> Path | None:
    found = _numbered(folder)
    return found[-1] if found else None


def _read(path: Path) -> bytes | None:
    """The text of a lease file; None when it is gone, and empty when the disk does not answer."""
    try:
        return path.read_bytes()
    except OSError as error:
        return None if error.errno in _GONE else b""


def _overwrite(path: Path, text: bytes) -> None:
    """Change a file that is there; one that is gone is not made again."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, text, 0)
    finally:
        os.close(descriptor)


def _text(owner: Owner, beat: int) -> bytes:
    told = {"host": owner.host, "space": owner.space, "pid": owner.pid, "began": owner.began, "token": owner.token}
    return _padded({**told, "beat": beat})


def _padded(value: dict[str, object]) -> bytes:
    return json.dumps(value).encode().ljust(_SIZE - 1) + b"\n"


def _owner(text: bytes) -> Owner | None:
    try:
        value = json.loads(text)
        return Owner(value["host"], value["space"], int(value["pid"]), value["began"], value["token"])
    except (ValueError, TypeError, KeyError):
        return None


def _me() -> Owner:
    return Owner(clock.host(), _space(), os.getpid(), _began(os.getpid()), uuid.uuid4().hex)


@cache
def _space() -> str:
    """This boot of this computer and its table of processes; a name that nobody else has where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}-{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return uuid.uuid4().hex


def _began(pid: int) -> str:
    """When a process of this computer began, which tells it from a later one of the same number; empty for none."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if told[0] == "Z" else told[19]
