"""`clipwright review`: write the page on which a film is looked at."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from workflow_lib import config, project
from workflow_lib import plan as planning
from workflow_lib.cli import naming, overriding
from workflow_lib.review import drawing


@click.command()
@click.argument("name", metavar="PROJECT", shell_complete=naming.complete)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@click.option("--sheet", is_flag=True, help="Also contact_sheet.png, a frame of each clip.")
@overriding.option
def review(name: str, pairs: tuple[str, ...], *, opens: bool, sheet: bool) -> None:
    """Write PROJECT's review.html, a page with every clip as it is now, and print where it is; nothing is built."""
    item = naming.named([name])[0]
    overrides = overriding.of_pairs(pairs) if pairs else overriding.of_run(item)
    settings = config.load(Path(), overrides)
    found = planning.of(project.load(item, settings))
    page = drawing.draw("page", found, settings.backend)
    click.echo(str(page))
    if sheet:
        click.echo(str(drawing.draw("sheet", found, settings.backend)))
    if opens:
        webbrowser.open(page.resolve().as_uri())
