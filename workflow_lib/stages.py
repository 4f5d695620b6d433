"""The free stages of a film: composites, narration, conformed clips, the sound, the joined film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workflow_lib import files, identity, layout, locks, pictures, plan, receipts
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia, WorkflowError
from workflow_lib.marks import PIXELS_STAMP, RECIPE_STAMP
from workflow_lib.media import assemble, composite, conform, encode, ffmpeg, probe, sound, voice
from workflow_lib.project import Film
from workflow_lib.receipts import FileId


def compose(film: Film, number: int) -> str:
    """Compose the picture of clip `number` from its recipe; one that somebody put there is left alone.

    Raises:
        InvalidInput, BadMedia: a layer is wrong.
        OutOfSpace: the disk is full.
    """
    clip = film.clip(number)
    recipe, target = clip.source.recipe, clip.source.start
    if recipe is None or target is None:
        raise WorkflowError(f"{clip.label} has no recipe to compose from")
    with locks.making(film.project, target):
        marks = plan.open_marks(film, Digests(film.project))
        if target.exists() and marks.of(target).recipe is None:
            return f"{target}: put there by hand, kept"
        key = identity.recipe_key(recipe, film.frame, lambda layer: marks.of(layer).pixels)
        image = composite.compose(recipe, film.frame)
        stamp = {RECIPE_STAMP: key, PIXELS_STAMP: pictures.image_digest(image)}
        composite.write_picture(image, target, stamp=stamp)
    return f"{target}: composed"


def narrate(film: Film, number: int) -> str:
    """Speak the line of clip `number`, with its alignment beside it; a recording that somebody put there is kept.

    Raises:
        MissingTool: the film's voice cannot be asked.
    """
    clip = film.clip(number)
    target = film.narration(clip)
    with locks.making(film.project, target):
        if plan.narration_plan(film, clip, Digests(film.project)).standing not in ("missing", "stale"):
            return f"{clip.label}: narration kept"
        plan.check_voice(film, [plan.of_clip(film, number)])
        temporary = target.with_name(f".{target.stem}.made{target.suffix}")
        try:
            speech = voice.speak(clip.narration, temporary)
            words = [{"word": word.text, "start_s": word.start_s, "end_s": word.end_s} for word in speech.words]
            receipt = {
                "key": plan.narration_key(film, clip),
                "file": asdict(FileId.of(temporary)),
                "duration_s": speech.duration_s,
                "words": words,
            }
            receipts.put_in_place(temporary, target, layout.receipt(target), receipt)
        finally:
            temporary.unlink(missing_ok=True)
    return f"{clip.label}: {speech.duration_s:.1f} s of narration"


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
        length = plan.cut_seconds(item) or probe.probe(video).duration_s
        line = _line_seconds(spoken) if item.narration.key else None
        frames = conform.clip_frames(film.spec, length, line, plan.LEAD_S, plan.TAIL_S)
        report = conform.conform_picture(video, out, film.spec, quality, frames=frames, ffmpeg=tool)
        conform.conform_sound(
            video, spoken if line else None, flac, film.spec, frames=frames, lead_s=plan.LEAD_S, ffmpeg=tool
        )
        made = {
            "frames": frames,
            "mode": report.mode,
            "from": plan.conformed_from(film, item),
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


def mix_sound(film: Film, numbers: Sequence[int], *, ffmpeg_path: str | None) -> str:
    """Join the sound of the clips `numbers` into the film's; the same parts are never encoded twice."""
    out = film.project.sound(film.cut)
    numbers, made = _joined(film, numbers)
    parts = [film.project.clip_sound(film.cut, number) for number in numbers]
    kept = out.with_name(f"mixed_{files.digest([report['sound'] for report in made])}{out.suffix}")
    with locks.making(film.project, out):
        if not kept.exists():
            for old in out.parent.glob(f"mixed_*{out.suffix}"):
                old.unlink()
            sound.mix_sound(parts, kept, ffmpeg=ffmpeg.binary(ffmpeg_path))
        files.link_or_copy(kept, out)
    return f"{out}: {len(parts)} parts"


def assemble_film(film: Film, numbers: Sequence[int], *, ffmpeg_path: str | None) -> str:
    """Join the conformed clips `numbers` and the sound into the film, stamped with what it was made from."""
    project, cut = film.project, film.cut
    out = project.film(cut)
    numbers, made = _joined(film, numbers)
    titles = {clip.number: clip.title or "" for clip in film.clips}
    parts = [
        (number, titles.get(number, ""), *_made_from(report)) for number, report in zip(numbers, made, strict=True)
    ]
    starts = [film.spec.seconds(sum(int(report["frames"]) for report in made[:place])) for place in range(len(made))]
    chapters = [(titles[number], start) for number, start in zip(numbers, starts, strict=True) if titles.get(number)]
    with locks.making(project, out):
        report = assemble.assemble(
            [project.picture(cut, number) for number in numbers],
            project.sound(cut),
            out,
            film.spec,
            frames=sum(int(report["frames"]) for report in made),
            ffmpeg=ffmpeg.binary(ffmpeg_path),
            stamp=plan.stamp_of(film, parts),
            title=film.title,
            chapters=chapters,
        )
        files.write_json(layout.receipt(project.sound(cut)), {"parts": [list(part) for part in parts]})
    return f"{out}: {report.duration_s:.1f} s"


def _made_from(report: dict[str, Any]) -> tuple[str, str, float | None]:
    made_from = report["from"]
    return str(made_from["video"]), str(made_from["narration"]), made_from["seconds"]


def _joined(film: Film, numbers: Sequence[int]) -> tuple[list[int], list[dict[str, Any]]]:
    """The clips that the film is joined from, without those that it leaves out, and how they were conformed."""
    made = {number: _conformed(film, number) for number in numbers}
    kept = [number for number in numbers if not made[number]["from"]["skipped"]]
    if not kept:
        raise BadMedia(f"{film.project.root}: every clip is left out (on_filtered, on_failed, on_timeout: skip)")
    return kept, [made[number] for number in kept]


def _conformed(film: Film, number: int) -> dict[str, Any]:
    report = files.read_json(layout.receipt(film.project.picture(film.cut, number)))
    if not {"frames", "from", "sound"} <= report.keys():
        raise BadMedia(f"{layout.label(number)} has no conformed copy; run again")
    return report
