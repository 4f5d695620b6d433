"""Make one clip of a film: rendered for free, or obtained through the one door, or a stand-in for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflow_lib import catalog, identity, layout, locks, plan, receipts, takes
from workflow_lib.budgets import Budgets
from workflow_lib.config import Config
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia, Filtered, GenerationFailed, TimedOut, WorkflowError
from workflow_lib.generate import pictures_sent
from workflow_lib.generate.desk import Desk, Obtained, Purchase
from workflow_lib.generate.door import obtain
from workflow_lib.media import encode, ffmpeg, probe, verify
from workflow_lib.plan import ClipPlan
from workflow_lib.progress import Teller
from workflow_lib.project import Film
from workflow_lib.providers import animatic
from workflow_lib.receipts import FileId, Receipt
from workflow_lib.runs import Ending, Run
from workflow_lib.takes import Store

_OFF_USD = 0.005
_OFF_S = 0.5  # seconds by which a result may differ from what was asked before it is worth a word


@dataclass(frozen=True, slots=True)
class _Made:
    """What a clip's receipt says of its making."""

    outcome: str
    cost_usd: float = 0.0
    operation: str | None = None
    reason: str | None = None
    skipped: bool = False


def clip(film: Film, number: int, settings: Config) -> str:
    """Make clip `number` of `film` and its receipt; returns one line that says what was done.

    A clip that is up to date, or that somebody put there, is left alone: another process may have made it meanwhile.

    Raises:
        WorkflowError: as obtain says; nothing was left half-made.
    """
    run = Run.current(Path(settings.slots_dir))
    target = film.video(film.clip(number))
    with locks.making(film.project, target):
        item = plan.of_clip(film, number)
        if not item.to_make:
            return f"{item.clip.label}: {item.standing}"
        try:
            made, took_s = _make(film, item, target, settings, run)
        except WorkflowError as error:
            run.log(_ending(film, item, type(error).__name__, error.exit_code, str(error)))
            raise
        if made is None:
            return f"{item.clip.label}: put there by hand meanwhile, kept"
        run.log(_ending(film, item, made.outcome, 0, made.reason or "", made))
        return f"{item.clip.label}: {made.outcome} in {took_s:.1f} s, ${made.cost_usd:.2f}"


def _make(film: Film, item: ClipPlan, target: Path, settings: Config, run: Run) -> tuple[_Made | None, float]:
    started, began = datetime.now(UTC), time.monotonic()
    temporary = target.with_name(f".{target.stem}.made{target.suffix}")
    try:
        if catalog.is_paid(item.clip.backend):
            made = _obtained(film, item, temporary, settings, run)
        else:
            _render(film, item, temporary, settings)
            made = _Made("animatic")
        took_s = time.monotonic() - began
        if plan.is_by_hand(film, item.clip):
            return None, took_s
        receipt = _receipt(film, item, temporary, made, started, took_s)
        receipts.put_in_place(temporary, target, layout.receipt(target), receipts.as_dict(receipt))
    finally:
        temporary.unlink(missing_ok=True)
    return made, took_s


def _obtained(film: Film, item: ClipPlan, temporary: Path, settings: Config, run: Run) -> _Made:
    """The clip's take, or what the settings put in its place when there is none."""
    tell = Teller(item.clip.label, item.clip.backend, film.project.progress(item.clip.number))
    desk = Desk(settings, Store(film.project.takes), _budgets(film, settings), run, tell)
    try:
        found = _take(film, item, desk)
    except (Filtered, GenerationFailed, TimedOut) as error:
        outcome, policy = _policy(error, settings)
        if policy == "fail":
            raise
        tell.say(f"{outcome}: {error}; {'left out' if policy == 'skip' else 'a stand-in takes its place'}")
        _render(film, item, temporary, settings)
        return _Made(outcome, reason=str(error), skipped=policy == "skip")
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
    return _Made(outcome, cost_usd=attempt.cost_usd, operation=attempt.operation)


def _take(film: Film, item: ClipPlan, desk: Desk) -> Obtained:
    ledger = desk.store.ledger()
    request = plan.take_request(item, ledger)
    choice = ledger.chosen(item.request.fingerprint)
    if choice is not None and choice.number is None:
        take = desk.store.find(choice.take, ledger)
        if take is None:
            raise BadMedia(f"{item.clip.label}: the take that was chosen for it is gone from {desk.store.folder}")
        return Obtained(take, "reused")
    purchase = Purchase(
        request=request,
        list_usd=item.clip.list_usd,
        project=str(film.project.root),
        clip=item.clip.label,
        order=lambda folder: pictures_sent.order(item.clip, film.frame, folder),
        check=check_sound,
        settle=f"clipwright retake {film.project.root} {item.clip.number:02d}",
        pixels=item.pictures.pixels,
    )
    return obtain(purchase, desk)


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


def _budgets(film: Film, settings: Config) -> Budgets:
    return Budgets(
        folder=Path(settings.slots_dir),
        stores=lambda: layout.find_stores(Path()),
        project_usd=film.budget_usd,
        channel_usd=settings.channel_budget_usd,
        session_usd=settings.budget_usd,
    )


def _render(film: Film, item: ClipPlan, temporary: Path, settings: Config) -> None:
    """Render the animatic, and see that our encoder wrote all frames; they are decoded when the clip is conformed."""
    quality = encode.FINAL if film.cut == "final" else encode.DRAFT
    composed = item.pictures.composite != "manual"
    animatic.make(item.clip, temporary, film.spec, quality, composed=composed, ffmpeg=ffmpeg.binary(settings.ffmpeg))
    frames, video = film.spec.frames(item.clip.seconds), probe.probe(temporary).video
    if video is None or video.frames != frames:
        raise BadMedia(f"{temporary.name} has {video.frames if video else 0} frames instead of {frames}")


def _receipt(film: Film, item: ClipPlan, file: Path, made: _Made, started: datetime, took_s: float) -> Receipt:
    clip = item.clip
    looked_at = [*clip.source.files(), *([clip.source.start] if clip.source.start else [])]
    marks = identity.open_marks(film, Digests(film.project), plan.ledger_of(film))
    return Receipt(
        outcome=made.outcome,
        backend=clip.backend,
        model=clip.model,
        fingerprint=item.request.fingerprint,
        request=item.request.as_dict(),
        file=FileId.of(file),
        pictures=marks.marked(looked_at),
        operation=made.operation,
        cost_usd=made.cost_usd,
        started=started.isoformat(timespec="seconds"),
        took_s=round(took_s, 2),
        reason=made.reason,
        take=item.wanted if item.wanted != item.request.fingerprint else None,
        skipped=made.skipped,
    )


def _ending(film: Film, item: ClipPlan, outcome: str, code: int, cause: str, made: _Made | None = None) -> Ending:
    return Ending(
        project=str(film.project.root),
        clip=item.clip.label,
        outcome=outcome,
        code=code,
        cause=cause,
        backend=item.clip.backend,
        operation=made.operation if made else item.operation,
        usd=made.cost_usd if made else 0.0,
    )
