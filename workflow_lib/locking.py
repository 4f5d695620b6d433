"""Locks of processes on files: the kernel's where it is enough, leases where other hosts use the same disk.

Which of them is decided once for a folder of films and written down in it, so that all hosts agree.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from workflow_lib import clock, files, leases
from workflow_lib.errors import InvalidInput, Problem

Mode = Literal["flock", "lease"]
Wanted = Literal["auto", "flock", "lease"]

RECORD = ".clipwright/locking"
_LOOK_S = 0.05  # seconds between two looks at a lock of the kernel that is waited for
_LONGEST_LOOK_S = 0.5
_SHARED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "lustre", "gpfs", "glusterfs", "beegfs"}
    | {"ocfs2", "gfs2", "orangefs", "pvfs2"}
)
_LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs", "fuse.mergerfs", "fuse.ntfs-3g"})
_PROBE = "import fcntl,sys; fcntl.flock(open(sys.argv[1],'rb'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


class Busy(Exception):
    """Another process holds the lock."""


class Hold(Protocol):
    """A lock that this process holds."""

    def is_mine(self) -> bool:
        """Whether it still does: one that did not show itself for long may have been given up for dead."""

    def release(self) -> None:
        """Let the next one have it."""


class _Flock:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def is_mine(self) -> bool:
        return True

    def release(self) -> None:
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Record:
    """What was decided for a folder: `lease_s` seconds of silence give a holder up, `by` decided it, `why` in words."""

    mode: Mode
    lease_s: float
    by: Literal["auto", "config.yaml"]
    why: str


@contextlib.contextmanager
def held(path: Path, *, wait: bool = True) -> Iterator[Hold]:
    """Hold the lock of `path`, a file in a folder that is there.

    Raises:
        Busy: another process holds it, and `wait` is not set.
    """
    hold = take(path, None if wait else 0.0)
    try:
        yield hold
    finally:
        hold.release()


def take(path: Path, patience_s: float | None = None) -> Hold:
    """Take the lock of `path`, and keep it until it is released or this process ends.

    `patience_s`: how long another holder is waited for; None: until he is done. One on another host is listened to
    until it is known whether he lives.

    Raises:
        Busy: another process holds it still.
    """
    record = record_of(path)
    if record is not None and record.mode == "lease":
        return _taken_lease(_folder(path), record.lease_s, patience_s)
    return _taken_flock(path, patience_s)


def attempt(path: Path) -> Hold | None:
    """Take the lock of `path` at once; None when another process holds it, or is not known to be dead yet."""
    record = record_of(path)
    if record is not None and record.mode == "lease":
        return leases.take(_folder(path), record.lease_s)
    try:
        return _taken_flock(path, 0.0)
    except Busy:
        return None


def is_held(path: Path) -> bool:
    """Whether some process holds the lock of `path` at this moment; that of a silent host counts as held."""
    record = record_of(path)
    if record is not None and record.mode == "lease":
        return leases.is_held(_folder(path), record.lease_s)
    return _is_flocked(path)


def is_alive(path: Path) -> bool:
    """The same, but another host is listened to until it is known whether it lives."""
    record = record_of(path)
    if record is not None and record.mode == "lease":
        return leases.is_alive(_folder(path), record.lease_s)
    return _is_flocked(path)


def holder(path: Path) -> str:
    """Who holds the lock of `path`, in words, where that is known; empty otherwise."""
    record = record_of(path)
    return leases.holder(_folder(path)) if record is not None and record.mode == "lease" else ""


def forget(path: Path) -> None:
    """Remove what is left of a lock whose name nobody will use again; `path` itself is the caller's."""
    shutil.rmtree(_folder(path), ignore_errors=True)


def is_shared(path: Path) -> bool:
    """Whether several hosts may use the folder that `path` is in."""
    record = record_of(path)
    return record is not None and record.mode == "lease"


def record_of(path: Path) -> Record | None:
    """What was decided for the folder of films that `path` is in; None while nothing was."""
    for start in dict.fromkeys((path.parent.resolve(), path.parent.absolute())):
        for folder in (start, *start.parents):
            found = _known(folder / RECORD)
            if found is not None:
                return found
    return None


def agree(roots: Iterable[Path], wanted: Wanted, lease_s: float) -> None:
    """Decide for each of `roots` by what its locks are held, or follow what another process has decided.

    Raises:
        InvalidInput: what was decided before is not what is `wanted`, or does not hold on this host.
        OutOfSpace: a folder cannot be written.
    """
    found = [_disagreement(root.absolute(), wanted, lease_s) for root in roots]
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise InvalidInput(problems)


