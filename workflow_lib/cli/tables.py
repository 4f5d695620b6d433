"""Where tables are printed: as wide as the terminal, and wide enough to be read in a file."""

from __future__ import annotations

import sys

from rich.console import Console

_FILE_WIDTH = 160


def console() -> Console:
    """The console on stdout; what stands between brackets or colons is a user's text, and stays it."""
    return Console(width=None if sys.stdout.isatty() else _FILE_WIDTH, markup=False, emoji=False)
