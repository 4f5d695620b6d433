"""Files with a storyboard in them, read into rows: CSV, JSON and Markdown tables, as programs really write them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workflow_lib import complaints, files
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing import cells, columns, objects, tables

SUFFIXES = (".json", ".csv", ".tsv", ".txt", ".md", ".markdown")

_LISTS = ("clips", "scenes", "shots", "storyboard", "frames", "panels", "segments")
_SEARCHED = 15
_DELIMITERS = ",;\t|"
_RULE = re.compile(r"\A\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*\Z")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One clip as it stands in the file: `place` (`row 7`, `clips[3]`), and each cell under its column's name.

    `table`: which of the file's tables it stands in; each has columns of its own.
    """

    place: str
    cells: Mapping[str, str]
    scene: str = ""
    table: int = 0


@dataclass(slots=True)
class Sheet:
    """The rows of a file; `notes`: what was read in another way than it stands, or left out. `title`: the film's."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    title: str = ""

    @property
    def tables(self) -> list[list[Row]]:
        """The rows of each table."""
        return [list(rows) for _, rows in itertools.groupby(self.rows, key=lambda row: row.table)]


def read(path: Path, mapped: Mapping[str, str]) -> Sheet:
    """The rows of the file at `path`; `mapped`: columns whose meaning the user named.

    Raises:
        InvalidInput: the file is missing, too large, no kind of storyboard, or not readable as what it is called.
    """
    text, note = text_at(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidInput([Problem(str(path), f"is no storyboard: its name ends in {suffix or 'nothing'}", _ends())])
    if suffix == ".json":
        sheet = _from_json(text, str(path), mapped)
    elif suffix in (".md", ".markdown"):
        sheet = _from_markdown(text, str(path), mapped)
    else:
        sheet = _from_csv(text, str(path), mapped)
    if note:
        sheet.notes.insert(0, f"{path}: {note}")
    return sheet


def _ends() -> str:
    return f"it may end in {', '.join(SUFFIXES)}"


def text_at(path: Path) -> tuple[str, str]:
    """The text of a file in whatever encoding a spreadsheet gave it, and what is to be said about that."""
    data = files.bytes_at(path, tables.MAX_BYTES)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), ""
    half = len(data) // 2
    if half and data[1::2].count(0) > 0.7 * half:
        return data.decode("utf-16-le", errors="replace"), "read as UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "is not UTF-8; read as Windows-1252"


def _from_csv(text: str, where: str, mapped: Mapping[str, str]) -> Sheet:
    guesses = [_guessed(text, delimiter, mapped) for delimiter in tables.separator(text) or _DELIMITERS]
    best = max(guesses, key=lambda guess: (guess.known, guess.width))
    problems: list[Problem] = []
    records = tables.records(text, best.delimiter, where, problems)
    if problems:
        records = _read_otherwise(text, best, guesses, where)
        if not records:
            raise InvalidInput(problems)
    sheet = Sheet()
    places = [f"row {number}" for number in range(1, len(records) + 1)]
    _take_table(sheet, [record.cells for record in records], where, mapped, places)
    return sheet


@dataclass(frozen=True, slots=True)
class _Guess:
    """What a file would be with a separator: `known` names of columns in the row `at`, and how many cells at most."""

    delimiter: str
    at: int
    known: int
    width: int
    says_prompt: bool


def _guessed(text: str, delimiter: str, mapped: Mapping[str, str]) -> _Guess:
    rows = tables.beginning(text, delimiter, _SEARCHED)
    at = _header(rows, mapped)
    names = rows[at] if rows else []
    says_prompt = columns.known(names, mapped, "prompt") > 0
    return _Guess(delimiter, at, columns.known(names, mapped), max(map(len, rows), default=0), says_prompt)


def _read_otherwise(text: str, best: _Guess, guesses: Sequence[_Guess], where: str) -> list[tables.Record]:
    """The records with another separator, with which nothing is wrong; none where there is no such one.

    Words in the cells of a row can look like more names than the head has; a head below that of `best` is such a row.
    """
    for guess in guesses:
        if guess is not best and guess.says_prompt and guess.at <= best.at:
            problems: list[Problem] = []
            records = tables.records(text, guess.delimiter, where, problems)
            if not problems:
                return records
    return []


def _header(records: Sequence[Sequence[str]], mapped: Mapping[str, str]) -> int:
    """Which of the first rows names the columns: the one with the most names that are known."""
    known = [columns.known(row, mapped) for row in records[:_SEARCHED]]
    return known.index(max(known)) if known else 0


def _take_table(
    sheet: Sheet, records: Sequence[Sequence[str]], where: str, mapped: Mapping[str, str], places: Sequence[str]
) -> None:
    """Add the rows of a table to `sheet`; what is wrong with its shape to the problems."""
    if not records:
        return
    table = sheet.rows[-1].table + 1 if sheet.rows else 0
    at = _header(records, mapped)
    names = [cells.name(name) for name in records[at]]
    sheet.notes += [
        f"{where}: {places[number]} stands above the names of the columns; it is left out"
        for number in range(at)
        if any(cell.strip() for cell in records[number])
    ]
    named = [columns.plain(name) for name in names if name]
    for name in dict.fromkeys(name for name in named if named.count(name) > 1):
        sheet.problems.append(Problem(f"{where}: {places[at]}", f'has the column "{name}" twice', "rename one of them"))
    for place, record in zip(places[at + 1 :], records[at + 1 :], strict=True):
        if not any(cell.strip() for cell in record):
            continue
        if any(cell.strip() for cell in record[len(names) :]):
            what = f"has {len(record)} cells; there are {len(names)} columns"
            sheet.problems.append(Problem(f"{where}: {place}", what, "put cells with a separator in them into quotes"))
        named_cells = dict(zip(names, record, strict=False))
        unnamed = next((cell for name, cell in zip(names, record, strict=False) if not name and cell.strip()), None)
        if unnamed is not None:
            sheet.notes.append(f"{where}: {place}: {unnamed[:40]!r} stands in a column without a name; it is left out")
        sheet.rows.append(Row(place, {name: cell for name, cell in named_cells.items() if name}, table=table))


def _from_markdown(text: str, where: str, mapped: Mapping[str, str]) -> Sheet:
    sheet = Sheet()
    heading = re.search(r"^#\s+(.+?)\s*#*\s*$", text, re.MULTILINE)
    sheet.title = heading[1] if heading else ""
    for start, table in _tables(text):
        if columns.known(table[0], mapped, "prompt") == 0:
            sheet.notes.append(f"{where}: the table at line {start} says nothing that happens; it is left out")
            continue
        places = [f"line {start}", *(f"line {number}" for number in range(start + 2, start + 1 + len(table)))]
        _take_table(sheet, table, where, mapped, places)
    return sheet


def _tables(text: str) -> Iterator[tuple[int, list[list[str]]]]:
    """Each table with the number of its first line: its header and its rows; those in code are none."""
    lines = text.splitlines()
    fenced = False
    number = 0
    while number < len(lines):
        fenced ^= lines[number].lstrip().startswith(("```", "~~~"))
        is_table = not fenced and "|" in lines[number] and number + 1 < len(lines) and _RULE.match(lines[number + 1])
        if not is_table:
            number += 1
            continue
        start, table = number + 1, [_cells(lines[number])]
        number += 2
        while number < len(lines) and "|" in lines[number]:
            table.append(_cells(lines[number]))
            number += 1
        yield start, table


def _cells(line: str) -> list[str]:
    text = line.strip().removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    cells = re.split(r"(?<!\\)\|", text)
    return [_BREAK.sub("\n", cell.strip().replace("\\|", "|")) for cell in cells]


def _from_json(text: str, where: str, mapped: Mapping[str, str]) -> Sheet:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput([Problem(where, f"is not readable JSON: {error}")]) from error
    sheet = Sheet()
    if isinstance(value, dict):
        sheet.title = str(value["title"]) if isinstance(value.get("title"), str) else ""
    _take_value(sheet, value, (), objects.Reader(where, mapped, sheet.problems), "")
    return sheet


def _take_value(sheet: Sheet, value: object, at: tuple[str | int, ...], reader: objects.Reader, scene: str) -> None:
    """Add the clips within `value`: a list of them, or an object that holds such a list."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            _take_item(sheet, item, (*at, number), reader, scene)
        return
    inner = _inner(value)
    if not isinstance(value, dict) or inner is None:
        hint = "a list of objects, or an object with `clips` or `scenes`"
        raise InvalidInput([Problem(reader.file, "holds no list of clips", hint)])
    lost = [cells.name(key) for key in value if key not in (inner, "title")]
    if lost and not at:
        sheet.notes.append(
            f"{reader.file}: {', '.join(lost)}: not taken; what holds for the whole film goes into project.yaml"
        )
    _take_value(sheet, value[inner], (*at, inner), reader, scene)


