"""From a clip to its conformed copy: the picture as the film is joined from, and how long a clip lasts in the film."""

from __future__ import annotations

from pathlib import Path

from workflow_lib import files, layout, locks, parts, plan
from workflow_lib.errors import BadMedia, WorkflowError
from workflow_lib.media import conform, encode, ffmpeg, probe
from workflow_lib.project import Clip, Film


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
        frames = frames_of(film, clip, parts.cut_seconds(item), item.narration.key)
        report = conform.conform_picture(
            film.video(clip),
            out,
            film.spec,
            quality,
            frames=frames,
            ffmpeg=ffmpeg.binary(ffmpeg_path),
            # A clip that was bought was decoded before it came into the store.
            decoded=parts.cut_seconds(item) is not None,
        )
        made = {
            "frames": frames,
            "mode": report.mode,
            "from": parts.conformed_from(film, item),
            "size": out.stat().st_size,
        }
        files.write_json(layout.receipt(out), made)
    return f"{clip.label}: {frames} frames, {report.mode}"


def frames_of(film: Film, clip: Clip, seconds: float | None, narration_key: str) -> int:
    """How many frames `clip` has in the film: `seconds`, or all of its own, and enough for its line.

    Raises:
        BadMedia: the clip or its narration cannot be read.
    """
    own_s = probe.probe(film.video(clip)).duration_s if seconds is None else seconds
    line_s = _line_seconds(film.narration(clip)) if narration_key else None
    return conform.clip_frames(film.spec, own_s, line_s, parts.LEAD_S, parts.TAIL_S)


def _line_seconds(spoken: Path) -> float | None:
    if not spoken.exists():
        return None
    try:
        return probe.probe(spoken).duration_s or None
    except BadMedia as error:
        raise BadMedia(f"{error}; delete it to have it spoken again") from error
