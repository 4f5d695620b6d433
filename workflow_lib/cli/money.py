"""The commands about money: `costs`, `takes`, `retake`, `cancel`."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import click
from rich.table import Table

from workflow_lib import catalog, config, costs, decisions, layout, redrafting
from workflow_lib.catalog import Service
from workflow_lib.cli import naming, overriding, tables
from workflow_lib.cli.overriding import Seen
from workflow_lib.costs import Cost
from workflow_lib.decisions import Decision, TakeInfo, Which
from workflow_lib.errors import MissingKey, WorkflowError
from workflow_lib.ledger import Attempt
from workflow_lib.project import Film
from workflow_lib.providers import access
from workflow_lib.requests import Component
from workflow_lib.takes import Store

_NUMBER = click.IntRange(1, layout.MAX_CLIPS)


class _Which(click.ParamType[Which]):
    """The number of a clip, or the path of a described picture."""

    name = "clip or picture"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Which:
        """Read what was typed."""
        if not value.isdigit():
            # As `plan` and the errors of a run name it, or as it is typed from the working folder.
            path = value[max(value.rfind("/assets/"), value.rfind("/keyframes/")) + 1 :]
            if not layout.is_described(path):
                self.fail(f"{value!r} is neither the number of a clip nor a picture such as {_EXAMPLE}", param, ctx)
            return Path(path)
        number: int = _NUMBER.convert(value, param, ctx)  # type: ignore[arg-type]  # it reads what was typed, too
        return number


_EXAMPLE = "assets/backgrounds/clip_07.png"


_COMPONENTS: dict[str, Component] = {"clip": "clips", "narration": "narration", "effect": "effects"}


_OF = "Of the clip itself, of its spoken line or of its sound effect."


def _of(command: Callable[..., None]) -> Callable[..., None]:
    option = click.option("--of", "part", type=click.Choice(list(_COMPONENTS)), default="clip", help=_OF)
    return option(command)


def _films(name: str, number: Which, component: Component, pairs: tuple[str, ...]) -> list[Seen]:
    """How the film may be meant; as it is bought before as it is made for nothing."""
    found = overriding.films(naming.named([name])[0], pairs)
    return sorted(found, key=lambda seen: not decisions.is_paid(seen.film, number, component))


@click.command(name="costs")
@click.argument("projects", nargs=-1, shell_complete=naming.complete)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated lines on stdout.")
def show_costs(projects: tuple[str, ...], *, as_json: bool, as_csv: bool) -> None:
    """Show what PROJECTS (default: all, deleted ones too) have cost, from the journals."""
    wanted = frozenset(str(item.root) for item in naming.named(projects)) if projects else None
    found = costs.of_stores(layout.find_stores(Path()), wanted)
    if as_json:
        totals = {name: round(sum(_sums(found, name)), 6) for name in sorted({cost.project for cost in found})}
        value = {"costs": [dataclasses.asdict(cost) for cost in found], "total_usd": totals}
        click.echo(json.dumps(value, indent=1, sort_keys=True))
    elif as_csv:
        writer = csv.writer(sys.stdout)
        names = [field.name for field in dataclasses.fields(Cost)]
        writer.writerow(names)
        writer.writerows([getattr(cost, name) for name in names] for cost in found)
    else:
        tables.console().print(_costs_table(found) if found else "nothing was ever bought here")
    for cost in found:
        if cost.differs:
            text = f"${cost.actual_usd:.2f} was charged where ${cost.listed_usd:.2f} is listed"
            click.echo(f"warning: {cost.project}: {cost.model}: {text}; see `prices` in config.yaml", err=True)


def _sums(found: list[Cost], name: str) -> list[float]:
    return [cost.actual_usd + cost.open_usd for cost in found if cost.project == name]


def _costs_table(found: list[Cost]) -> Table:
    table = Table()
    for name in ("film", "component", "backend", "calls", "results", "units", "listed", "charged", "open"):
        table.add_column(name, justify="left" if name in ("film", "component", "backend", "units") else "right")
    names = sorted({cost.project for cost in found})
    for name in names:
        lines = [cost for cost in found if cost.project == name]
        for cost in lines:
            table.add_row(
                cost.project,
                cost.component,
                cost.backend,
                str(cost.calls),
                str(cost.results),
                cost.units,
                catalog.priced(cost.listed_usd),
                catalog.priced(cost.actual_usd),
                catalog.priced(cost.open_usd) if cost.open_usd else "",
            )
        table.add_row(name, "total", "", "", "", "", "", f"${sum(_sums(lines, name)):.2f}", "", style="bold")
    if len(names) > 1:
        total = sum(cost.actual_usd + cost.open_usd for cost in found)
        table.add_row(f"{len(names)} films", "total", "", "", "", "", "", f"${total:.2f}", "", style="bold")
    return table


@click.command()
@click.argument("name", metavar="PROJECT", shell_complete=naming.complete)
@click.argument("number", metavar="NN|PICTURE", type=_Which())
@_of
@click.option("--choose", metavar="TAKE", help="Put this take into the film from the next run on; it costs nothing.")
@overriding.option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def takes(name: str, number: Which, part: str, choose: str | None, pairs: tuple[str, ...], *, as_json: bool) -> None:
    """List the takes of clip NN or a described PICTURE of PROJECT, or choose an older one for free."""
    component = _COMPONENTS[part]
    found = _films(name, number, component, pairs)
    if choose is not None:
        seen, decision = overriding.first(found, lambda film: decisions.older_take(film, number, choose, component))
        decisions.decide(seen.film, decision)
        click.echo(decision.text)
        return
    listed = decisions.takes_of(found[0].film, number, component)
    if as_json:
        click.echo(json.dumps([_take_json(take) for take in listed], indent=1, sort_keys=True))
    elif listed:
        tables.console().print(_takes_table(listed))
    else:
        what = _called(number, part)
        click.echo(f"{what} of {found[0].film.project.root} has no paid take")


def _called(which: Which, part: str) -> str:
    if isinstance(which, Path):
        return str(which)
    return layout.label(which) if part == "clip" else f"the {part} of {layout.label(which)}"


def _take_json(take: TakeInfo) -> dict[str, object]:
    attempt = take.attempt
    return {
        "take": take.name,
        "fingerprint": attempt.fingerprint,
        "wanted": take.wanted,
        "here": take.here,
        "file": attempt.file,
        "at": attempt.at,
        "model": attempt.model,
        "usd": attempt.cost_usd,
        "operation": attempt.operation,
        "prompt": _words(attempt),
    }


def _words(attempt: Attempt) -> str:
    """What was to be seen or said."""
    return str(attempt.request.get("prompt") or attempt.request.get("text") or "")


def _takes_table(found: list[TakeInfo]) -> Table:
    table = Table()
    for name in ("take", "", "bought", "model", "cost", "prompt"):
        table.add_column(name, justify="right" if name == "cost" else "left")
    for take in found:
        attempt = take.attempt
        mark = "in the film" if take.wanted else "" if take.here else "gone"
        prompt = _words(attempt)
        short = prompt if len(prompt) <= 50 else f"{prompt[:49]}…"  # noqa: PLR2004 - a line of the table
        table.add_row(take.name, mark, attempt.at[:16], attempt.model, catalog.priced(attempt.cost_usd), short)
    return table


@click.command()
@click.argument("name", metavar="PROJECT", shell_complete=naming.complete)
@click.argument("number", metavar="[NN|PICTURE]", type=_Which(), required=False)
@click.option("--of", "part", type=click.Choice([*_COMPONENTS, "storyboard"]), default="clip", help=_OF)
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("--confirm-lost", is_flag=True, help="Nothing will come of what was sent: buy the clip again.")
@click.option("--operation", metavar="ID", help="What was sent became this operation (see the provider's console).")
@overriding.option
def retake(
    name: str,
    number: Which | None,
    part: str,
    operation: str | None,
    pairs: tuple[str, ...],
    *,
    yes: bool,
    confirm_lost: bool,
) -> None:
    """Ask for another take of clip NN or a PICTURE of PROJECT, its price named first, or settle one that was sent.

    `--of storyboard --confirm-lost` gives up a storyboard that was sent and never answered.
    """
    if confirm_lost and operation:
        raise click.UsageError("--confirm-lost and --operation exclude each other")
    if part == "storyboard":
        _settle_storyboard(name, pairs, confirm_lost=confirm_lost)
        return
    if number is None:
        raise click.UsageError(f"say which clip or picture: NN, or a path such as {_EXAMPLE}")
    component = _COMPONENTS[part]
    decide = _decision(number, component, operation, confirm_lost=confirm_lost)
    seen, decision = overriding.first(_films(name, number, component, pairs), decide)
    if not (confirm_lost or operation or yes):
        _ask(decision)
    decisions.decide(seen.film, decision)
    click.echo(f"{decision.text}\nnext: {seen.command}")


def _settle_storyboard(name: str, pairs: tuple[str, ...], *, confirm_lost: bool) -> None:
    item = naming.named([name])[0]
    if not confirm_lost:
        text = f"an answer cannot be had again; `clipwright redraft {item.root}` asks for another storyboard"
        raise click.UsageError(f"--of storyboard goes with --confirm-lost: {text}")
    settings = config.load(Path(), overriding.of_pairs(pairs))
    click.echo(f"{redrafting.settle(item, settings)}\nnext: snakemake --cores 8 {item.film('final')}")


def _decision(
    number: Which, component: Component, operation: str | None, *, confirm_lost: bool
) -> Callable[[Film], Decision]:
    if operation is not None:
        return lambda film: decisions.found_operation(film, number, operation, component)
    settle = decisions.confirm_lost if confirm_lost else decisions.another_take
    return lambda film: settle(film, number, component)


def _ask(decision: Decision) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{decision.text}. Nothing was decided: there is nobody to ask; add --yes")
    click.confirm(f"{decision.text}. Go on?", abort=True)


@click.command()
@click.argument("name", metavar="PROJECT", shell_complete=naming.complete)
@click.argument("number", metavar="[NN]", type=_NUMBER, required=False)
def cancel(name: str, number: int | None) -> None:
    """Give up what goes on at the providers for PROJECT, or for its clip NN, where a provider can."""
    film = overriding.films(naming.named([name])[0], ())[-1].film
    found = decisions.open_attempts(film, number)
    if not found:
        click.echo(f"nothing of {film.project.root} is open at a provider")
    going_on = [attempt for attempt in found if not _cancelled(film, attempt)]
    if going_on:
        raise WorkflowError(f"{len(going_on)} of {len(found)} operations go on; the next run waits for them, $0")


def _cancelled(film: Film, attempt: Attempt) -> bool:
    if attempt.operation is None:
        click.echo(f"{attempt.clip}: nobody knows whether it was sent; see `clipwright retake --confirm-lost`")
        return False
    try:
        backend = cast("Service", attempt.backend)  # as this program wrote it
        provider = access.open_provider(backend, config.load(Path()), attempt.base_url or None)
        done = provider.cancel(attempt.operation)
    except MissingKey:
        raise
    except WorkflowError as error:
        click.echo(f"{attempt.clip}: operation {attempt.operation} could not be cancelled: {error}")
        return False
    if not done:
        click.echo(f"{attempt.clip}: {attempt.backend} cannot give up operation {attempt.operation}")
        return False
    Store(film.project.takes).journal.add(attempt.event("cancelled", reason="the user says so"))
    click.echo(f"{attempt.clip}: operation {attempt.operation} is cancelled")
    return True
