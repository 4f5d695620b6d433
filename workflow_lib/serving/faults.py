"""What nobody has foreseen, in one line for who started the server."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path


def text(error: BaseException) -> str:
    """What was raised and where, in one line that any page and any terminal can show."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"unexpected {type(error).__name__}: {error} ({Path(at.filename).name}, line {at.lineno})".split())
    return said.encode(errors="backslashreplace").decode()


class Faults:
    """The terminal, which is told of each fault once."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, address: str, error: BaseException) -> None:
        """Say what went wrong with a page, unless that was said before."""
        line = f"{address}: {text(error)}\n"
        if line not in self._told:
            self._told.add(line)
            sys.stderr.write(line)
