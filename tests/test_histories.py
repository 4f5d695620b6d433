"""A journal that a process has read before is read on from there, and only where it still is what it was."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_lib.journal import Event, Journal
from workflow_lib.ledger import Ledger
from workflow_lib.takes import Store

AT = "2026-11-22T00:00:00.000+00:00"
WORDS = {"prompt": "A giant tortoise walks up the black slope. " * 20}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with three submissions, which were read."""
    found = Store(tmp_path)
    for name in "abc":
        found.journal.add(intended(name))
    assert names(found.ledger()) == ["a", "b", "c"]
    return found


def intended(name: str) -> Event:
    """A submission that is meant."""
    return Event(
        event="intended", fingerprint=name * 64, attempt=name, usd=1.0, request=WORDS, project="projects/film", at=AT
    )


def names(ledger: Ledger) -> list[str]:
    """The submissions, in their order."""
    return [attempt.id for attempt in ledger.attempts()]


def test_only_what_was_added_is_read(store: Store) -> None:
    """Of a journal of ten megabytes that grew by a line, a line is read."""
    store.journal.path.write_bytes(store.journal.path.read_bytes() * 3000)
    store.ledger()
    store.journal.add(intended("d"))
    before = _bytes_read()

    found = store.ledger()

    assert names(found) == ["a", "b", "c", "d"]
    assert _bytes_read() - before < 100_000 < store.journal.path.stat().st_size / 50


def _bytes_read() -> int:
    """How much this process has read so far."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(told["rchar"])


@pytest.mark.parametrize("operation", ["cut \ud83d", "two\u2028lines", "\U0001f422 \u4e2d"])
def test_an_operation_is_kept_in_whatever_letters(store: Store, operation: str) -> None:
    """An id that a vendor cut within a letter is written down all the same, and read as it came."""
    store.journal.add(Event(event="submitted", fingerprint="a" * 64, attempt="a", operation=operation, at=AT))

    assert store.ledger().attempts()[0].operation == operation
    assert Store(store.folder).ledger().attempts()[0].operation == operation


def test_a_ledger_stays_what_it_was(store: Store) -> None:
    """What was read before knows nothing of what came later."""
    before = store.ledger()
    spent, composed = before.spent_usd(), before.composed

    store.journal.add(intended("d"))
    store.journal.add(Event(event="submitted", fingerprint="a" * 64, attempt="a", operation="task"))

    assert names(store.ledger()) == ["a", "b", "c", "d"]
    assert (names(before), before.spent_usd(), before.composed) == (["a", "b", "c"], spent, composed)
    assert before.attempt("a") != store.ledger().attempt("a")
    assert store.ledger().spent_usd(project="projects/film") == store.ledger().spent_usd() == 4.0


def cut_off(path: Path) -> None:
    """The last line was taken back, because the disk was full."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def cut_off_and_written_on(path: Path) -> None:
    """And another process wrote two lines in its place, longer than it was."""
    cut_off(path)
    for name in "de":
        Journal(path.parent).add(intended(name))


def cut_off_and_sent_again(path: Path) -> None:
    """And the same request was meant once more, by a line as long that ends with the same words."""
    cut_off(path)
    Journal(path.parent).add(dataclasses.replace(intended("c"), attempt="d"))
    Journal(path.parent).add(Event(event="submitted", fingerprint="c" * 64, attempt="d", operation="task"))


def replaced(path: Path) -> None:
    """Another file lies there, from a copy, with another line more."""
    text = path.read_bytes()
    Journal(path.parent).add(intended("d"))
    longer = path.read_bytes()
    path.write_bytes(text)
    path.with_name("copy").write_bytes(longer)
    path.with_name("copy").replace(path)


def torn(path: Path) -> None:
    """A process was killed while it wrote a line."""
    with path.open("ab") as stream:
        stream.write(b'{"event": "intended", "attempt": "d", "fing')


def torn_and_closed(path: Path) -> None:
    """And the next one closed that line and wrote its own."""
    torn(path)
    Journal(path.parent).add(intended("e"))


def unended(path: Path) -> None:
    """A process was killed between a line and its end."""
    Journal(path.parent).add(intended("d"))
    os.truncate(path, path.stat().st_size - 1)


def gone(path: Path) -> None:
    """Somebody has moved it away."""
    path.unlink()


def begun_anew(path: Path) -> None:
    """And something was bought since."""
    path.unlink()
    Journal(path.parent).add(intended("d"))


@pytest.mark.parametrize(
    "befall",
    [
        cut_off,
        cut_off_and_written_on,
        cut_off_and_sent_again,
        replaced,
        torn,
        torn_and_closed,
        unended,
        gone,
        begun_anew,
    ],
)
def test_what_happened_meanwhile_is_seen(store: Store, befall: Callable[[Path], None]) -> None:
    """Whatever became of the journal since it was read, it is known as it is."""
    befall(store.journal.path)

    for _ in range(2):
        assert store.ledger().attempts() == Ledger(store.journal.events()).attempts()
    store.journal.add(intended("f"))
    assert store.ledger().attempts() == Ledger(store.journal.events()).attempts()
    assert names(store.ledger())[-1] == "f"
