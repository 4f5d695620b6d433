"""Many projects from one table: a line of a CSV file is a film."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from workflow_lib import complaints, files, layout, plaintext, story, yamlfile
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing import sheets, starting, tables
from workflow_lib.layout import Project
from workflow_lib.manifest import Manifest

_NUMBERS = ("duration", "fps", "budget_usd", "clips")
_KEYS = ("title", "aspect", "fps", "backend", "model", "duration", "budget_usd", "voice", "captions", "transition")
_MORE_KEYS = ("effects", "images", "style")
_STORY = ("story", "story_file", "clips", "direction")
COLUMNS = ("id", "channel", *_KEYS, *_MORE_KEYS, *_STORY)
"""The columns that a batch may have, in any order; only `id` must be there."""

_STORY_CLIPS = 18
_UNNAMED = Project(Path("projects/film"))
# A rate of 23,976 frames can be nothing but a fraction; an amount of 1,500 can be both.
_THOUSANDS = re.compile(r",\d{3}(?!\d)")


@dataclass(frozen=True, slots=True)
class Film:
    """One line: a project that is to be made of a manifest's text, and of a story where it has one."""

    project: Project
    manifest: str
    story: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """The projects that were made, and those that were there and left as they are."""

    made: list[Project]
    kept: list[Project]


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    cells: Mapping[str, str]
    folder: Path


def read(path: Path) -> list[Film]:
    """The films of the CSV file at `path`, checked as manifests are.

    Raises:
        InvalidInput: naming all that is wrong, by line and column; nothing was made.
    """
    text, _ = sheets.text_at(path)
    problems: list[Problem] = []
    films: dict[Path, tuple[str, Film]] = {}
    for line in _lines(text, path, problems):
        film = _film(line, problems)
        if film is None:
            continue
        first = films.setdefault(film.project.root, (line.where, film))[0]
        if first != line.where:
            problems.append(Problem(f"{line.where}: id", f"{film.project.root} is asked for by {first}, too"))
    if not films and not problems:
        problems.append(Problem(str(path), "has no lines below its head", "a line is a film"))
    if problems:
        raise InvalidInput(problems)
    return [film for _, film in films.values()]


def make(films: list[Film]) -> Done:
    """Write the projects that are not there yet.

    Raises:
        OutOfSpace: the disk is full; what was made is whole, and the same again goes on.
    """
    done = Done([], [])
    for film in films:
        if film.project.manifest.exists():
            done.kept.append(film.project)
            continue
        if film.story is not None:
            files.write_text(film.project.story, film.story)
        # Last: it is what makes a folder a project.
        files.write_text(film.project.manifest, film.manifest)
        done.made.append(film.project)
    return done


def _lines(text: str, path: Path, problems: list[Problem]) -> list[_Line]:
    """The lines below the head, blank ones left out; their numbers are those of the file."""
    told = tables.separator(text)
    first = next((line for line in text.splitlines()[1 if told else 0 :] if line.strip()), "")
    delimiter = told or max(",;\t", key=first.count)
    found = [one for one in tables.records(text, delimiter, str(path), problems) if not one.is_blank]
    if not found:
        return []
    head = _head(found[0].cells)
    _check_head(head, f"{path}, line {found[0].line}", problems)
    lines = []
    for record in found[1:]:
        where = f"{path}, line {record.line}"
        if any(cell.strip() for cell in record.cells[len(head) :]):
            problems.append(Problem(where, f"has more cells than the {len(head)} columns of the head"))
        named = zip(head, record.cells, strict=False)
        lines.append(_Line(where, {name: cell.strip() for name, cell in named if cell.strip()}, path.parent))
    return lines


def _head(names: list[str]) -> list[str]:
    """The names of the columns; those that spreadsheets add behind the last one are none."""
    head = [plaintext.clean(name)[0].lower().replace(" ", "_") for name in names]
    while head and not head[-1]:
        head.pop()
    return head


def _check_head(head: list[str], where: str, problems: list[Problem]) -> None:
    for name in dict.fromkeys(head):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(COLUMNS)}"
            problems.append(
                Problem(f"{where}: {name or 'a column without a name'}", "is not a column of a batch", hint)
            )
        elif head.count(name) > 1:
            problems.append(Problem(f"{where}: {name}", "stands twice"))
    if "id" not in head:
        problems.append(Problem(where, "has no column `id`", "it names the project's folder"))


def _film(line: _Line, problems: list[Problem]) -> Film | None:
    """The film of a line; None when something is wrong with it, which is added to `problems`."""
    before = len(problems)
    named = _project(line, problems)
    told = _story(line, problems)
    read = {name: _value(name, line, problems) for name in (*_KEYS, *_MORE_KEYS) if name in line.cells}
    values: dict[str, object] = {name: value for name, value in read.items() if value is not None}
    count = _count(line, problems)
    # A line without a name is checked like the others: all that is wrong with it is told.
    project = named or _UNNAMED
    name = project.root.name
    values.setdefault("title", name.replace("_", " ").replace("-", " ").strip().title() or name)
    if told is not None or "direction" in line.cells:
        direction = plaintext.clean(line.cells.get("direction", ""))[0]
        values["story"] = {"clips": count or _STORY_CLIPS, "direction": direction}
    manifest = _manifest_text(project, values)
    if told is None:
        manifest += starting.clips_text(count or starting.CLIPS)
    problems += _wrong(manifest, line)
    is_read = told is not None or not line.cells.keys() & {"story", "story_file"}
    if named is not None and is_read and _is_in_the_way(named, told):
        problems.append(Problem(line.where, f"{named.story} is there and says something else", "move it away"))
    return Film(project, manifest, told) if len(problems) == before else None


