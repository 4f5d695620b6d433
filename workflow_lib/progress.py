"""How far a paid clip is: a small file that anybody may read, and one line on the terminal per change."""

from __future__ import annotations

import contextlib
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from workflow_lib import files
from workflow_lib.errors import OutOfSpace

_STEP = 25  # percent between two lines on the terminal


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent`: 10 submitted, 20 to 80 at the provider, 90 downloading, 100 done; times in seconds since the epoch."""

    stage: str
    percent: int
    since: float
    at: float
    expected_s: float
    backend: str = ""
    operation: str | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the operation was submitted."""
        return max(0.0, self.at - self.since)


def read(path: Path) -> Progress | None:
    """The progress at `path`; None when there is none."""
    try:
        return Progress(**files.read_json(path))
    except TypeError:
        return None


class Teller:
    """Tells how one clip goes: `name` on the terminal, and the file at `path` for everybody else."""

    def __init__(self, name: str, backend: str, path: Path | None = None) -> None:
        self._name, self._backend, self._path = name, backend, path
        self._said: tuple[str, int] = ("", -1)
        self.since = time.time()
        self.expected_s = 0.0
        self.operation: str | None = None

    def stage(self, stage: str, percent: int = 0, detail: str = "") -> None:
        """Say that a new stage has begun; the same again is not said twice."""
        self.write(stage, percent)
        if stage != self._said[0]:
            self._say(stage, percent, detail)

    def polled(self, stage: str, told: float | None) -> None:
        """Say how an operation goes on; `told`: the provider's own percentage, if it has one."""
        elapsed = time.time() - self.since
        share = told / 100 if told is not None else elapsed / max(self.expected_s, 1.0)
        percent = int(20 + 60 * min(1.0, max(0.0, share)))
        self.write(stage, percent)
        if stage != self._said[0] or percent // _STEP > self._said[1] // _STEP:
            self._say(stage, percent, f"{_time(elapsed)} of about {_time(self.expected_s)}")

    def end(self) -> None:
        """There is nothing more to tell."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def say(self, text: str) -> None:
        """One line on the terminal."""
        sys.stderr.write(f"  {self._name}  {self._backend}  {text}\n")
        sys.stderr.flush()

    def _say(self, stage: str, percent: int, detail: str) -> None:
        self._said = (stage, percent)
        self.say(f"{percent:3d} %  {stage}{f', {detail}' if detail else ''}")

    def write(self, stage: str, percent: int) -> None:
        """Say it in the file alone."""
        if self._path is None:
            return
        value = Progress(stage, percent, self.since, time.time(), self.expected_s, self._backend, self.operation)
        # Who looks on must never stop who works.
        with contextlib.suppress(OSError, OutOfSpace):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with files.atomic_path(self._path, durable=False) as temporary:
                temporary.write_text(files.canonical_json(asdict(value)), encoding="utf-8")


class Rendering:
    """Tells how a clip is rendered: in the file at `path`, if any, and not on the terminal."""

    def __init__(self, path: Path | None, backend: str) -> None:
        self._teller = Teller("", backend, path)

    def __enter__(self) -> Self:
        self.tell(0.0)
        return self

    def __exit__(self, *_error: object) -> None:
        self._teller.end()

    def tell(self, share: float) -> None:
        """Say how much is done, 0 to 1; how long all of it takes follows from that."""
        if share > 0:
            self._teller.expected_s = (time.time() - self._teller.since) / share
        self._teller.write("rendering", int(100 * share))


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"  # noqa: PLR2004 as people count
