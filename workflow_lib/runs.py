"""Runs and what they share: a budget with the runs beside them, a stop, and what became of their clips."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from workflow_lib import clock, files, locking
from workflow_lib.journal import now
from workflow_lib.locking import Hold

RUN = "CLIPWRIGHT_RUN"
SESSION = "CLIPWRIGHT_SESSION"
_KEPT = 50  # runs whose log is kept


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one clip: a line of the run's log. `code`: the exit code of its job; `cause`: in words.

    `usd`: what it cost; when it is `collected`, a run before this one had ordered it.
    """

    project: str
    clip: str
    outcome: str
    code: int
    cause: str = ""
    backend: str = ""
    operation: str | None = None
    usd: float = 0.0
    cut: str = "final"


class Run:
    """One run in `folder`: `id` names it, `session` it and the runs that were going on when it began."""

    def __init__(self, folder: Path, name: str, session: str) -> None:
        self.id = name
        self.session = session
        self.folder = folder / "runs"

    @classmethod
    def current(cls, folder: Path) -> Run:
        """The run that started this process; for a process that was started by hand a run of its own."""
        name = os.environ.get(RUN) or new_id()
        return cls(folder, name, os.environ.get(SESSION) or name)

    def began_after(self, at: str) -> bool:
        """Whether this run began in a later second than `at`, a time as the journal has it."""
        return _stamp(at) < self.id[: len(_stamp(at))]

    def stop(self, why: str) -> None:
        """Let no job of this run submit anything any more."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._stopped.write_text(why, encoding="utf-8")

    def stopped(self) -> str | None:
        """Why nothing may be submitted any more; None while it may."""
        try:
            return self._stopped.read_text(encoding="utf-8")
        except OSError:
            return None

    def log(self, ending: Ending) -> None:
        """Add a line to the run's log; a log that cannot be written stops nothing."""
        line = json.dumps({"at": now(), **asdict(ending)}, ensure_ascii=False) + "\n"
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                # Half a letter, as vendors cut texts, is written as JSON escapes it.
                os.write(descriptor, line.encode(errors="backslashreplace"))
            finally:
                os.close(descriptor)

    def endings(self) -> list[Ending]:
        """The last line of each clip of each cut in the run's log."""
        lines: list[str] = []
        for path in sorted(self.folder.glob(f"{self.id}*.jsonl")):
            with contextlib.suppress(OSError):
                lines += path.read_text(encoding="utf-8", errors="replace").split("\n")
        found: dict[tuple[str, str, str], Ending] = {}
        for line in lines:
            with contextlib.suppress(ValueError, TypeError):
                value = json.loads(line)
                value.pop("at", None)
                ending = Ending(**value)
                found[ending.project, ending.clip, ending.cut] = ending
        return list(found.values())

    @property
    def _log(self) -> Path:
        # Hosts that add to one file at the same time may write over each other.
        host = f".{clock.host()}" if locking.is_shared(self.folder / self.id) else ""
        return self.folder / f"{self.id}{host}.jsonl"

    @property
    def _stopped(self) -> Path:
        return self.folder / f"{self.id}.stop"


def new_id() -> str:
    """A name for a run that sorts by time and is never given twice."""
    return f"{_stamp(now())}-{uuid.uuid4().hex[:8]}"


def _stamp(at: str) -> str:
    """A time as the journal has it, as names of runs begin; to the second."""
    return at[:19].replace(":", "")


def begin(folder: Path) -> Hold:
    """Make this process's run known to its jobs and to the runs beside it; the answer is what `end` takes.

    Runs that go on at the same time share a session, and with it one budget.

    Raises:
        OutOfSpace: the folder cannot be written.
    """
    runs = folder / "runs"
    name = os.environ.setdefault(RUN, new_id())
    with files.writing(runs):
        runs.mkdir(parents=True, exist_ok=True)
        with locking.held(runs / "lock"):
            session = next((found for path in runs.glob("*.run") if (found := _session(path))), name)
            path = runs / f"{name}.run"
            hold = locking.take(path)
            path.write_text(session, encoding="utf-8")
            _forget_old(runs)
    os.environ[SESSION] = session
    return hold


def end(folder: Path, hold: Hold) -> None:
    """Give up what `begin` took."""
    _forget(folder / "runs" / f"{os.environ.get(RUN)}.run")
    hold.release()


def beside(folder: Path) -> str | None:
    """The session of the runs that go on at this moment, which one that begins joins; None where there are none."""
    going = (path for path in (folder / "runs").glob("*.run") if locking.is_alive(path))
    return next((session for path in going if (session := _written(path))), None)


def _session(path: Path) -> str | None:
    """The session of a run that is still going on; the file of one that is not is removed."""
    if locking.is_alive(path):
        return _written(path)
    with contextlib.suppress(OSError):
        _forget(path)
    return None


def _written(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8") or None
    return None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    locking.forget(path)


def _forget_old(runs: Path) -> None:
    """Remove the logs of all but the last runs, and of none that is still going on."""
    for suffix in ("*.jsonl", "*.stop"):
        for path in sorted(runs.glob(suffix))[:-_KEPT]:
            # A log may bear the name of its host behind that of its run.
            if not locking.is_alive(runs / f"{path.name.partition('.')[0]}.run"):
                path.unlink(missing_ok=True)
