"""`--config KEY=VALUE`, as Snakemake has it: a film as a run with such settings sees it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from workflow_lib import config, files, locks, project, yamlfile
from workflow_lib.errors import InvalidInput
from workflow_lib.layout import Project
from workflow_lib.project import Film

T = TypeVar("T")


def option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--config`, which it gets as `pairs`."""
    told = "As Snakemake's: --config backend=kling."
    return click.option("--config", "pairs", multiple=True, metavar="KEY=VALUE", help=told)(command)


def of_pairs(pairs: Sequence[str]) -> dict[str, object]:
    """Settings from `KEY=VALUE` pairs.

    Raises:
        UsageError: one has no `=`.
    """
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise click.UsageError(f"--config {wrong[0]}: write KEY=VALUE")
    split = [pair.partition("=") for pair in pairs]
    return {key: yamlfile.parse(value, f"--config {key}") for key, _, value in split}


def of_run(item: Project) -> dict[str, object]:
    """The `--config` values of the run that builds a project at this moment."""
    return files.read_json(item.run_settings) if locks.is_being_built(item) else {}


@dataclass(frozen=True, slots=True)
class Seen:
    """A film as it is with some `--config` values."""

    film: Film
    overrides: Mapping[str, object]

    @property
    def command(self) -> str:
        """The command that builds it so."""
        told = [
            f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in self.overrides.items()
        ]
        return " ".join(
            ["snakemake --cores 8", str(self.film.project.film("final")), *(["--config", *told] if told else [])]
        )


def films(item: Project, pairs: Sequence[str]) -> list[Seen]:
    """A film as the user says that it is to be seen; else as its last run saw it, then as its files say alone.

    Raises:
        InvalidInput: it is wrong.
    """
    if pairs:
        return [_seen(item, of_pairs(pairs))]
    found = []
    if said := files.read_json(item.run_settings):
        # What a run was told long ago may be no setting any more.
        with contextlib.suppress(InvalidInput):
            found.append(_seen(item, said))
    return [*found, _seen(item, {})]


def first(found: Sequence[Seen], act: Callable[[Film], T]) -> tuple[Seen, T]:
    """What `act` gives of the first film that it takes, and that film.

    Raises:
        InvalidInput: it takes none; what is wrong with the first.
    """
    for one in found:
        with contextlib.suppress(InvalidInput):
            return one, act(one.film)
    return found[0], act(found[0].film)


def _seen(item: Project, overrides: Mapping[str, object]) -> Seen:
    return Seen(project.load(item, config.load(Path(), overrides)), overrides)
