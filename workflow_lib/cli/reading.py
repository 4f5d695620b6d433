"""The commands that only read: `check`, `plan`, `status`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from workflow_lib import board_lines, boards, catalog, config, project, story, verdicts
from workflow_lib import plan as planning
from workflow_lib import status as statuses
from workflow_lib.boards import BoardPlan
from workflow_lib.cli import naming, overriding, proofreading, tables
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import Project
from workflow_lib.notify import courier
from workflow_lib.planned import FilmPlan, PicturePlan, SoundPlan, Wanted
from workflow_lib.status import ClipStatus, FilmStatus

_STYLES = {"done": "green", "by hand": "cyan", "making": "yellow", "waiting": "dim"}


def _options(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(command)
    return click.argument("projects", nargs=-1, shell_complete=naming.complete)(command)


def _plans(
    projects: Iterable[Project], *, draft: bool = False, overrides: Mapping[str, object] | None = None
) -> list[FilmPlan]:
    """The plan of each project whose clips are listed; what is wrong in any of them is raised together."""
    found: list[FilmPlan] = []
    problems: list[Problem] = []
    for item in projects:
        try:
            if story.is_awaited(item):
                continue
            film = project.load(item, _settings(item, overrides))
            found.append(planning.of(film.draft() if draft else film))
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    return found


def _storyboards(
    projects: Iterable[Project], overrides: Mapping[str, object] | None = None
) -> dict[Project, BoardPlan]:
    """The plan of the storyboard of each project that waits for one; what is wrong in any is raised together."""
    found: dict[Project, BoardPlan] = {}
    problems: list[Problem] = []
    for item in projects:
        try:
            if story.is_awaited(item):
                found[item] = boards.of(item, _settings(item, overrides))
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    return found


def _settings(item: Project, overrides: Mapping[str, object] | None) -> config.Config:
    return config.load(Path(), overrides if overrides is not None else overriding.of_run(item))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False))


@click.command()
@_options
@click.option("--prompts", is_flag=True, help="What could be said better; PROJECTS may be files: yaml, json, csv, md.")
@click.option("--strict", is_flag=True, help="With --prompts: exit code 3 where there are findings.")
def check(projects: tuple[str, ...], *, as_json: bool, prompts: bool, strict: bool) -> None:
    """Say what is wrong with PROJECTS (default: all), every problem at once; nothing is built."""
    if prompts:
        proofreading.check(projects, as_json=as_json, strict=strict)
        return
    if strict:
        raise click.UsageError("--strict goes with --prompts")
    wanted = naming.named(projects)
    problems: list[Problem] = []
    warnings: list[str] = []
    for item in wanted:
        try:
            _storyboards([item])
            warnings += [warning for found in _plans([item]) for warning in found.film.warnings]
        except InvalidInput as error:
            problems += error.problems
    if as_json:
        _print_json({"problems": [asdict(problem) for problem in problems], "warnings": warnings})
        if problems:
            raise SystemExit(InvalidInput.exit_code)
        return
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if problems:
        raise InvalidInput(problems)
    click.echo(f"{len(wanted)} project{'s' if len(wanted) > 1 else ''} checked, nothing wrong", err=True)


@click.command()
@_options
@click.option("--draft", is_flag=True, help="The plan of draft.mp4 in place of final.mp4.")
@overriding.option
def plan(projects: tuple[str, ...], *, as_json: bool, draft: bool, pairs: tuple[str, ...]) -> None:
    """Show what PROJECTS (default: all) still need, why, and what it costs; nothing is built."""
    wanted, overrides = naming.named(projects), overriding.of_pairs(pairs) if pairs else None
    awaited = list(_storyboards(wanted, overrides).values())
    found = _plans(wanted, draft=draft, overrides=overrides)
    if as_json:
        listed = [*(_plan_json(item) for item in found), *(_storyboard_json(item) for item in awaited)]
        _print_json(sorted(listed, key=lambda value: str(value["project"])))
        return
    console = tables.console()
    for board in awaited:
        click.echo(board_lines.told(board, follows=not draft))
    for item in found:
        console.print(_plan_table(item))
        for line in verdicts.lines(item):
            click.echo(line)
        for warning in item.film.warnings:
            click.echo(f"warning: {warning}", err=True)


def _plan_json(found: FilmPlan) -> dict[str, object]:
    film = found.film
    return {
        "project": str(film.project.root),
        "film": str(film.project.film(film.cut)),
        "standing": found.standing,
        "reasons": found.reasons,
        "price_usd": found.price_usd,
        "budget_usd": film.budget_usd,
        "spent_usd": round(found.spent_usd, 3),
        "clips": [
            {
                "clip": item.clip.label,
                "standing": item.standing,
                "reasons": item.reasons,
                "backend": item.clip.backend,
                "seconds": item.clip.seconds,
                "action": item.action if item.to_make else "keep",
                "operation": item.operation,
                "price_usd": item.price_usd,
                "fingerprint": item.request.fingerprint,
                "narration": _sound_json(item.narration),
                "effect": _sound_json(item.effect),
            }
            for item in found.clips
        ],
        "pictures": [_picture_json(found, item) for item in found.drawn.values()],
    }


def _picture_json(found: FilmPlan, item: PicturePlan) -> dict[str, object]:
    return {
        "picture": item.label,
        "standing": item.standing,
        "needed": item in found.pictures,
        "reasons": item.reasons,
        "backend": item.request.backend if item.request else "sketch",
        "action": item.action if item.to_make else "keep",
        "operation": item.operation,
        "price_usd": item.price_usd,
        "fingerprint": item.wanted or None,
    }


def _storyboard_json(found: BoardPlan) -> dict[str, object]:
    """A film whose clips are not listed yet: who drafts them, and an estimate of what follows."""
    brief = found.brief
    return {
        "project": str(brief.project.root),
        "film": str(brief.project.film("final")),
        "standing": "undrafted",
        "reasons": ["its clips are not listed yet"],
        "price_usd": found.price_usd,
        "budget_usd": brief.written.budget_usd,
        "spent_usd": round(found.spent_usd, 3),
        "clips": [],
        "storyboard": {
            "clips": brief.asked.clips,
            "drafter": found.drafter,
            "backend": found.request.backend if found.request else None,
            "action": found.action,
            "operation": found.operation,
            "price_usd": found.price_usd,
            "fingerprint": found.wanted or None,
        },
        "estimate": [{"what": what, "usd": usd} for what, usd in found.after.parts],
        "estimate_usd": found.after.usd,
    }


def _sound_json(item: SoundPlan) -> dict[str, object] | None:
    """A line or an effect; null where the clip has none."""
    if not item.key:
        return None
    return {
        "standing": item.standing,
        "reasons": item.reasons,
        "backend": item.request.backend if item.request else None,
        "action": item.action if item.to_make else "keep",
        "operation": item.operation,
        "price_usd": item.price_usd,
        "fingerprint": item.wanted or None,
    }


def _plan_table(found: FilmPlan) -> Group:
    film = found.film
    table = Table(title=f"{film.project.film(film.cut)}", title_justify="left", title_style="bold")
    for name, justify in (
        ("clip", "left"),
        ("backend", "left"),
        ("length", "right"),
        ("price", "right"),
        ("how", "left"),
        ("why", "left"),
    ):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for picture in found.pictures:
        if picture.request is not None or picture.to_make:
            amount = picture.request.amount if picture.request else ""
            table.add_row(*_row(picture, amount), style="" if picture.to_make else "dim")
    for item in found.clips:
        table.add_row(*_row(item, f"{item.clip.seconds:g} s"), style="" if item.to_make else "dim")
        for sound in item.sounds:
            table.add_row(
                *_row(sound, sound.request.amount if sound.request else ""), style="" if sound.to_make else "dim"
            )
    budget = f" of ${film.budget_usd:.2f}" if film.budget_usd is not None else ""
    state = "up to date" if found.standing == "fresh" else ", ".join(found.reasons[:4])
    making = sum(item.to_make for item in found.parts)
    spent = f", ${found.spent_usd:.2f} spent so far" if found.spent_usd else ""
    return Group(table, Text(f"{making} to make, {catalog.priced(found.price_usd)}{budget}{spent}; film: {state}\n"))


def _row(item: Wanted, length: str) -> tuple[str, ...]:
    """A line of the plan: a clip, or a spoken line or an effect that a provider is asked for."""
    price = catalog.priced(item.price_usd)
    how = item.action.replace("_", " ") if item.to_make else "keep"
    why = ", ".join(item.reasons) if item.reasons else "up to date"
    who = item.request.backend if item.request else "sketch" if item.component == "images" else ""
    return item.label, who, length, price if item.to_make else "", how, why


@click.command()
@_options
@click.option("--brief", is_flag=True, help="One line a film.")
@click.option("--watch", is_flag=True, help="Keep showing it, once a second, until interrupted.")
def status(projects: tuple[str, ...], *, as_json: bool, brief: bool, watch: bool) -> None:
    """Show how PROJECTS (default: all) stand: made, in work, waiting; works during a run and after a crash."""
    wanted = naming.named(projects)
    if as_json:
        found, problems = _statuses(wanted)
        _print_json([asdict(item) for item in found])
        _refuse(problems)
        return
    for line in courier.complaints(courier.folder_in(config.load(Path()).slots_dir)):
        click.echo(line, err=True)
    console = tables.console()
    if not watch:
        found, problems = _statuses(wanted)
        console.print(_status_view(found, brief=brief))
        _refuse(problems)
        return
    with Live(_watched(wanted, brief=brief), console=console, refresh_per_second=1) as live:
        while True:
            time.sleep(1)
            live.update(_watched(wanted, brief=brief))


def _status_view(found: list[FilmStatus], *, brief: bool) -> Group:
    whole = len(found) == 1 and not brief
    return Group(*(_film_table(item) if whole else _film_line(item) for item in found))


def _watched(wanted: list[Project], *, brief: bool) -> Group:
    """What a manifest is wrong in at this moment stands below the films: it may be being edited."""
    found, problems = _statuses(wanted)
    return Group(_status_view(found, brief=brief), *(Text(str(problem)) for problem in problems))


def _statuses(wanted: list[Project]) -> tuple[list[FilmStatus], list[Problem]]:
    """How each film stands, and what is wrong with those that cannot be read."""
    found: list[FilmStatus] = []
    problems: list[Problem] = []
    for item in wanted:
        try:
            found += [statuses.of_storyboard(board) for board in _storyboards([item]).values()]
            found += map(statuses.of, _plans([item]))
        except InvalidInput as error:
            problems += error.problems
    # What is wrong in config.yaml is wrong for each of them.
    return sorted(found, key=lambda film: film.project), list(dict.fromkeys(problems))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidInput(problems)


def _film_line(film: FilmStatus) -> Text:
    if film.film == "undrafted":
        state = "being drafted" if film.running else "its clips are to be drafted from story.md"
        left = f"about {catalog.priced(film.to_spend_usd)} to spend"
        return Text(f"{film.project}/final.mp4: {state}, ${film.spent_usd:.2f} spent, {left}")
    done = sum(clip.doing in ("done", "by hand") for clip in film.clips)
    state = "being built" if film.running else "up to date" if film.film == "fresh" else "to build"
    length = f", {film.length_s:.1f} s" if film.length_s is not None else ""
    return Text(
        f"{film.project}/final.mp4: {state}{length}, {done}/{len(film.clips)} clips, ${film.spent_usd:.2f} spent"
    )


def _film_table(film: FilmStatus) -> Group:
    if film.film == "undrafted":
        return Group(_film_line(film))
    table = Table(title=film.title, title_justify="left", title_style="bold")
    for name in ("clip", "state", "line", "effect", "backend", "took", "cost", "why"):
        table.add_column(name, justify="right" if name in ("took", "cost") else "left")
    for clip in film.clips:
        cost = f"${clip.cost_usd:.2f}" if clip.outcome else ""
        doing = Text(clip.doing, style=_STYLES[clip.doing])
        sounds = [Text(sound, style=_STYLES.get(sound, "")) for sound in (clip.narration, clip.effect)]
        table.add_row(clip.label, doing, *sounds, clip.backend, _took(clip), cost, _why(clip))
    return Group(table, _film_line(film))


def _took(clip: ClipStatus) -> str:
    if clip.stage:
        return f"{clip.elapsed_s:.0f} of ~{clip.expected_s:.0f} s" if clip.expected_s else f"{clip.elapsed_s:.0f} s"
    return f"{clip.took_s:.1f} s" if clip.took_s else ""


def _why(clip: ClipStatus) -> str:
    """How far a clip is, or why it is to be made, or that a stand-in is in its place."""
    if clip.stage:
        return f"{'█' * (clip.percent // 10):<10} {clip.percent:3d} %  {clip.stage}"
    if clip.outcome in ("filtered", "failed", "timed_out"):
        return f"{clip.outcome}; a stand-in is in its place"
    return ", ".join(clip.reasons)
