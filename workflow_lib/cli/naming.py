"""How a command line names projects: by id, by folder, or not at all for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from workflow_lib import layout
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import Project


def complete(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The projects whose id or folder begins with what was typed."""
    found = layout.find_projects(Path())
    names = [item.root.name if item.root.parts[0] == "projects" else str(item.root) for item in found]
    return [CompletionItem(name) for name in names if name.startswith(typed)]


def named(names: Sequence[str]) -> list[Project]:
    """The projects of `names`, each an id or a folder; every project of the working folder without any.

    Raises:
        InvalidInput: a name is not a project's, or there are no projects.
    """
    if names:
        return [_project(name) for name in names]
    found = layout.find_projects(Path())
    if not found:
        raise InvalidInput([Problem("projects/", "has no project", "`clipwright new my_film` makes one")])
    return found


def _project(name: str) -> Project:
    folder = name.removeprefix("./").rstrip("/").removesuffix("/project.yaml")
    folder = folder if "/" in folder else f"projects/{folder}"
    if not layout.is_project(folder):
        what = "is not a project: its id is 1 to 100 letters, digits, _ or -"
        raise InvalidInput([Problem(repr(name), what, "as in `vid_123` or `projects/vid_123`")])
    return Project(Path(folder))
