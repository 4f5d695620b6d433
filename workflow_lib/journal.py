"""The append-only record of operations and money: JSON lines, one store each, locked and flushed per event."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from workflow_lib import clock, files, locking
from workflow_lib.locking import Hold

Name = Literal[
    "intended", "refused", "submitted", "timed_out", "filtered", "failed", "cancelled", "lost", "stored", "chosen"
]
"""intended: about to be sent. refused: proven not to exist. submitted: its id is known. timed_out: nobody waits for it
any more. filtered, failed, cancelled: over without a result. lost: the user says that nothing will come of it.
stored: its result is in the store. chosen: the user wants another take for this request."""

_ROOM = 4096  # bytes set aside on the disk before money is spent; an event is far shorter
_LONGEST_SUBMISSION_S = 24 * 3600.0
_NAMES = frozenset(Name.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line. `attempt` names one submission; `usd`: the list price when intended, else what was really charged.

    `over_at`: when a stored operation was over at the provider, before its result was downloaded;
    `claim`: the number under which the right to send it is claimed, where several hosts use the store's disk.
    `base_url` and `model` are those that the operation was submitted to; `request` is all that determines its result.
    """

    event: Name
    fingerprint: str
    at: str = ""
    attempt: str = ""
    backend: str = ""
    model: str = ""
    base_url: str = ""
    project: str = ""
    clip: str = ""
    operation: str | None = None
    usd: float | None = None
    units: str | None = None
    seconds: float | None = None
    over_at: str | None = None
    request: dict[str, Any] | None = None
    pixels: str | None = None
    session: str | None = None
    file: str | None = None
    sha256: str | None = None
    size: int | None = None
    take: str | None = None
    take_number: int | None = None
    reason: str | None = None
    claim: int | None = None


_FIELDS = frozenset(field.name for field in fields(Event))


class Journal:
    """The journal of the store in `folder`; neither need exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "journal.jsonl"

    def events(self) -> list[Event]:
        """Every event in order; a line that a crash has torn is passed over.

        Raises:
            OSError: the journal is there and cannot be read.
        """
        # The rooms first: what is brought from a room into the journal meanwhile is then found in the journal.
        rooms = self._rooms()
        found = _parsed(self.path)
        return found + [event for _, waiting in rooms for event in waiting if event not in found]

    def has_rooms_in_use(self) -> bool:
        """Whether events wait for a disk that was full to have space for them in the journal."""
        return bool(self._rooms())

    @contextlib.contextmanager
    def locked(self) -> Iterator[Hold]:
        """Hold the journal, so that what is read is still so when something is added."""
        with files.writing(self.path):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = locking.take(self.folder / "journal.lock")
        try:
            yield lock
        finally:
            lock.release()

    def add(self, event: Event) -> None:
        """Append `event` and wait until the disk holds it; a torn line before it is closed first.

        Raises:
            OutOfSpace: the disk is full; the journal is as it was.
        """
        with self.locked():
            self.add_locked(event)

    def add_locked(self, event: Event) -> None:
        """The same, for one who holds the journal already.

        On a full disk what follows a submission goes into the room that was set aside for it; an intent does not, and
        nothing is sent.
        """
        line = line_of(event)
        with files.writing(self.path):
            rooms = self._rooms()
            try:
                # What waits in a room happened before: in another order an id would be of a submission that never was.
                self._append(self._waiting(rooms) + line)
            except OSError:
                if event.event == "intended" or not self._use_room(event.attempt, line):
                    raise
            else:
                _remove(rooms)

    def set_room_aside(self, attempt: str) -> None:
        """Take disk space for the events of `attempt`, so that a full disk never costs the id of a paid operation.

        Raises:
            OutOfSpace: there is none; nothing was sent yet.
        """
        self._forget_old_rooms()
        room = self._room(attempt)
        with files.writing(room), room.open("xb") as stream:
            stream.write(b"\n" * _ROOM)
            stream.flush()
            os.fsync(stream.fileno())

    def give_room_back(self, attempt: str) -> None:
        """Give the space back, unless an event had to be written there."""
        with contextlib.suppress(OSError):
            if not _parsed(self._room(attempt)):
                self._room(attempt).unlink(missing_ok=True)

    def holds(self, room: Path) -> bool:
        """Whether a file of space that was set aside holds events, which are to be kept."""
        return bool(_parsed(room))

    def _forget_old_rooms(self) -> None:
        """Give back the rooms of workers that were killed before they wrote down what they meant to send."""
        for room in self._set_aside():
            with contextlib.suppress(OSError):
                if time.time() - room.stat().st_mtime > _LONGEST_SUBMISSION_S:
                    self.give_room_back(room.stem)

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            try:
                _write_all(descriptor, (b"\n" if torn else b"") + line)
                os.fsync(descriptor)
                if size == 0:
                    files.flush(self.folder)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _use_room(self, attempt: str, line: bytes) -> bool:
        room = self._room(attempt)
        if not attempt or not room.exists():
            return False
        used = b"".join(line_of(event) for event in _parsed(room))
        if len(used) + len(line) > _ROOM:
            return False
        # In place: these blocks are on the disk already.
        descriptor = os.open(room, os.O_WRONLY)
        try:
            os.lseek(descriptor, len(used), os.SEEK_SET)
            _write_all(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return True

    def _rooms(self) -> list[tuple[Path, list[Event]]]:
        """The rooms in which events wait that a full disk has kept out of the journal, and those events."""
        rooms = [(path, _parsed(path)) for path in self._set_aside()]
        return [(path, waiting) for path, waiting in rooms if waiting]

    def _set_aside(self) -> list[Path]:
        try:
            # All takes lie here, too.
            with os.scandir(self.folder) as entries:
                return sorted(Path(entry.path) for entry in entries if entry.name.endswith(".room"))
        except FileNotFoundError:
            return []

    def _waiting(self, rooms: list[tuple[Path, list[Event]]]) -> bytes:
        """The lines of what waits; those left out that came into the journal just before a crash."""
        if not rooms:
            return b""
        kept = _parsed(self.path)
        return b"".join(line_of(event) for _, waiting in rooms for event in waiting if event not in kept)

    def _room(self, attempt: str) -> Path:
        return self.folder / f"{attempt}.room"


def _remove(rooms: list[tuple[Path, list[Event]]]) -> None:
    for path, _ in rooms:
        with contextlib.suppress(OSError):
            path.unlink()


def now() -> str:
    """The time of an event: UTC, to the millisecond."""
    return datetime.fromtimestamp(clock.now(), UTC).isoformat(timespec="milliseconds")


def line_of(event: Event) -> bytes:
    """The line of an event, with its end; one that has no time gets this moment's."""
    value = {name: getattr(event, name) for name in Event.__slots__}
    kept = {name: part for name, part in value.items() if part is not None and part != ""}
    text = json.dumps({**kept, "at": event.at or now()}, ensure_ascii=False, allow_nan=False) + "\n"
    # Whatever letters a vendor's id has, it is not to be lost: half a letter is written as JSON escapes it.
    return text.encode(errors="backslashreplace")


def _parsed(path: Path) -> list[Event]:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    return [event for line in text.split(b"\n") if (event := event_of(line)) is not None]


def event_of(line: bytes) -> Event | None:
    """The event of a line; None for a torn one. What a later version adds is passed over."""
    if not line.strip():
        return None
    try:
        value = json.loads(line.decode())
        if not value.keys() <= _FIELDS:
            value = {name: part for name, part in value.items() if name in _FIELDS}
        return Event(**value) if value["event"] in _NAMES else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _write_all(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]
