"""Which processes go first when there are more than cores."""

from __future__ import annotations

import contextlib
import os

_NICE = 5


def give_way() -> None:
    """Let processes that wait for a provider, and people's own, go before this one, which only computes."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
