"""A storyboard as people read it: YAML with a head that says what it is, a clip after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from workflow_lib import yamlfile
from workflow_lib.errors import WorkflowError
from workflow_lib.layout import Project

_WIDTH = 110


def text_of(board: Mapping[str, Any], project: Project, drawn_up: str) -> str:
    """The file of a storyboard; `drawn_up`: who drafted it from what, a line for its head."""
    up = "../" * len(project.root.parts)
    head = [
        f"# yaml-language-server: $schema={up}schemas/storyboard.schema.json",
        f"# {drawn_up}",
        "# Yours from now on: edit it as you like, nothing writes over it. To have a changed story drafted anew:",
        f"# clipwright redraft {project.root}",
        "",
    ]
    for quoted in (False, True):
        text = "\n".join(head) + _body(board, quoted=quoted)
        if yamlfile.parse(text, str(project.storyboard)) == _plain(board):
            return text
    raise WorkflowError(f"{project.storyboard} cannot be written as YAML that reads the same")


def _body(board: Mapping[str, Any], *, quoted: bool) -> str:
    before = {name: value for name, value in board.items() if name != "clips" and value}
    text = _dumped(before, quoted=quoted) + "\n" if before else ""
    clips = [_dumped([clip], quoted=quoted) for clip in board["clips"]]
    return f"{text}clips:\n" + "\n".join("".join(f"  {line}\n" for line in clip.splitlines()) for clip in clips)


def _plain(board: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in board.items() if name == "clips" or value}


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their keys, and nothing is an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _dumped(value: object, *, quoted: bool) -> str:
    style = '"' if quoted else None
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_style=style)
    return str(text)