def _take_item(sheet: Sheet, item: object, at: tuple[str | int, ...], reader: objects.Reader, scene: str) -> None:
    place = complaints.dotted(at).lstrip(".")
    if not isinstance(item, dict):
        what = f"is {json.dumps(item)[:40]}, not an object"
        sheet.problems.append(Problem(f"{reader.file}: {place}", what, 'write {"prompt": …}'))
        return
    inner = _inner(item)
    if inner is None:
        sheet.rows.append(Row(place, reader.row(item, place), scene))
        return
    told = {str(key): str(value) for key, value in item.items() if isinstance(value, str | int)}
    named = " ".join(value for key, value in told.items() if columns.plain(key) in columns.SCENE_NAMES)
    _take_value(sheet, item[inner], (*at, inner), reader, cells.name(named) or str(at[-1]))
    lost = [key for key in item if key != inner and columns.plain(str(key)) not in columns.SCENE_NAMES]
    if lost:
        sheet.notes.append(
            f"{reader.file}: {place}: {', '.join(map(cells.name, lost))}: not taken from around the clips"
        )


def _inner(value: object) -> str | None:
    """The key of an object under which its clips are listed."""
    if not isinstance(value, dict):
        return None
    return next((key for key in _LISTS if isinstance(value.get(key), list) and value[key]), None)
