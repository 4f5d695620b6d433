"""`clipwright check --prompts`: what could be said better."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from workflow_lib import config, proofreading, wording
from workflow_lib.cli import naming
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.wording import Asked, Finding


def check(names: Sequence[str], *, as_json: bool, strict: bool) -> None:
    """Print what could be said better in the prompts of projects and files (default: all projects).

    Raises:
        InvalidInput: something could not be read; the findings in the rest are printed before.
        SystemExit: with 3, where `strict` and there are findings.
    """
    asked, problems = _asked(names)
    found = [finding for item in asked for finding in wording.lint(item)]
    if as_json:
        document = {"problems": [asdict(item) for item in problems], "findings": [asdict(item) for item in found]}
        click.echo(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False))
    else:
        _print(asked, found)
        if problems:
            raise InvalidInput(problems)
    if problems or (strict and found):
        raise SystemExit(InvalidInput.exit_code)


def _asked(names: Sequence[str]) -> tuple[list[Asked], list[Problem]]:
    settings = config.load(Path())
    files = [name for name in names if name.lower().endswith(proofreading.FILES)]
    asked: list[Asked] = []
    problems: list[Problem] = []
    for name in names or [item.root.as_posix() for item in naming.named([])]:
        try:
            if name in files:
                asked += proofreading.of_file(Path(name), settings)
            else:
                asked += proofreading.of_project(naming.named([name])[0], settings)
        except InvalidInput as error:
            problems += error.problems
    return asked, problems


def _print(asked: Sequence[Asked], found: Sequence[Finding]) -> None:
    for finding in found:
        click.echo(str(finding))
    clips = len({(item.file, item.clip) for item in found})
    said = f"{len(found)} finding{'' if len(found) == 1 else 's'} in {clips} of them" if found else "nothing to say"
    click.echo(f"{len(asked)} prompt{'' if len(asked) == 1 else 's'} read, {said}", err=True)
