"""Sets the wall clock of a Python process ahead by CLOCK_AHEAD_S seconds, and of its children.

libfaketime would do so for any process, but confuses the waits of Python's threads, which are relative.
"""

import datetime as dt
import os
import time

_AHEAD_S = float(os.environ.get("CLOCK_AHEAD_S", "0"))
_TIME = time.time
_DATETIME = dt.datetime


class _Ahead(_DATETIME):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "_Ahead":
        return cls.fromtimestamp(time.time(), tz)


if _AHEAD_S:
    time.time = lambda: _TIME() + _AHEAD_S
    dt.datetime = _Ahead  # type: ignore[misc]
