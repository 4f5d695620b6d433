"""A storyboard as its rows mean it: clips in a manifest's keys, with every problem by row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workflow_lib import layout, plaintext
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing import cells, columns, sheets, stills
from workflow_lib.importing.bringing import Pictures
from workflow_lib.importing.columns import Meaning
from workflow_lib.importing.sheets import Row, Sheet

Entry = dict[str, object]
"""A clip in the keys of a manifest, in the order in which they are written."""

USUAL_S = 5.0
"""The length of a clip in seconds, where a storyboard says nothing."""

_MOST_NARRATION = 5000
_MOST_DESCRIBED = 2000
_MOST = {"narration": _MOST_NARRATION, "sound_effect": 450, "negative_prompt": 2500, "title": 200, "model": 200}
_RANGES = {"seed": (0, 4_294_967_295), "take": (1, 999)}
_PARTS = ("details", "sequence", "environment", "camera")


@dataclass(slots=True)
class Board:
    """What a file holds. `clips` in its order, `places` and `scenes` beside them; `copies`: pictures by new name."""

    title: str = ""
    clips: list[Entry] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    scenes: list[str] = field(default_factory=list)
    copies: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """The length that most clips have; None where none is given."""
        lengths = Counter(clip["duration"] for clip in self.clips if "duration" in clip)
        return float(str(lengths.most_common(1)[0][0])) if lengths else None


def read(path: Path, mapped: Mapping[str, str] | None = None) -> Board:
    """The storyboard in the file at `path`; `mapped`: what the user says of columns (`columns.mapping`).

    Raises:
        InvalidInput: with every problem of the file, by row and column.
    """
    mapped = mapped or {}
    sheet = sheets.read(path, mapped)
    reader = _Reader(str(path), Pictures(path.parent), [*sheet.problems, *_shape(sheet, path, mapped)])
    board = Board(title=plaintext.clean(sheet.title)[0][:200])
    for rows in sheet.tables:
        reader.take(board, rows, mapped)
    reader.number(board)
    if reader.problems:
        raise InvalidInput(reader.problems)
    board.notes = [*sheet.notes, *dict.fromkeys(reader.notes), *reader.pictures.notes]
    board.copies = reader.pictures.copies
    return board


def _shape(sheet: Sheet, path: Path, mapped: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the file as a whole."""
    found = []
    if not sheet.rows:
        found.append(Problem(str(path), "has no clips in it", "a row of names, and a row for each clip"))
    if len(sheet.rows) > layout.MAX_CLIPS:
        found.append(Problem(str(path), f"has {len(sheet.rows):,} clips", f"{layout.MAX_CLIPS} at most"))
    there = {columns.plain(name) for row in sheet.rows for name in row.cells}
    found += [Problem(f"--map {name}", "there is no such column") for name in mapped if name not in there]
    return found


