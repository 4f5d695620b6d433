"""Run a step in a child that is killed before its n-th call into the system, or that meets a full disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal, NoReturn

from workflow_lib.errors import OutOfSpace

Ending = Literal["done", "refused", "killed"]

_TOUCHES = frozenset(
    {"chmod", "close", "flock", "fsync", "ftruncate", "mkdir", "open", "replace", "truncate", "unlink", "write"}
)
_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happens to a step. `after`: so many calls until kill -9; `room`: bytes that any file may still grow by.

    `kept`: how much of what was written and not yet flushed is on the disk afterwards, 0 to 1.
    """

    after: int | None = None
    room: int | None = None
    kept: float = 1.0


def befall(step: Callable[[], object], watched: Path, mishap: Mishap) -> Ending:
    """Run `step` in a child to its end, its refusal (OutOfSpace) or its death.

    What was written to the file `watched` and never flushed is lost as far as `mishap.kept` says, as in a power cut.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(step, watched, mishap, writing)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        code = os.WEXITSTATUS(status)
        assert code in (0, _REFUSED), f"the step failed: {said}"
        return "refused" if code == _REFUSED else "done"
    flushed = int(json.loads(said))
    written = _size(watched)
    if written > flushed:
        os.truncate(watched, flushed + int((written - flushed) * mishap.kept))
    return "killed"


def _live(step: Callable[[], object], watched: Path, mishap: Mishap, pipe: int) -> NoReturn:
    try:
        if mishap.room is not None:
            limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (_size(watched) + mishap.room, limits[1]))
        if mishap.after is not None:
            sys.setprofile(_killer(watched, mishap.after, pipe))
        step()
        sys.setprofile(None)
    except OutOfSpace:
        os._exit(_REFUSED)
    except BaseException as error:  # noqa: BLE001 - a child of the tests must end here
        sys.setprofile(None)
        os.write(pipe, repr(error).encode())
        os._exit(1)
    os._exit(0)


def _killer(watched: Path, after: int, pipe: int) -> Callable[[FrameType, str, object], None]:
    left, flushed = after, _size(watched)

    def count(_frame: FrameType, event: str, called: object) -> None:
        nonlocal left, flushed
        name = getattr(called, "__name__", "")
        if event == "c_return" and name == "fsync":
            flushed = _size(watched)
        if event != "c_call" or name not in _TOUCHES:
            return
        if left == 0:
            sys.setprofile(None)
            os.write(pipe, json.dumps(flushed).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    return count


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
