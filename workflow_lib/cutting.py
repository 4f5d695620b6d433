"""From conformed clips, the joins between them and the sound to the film, and to the texts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from workflow_lib import (
    edl,
    fading,
    files,
    joins,
    locks,
    mixing,
    otio,
    parts,
    plan,
    sound_plans,
    spacing,
    speaking,
    timeline,
)
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia
from workflow_lib.fading import Report
from workflow_lib.media import assemble, captions, ffmpeg, transition
from workflow_lib.media.captions import Caption
from workflow_lib.media.joining import Part as Copied
from workflow_lib.media.transition import Shot
from workflow_lib.project import Film
from workflow_lib.timing import LEAD_S
from workflow_lib.transitions import CUT


def assemble_film(film: Film, numbers: Sequence[int], *, ffmpeg_path: str | None) -> str:
    """Join the conformed clips `numbers` and the sound into the film, stamped with what it was made from.

    Its captions and its edit lists are written beside it.

    Raises:
        BadMedia: a clip has no conformed copy, or a part cannot be joined.
    """
    project, cut = film.project, film.cut
    out = project.film(cut)
    kept, reports = _kept(film, numbers)
    shots = fading.shots_of(film, kept, reports)
    starts = _starts(shots)
    whole = starts[-1] + shots[-1].frames
    heard = [after - start for start, after in zip(starts, [*starts[1:], whole], strict=True)]
    laid = [
        (number, count, str(report["from"]["narration"]))
        for number, count, report in zip(kept, heard, reports, strict=True)
    ]
    sounded = mixing.mix_again_unless(film, laid, ffmpeg_path=ffmpeg_path)
    titles = [film.clip(number).title or "" for number in kept]
    seconds = [film.spec.seconds(start) if start else 0.0 for start in starts]
    joined = _parts(film, kept, reports, shots)
    cues = speaking.captions_of(film, kept, reports, seconds)
    pictures = _pictures(film, kept, shots, ffmpeg_path)
    with locks.making(project, out):
        _write_texts(film, cues, _events(film, kept, reports, starts, shots))
        report = assemble.assemble(
            pictures,
            project.sound(cut),
            out,
            film.spec,
            frames=whole,
            ffmpeg=ffmpeg.binary(ffmpeg_path),
            texts=assemble.Texts(
                film.title,
                parts.stamp_of(film, joined, sounded),
                [(title, start) for title, start in zip(titles, seconds, strict=True) if title],
                project.captions(cut, "srt") if cues and film.captions == "soft" else None,
            ),
        )
        listed = [part.told() for part in joined]
        files.write_json(project.parts(cut), {"parts": listed, "captions": film.captions, "sound": sounded})
    return f"{out}: {report.duration_s:.1f} s"


def _starts(shots: Sequence[Shot]) -> list[int]:
    """The frame of the film at which each clip starts."""
    return list(accumulate((one.frames - one.out_of.overlap for one in shots[:-1]), initial=0))


def _pictures(film: Film, kept: Sequence[int], shots: Sequence[Shot], ffmpeg_path: str | None) -> list[Path | Copied]:
    """What the film's picture is copied from: whole clips, or, where they fade, their parts and the joins between."""
    if all(one.into == CUT for one in shots):
        return [one.path for one in shots]
    rendered = {join.after: fading.render(film, join, ffmpeg_path=ffmpeg_path) for join in joins.joins_of(film, kept)}
    return [*transition.film_parts(shots, [rendered.get(number) for number in kept], film.spec)]


def _parts(film: Film, kept: Sequence[int], reports: Sequence[Report], shots: Sequence[Shot]) -> list[parts.Part]:
    """What the film holds of each clip, as it was conformed.

    Captions beside the picture are made from what is there at this moment; those in it, when it was conformed.
    """
    digests, ledger = Digests(film.project), plan.ledger_of(film)
    found = []
    for number, report, shot in zip(kept, reports, shots, strict=True):
        clip, made_from = film.clip(number), report["from"]
        told = (str(made_from["video"]), str(made_from["narration"]), made_from["seconds"])
        rule, said = made_from.get("rule", {}), str(made_from.get("said", ""))
        if told[1] and film.captions != "burned":
            said = sound_plans.narration(film, clip, digests, ledger).said
        found.append(parts.Part(number, clip.title or "", *told, rule, spacing.way_said(shot.into), said))
    return found


def _kept(film: Film, numbers: Sequence[int]) -> tuple[list[int], list[Report]]:
    """The clips that the film is joined from, without those that it leaves out, and how they were conformed."""
    made = {number: fading.report_of(film, number) for number in numbers}
    kept = [number for number in numbers if not made[number]["from"]["skipped"]]
    if not kept:
        raise BadMedia(f"{film.project.root}: every clip is left out (on_filtered, on_failed, on_timeout: skip)")
    return kept, [made[number] for number in kept]


def _events(
    film: Film, kept: Sequence[int], reports: Sequence[Report], starts: Sequence[int], shots: Sequence[Shot]
) -> list[timeline.Event]:
    """The film as editing programs take it: the clips as they were made, not as they were conformed."""
    found = []
    for number, report, start, shot in zip(kept, reports, starts, shots, strict=True):
        clip, root = film.clip(number), film.project.root
        line = None
        if report["from"]["narration"] and (line_s := speaking.line_seconds(film, clip)):
            spoken = film.narration(clip).relative_to(root).as_posix()
            line = (spoken, start + film.spec.frames(LEAD_S), film.spec.frames(line_s))
        event = timeline.Event(
            name=clip.label,
            title=clip.title or "",
            file=film.video(clip).relative_to(root).as_posix(),
            start=start,
            frames=shot.frames,
            played=int(report.get("played", shot.frames)),
            slower=Fraction(report.get("slower", 1)),
            into=shot.into,
            line=line,
        )
        found.append(event)
    return found


def _write_texts(film: Film, cues: Sequence[Caption], events: Sequence[timeline.Event]) -> None:
    project, cut = film.project, film.cut
    files.write_text(project.captions(cut, "srt"), captions.srt(cues))
    files.write_text(project.captions(cut, "vtt"), captions.vtt(cues))
    files.write_text(project.edit_list(cut, "edl"), edl.written(film.title, film.spec, events))
    files.write_text(project.edit_list(cut, "otio"), otio.written(film.title, film.spec, events))
