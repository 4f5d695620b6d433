"""The run's side of telling: a process of its own carries the letters, and what it could not deliver is kept.

A run waits a moment for it at its end and no longer; what fails later is said by the next run, or by `status`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from workflow_lib import files
from workflow_lib.notify.notice import Letter

MOMENT_S = 0.5
"""How long a run waits for its last letters."""

_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "notify.py"
_KEPT_S = 86400.0


def folder_in(slots_dir: str) -> Path:
    """Where runs and carriers tell each other how far they are."""
    return Path(slots_dir) / "notices"


def send(folder: Path, letters: Sequence[Letter]) -> subprocess.Popen[bytes]:
    """Start a process that delivers `letters` and outlives this one; it gets them by its standard input.

    Raises:
        OSError: the folder cannot be written, or no process be started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _forget_told(folder)
    for letter in letters:
        (folder / f"{film_name(letter.notice.project)}.latest").write_text(letter.notice.id, encoding="utf-8")
    with tempfile.TemporaryFile() as stream:
        stream.write(json.dumps([letter.as_dict() for letter in letters]).encode())
        stream.seek(0)
        return subprocess.Popen(
            [sys.executable, str(_SCRIPT), str(folder)],
            stdin=stream,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def wait(carrier: subprocess.Popen[bytes]) -> None:
    """Give the last letters a moment."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        carrier.wait(MOMENT_S)


def film_name(project: str) -> str:
    """How a film is called in the folder of notices."""
    return files.digest(project)[:16]


def is_latest(folder: Path, letter: Letter) -> bool:
    """Whether nothing newer is to be told about the film of a letter."""
    try:
        latest = (folder / f"{film_name(letter.notice.project)}.latest").read_text(encoding="utf-8")
    except OSError:
        return True
    return latest == letter.notice.id


def complain(folder: Path, run: str, service: str, line: str) -> None:
    """Keep the line that says what could not be delivered; a run says one for each service."""
    path = folder / f"{run}-{service}.warning"
    if path.with_suffix(".told").exists():
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)


def complaints(folder: Path) -> list[str]:
    """What could not be delivered and was not said yet; from now on it was."""
    lines = []
    for path in sorted(folder.glob("*.warning")):
        with contextlib.suppress(OSError):
            lines.append(f"warning: {path.read_text(encoding='utf-8')}")
            path.replace(path.with_suffix(".told"))
    return list(dict.fromkeys(lines))


def _forget_told(folder: Path) -> None:
    for path in folder.glob("*.told"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _KEPT_S:
                path.unlink()
