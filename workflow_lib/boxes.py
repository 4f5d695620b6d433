"""The boxes that an mp4 file is made of, read without any media library."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct(">I4s")
_LONG_SIZE = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter kind, and where its content starts and ends in the file, in bytes."""

    kind: bytes
    start: int
    end: int


def walk(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places of a file; a box cut short is given as long as it says that it is."""
    while start + _HEADER.size <= end:
        stream.seek(start)
        head = stream.read(_HEADER.size + _LONG_SIZE.size)
        size, kind = _HEADER.unpack_from(head)
        content = start + _HEADER.size
        if size == 1 and len(head) == _HEADER.size + _LONG_SIZE.size:
            size = _LONG_SIZE.unpack_from(head, _HEADER.size)[0]
            content += _LONG_SIZE.size
        elif size == 0:
            size = end - start
        if start + size < content:
            return
        yield Box(kind, content, start + size)
        start += size


def find(stream: BinaryIO, outer: Box, *kinds: bytes) -> Box | None:
    """The first box at the end of a path of kinds inside `outer`; None where there is none, or it is cut short."""
    for kind in kinds:
        inner = next((box for box in walk(stream, outer.start, outer.end) if box.kind == kind), None)
        if inner is None or inner.end > outer.end:
            return None
        outer = inner
    return outer