@dataclass(slots=True)
class _Reader:
    """Reads rows; what is wrong is added to `problems`, what was taken otherwise than it stands to `notes`."""

    file: str
    pictures: Pictures
    problems: list[Problem]
    meaning: Meaning = field(default_factory=lambda: Meaning({}, ()))
    notes: list[str] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)

    def take(self, board: Board, rows: list[Row], mapped: Mapping[str, str]) -> None:
        """Add the clips of one table to `board`."""
        names = list(dict.fromkeys(name for row in rows for name in row.cells))
        self.meaning = columns.understood(
            names, {name: [row.cells.get(name, "") for row in rows] for name in names}, mapped
        )
        if not self.meaning.keys.keys() & {"prompt", "action"}:
            shown = ", ".join(repr(name[:40]) for name in names[:20])
            hint = f"the columns are {shown}; name the one that does: --map COLUMN=prompt"
            self.problems.append(Problem(self.file, "has no column that says what happens", hint))
            return
        self.notes += [
            f"{self.file}: the column {name!r} is left out{self._instead(name)}" for name in self.meaning.unused
        ]
        if self.meaning.audio:
            self.notes.append(
                f"{self.file}: the column {self.meaning.audio!r} is taken for the narration; if it says what is heard "
                f'beside it: --map "{self.meaning.audio}=sound_effect"'
            )
        for row in rows:
            board.clips.append(self._clip(row))
            board.places.append(row.place)
            board.scenes.append(row.scene)

    def _clip(self, row: Row) -> Entry:
        said = {key: self._text(row, key) for key in columns.KEYS}
        said["narration"] = self._spoken(row, said["narration"])
        entry: Entry = {}
        if said["title"]:
            entry["title"] = said["title"]
        entry["prompt"] = self._prompt(row, said)
        entry |= {key: said[key] for key in ("narration", "sound_effect", "negative_prompt") if said[key]}
        entry |= self._picture(row, said)
        self._number(row, entry, "duration", cells.seconds, "is no length", "10, 10 s or 0:10")
        self._number(row, entry, "backend", cells.backend, "is no backend", "animatic, kling, veo or omni")
        entry |= {"model": said["model"]} if said["model"] else {}
        for key, (least, most) in _RANGES.items():
            what = f"is no whole number from {least} to {most}"
            self._number(row, entry, key, cells.number_within(least, most), what, "")
        self._number(row, entry, "transition", cells.transition, "is no transition", "cut, crossfade or dip")
        self.numbers.append(cells.number(said["number"]) if said["number"] else None)
        return entry

    def number(self, board: Board) -> None:
        """Give the clips their numbers, where they are whole, differ, and are not just their places."""
        given = [number for number in self.numbers if number is not None]
        if not given or self.numbers == list(range(1, len(self.numbers) + 1)):
            return
        if len(set(given)) != len(self.numbers) or min(given) < 1 or max(given) > layout.MAX_CLIPS:
            self.notes.append(
                f"{self.file}: the clips' numbers are not one for each; clips are numbered in their order"
            )
            return
        for position, number in enumerate(given):
            board.clips[position] = {"number": number, **board.clips[position]}

    def _instead(self, name: str) -> str:
        """Why a column is left out: another one says the same, or nobody knows what it means."""
        used = next((self.meaning.keys[key][0] for key in columns.keys_of(name) if key in self.meaning.keys), None)
        return f": {used!r} is taken" if used else "; say what it means with --map COLUMN=KEY"

    def _where(self, row: Row, key: str) -> str:
        return f'{self.file}: {row.place}, column "{self._column(row, key)}"'

    def _column(self, row: Row, key: str) -> str:
        """The column that a key's value stands in, or would."""
        named = next((name for name in self.meaning.keys.get(key, ()) if row.cells.get(name, "").strip()), "")
        return named or next(iter(self.meaning.keys.get(key, ())), key)

    def _text(self, row: Row, key: str) -> str:
        parts = []
        for name in self.meaning.keys.get(key, ()):
            text, dirty = plaintext.clean(row.cells.get(name, ""))
            if dirty:
                self.notes.append(f'{self.file}: {row.place}, column "{name}": control characters are left out')
            if cells.is_formula(text):
                self.notes.append(
                    f'{self.file}: {row.place}, column "{name}": {text[:30]!r} is taken as text, not as a formula'
                )
            parts.append(text)
        text = ", ".join(part for part in parts if part)
        most = _MOST.get(key, cells.MOST_CHARS)
        if len(text) > most:
            what = f"has {len(text)} characters; {most} at most"
            self.problems.append(Problem(self._where(row, key), what, "shorten it"))
            return text[:most]
        return text

    def _spoken(self, row: Row, text: str) -> str:
        """A line without the label of the narrator."""
        label = cells.narrator(text)
        if label:
            said = f"{self.file}: the column {self._column(row, 'narration')!r} names who speaks, as in "
            if not any(note.startswith(said) for note in self.notes):
                self.notes.append(f"{said}{label!r}; that is not spoken")
        return text.removeprefix(label).strip()

    def _prompt(self, row: Row, said: Mapping[str, str]) -> str | dict[str, str]:
        action = said["prompt"] or said["action"]
        if not action:
            key = "prompt" if "prompt" in self.meaning.keys else "action"
            self.problems.append(Problem(self._where(row, key), "is empty", "say what happens in the clip"))
        parts = {part: said[part] for part in _PARTS if said[part]}
        if said["prompt"] and said["action"]:
            self.notes.append(f"{self._where(row, 'action')}: is left out; the prompt says what happens")
        return {"action": action, **parts} if parts else action

    def _number(self, row: Row, entry: Entry, key: str, read: Callable[[str], object], what: str, hint: str) -> None:
        text = ", ".join(plaintext.clean(row.cells.get(name, ""))[0] for name in self.meaning.keys.get(key, ()))
        if not text:
            return
        value = read(text)
        if value is None:
            self.problems.append(Problem(self._where(row, key), f'"{text[:40]}" {what}', hint))
        else:
            entry[key] = value

    def _picture(self, row: Row, said: Mapping[str, str]) -> Entry:
        """The keys that say where the clip's picture comes from."""
        image, start, end = said["image"], said["start"], said["end"]
        if image and start:
            what = f"is given beside {self._where(row, 'image').rpartition(', ')[2]}"
            self.problems.append(
                Problem(self._where(row, "start"), what, "keep one of them, or leave one out: --map COLUMN=-")
            )
            return {}
        if end and not (start or image):
            self.problems.append(
                Problem(self._where(row, "end"), "is an end picture without a start", "name the start too")
            )
            return {}
        key = "start" if start else "image"
        if end:
            frames = {"start": self._still(row, key, start or image), "end": self._still(row, "end", end)}
            return {"keyframes": frames}
        if not (start or image):
            return {"source": "text"}
        still = self._still(row, key, start or image)
        return {"composite": still if isinstance(still, str) else {"background": still}}

    def _still(self, row: Row, key: str, text: str) -> str | dict[str, str]:
        """A picture's path inside the project, or what is seen in it."""
        where, text = self._where(row, key), stills.meant(text)
        if stills.is_picture(text):
            return self.pictures.taken(text, where, "keyframes" if key == "end" or self._has_end(row) else "assets")
        if len(text) > _MOST_DESCRIBED:
            what = f"describes a picture in {len(text)} characters; {_MOST_DESCRIBED} at most"
            self.problems.append(Problem(where, what, "shorten it"))
        elif neither := stills.no_description(text):
            what, instead = neither
            hint = f'{instead}, or leave the column out: --map "{self._column(row, key)}=-"'
            self.problems.append(Problem(where, f"{text[:60]!r} {what}", hint))
        return {"describe": text}

    def _has_end(self, row: Row) -> bool:
        return any(row.cells.get(name, "").strip() for name in self.meaning.keys.get("end", ()))
