"""Make one clip of a film: rendered for free, or bought through the one door, or a stand-in for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from workflow_lib import catalog, courtesy, identity, layout, locks, picture_plans, plan, receipts
from workflow_lib.config import Config
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia, WorkflowError
from workflow_lib.generate.made import Made
from workflow_lib.media import encode, ffmpeg, probe
from workflow_lib.planned import ClipPlan
from workflow_lib.progress import Rendering
from workflow_lib.project import Film
from workflow_lib.receipts import FileId, Receipt
from workflow_lib.runs import Ending, Run


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
        outcome = "collected" if made.collected else made.outcome
        run.log(_ending(film, item, outcome, 0, made.reason or "", made))
        return f"{item.clip.label}: {made.outcome} in {took_s:.1f} s, ${made.cost_usd:.2f}"


def _make(film: Film, item: ClipPlan, target: Path, settings: Config, run: Run) -> tuple[Made | None, float]:
    started, began = datetime.now(UTC), time.monotonic()
    temporary = target.with_name(f".{target.stem}.made{target.suffix}")
    try:
        if catalog.is_paid(item.clip.backend):
            # A clip that is rendered needs no provider, and starts sooner without them.
            from workflow_lib.generate import buying  # noqa: PLC0415

            made = buying.bought(film, item, temporary, settings, run, render=_render)
        else:
            _render(film, item, temporary, settings)
            made = Made("animatic")
        took_s = time.monotonic() - began
        if plan.is_by_hand(film, item.clip):
            return None, took_s
        receipt = _receipt(film, item, temporary, made, started, took_s)
        receipts.put_in_place(temporary, target, layout.receipt(target), receipts.as_dict(receipt))
    finally:
        temporary.unlink(missing_ok=True)
    return made, took_s


def _render(film: Film, item: ClipPlan, temporary: Path, settings: Config) -> None:
    """Render the animatic, and see that our encoder wrote all frames."""
    # A clip that is bought needs no renderer, and is submitted sooner without it.
    from workflow_lib.providers import animatic  # noqa: PLC0415

    courtesy.give_way()
    quality = encode.FINAL if film.cut == "final" else encode.DRAFT
    composed = item.pictures.composite != "manual"
    tools = ffmpeg.binary(settings.ffmpeg)
    told = film.project.progress(item.clip.number) if film.cut == "final" else None
    with Rendering(told, "animatic") as going:
        animatic.make(item.clip, temporary, film.spec, quality, composed=composed, ffmpeg=tools, progress=going.tell)
    plan.check_drawn(film, picture_plans.layers_of(item))
    frames, video = film.spec.frames(item.clip.seconds), probe.probe(temporary).video
    if video is None or video.frames != frames:
        raise BadMedia(f"{temporary.name} has {video.frames if video else 0} frames instead of {frames}")


def _receipt(film: Film, item: ClipPlan, file: Path, made: Made, started: datetime, took_s: float) -> Receipt:
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


def _ending(film: Film, item: ClipPlan, outcome: str, code: int, cause: str, made: Made | None = None) -> Ending:
    return Ending(
        project=str(film.project.root),
        clip=item.clip.label,
        outcome=outcome,
        code=code,
        cause=cause,
        backend=item.clip.backend,
        operation=made.operation if made else item.operation,
        usd=made.cost_usd if made else 0.0,
        cut=film.cut,
    )
