"""Separated values as programs and people write them, read strictly: a record knows the line on which it begins."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workflow_lib.errors import Problem

MAX_BYTES = 20_000_000

_TOLD = re.compile(r"sep=([^\"\r\n])(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_CLOSE = 'close the quote at the end of its cell; inside a quoted cell write "" for a quote: """Big"" film"'


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record; `line`: that of the file on which it begins, counted from 1."""

    line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


def separator(text: str) -> str | None:
    """The separator that a first line such as `sep=;` tells to spreadsheets; that line is no record."""
    told = _TOLD.match(text)
    return told[1] if told else None


def beginning(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The cells of the first `most` records, quotes taken as they come: enough to see what the file is."""
    _, lines = _lines(text)
    with _long_cells():
        return list(itertools.islice(csv.reader(lines, delimiter=delimiter), most))


def records(text: str, delimiter: str, where: str, problems: list[Problem]) -> list[Record]:
    """The records, blank ones too; what cannot be read as one is added to `problems`, by line.

    Nothing is read behind a quote that may have taken in lines, where nobody knows what is a cell, or behind a head
    that cannot be read.
    """
    above, lines = _lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    found: list[Record] = []
    with _long_cells():
        while reader.line_num < len(lines):
            begin = reader.line_num
            try:
                found.append(Record(above + begin + 1, next(reader)))
            except csv.Error:
                last = reader.line_num - 1
                problems.append(_problem(f"{where}, line {above + begin + 1}", lines[begin : last + 1]))
                is_head = all(record.is_blank for record in found)
                if is_head or last > begin or lines[last].count('"') % 2:
                    break
    return found


def _problem(where: str, lines: list[str]) -> Problem:
    """What is wrong with a record: strictly read, nothing but its quotes can be."""
    if len(lines) == 1 and lines[0].count('"') % 2 == 0:
        return Problem(where, "goes on after the closing quote of a cell", _CLOSE)
    return Problem(where, "opens a quote that is not closed where its cell ends", _CLOSE)


def _lines(text: str) -> tuple[int, list[str]]:
    """How many lines stand above the records, and the lines of these with their ends."""
    lines = list(io.StringIO(text, newline=""))
    above = 0 if separator(text) is None else 1
    return above, lines[above:]


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be as long as a file; the limit is one for the whole process."""
    limit = csv.field_size_limit(MAX_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
