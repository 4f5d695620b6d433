"""From conformed clips and the sound to the film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflow_lib import files, layout, locks, mixing, parts
from workflow_lib.errors import BadMedia
from workflow_lib.media import assemble, ffmpeg
from workflow_lib.project import Film


def assemble_film(film: Film, numbers: Sequence[int], *, ffmpeg_path: str | None) -> str:
    """Join the conformed clips `numbers` and the sound into the film, stamped with what it was made from.

    Raises:
        BadMedia: a clip has no conformed copy, or a part cannot be joined.
    """
    project, cut = film.project, film.cut
    out = project.film(cut)
    numbers, made = _joined(film, numbers)
    titles = {clip.number: clip.title or "" for clip in film.clips}
    joined = [
        (number, titles.get(number, ""), *_made_from(report)) for number, report in zip(numbers, made, strict=True)
    ]
    starts = [film.spec.seconds(sum(int(report["frames"]) for report in made[:place])) for place in range(len(made))]
    chapters = [(titles[number], start) for number, start in zip(numbers, starts, strict=True) if titles.get(number)]
    laid = [
        (number, int(report["frames"]), report["from"]["narration"])
        for number, report in zip(numbers, made, strict=True)
    ]
    mixing.mix_again_unless(film, laid, ffmpeg_path=ffmpeg_path)
    with locks.making(project, out):
        report = assemble.assemble(
            [project.picture(cut, number) for number in numbers],
            project.sound(cut),
            out,
            film.spec,
            frames=sum(int(report["frames"]) for report in made),
            ffmpeg=ffmpeg.binary(ffmpeg_path),
            stamp=parts.stamp_of(film, joined),
            title=film.title,
            chapters=chapters,
        )
        files.write_json(project.parts(cut), {"parts": [list(part) for part in joined]})
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
    if not {"frames", "from"} <= report.keys():
        raise BadMedia(f"{layout.label(number)} has no conformed copy; run again")
    return report
