"""From a clip to its conformed copy: the picture as the film is joined from, and how long a clip lasts in the film."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from workflow_lib import files, layout, locks, parts, plan, spacing, speaking, timing
from workflow_lib.clip import Clip
from workflow_lib.errors import BadMedia, InvalidInput, WorkflowError
from workflow_lib.media import conform, encode, ffmpeg, probe
from workflow_lib.project import Film
from workflow_lib.timing import Pace, TooShortError

_PALE = (
    "is HDR and looks pale in the film, as this ffmpeg has no zscale: export it in SDR (Rec. 709; on an iPhone with "
    "Settings > Camera > Record Video > HDR Video switched off), or set `ffmpeg: null` in config.yaml"
)


def conform_clip(film: Film, number: int, *, ffmpeg_path: str | None) -> str:
    """Bring clip `number` to the film's picture, long enough that no word of its line is cut.

    Raises:
        BadMedia: the clip or its narration does not decode.
    """
    item = plan.of_clip(film, number)
    clip, project = item.clip, film.project
    out = project.picture(film.cut, number)
    quality = encode.FINAL if film.cut == "final" else encode.DRAFT
    if item.narration.standing == "stale":
        raise WorkflowError(f"the narration of {clip.label} was edited during the run; run the same command again")
    with locks.making(project, out):
        # A kill from here on must not leave the receipt of an older file beside a newer one.
        layout.receipt(out).unlink(missing_ok=True)
        burned = film.captions == "burned" and bool(item.narration.key)
        pace = pace_of(film, clip, parts.cut_seconds(item), item.narration.key)
        report = conform.conform_picture(
            film.video(clip),
            out,
            film.spec,
            quality,
            frames=pace.frames,
            change=conform.Change(pace.slower, tuple(speaking.clip_captions(film, clip)) if burned else ()),
            ffmpeg=ffmpeg.binary(ffmpeg_path),
            # A clip with a receipt was decoded before it came into the store, or written by our encoder.
            decoded=item.standing != "manual",
        )
        made = {
            "frames": pace.frames,
            "played": _played(film, clip, pace),
            "slower": str(pace.slower),
            "mode": report.mode,
            "from": parts.conformed_from(film, item),
            "size": out.stat().st_size,
        }
        files.write_json(layout.receipt(out), made)
    if report.pale:
        sys.stderr.write(f"{clip.label} {_PALE}\n")
    return f"{clip.label}: {pace.frames} frames, {report.mode}{' (HDR, pale)' if report.pale else ''}"


def _played(film: Film, clip: Clip, pace: Pace) -> int:
    """How many frames show the clip's own picture before its last one is held."""
    own_s = Fraction(probe.probe(film.video(clip)).duration_s)
    return min(pace.frames, round(own_s * pace.slower * film.spec.fps))


def pace_of(film: Film, clip: Clip, seconds: float | None, narration_key: str) -> Pace:
    """How long `clip` lasts in the film: its picture has `seconds`, or is all of a clip that is there.

    Raises:
        BadMedia: the clip or its narration cannot be read.
        InvalidInput: its length is fixed, and too short for its line or its transitions.
    """
    own_s = probe.probe(film.video(clip)).duration_s if seconds is None else seconds
    line_s = _line_seconds(film.narration(clip)) if narration_key else None
    try:
        return timing.pace(film.spec, own_s, line_s, spacing.rule_of(film, clip, narration_key))
    except TooShortError as error:
        raise InvalidInput([spacing.too_short(film, clip, error.least_s)]) from None


def _line_seconds(spoken: Path) -> float | None:
    if not spoken.exists():
        return None
    try:
        return probe.probe(spoken).duration_s or None
    except BadMedia as error:
        raise BadMedia(f"{error}; delete it to have it spoken again") from error
