"""From two conformed clips to the join between them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_lib import files, joins, layout, locks, parts, spacing
from workflow_lib.errors import BadMedia
from workflow_lib.joins import Join
from workflow_lib.media import encode, ffmpeg, transition
from workflow_lib.media.transition import Shot
from workflow_lib.project import Film
from workflow_lib.transitions import CUT

Report = Mapping[str, Any]
"""The receipt of a conformed clip: what it was made from, its frames, and how they came about."""


def join_clips(film: Film, number: int, *, ffmpeg_path: str | None) -> str:
    """Render the join of clip `number` with the one before it.

    Raises:
        BadMedia: one of them has no conformed copy, or is too short for its transitions.
    """
    kept = [clip.number for clip in film.clips if not _left_out(film, clip.number)]
    found = [join for join in joins.joins_of(film, kept) if join.after == number]
    if not found:
        # One of the two was left out since the run was planned: the film does not take what is made here.
        found = [join for join in joins.joins_of(film, [clip.number for clip in film.clips]) if join.after == number]
    path = render(film, found[0], ffmpeg_path=ffmpeg_path)
    return f"{path}: {joins.label(found[0])}"


def render(film: Film, join: Join, *, ffmpeg_path: str | None) -> Path:
    """The file of `join`, rendered unless it is there and made from what its clips are.

    Raises:
        As join_clips.
    """
    out = film.project.join(film.cut, join.after)
    before, after = (report_of(film, number) for number in (join.before, join.after))
    made_from = join.made_from(before["from"], after["from"])
    with locks.making(film.project, out):
        if parts.is_made(out, made_from):
            return out
        layout.receipt(out).unlink(missing_ok=True)
        quality = encode.FINAL if film.cut == "final" else encode.DRAFT
        frames = transition.render_join(
            Shot(film.project.picture(film.cut, join.before), before["frames"], join.into, join.way),
            Shot(film.project.picture(film.cut, join.after), after["frames"], join.way, join.out_of),
            out,
            film.spec,
            quality,
            ffmpeg=ffmpeg.binary(ffmpeg_path),
        )
        files.write_json(layout.receipt(out), {"frames": frames, "from": made_from, "size": out.stat().st_size})
    return out


def report_of(film: Film, number: int) -> Report:
    """How a clip was conformed.

    Raises:
        BadMedia: it was not.
    """
    report = files.read_json(layout.receipt(film.project.picture(film.cut, number)))
    if not {"frames", "from"} <= report.keys():
        raise BadMedia(f"{layout.label(number)} has no conformed copy; run again")
    return report


def _left_out(film: Film, number: int) -> bool:
    made_from = files.read_json(layout.receipt(film.project.picture(film.cut, number))).get("from") or {}
    return bool(made_from.get("skipped"))


def shots_of(film: Film, numbers: list[int], reports: list[Report]) -> list[Shot]:
    """The conformed clips of a film that keeps `numbers`, with the transitions between them."""
    ways = [*spacing.ways_into(film, numbers), CUT]
    return [
        Shot(film.project.picture(film.cut, number), int(report["frames"]), ways[place], ways[place + 1])
        for place, (number, report) in enumerate(zip(numbers, reports, strict=True))
    ]