def _wrong(manifest: str, line: _Line) -> list[Problem]:
    """What is wrong with the manifest of a line, by column."""
    try:
        Manifest.model_validate(yamlfile.parse(manifest, line.where))
    except ValidationError as error:
        found = complaints.problems(error, Manifest, line.where)
        return [Problem(problem.where.replace(": story.", ": "), problem.what, problem.hint) for problem in found]
    except InvalidInput as error:
        return list(error.problems)
    return []


def _is_in_the_way(project: Project, told: str | None) -> bool:
    """Whether a story that is not this one stands where a project is to be made."""
    if project.manifest.exists() or not project.story.exists():
        return False
    try:
        return told is None or project.story.read_bytes() != told.encode()
    except OSError:
        return True


def _project(line: _Line, problems: list[Problem]) -> Project | None:
    name, channel = line.cells.get("id", ""), line.cells.get("channel")
    folder = f"channels/{channel}/projects/{name}" if channel else f"projects/{name}"
    if layout.is_project(folder):
        return Project(Path(folder))
    wrong = "channel" if channel and layout.is_project(f"projects/{name}") else "id"
    what = f"{line.cells[wrong]!r} is not a name" if wrong in line.cells else "is missing"
    problems.append(Problem(f"{line.where}: {wrong}", what, "1 to 100 letters, digits, _ or -"))
    return None


def _story(line: _Line, problems: list[Problem]) -> str | None:
    """The story of a film, from its cell or from the file that is named there; None when it has none."""
    told, named = line.cells.get("story"), line.cells.get("story_file")
    if told is not None and named is not None:
        problems.append(Problem(f"{line.where}: story_file", "stands beside a story", "keep one of them"))
        return None
    if named is not None:
        return _story_at(named, line, problems)
    if told is None:
        if "direction" in line.cells:
            problems.append(Problem(f"{line.where}: direction", "is of a story, and there is none"))
        return None
    if len(told.encode()) >= story.MAX_BYTES:
        problems.append(
            Problem(f"{line.where}: story", f"is larger than {story.MAX_BYTES // 1000} kB", story.TOO_LARGE)
        )
    return f"{told}\n"


def _story_at(named: str, line: _Line, problems: list[Problem]) -> str | None:
    """The story in a file, as a build would read it."""
    where, shown = f"{line.where}: story_file", plaintext.clean(named)[0]
    try:
        text = story.text_at(line.folder / named)
    except InvalidInput as error:
        problems += [Problem(where, f"{shown}: {problem.what}", problem.hint) for problem in error.problems]
        return None
    except ValueError:
        problems.append(Problem(where, f"{shown!r} is no file's name"))
        return None
    if not text.strip():
        problems.append(Problem(where, f"{shown} says nothing"))
    return text


def _count(line: _Line, problems: list[Problem]) -> int | None:
    """How many clips are asked for; None where nothing is said, or nothing right."""
    count = _value("clips", line, problems) if "clips" in line.cells else None
    if count is None or (isinstance(count, int) and 1 <= count <= layout.MAX_CLIPS):
        return count
    problems.append(Problem(f"{line.where}: clips", f"is how many: 1 to {layout.MAX_CLIPS}"))
    return None


def _value(name: str, line: _Line, problems: list[Problem]) -> str | float | None:
    cell = line.cells[name]
    return _number(name, cell, line, problems) if name in _NUMBERS else plaintext.clean(cell)[0]


def _number(name: str, cell: str, line: _Line, problems: list[Problem]) -> float | None:
    """The number in a cell, whole where it is; None for anything else, and for what could be two numbers."""
    text = cell.removeprefix("$").strip()
    if name != "fps" and _THOUSANDS.search(text):
        ways = [way for way in (text.replace(",", ""), text.replace(",", ".")) if _finite(way) is not None]
        what = "is either thousands or a fraction" if len(ways) > 1 else "is not a number"
        problems.append(Problem(f"{line.where}: {name}", f"{cell!r} {what}", f"write {' or '.join(ways or ['1500'])}"))
        return None
    number = _finite(text.replace(",", "."))
    if number is None:
        problems.append(Problem(f"{line.where}: {name}", f"{cell!r} is not a number", "as in 1500 or 1.5"))
        return None
    return int(number) if number.is_integer() else number


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _manifest_text(project: Project, values: Mapping[str, object]) -> str:
    up = "../" * len(project.root.parts)
    lines = [f"# yaml-language-server: $schema={up}schemas/project.schema.json"]
    for name, value in values.items():
        if isinstance(value, dict):
            lines += [f"{name}:", *(f"  {key}: {_said(part)}" for key, part in value.items())]
        else:
            lines.append(f"{name}: {_said(value)}")
    return "\n".join(lines) + "\n"


def _said(value: object) -> str:
    return yamlfile.quoted(value) if isinstance(value, str) else json.dumps(value)
