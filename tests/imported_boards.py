"""Storyboards of other programs, read from text as `clipwright import` reads them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from workflow_lib.errors import InvalidInput
from workflow_lib.importing import boards, columns, writing
from workflow_lib.importing.boards import Board
from workflow_lib.layout import Project


def sheet(rows: list[list[str]], delimiter: str = ",") -> str:
    """The rows as a spreadsheet saves them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def read(folder: Path, text: str | bytes, name: str = "board.csv", *mapped: str) -> Board:
    """The storyboard of a file with this text."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return boards.read(path, columns.mapping(mapped))


def problems(folder: Path, text: str | bytes, name: str = "board.csv") -> list[str]:
    """What is wrong with a file with this text, without its folder."""
    with pytest.raises(InvalidInput) as caught:
        read(folder, text, name)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def manifest(board: Board) -> dict[str, Any]:
    """The manifest that a storyboard becomes."""
    value: dict[str, Any] = yaml.safe_load(
        writing.manifest(board, Project(Path("projects/x")), "b.csv", "T", "animatic")
    )
    return value
