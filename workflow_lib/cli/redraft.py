"""`clipwright redraft`: a storyboard anew from a changed story, the old one kept beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from workflow_lib import board_lines, catalog, config, locks, redrafting
from workflow_lib.cli import naming, tables
from workflow_lib.errors import OutcomeUnknown
from workflow_lib.redrafting import Difference, Redraft


@click.command()
@click.argument("name", metavar="PROJECT", shell_complete=naming.complete)
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say what it would cost.")
def redraft(name: str, *, yes: bool, dry_run: bool) -> None:
    """Draft the storyboard of PROJECT anew from its story, after naming the price; the old one is kept beside it."""
    item, settings = naming.named([name])[0], config.load(Path())
    asked = redrafting.planned(item, settings)
    click.echo(board_lines.told(asked.plan, follows=False), nl=False)
    if dry_run:
        return
    if asked.plan.action == "decide":
        command = f"clipwright retake {item.root} --of storyboard --confirm-lost"
        raise OutcomeUnknown(
            f"nobody knows whether the storyboard was bought before: `{command}` to have it bought again"
        )
    if asked.price_usd and not yes:
        _ask(asked)
    locks.agree(settings)
    lock = locks.hold_project(item)
    try:
        before = redrafting.board_at(item.storyboard)
        drafted, kept = redrafting.redraft(item, asked, settings)
    finally:
        lock.release()
    click.echo(drafted.said)
    if kept is None:
        click.echo("the storyboard is as it was" if before else f"next: snakemake --cores 8 {item.film('final')}")
        return
    _show(tables.console(), redrafting.differences(before, redrafting.board_at(item.storyboard)))
    click.echo(f"the old one is kept as {kept}")


def _ask(asked: Redraft) -> None:
    text = f"{catalog.priced(asked.price_usd)} at most will be paid for a new storyboard"
    if not sys.stdin.isatty():
        raise click.UsageError(f"{text}. Nothing was done: there is nobody to ask; add --yes")
    click.confirm(f"{text}. Go on?", abort=True)


def _show(console: Console, found: list[Difference]) -> None:
    label = ""
    for item in found:
        if item.label != label:
            label = item.label
            console.print(Text(label, style="bold"))
        console.print(Text(f"  {item.what}"))
        for sign, text, style in (("-", item.before, "red"), ("+", item.after, "green")):
            if text:
                console.print(Text(f"    {sign} {text}", style=style))
