"""Let what must not be torn apart be finished before a signal ends the process."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP wait until the answer is written down; nothing else can be done about kill -9.

    By handlers: a mask would be the main thread's own, and the threads of libraries would take the signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {word: signal.signal(word, lambda number, _frame: came.append(number)) for word in _STOPS}
    try:
        yield
    finally:
        for word, handler in before.items():
            signal.signal(word, signal.SIG_DFL if handler is None else handler)
        if came:
            signal.raise_signal(came[0])
