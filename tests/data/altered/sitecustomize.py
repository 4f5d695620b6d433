"""Alters Python processes that have this folder in PYTHONPATH, and their children, as the environment says.

CLOCK_AHEAD_S: their wall clock goes so many seconds ahead (libfaketime would do so for any process, but confuses the
waits of Python's threads). OPENED_LOG: they write down in this file which manifests they read.
"""

import datetime as dt
import os
import sys
import time
from pathlib import Path

_AHEAD_S = float(os.environ.get("CLOCK_AHEAD_S", "0"))
_LOG = os.environ.get("OPENED_LOG")
_TIME = time.time
_DATETIME = dt.datetime


class _Ahead(_DATETIME):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "_Ahead":
        return cls.fromtimestamp(time.time(), tz)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith("project.yaml"):
        descriptor = os.open(str(_LOG), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, f"{Path(str(arguments[0])).parent}\n".encode())
        os.close(descriptor)


if _AHEAD_S:
    time.time = lambda: _TIME() + _AHEAD_S
    dt.datetime = _Ahead  # type: ignore[misc]
if _LOG:
    sys.addaudithook(_note)
