"""From a clip to its conformed copy: picture and sound as the film is joined from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from workflow_lib import files, layout, locks, parts, plan
from workflow_lib.errors import BadMedia, WorkflowError
from workflow_lib.media import conform, encode, ffmpeg, probe
from workflow_lib.project import Film


def conform_clip(film: Film, number: int, *, ffmpeg_path: str | None) -> str:
    """Bring clip `number` to the film's picture and sound, long enough that no word is cut.

    Raises:
        BadMedia: the clip or its narration does not decode.
    """
    item = plan.of_clip(film, number)
    clip, project = item.clip, film.project
    out, flac = project.picture(film.cut, number), project.clip_sound(film.cut, number)
    quality = encode.FINAL if film.cut == "final" else encode.DRAFT
    tool = ffmpeg.binary(ffmpeg_path)
    video, spoken = film.video(clip), film.narration(clip)
    if item.narration.standing == "stale":
        raise WorkflowError(f"the narration of {clip.label} was edited during the run; run the same command again")
    with locks.making(project, out):
        # A kill from here on must not leave the receipt of older files beside newer ones.
        layout.receipt(out).unlink(missing_ok=True)
        length = parts.cut_seconds(item) or probe.probe(video).duration_s
        line = _line_seconds(spoken) if item.narration.key else None
        frames = conform.clip_frames(film.spec, length, line, parts.LEAD_S, parts.TAIL_S)
        lay = partial(conform.conform_sound, frames=frames, lead_s=parts.LEAD_S, ffmpeg=tool)
        with ThreadPoolExecutor(1) as beside:
            laid = beside.submit(lay, video, spoken if line else None, flac, film.spec)
            # A clip that was bought was decoded before it came into the store.
            report = conform.conform_picture(
                video, out, film.spec, quality, frames=frames, ffmpeg=tool, decoded=parts.cut_seconds(item) is not None
            )
            laid.result()
        made = {
            "frames": frames,
            "mode": report.mode,
            "from": parts.conformed_from(film, item),
            "sizes": [out.stat().st_size, flac.stat().st_size],
            "sound": files.sha256_file(flac),
        }
        files.write_json(layout.receipt(out), made)
    return f"{clip.label}: {frames} frames, {report.mode}"


def _line_seconds(spoken: Path) -> float | None:
    if not spoken.exists():
        return None
    try:
        return probe.probe(spoken).duration_s or None
    except BadMedia as error:
        raise BadMedia(f"{error}; delete it to have it spoken again") from error
