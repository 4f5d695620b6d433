"""Uploaded files, kept in memory and served where the reply said; the oldest go when there are too many."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MOST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A file and its media type."""

    content: bytes
    kind: str


class Store:
    """Files by the path at which they are served."""

    def __init__(self) -> None:
        self.files: OrderedDict[str, Stored] = OrderedDict()

    def clear(self) -> None:
        """Forget every file."""
        self.files.clear()

    def put(self, path: str, content: bytes, kind: str) -> None:
        """Keep a file; one of the same path is replaced."""
        self.files.pop(path, None)
        self.files[path] = Stored(content, kind)
        while sum(len(stored.content) for stored in self.files.values()) > MOST_BYTES:
            self.files.popitem(last=False)

    def get(self, path: str) -> Stored | None:
        """A file, if it is there."""
        return self.files.get(path)
