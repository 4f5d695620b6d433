"""`clipwright import`: a project from a storyboard that was written in another program."""

from __future__ import annotations

from pathlib import Path

import click

from workflow_lib.catalog import BACKENDS, Backend
from workflow_lib.cli import naming
from workflow_lib.importing import boards, columns, writing


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--project", "name", required=True, metavar="NAME", help="The project to make.")
@click.option("--title", help="The film's title. Default: the file's, else made from the name.")
@click.option("--backend", type=click.Choice(BACKENDS), default="animatic", show_default=True, help="Who animates.")
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=KEY", help="What a column means; `-` for nothing.")
@click.option("-n", "--dry-run", is_flag=True, help="Print the manifest, and write nothing.")
def import_board(
    file: Path, *, name: str, title: str | None, backend: Backend, pairs: tuple[str, ...], dry_run: bool
) -> None:
    """Make a project from the storyboard in FILE: JSON, CSV (Excel's too) or Markdown tables.

    Columns are known by their usual names; pictures that lie beside FILE are copied. Nothing that exists is replaced.
    """
    project = naming.named([name])[0]
    writing.refuse_existing(project)
    board = boards.read(file, columns.mapping(pairs))
    heading = title or board.title or writing.titled(project.root.name)
    text = writing.manifest(board, project, file.name, heading, backend)
    for note in board.notes:
        click.echo(f"note: {note}", err=True)
    if dry_run:
        click.echo(text, nl=False)
    else:
        writing.write(board, project, text)
        click.echo(f"{project.manifest}")
    copied = f", {_several(len(board.copies), 'picture')} {'to copy' if dry_run else 'copied'}"
    click.echo(f"{_several(len(board.clips), 'clip')}{copied if board.copies else ''}", err=True)
    if not dry_run:
        click.echo(f"next: clipwright check {name} && snakemake -n {project.film('final').as_posix()}", err=True)


def _several(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
