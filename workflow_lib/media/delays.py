"""How much later than it is decoded each picture of an mp4 file is shown, read from its tables alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO

from workflow_lib import boxes

_HANDLER_AT = 8  # bytes from the start of `hdlr` to the kind of its track
_TABLE_AT = 8  # bytes from the start of `ctts` to its entries: version, flags and their number


def composition_delays(path: Path) -> list[int]:
    """One delay for each picture in the order of decoding, in ticks; empty where pictures are shown as decoded."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        for track in _tracks(stream, boxes.Box(b"", 0, size)):
            table = boxes.find(stream, track, b"mdia", b"minf", b"stbl", b"ctts")
            if _is_picture(stream, track) and table:
                stream.seek(table.start + _TABLE_AT)
                data = stream.read(table.end - table.start - _TABLE_AT)
                runs = struct.iter_unpack(">ii", data[: len(data) // 8 * 8])
                return list(chain.from_iterable(repeat(delay, count) for count, delay in runs))
    return []


def _tracks(stream: BinaryIO, whole: boxes.Box) -> Iterator[boxes.Box]:
    movie = boxes.find(stream, whole, b"moov")
    if movie:
        yield from (box for box in boxes.walk(stream, movie.start, movie.end) if box.kind == b"trak")


def _is_picture(stream: BinaryIO, track: boxes.Box) -> bool:
    handler = boxes.find(stream, track, b"mdia", b"hdlr")
    if handler is None:
        return False
    stream.seek(handler.start + _HANDLER_AT)
    return stream.read(4) == b"vide"
