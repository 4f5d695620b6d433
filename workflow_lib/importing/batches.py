"""Many projects from one table: a line of a CSV file is a film."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from workflow_lib import files, layout, yamlfile
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing import cells, sheets, starting
from workflow_lib.layout import Project
from workflow_lib.manifest import Manifest

_NUMBERS = ("duration", "fps", "budget_usd", "clips")
_KEYS = ("title", "aspect", "fps", "backend", "model", "duration", "budget_usd", "voice", "captions", "transition")
_MORE_KEYS = ("effects", "images", "style")
_STORY = ("story", "story_file", "clips", "direction")
COLUMNS = ("id", "channel", *_KEYS, *_MORE_KEYS, *_STORY)
"""The columns that a batch may have, in any order; only `id` must be there."""

_STORY_CLIPS = 18


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
    """The lines below the head, empty ones left out; their numbers are those of the file."""
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    found: list[_Line] = []
    head: list[str] = []
    begin = 1
    try:
        for record in reader:
            where, begin = f"{path}, line {begin}", reader.line_num + 1
            if not head:
                head = [name.strip().lower().replace(" ", "_") for name in record]
                _check_head(head, where, problems)
            elif any(cell.strip() for cell in record):
                if any(cell.strip() for cell in record[len(head) :]):
                    problems.append(Problem(where, f"has more cells than the {len(head)} columns of the head"))
                named = zip(head, record, strict=False)
                found.append(_Line(where, {name: cell.strip() for name, cell in named if cell.strip()}, path.parent))
    except csv.Error as error:
        problems.append(Problem(f"{path}, line {reader.line_num}", f"is not readable as CSV: {error}"))
    return found


def _check_head(head: list[str], where: str, problems: list[Problem]) -> None:
    for name in head:
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
    project = _project(line, problems)
    story = _story(line, problems)
    values = {name: _value(name, line, problems) for name in (*_KEYS, *_MORE_KEYS) if name in line.cells}
    count = _value("clips", line, problems) if "clips" in line.cells else None
    if count is not None and not (isinstance(count, int) and 1 <= count <= layout.MAX_CLIPS):
        problems.append(Problem(f"{line.where}: clips", f"is how many: 1 to {layout.MAX_CLIPS}"))
    if project is None:
        return None
    values = {name: value for name, value in values.items() if value is not None}
    values.setdefault("title", project.root.name.replace("_", " ").replace("-", " ").strip().title())
    if story is not None:
        values["story"] = {"clips": count or _STORY_CLIPS, "direction": line.cells.get("direction", "")}
    manifest = _manifest_text(project, values)
    if story is None:
        manifest += starting.clips_text(count if isinstance(count, int) and len(problems) == before else starting.CLIPS)
    try:
        Manifest.model_validate(yamlfile.parse(manifest, line.where))
    except ValidationError as error:
        problems += yamlfile.problems(error, Manifest, line.where)
    if project.story.exists() and not project.manifest.exists() and project.story.read_text("utf-8") != story:
        problems.append(Problem(line.where, f"{project.story} is there and says something else", "move it away"))
    return Film(project, manifest, story) if len(problems) == before else None


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
        try:
            text = (line.folder / named).read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError, ValueError):
            problems.append(Problem(f"{line.where}: story_file", f"{named} cannot be read as UTF-8 text"))
            return None
        if not text.strip():
            problems.append(Problem(f"{line.where}: story_file", f"{named} says nothing"))
        return text
    if told is None and "direction" in line.cells:
        problems.append(Problem(f"{line.where}: direction", "is of a story, and there is none"))
    return f"{told}\n" if told is not None else None


def _value(name: str, line: _Line, problems: list[Problem]) -> object:
    cell = line.cells[name]
    if name not in _NUMBERS:
        return cells.clean(cell)[0]
    try:
        number = float(cell.removeprefix("$").replace(",", "."))
    except ValueError:
        problems.append(Problem(f"{line.where}: {name}", f"{cell!r} is not a number"))
        return None
    return int(number) if number.is_integer() else number


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
    return json.dumps(value, ensure_ascii=False)
