"""The time that all who work on one disk agree on: this computer's, or that of a disk which several hosts share."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from pathlib import Path

_offset_s = 0.0


def now() -> float:
    """Seconds since the epoch, by the clock that was agreed on."""
    return time.time() + _offset_s


def follow(folder: Path) -> None:
    """Go by the clock of the disk that `folder` is on: hosts' own clocks may differ, and this one is the same for all.

    It is asked once; a disk that cannot be written leaves the clock as it is.
    """
    global _offset_s  # noqa: PLW0603 - a process has one clock
    probe = folder / f".time.{uuid.uuid4().hex}"
    with contextlib.suppress(OSError):
        before = time.time()
        try:
            probe.write_bytes(b".")
            told = probe.stat().st_mtime
        finally:
            probe.unlink(missing_ok=True)
        _offset_s = told - (before + time.time()) / 2


def boot_s() -> float:
    """Seconds on a clock that nobody sets, and that goes on while this computer sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def host() -> str:
    """This host's name, as it may stand in the name of a file."""
    return "".join(char if char.isalnum() or char == "-" else "_" for char in os.uname().nodename)[:60] or "host"
