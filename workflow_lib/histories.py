"""The ledgers of journals, which only grow: a process reads what was added since it looked last.

A channel's journal holds everything that was ever bought, and a job looks into it many times.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workflow_lib import journal
from workflow_lib.journal import Event, Journal
from workflow_lib.ledger import Ledger

_ENDING = 512  # bytes by which the last line that was read is known again; an event's time is among its last


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a journal: which file it was, up to where, how the last whole line ended, and what it says."""

    file: tuple[int, int]
    end: int
    ending: bytes
    ledger: Ledger


_known: dict[Path, _Read] = {}


def ledger(of: Journal) -> Ledger:
    """What a journal says at this moment.

    Raises:
        OSError: it is there and cannot be read.
    """
    if of.has_rooms_in_use():
        return Ledger(of.events())
    path = of.path.absolute()
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return Ledger()
    with stream:
        known, torn = _read_on(_still_true(_known.get(path), stream), stream)
    _known[path] = known
    return known.ledger.extended([torn]) if torn is not None else known.ledger


def _still_true(known: _Read | None, stream: BinaryIO) -> _Read:
    """What is known of the file, or nothing: it may be another one, or have been cut off and written on since."""
    status = os.fstat(stream.fileno())
    file = (status.st_dev, status.st_ino)
    if known is not None and known.file == file and known.end <= status.st_size:
        start = known.end - len(known.ending)
        if os.pread(stream.fileno(), len(known.ending), start) == known.ending:
            return known
    return _Read(file, 0, b"", Ledger())


def _read_on(known: _Read, stream: BinaryIO) -> tuple[_Read, Event | None]:
    """The same after the lines that follow, and the event of one that does not end, which a crash may have torn."""
    end, ending, torn = known.end, known.ending, None

    def following() -> Iterator[Event]:
        nonlocal end, ending, torn
        stream.seek(end)
        for line in stream:
            event = journal.event_of(line)
            if not line.endswith(b"\n"):
                torn = event
                return
            end, ending = end + len(line), line[-_ENDING:]
            if event is not None:
                yield event

    found = known.ledger.extended(following())
    return (known if end == known.end else _Read(known.file, end, ending, found)), torn
