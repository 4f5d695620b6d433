"""`decisions.yaml`: which takes somebody approved or rejected, and why; a line each, the last one about a take counts.

Lines are only ever added here, so that what people write into the file themselves stays, and two of them merge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workflow_lib import files, forms, locks, yamlfile
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import MAX_CLIPS, Project
from workflow_lib.planned import ClipPlan, FilmPlan

Judgement = Literal["approved", "rejected"]

MAX_NOTE = 2000
"""Characters of a note."""

_HEAD = "# What was approved and rejected, a line each; the last line about a take counts.\ndecisions:\n"


class Verdict(BaseModel):
    """What somebody thinks of one take of a clip; `take`: the beginning of its fingerprint or of its file's digest."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    clip: int = Field(ge=1, le=MAX_CLIPS, description="The number of the clip.")
    take: str = Field(pattern=forms.TAKE, description="The take, as `clipwright takes` names it.")
    verdict: Judgement = Field(description="approved or rejected.")
    note: str = Field("", max_length=MAX_NOTE, description="Why.")
    at: str = Field("", max_length=40, description="When, in UTC.")


class Decisions(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    decisions: list[Verdict] | None = Field(None, description="In the order in which they were made.")


def read(project: Project) -> Mapping[tuple[int, str], Verdict]:
    """The last verdict about each take, by the clip's number and the take's first eight letters.

    Raises:
        InvalidInput: the file cannot be read, with each problem.
    """
    path = project.decisions
    if not path.exists():
        return {}
    return {(one.clip, one.take[:8]): one for one in _listed(yamlfile.read(path), path)}


def rejected(found: FilmPlan) -> list[tuple[ClipPlan, Verdict]]:
    """The clips of a film that are kept as they are, though the take that they show was rejected.

    Raises:
        InvalidInput: the file cannot be read, with each problem.
    """
    judged = read(found.film.project)
    kept = [(item, judged.get((item.clip.number, item.seen))) for item in found.clips if judged and not item.to_make]
    return [(item, one) for item, one in kept if one is not None and one.verdict == "rejected"]


def lines(found: FilmPlan) -> list[str]:
    """What is said of a film before it is built: a line for each rejected take that stays in it."""
    if found.film.cut != "final":
        return []
    try:
        listed = rejected(found)
    except InvalidInput as error:
        # What people think of a film must not keep it from being built.
        return [f"warning: {problem}" for problem in error.problems]
    root = found.film.project.root
    return [
        f"  {item.label}  rejected{f': {one.note}' if one.note else ''}; change its prompt, or "
        f"`clipwright retake {root} {item.clip.number:02d}`".replace("\n", " ")
        for item, one in listed
    ]


def add(project: Project, verdict: Verdict) -> None:
    """Write a verdict down; all that stands in the file stays as it is.

    Raises:
        InvalidInput: the file cannot be read, or ends in a way that a line cannot be added to.
        OutOfSpace: the disk is full; the file is as it was.
    """
    path = project.decisions
    with locks.making(project, path):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        before = _listed(yamlfile.parse(text, str(path)), path) if text.strip() else []
        base = text if before or "decisions:" in text else text + _HEAD
        longer = f"{base}{'' if base.endswith(chr(10)) else chr(10)}  - {_line(verdict)}\n"
        try:
            kept = _listed(yamlfile.parse(longer, str(path)), path) == [*before, verdict]
        except InvalidInput:
            kept = False
        if not kept:
            hint = "let `decisions:` be its last key, with a line `  - {clip: …}` for each"
            raise InvalidInput([Problem(str(path), "is written in a way that no line can be added to", hint)])
        files.write_text(path, longer)


def _listed(value: object, path: Path) -> list[Verdict]:
    return [] if value is None else yamlfile.validated(Decisions, value, str(path)).decisions or []


def _line(verdict: Verdict) -> str:
    """One line that YAML reads as it was meant: JSON is a part of YAML, apart from a few characters."""
    told = ", ".join(
        f"{name}: {yamlfile.quoted(value) if isinstance(value, str) else json.dumps(value)}"
        for name, value in verdict.model_dump().items()
        if value != ""
    )
    return f"{{{told}}}"
