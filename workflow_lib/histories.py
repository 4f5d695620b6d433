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


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a journal: which file it was, up to where, the last whole line, and what it all says."""

    file: tuple[int, int]
    end: int
    last: bytes
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
        last = os.pread(stream.fileno(), len(known.last), known.end - len(known.last))
        # No two lines are the same: a submission has a name of its own, and every event its time.
        known = known if last == known.last else None
    else:
        known = None
    return known or _Read(file, 0, b"", Ledger())


def _read_on(known: _Read, stream: BinaryIO) -> tuple[_Read, Event | None]:
    """The same after the lines that follow, and the event of one that does not end, which a crash may have torn."""
    end, last, torn = known.end, known.last, None

    def following() -> Iterator[Event]:
        nonlocal end, last, torn
        stream.seek(end)
        for line in stream:
            event = journal.event_of(line)
            if not line.endswith(b"\n"):
                torn = event
                return
            end, last = end + len(line), line
            if event is not None:
                yield event

    found = known.ledger.extended(following())
    return (known if end == known.end else _Read(known.file, end, last, found)), torn
