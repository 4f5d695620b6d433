"""A clip that is bought: its take, and what is put in its place when there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workflow_lib import plan, takes
from workflow_lib.config import Config
from workflow_lib.errors import Filtered, GenerationFailed, TimedOut, WorkflowError
from workflow_lib.generate import pictures_sent, wanting
from workflow_lib.generate.desk import Desk, Obtained, Purchase
from workflow_lib.generate.door import Left
from workflow_lib.generate.made import Made
from workflow_lib.media import probe, verify
from workflow_lib.planned import ClipPlan
from workflow_lib.progress import Teller
from workflow_lib.project import Film
from workflow_lib.providers.base import Order
from workflow_lib.runs import Run

Render = Callable[[Film, ClipPlan, Path, Config], None]
"""Renders the animatic of a clip to a file."""

_OFF_USD = 0.005
_OFF_S = 0.5  # seconds by which a result may differ from what was asked before it is worth a word


def bought(film: Film, item: ClipPlan, temporary: Path, settings: Config, run: Run, render: Render) -> Made:
    """Bring the clip's take to `temporary`, or what the settings put in its place when there is none.

    Raises:
        WorkflowError: as obtain says, where the settings ask for nothing in its place.
    """
    tell = Teller(item.clip.label, item.clip.backend, film.project.progress(item.clip.number))
    desk = wanting.desk(film, settings, run, tell)
    try:
        found = _take(film, item, desk)
    except (Filtered, GenerationFailed, TimedOut) as error:
        outcome, policy = _policy(error, settings)
        if policy == "fail":
            raise
        tell.say(f"{outcome}: {error}; {'left out' if policy == 'skip' else 'a stand-in takes its place'}")
        render(film, item, temporary, settings)
        return Made(outcome, reason=str(error), skipped=policy == "skip")
    finally:
        tell.end()
    takes.copy(found.take.path, temporary)
    length = probe.probe(temporary).duration_s
    if abs(length - item.clip.asked_s) > _OFF_S:
        tell.say(f"is {length:.1f} s long instead of {item.clip.asked_s:g} s; kept as it is")
    attempt = found.take.attempt
    if found.how != "reused" and abs(attempt.cost_usd - item.clip.list_usd) > _OFF_USD:
        tell.say(f"cost ${attempt.cost_usd:.2f}, listed at ${item.clip.list_usd:.2f}: see `prices` in config.yaml")
    outcome = "reused" if found.how == "reused" else "generated"
    # What this run sent, lost sight of and found again is resumed, too.
    collected = found.how == "resumed" and run.began_after(attempt.at)
    return Made(outcome, cost_usd=attempt.cost_usd, operation=attempt.operation, collected=collected)


def submitted(film: Film, item: ClipPlan, settings: Config, run: Run) -> Left:
    """Submit the clip, if it was not, and leave it at its provider.

    Raises:
        WorkflowError: as obtain says.
    """
    tell = Teller(item.clip.label, item.clip.backend)
    return wanting.left(_purchase(film, item), wanting.desk(film, settings, run, tell))


def _take(film: Film, item: ClipPlan, desk: Desk) -> Obtained:
    return wanting.obtained(item, _purchase(film, item), desk)


def _purchase(film: Film, item: ClipPlan) -> Purchase:
    return Purchase(
        request=item.request,
        list_usd=item.clip.list_usd,
        project=str(film.project.root),
        clip=item.clip.label,
        order=lambda folder: _order(film, item, folder),
        check=check_sound,
        settle=f"clipwright retake {film.project.root} {item.clip.number:02d}",
        pixels=item.pictures.pixels,
    )


def _order(film: Film, item: ClipPlan, folder: Path) -> Order:
    order = pictures_sent.order(item.clip, film.frame, folder)
    # After they were read: a clip may have waited for hours while somebody went on with its pictures.
    plan.check_pictures(film, item)
    return order


def check_sound(path: Path) -> None:
    """See that a result decodes to its end.

    Raises:
        BadMedia: it does not.
    """
    verify.verify_clip(path, name=path.name)


def _policy(error: WorkflowError, settings: Config) -> tuple[str, str]:
    """The name of an outcome, and what is to be done about it."""
    if isinstance(error, Filtered):
        return "filtered", settings.on_filtered
    if isinstance(error, TimedOut):
        return "timed_out", settings.on_timeout
    return "failed", settings.on_failed
