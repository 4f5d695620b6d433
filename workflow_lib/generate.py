"""Make one clip: the only place that asks a backend for anything."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from workflow_lib import layout, locks, plan, receipts
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia
from workflow_lib.media import encode, ffmpeg, probe
from workflow_lib.plan import ClipPlan
from workflow_lib.project import Film
from workflow_lib.providers import animatic
from workflow_lib.receipts import FileId, Receipt


def clip(film: Film, number: int, *, ffmpeg_path: str | None) -> str:
    """Make clip `number` of `film` and its receipt; returns one line that says what was done.

    A clip that is up to date, or that somebody put there, is left alone: another process may have made it meanwhile.

    Raises:
        InvalidInput, MissingTool, BadMedia, OutOfSpace: nothing was left half-made.
    """
    target = film.video(film.clip(number))
    with locks.making(film.project, target):
        item = plan.of_clip(film, number)
        if not item.to_make:
            return f"{item.clip.label}: {item.standing}"
        plan.check_backends([item])
        started, began = datetime.now(UTC), time.monotonic()
        temporary = target.with_name(f".{target.stem}.made{target.suffix}")
        try:
            quality = encode.FINAL if film.cut == "final" else encode.DRAFT
            composed = item.pictures.composite != "manual"
            tool = ffmpeg.binary(ffmpeg_path)
            animatic.make(item.clip, temporary, film.spec, quality, composed=composed, ffmpeg=tool)
            _check(temporary, film.spec.frames(item.clip.seconds))
            if plan.is_by_hand(film, item.clip):
                return f"{item.clip.label}: put there by hand meanwhile, kept"
            receipt = _receipt(film, item, temporary, started, time.monotonic() - began)
            receipts.put_in_place(temporary, target, layout.receipt(target), receipts.as_dict(receipt))
        finally:
            temporary.unlink(missing_ok=True)
        return f"{item.clip.label}: made in {time.monotonic() - began:.1f} s"


def _check(made: Path, frames: int) -> None:
    """See that our encoder wrote all frames; they are decoded once, when the clip is conformed."""
    video = probe.probe(made).video
    if video is None or video.frames != frames:
        raise BadMedia(f"{made.name} has {video.frames if video else 0} frames instead of {frames}")


def _receipt(film: Film, item: ClipPlan, made: Path, started: datetime, took_s: float) -> Receipt:
    clip = item.clip
    looked_at = [*clip.source.files(), *([clip.source.start] if clip.source.start else [])]
    marks = plan.open_marks(film, Digests(film.project))
    return Receipt(
        outcome="animatic",
        backend=clip.backend,
        model=clip.model,
        fingerprint=item.request.fingerprint,
        request=item.request.as_dict(),
        file=FileId.of(made),
        pictures=marks.marked(looked_at),
        started=started.isoformat(timespec="seconds"),
        took_s=round(took_s, 2),
    )