def _disagreement(root: Path, wanted: Wanted, lease_s: float) -> Problem | None:
    path = root / RECORD
    record = _known(path) or _decided(path, wanted, lease_s)
    if wanted not in ("auto", record.mode):
        what = f"asks for {wanted}, and {root.absolute()} is in use with {record.mode} ({record.why})"
        return Problem("config.yaml: locking", what, f"when no run goes on on any host, delete {path}")
    if wanted == "auto" and record.mode == "flock" and record.by == "auto" and (kind := _shared_kind(root)):
        what = f"{root.absolute()} is on {kind} here, and on a disk of its own for the host that used it first"
        hint = f"set `locking: lease` on all hosts and, when no run goes on on any of them, delete {path}"
        return Problem("config.yaml: locking", what, hint)
    return None


def _decided(path: Path, wanted: Wanted, lease_s: float) -> Record:
    """Decide, unless another process is first."""
    with files.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        by: Literal["auto", "config.yaml"] = "auto" if wanted == "auto" else "config.yaml"
        mode, why = _best(path.parent) if wanted == "auto" else (wanted, "config.yaml: locking")
        text = json.dumps(asdict(Record(mode, lease_s, by, why))) + "\n"
        temporary = path.with_name(f".locking.{uuid.uuid4().hex}")
        try:
            temporary.write_text(text, encoding="utf-8")
            _put_first(temporary, path, text)
        finally:
            temporary.unlink(missing_ok=True)
    return _known(path) or Record(mode, lease_s, by, why)


def _put_first(temporary: Path, path: Path, text: str) -> None:
    """Give `path` its text, unless it is there already; whole where the disk has links."""
    with contextlib.suppress(FileExistsError):
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)


def _best(folder: Path) -> tuple[Mode, str]:
    """By what the locks in `folder` are best held, and why."""
    kind = _shared_kind(folder)
    if kind:
        return "lease", f"it is on {kind}, which other hosts may use"
    if not _flock_works(folder):
        return "lease", "the kernel's locks do not work there"
    return "flock", "it is on a disk of this computer"


def _flock_works(folder: Path) -> bool:
    """Whether a lock that one process holds keeps another one out."""
    path = folder / f".flock.{uuid.uuid4().hex}"
    try:
        with path.open("wb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            other = subprocess.run((sys.executable, "-S", "-c", _PROBE, str(path)), capture_output=True, check=False)
            return other.returncode != 0 and b"BlockingIOError" in other.stderr
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)


def _shared_kind(folder: Path) -> str:
    """The kind of the disk that `folder` is on, if several hosts may use it; empty otherwise."""
    kind = _kind_of(str(folder.resolve()))
    is_fuse = kind.startswith("fuse.") or kind == "fuse"
    return kind if kind in _SHARED or (is_fuse and kind not in _LOCAL_FUSE) else ""


def _kind_of(folder: str) -> str:
    """The file system of `folder` by Linux's table of mounts; empty where there is none."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = before.split()[4].encode().decode("unicode_escape")
        if len(point) >= len(best) and (folder == point or folder.startswith(point.rstrip("/") + "/")):
            best, kind = point, after.split()[0]
    return kind


def _known(path: Path) -> Record | None:
    """The record at `path`; the first that says lease sets this process's clock by that disk."""
    if path not in _RECORDS:
        try:
            _RECORDS[path] = Record(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        if _RECORDS[path].mode == "lease":
            _go_by(path.parent)
    return _RECORDS[path]


_RECORDS: dict[Path, Record] = {}


@cache
def _go_by(folder: Path) -> None:
    if not _CLOCKS:
        _CLOCKS.append(folder)
        clock.follow(folder)


_CLOCKS: list[Path] = []


def _folder(path: Path) -> Path:
    return path.with_name(f"{path.name}.lease")


def _taken_lease(folder: Path, lease_s: float, patience_s: float | None) -> Hold:
    deadline = None if patience_s is None else time.monotonic() + patience_s
    look_s = _LOOK_S
    while (lease := leases.take(folder, lease_s)) is None:
        if deadline is not None and leases.is_alive(folder, lease_s) and time.monotonic() >= deadline:
            raise Busy(str(folder))
        time.sleep(look_s)
        look_s = min(_LONGEST_LOOK_S, look_s * 1.5)
    return lease


def _taken_flock(path: Path, patience_s: float | None) -> Hold:
    deadline = None if patience_s is None else time.monotonic() + patience_s
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if deadline is None else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            if deadline is None or time.monotonic() >= deadline:
                raise Busy(str(path)) from None
            time.sleep(_LOOK_S)
            continue
        except BaseException:
            os.close(descriptor)
            raise
        if os.fstat(descriptor).st_nlink:
            return _Flock(descriptor)
        # It was deleted meanwhile: whoever comes next locks another file of that name.
        os.close(descriptor)


def _is_flocked(path: Path) -> bool:
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
