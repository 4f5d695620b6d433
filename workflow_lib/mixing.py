"""From the lines of a film, and what its clips sound like, to the film's sound."""

from __future__ import annotations

from collections.abc import Sequence

from workflow_lib import files, layout, locks, parts, plan
from workflow_lib.conforming import frames_of
from workflow_lib.digests import Digests
from workflow_lib.media import ffmpeg, sound
from workflow_lib.media.laying import Cue
from workflow_lib.parts import Heard
from workflow_lib.project import Film

Laid = tuple[int, int, str]
"""Where a sound stands in a film: the number of its clip, the clip's frames, and the key of its line."""


def mix_sound(film: Film, *, ffmpeg_path: str | None) -> str:
    """Lay the film's sound under its clips, most of which need not be there: their lengths are known.

    Raises:
        BadMedia: a line, or the sound of a clip, does not decode.
    """
    digests, ledger = Digests(film.project), plan.ledger_of(film)
    found = [plan.heard(film, clip, digests, ledger) for clip in film.clips]
    return _mix(film, [one for one in found if one is not None], ffmpeg_path)


def mix_again_unless(film: Film, laid: Sequence[Laid], *, ffmpeg_path: str | None) -> None:
    """Lay the sound of those clips alone, unless it is so laid: clips may have been left out, or put there, since.

    Raises:
        As mix_sound.
    """
    known = files.read_json(layout.receipt(film.project.sound(film.cut)))
    if known.get("laid") == [list(one) for one in laid] and film.project.sound(film.cut).exists():
        return
    digests, ledger, numbers = Digests(film.project), plan.ledger_of(film), {number for number, _, _ in laid}
    found = [plan.heard(film, clip, digests, ledger) for clip in film.clips if clip.number in numbers]
    _mix(film, [one for one in found if one is not None], ffmpeg_path)


def _mix(film: Film, found: Sequence[Heard], ffmpeg_path: str | None) -> str:
    out = film.project.sound(film.cut)
    with locks.making(film.project, out):
        # A kill from here on must not leave the receipt of an older file beside a newer one.
        layout.receipt(out).unlink(missing_ok=True)
        clips = [film.clip(one.number) for one in found]
        frames = [frames_of(film, clip, one.seconds, one.narration) for clip, one in zip(clips, found, strict=True)]
        cues = [
            Cue(
                samples,
                film.narration(clip) if one.narration else None,
                film.video(clip) if one.own else None,
            )
            for clip, one, samples in zip(clips, found, sound.samples(film.spec, frames), strict=True)
        ]
        sound.mix_sound(cues, out, lead_s=parts.LEAD_S, ffmpeg=ffmpeg.binary(ffmpeg_path))
        laid = [(one.number, count, one.narration) for one, count in zip(found, frames, strict=True)]
        made = {"laid": laid, "from": parts.sounded_from(film, found), "size": out.stat().st_size}
        files.write_json(layout.receipt(out), made)
    return f"{out}: {film.spec.seconds(sum(frames)):.1f} s"
