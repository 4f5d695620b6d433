"""`clipwright prune`: free disk space without losing anything that was paid for, unless asked to."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from workflow_lib import config, layout, locks, pruning
from workflow_lib.errors import WorkflowError
from workflow_lib.pruning import Unused

_MB = 1_000_000


@click.command()
@click.option("--takes", is_flag=True, help="Also paid takes that no film uses; what they cost is named first.")
@click.option("--work", is_flag=True, help="Also conformed clips and drafts (.work), which the next build makes again.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would be deleted.")
def prune(*, takes: bool, work: bool, yes: bool, dry_run: bool) -> None:
    """Delete what no film needs: torn downloads, expired uploads; with options more. Paid takes only with --takes."""
    folder = Path()
    _delete(pruning.leftovers(folder), "leftovers", dry_run=dry_run)
    if work:
        idle = [item for item in layout.find_projects(folder) if not locks.is_being_built(item)]
        _delete([path for item in idle for path in pruning.rebuildable(item)], ".work", dry_run=dry_run)
    if takes:
        _prune_takes(folder, yes=yes, dry_run=dry_run)


def _prune_takes(folder: Path, *, yes: bool, dry_run: bool) -> None:
    _check_idle(folder)
    settings = config.load(folder)
    found = pruning.unused_takes(folder, settings)
    for take in found:
        bought = take.attempt
        megabytes = f"{_size(take.path) / _MB:.1f} MB"
        click.echo(f"{take.path}  {megabytes}  ${bought.cost_usd:.2f}  {bought.project} {bought.clip}")
    if not found:
        click.echo("every paid take is in use")
        return
    if dry_run:
        _delete([take.path for take in found], "paid takes", dry_run=True)
        return
    if not yes:
        _ask(found)
        # Whoever was asked may have taken his time.
        _check_idle(folder)
        still = pruning.unused_takes(folder, settings)
        found = [take for take in found if take in still]
    sizes = {take.path: _size(take.path) for take in found}
    try:
        deleted = [take for take in found if pruning.delete(take)]
    except OSError as error:
        raise WorkflowError(f"{error.filename} cannot be deleted: {error.strerror}") from error
    click.echo(f"paid takes: {len(deleted)} deleted, {sum(sizes[take.path] for take in deleted) / _MB:.1f} MB")


def _check_idle(folder: Path) -> None:
    """See that no run goes on, which may be buying what no film shows yet.

    Raises:
        WorkflowError: one does.
    """
    busy = [str(item.root) for item in layout.find_projects(folder) if locks.is_being_built(item)]
    if busy:
        raise WorkflowError(f"{', '.join(busy)} is being built; no paid take was deleted; wait for that run")


def _ask(found: list[Unused]) -> None:
    paid = sum(take.attempt.cost_usd for take in found)
    text = f"{len(found)} takes that cost ${paid:.2f} will be gone for good"
    if not sys.stdin.isatty():
        raise click.UsageError(f"{text}. Nothing was deleted: there is nobody to ask; add --yes")
    click.confirm(f"{text}. Go on?", abort=True)


def _delete(paths: list[Path], what: str, *, dry_run: bool) -> None:
    size = sum(_size(path) for path in paths)
    if not dry_run:
        for path in paths:
            _remove(path)
    click.echo(f"{what}: {len(paths)} {'would be ' if dry_run else ''}deleted, {size / _MB:.1f} MB")


def _remove(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise WorkflowError(f"{path} cannot be deleted: {error.strerror}") from error


def _size(path: Path) -> int:
    return (
        sum(part.stat().st_size for part in path.rglob("*") if part.is_file()) if path.is_dir() else path.stat().st_size
    )
