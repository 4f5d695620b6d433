"""From the lines of a film, and what its clips sound like, to the film's sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from workflow_lib import files, layout, locks, parts, plan, timing
from workflow_lib.clip import Clip
from workflow_lib.conforming import pace_of
from workflow_lib.digests import Digests
from workflow_lib.film import Music
from workflow_lib.media import ffmpeg, sound
from workflow_lib.media.encode import SAMPLE_RATE
from workflow_lib.media.laying import Placed
from workflow_lib.media.loudness import factor
from workflow_lib.media.sound import Stems
from workflow_lib.parts import Heard
from workflow_lib.project import Film

_SOFT_EDGE = SAMPLE_RATE // 100  # a sound that is cut anywhere else clicks

Laid = tuple[int, int, str]
"""Where a sound stands in a film: the number of its clip, the frames until the next one's, and the key of its line."""


def mix_sound(film: Film, *, ffmpeg_path: str | None) -> str:
    """Lay the film's sound under its clips, most of which need not be there: their lengths are known.

    Raises:
        BadMedia: a line, or the sound of a clip, does not decode.
    """
    digests, ledger = Digests(film.project), plan.ledger_of(film)
    found = [plan.heard(film, clip, digests, ledger) for clip in film.clips]
    return _mix(film, [one for one in found if one is not None], ffmpeg_path)


def mix_again_unless(film: Film, laid: Sequence[Laid], *, ffmpeg_path: str | None) -> dict[str, Any]:
    """Lay the sound of those clips alone, unless it is so laid; returns what it is laid from.

    Clips may have been left out, or put there by hand, since it was.

    Raises:
        As mix_sound.
    """
    sound_file = film.project.sound(film.cut)
    known = files.read_json(layout.receipt(sound_file))
    if known.get("laid") != [list(one) for one in laid] or not sound_file.exists():
        digests, ledger, numbers = Digests(film.project), plan.ledger_of(film), {number for number, _, _ in laid}
        found = [plan.heard(film, clip, digests, ledger) for clip in film.clips if clip.number in numbers]
        _mix(film, [one for one in found if one is not None], ffmpeg_path)
        known = files.read_json(layout.receipt(sound_file))
    made_from: dict[str, Any] = known["from"]
    return made_from


def _mix(film: Film, found: Sequence[Heard], ffmpeg_path: str | None) -> str:
    out = film.project.sound(film.cut)
    with locks.making(film.project, out):
        # A kill from here on must not leave the receipt of an older file beside a newer one.
        layout.receipt(out).unlink(missing_ok=True)
        clips = [film.clip(one.number) for one in found]
        paces = [pace_of(film, clip, one.seconds, one.narration) for clip, one in zip(clips, found, strict=True)]
        # What two clips share is the next one's: the line of the one before is over by then.
        shared = parts.overlaps(film, found)
        frames = [pace.frames - overlap for pace, overlap in zip(paces, shared, strict=True)]
        counts = sound.samples(film.spec, frames)
        slower = [pace.slower for pace in paces]
        lengths = zip(clips, found, counts, _in_samples(film, shared), slower, strict=True)
        heard = [_Heard(*one) for one in lengths]
        level = sound.mix_sound(_stems(film, heard), out, film.level, ffmpeg=ffmpeg.binary(ffmpeg_path))
        laid = [(one.number, count, one.narration) for one, count in zip(found, frames, strict=True)]
        music = Digests(film.project).of(film.music.path) if film.music else None
        made = {
            "laid": laid,
            "from": parts.sounded_from(film, found, music),
            "size": out.stat().st_size,
            "lufs": round(level.lufs, 2),
            "peak_dbtp": round(level.peak_dbtp, 2),
        }
        files.write_json(layout.receipt(out), made)
    told = "silent" if level.is_silent else f"{level.lufs:.1f} LUFS, peaks at {level.peak_dbtp:.1f} dBTP"
    return f"{out}: {film.spec.seconds(sum(frames)):.1f} s, {told}"


@dataclass(frozen=True, slots=True)
class _Heard:
    """A clip, what is heard of it, for how many samples until the next one, and how many it shares with that.

    `slower`: how many times longer its picture is shown.
    """

    clip: Clip
    heard: Heard
    samples: int
    shared: int
    slower: Fraction


def _in_samples(film: Film, frames: Sequence[int]) -> list[int]:
    return [round(film.spec.seconds(count) * SAMPLE_RATE) for count in frames]


def _stems(film: Film, clips: Sequence[_Heard]) -> Stems:
    """What is heard in the film, and where."""
    voice, under, own, at, before = [], [], [], 0, 0
    for one in clips:
        if one.heard.narration:
            lead = round(timing.LEAD_S * SAMPLE_RATE)
            voice.append(Placed(film.narration(one.clip), at + lead, one.samples - lead, whole=True))
        edges = max(before, _SOFT_EDGE), max(one.shared, _SOFT_EDGE)
        if one.heard.effect:
            under.append(Placed(film.effect(one.clip), at, one.samples + one.shared, *edges))
        if one.heard.own and film.own_sound != "drop":
            own.append(Placed(film.video(one.clip), at, one.samples + one.shared, *edges, slower=one.slower))
        at, before = at + one.samples, one.shared
    under += [_music(film.music, at)] if film.music else []
    ducked = film.own_sound == "duck"
    return Stems(at, voice, under + (own if ducked else []), [] if ducked else own)


def _music(music: Music, total: int) -> Placed:
    fade_in, fade_out = (round(seconds * SAMPLE_RATE) for seconds in (music.fade_in_s, music.fade_out_s))
    gain = factor(music.gain_db)
    return Placed(music.path, 0, total, min(fade_in, total), min(fade_out, total), gain, loops=True)
