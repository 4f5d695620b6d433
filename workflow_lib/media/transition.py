"""Joins: the seconds around a transition, rendered from two conformed clips, so that the film copies all the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.encode import TAGS, Quality, x264_options
from workflow_lib.media.ffmpeg import output_path, run, url
from workflow_lib.media.joining import Part, keyframes
from workflow_lib.media.probe import FORMATS
from workflow_lib.media.verify import verify_conformed
from workflow_lib.transitions import CUT, Transition


@dataclass(frozen=True, slots=True)
class Shot:
    """A conformed clip in its film: its pictures, how many there are, and the transitions into and out of it."""

    path: Path
    frames: int
    into: Transition = CUT
    out_of: Transition = CUT


def copied_part(shot: Shot, spec: FilmSpec) -> Part:
    """The pictures of a clip that the film copies: whole groups between its transitions; perhaps none.

    The rest of the clip is in the joins before and after, which meet where the part is empty.

    Raises:
        BadMedia: the clip is too short for its transitions, or its file is no clip.
    """
    head, last = shot.into.head, shot.frames - shot.out_of.tail
    if head > last:
        what = f"has {shot.frames} pictures, and its transitions take {head + shot.out_of.tail}"
        raise BadMedia(f"{shot.path.name}: {what}; make them shorter, or the clip longer")
    if head == 0 and last == shot.frames:
        return Part(shot.path, 0, shot.frames)
    decoded: dict[int, Fraction | None] = {**keyframes(shot.path), shot.frames: None}
    first = min(place for place in decoded if place >= head)
    end = max(place for place in decoded if place <= last)
    until = decoded[end]
    # What is copied must be longer than pictures are reordered: reading ends by the times at which they are decoded.
    if first < end and (until is None or until > first / spec.fps):
        return Part(shot.path, first, end, until)
    meeting = shot.frames if last == shot.frames else head
    return Part(shot.path, meeting, meeting)


def join_frames(before: Shot, after: Shot, spec: FilmSpec) -> int:
    """How many frames the join of two clips takes in the film."""
    return before.frames - copied_part(before, spec).end + copied_part(after, spec).first - after.into.overlap


def render_join(before: Shot, after: Shot, out: Path, spec: FilmSpec, quality: Quality, *, ffmpeg: str) -> int:
    """Make `out` the join of two clips, ready to be joined by copying; returns how many frames it has.

    It begins where the copied part of the clip `before` ends, and ends where that of the clip `after` begins: only
    these pictures are decoded, from the keyframe before them on, and all of them are encoded.

    Raises:
        BadMedia: a clip is too short for its transitions, or does not decode.
        OutOfSpace: the disk is full.
    """
    start, stop = copied_part(before, spec).end, copied_part(after, spec).first
    frames = before.frames - start + stop - after.into.overlap
    leaving = _pictures(before.path, spec, start, before.frames)
    coming = _pictures(after.path, spec, 0, stop)
    chain = _mixed(leaving, coming, after.into, before.frames - start, spec)
    options: dict[str, Any] = x264_options(spec, quality) | {"frames:v": frames}
    with output_path(out) as temporary:
        stream = chain.output(url(temporary), **options)
        run(stream, ffmpeg=ffmpeg, subject=f"the join of {before.path.name} and {after.path.name}")
        verify_conformed(temporary, spec, frames, name=out.name)
    return frames


def _pictures(clip: Path, spec: FilmSpec, first: int, end: int) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    """The pictures `first` up to `end`, counted anew; those before `first` are only decoded."""
    seek = {"ss": f"{float((first - 0.5) / spec.fps):.6f}"} if first else {}
    read = ffmpeg_python.input(url(clip), format_whitelist=FORMATS, **seek)["V:0"]
    tick = f"{spec.fps.denominator}/{spec.fps.numerator}"
    counted = read.filter("format", "yuv420p").filter("settb", tick).filter("setpts", "N")
    return counted.filter("fps", fps=str(spec.fps), start_time=0, round="near").filter("trim", end_frame=end - first)


def _mixed(leaving: Any, coming: Any, way: Transition, before: int, spec: FilmSpec) -> Any:  # noqa: ANN401
    """`before`: how many pictures `leaving` has."""
    if way.kind == "crossfade":
        seconds = {"duration": spec.seconds(way.frames), "offset": float((before - way.frames) / spec.fps)}
        faded = {name: f"{value:.6f}" for name, value in seconds.items()}
        mixed = ffmpeg_python.filter([leaving, coming], "xfade", transition="fade", **faded)
        return _tagged(mixed.filter("format", "yuv420p"))  # it mixes with full chroma
    if way.kind == "dip":
        leaving = leaving.filter("fade", type="out", start_frame=before - way.tail, nb_frames=way.tail)
        coming = coming.filter("fade", type="in", start_frame=0, nb_frames=way.head)
    return _tagged(ffmpeg_python.concat(leaving, coming))


def _tagged(stream: Any) -> Any:  # noqa: ANN401
    for step in TAGS.split(","):
        name, _, values = step.partition("=")
        named = dict(value.split("=") for value in values.split(":") if "=" in value)
        stream = stream.filter(name, **named) if named else stream.filter(name, values)
    return stream


def film_parts(shots: Sequence[Shot], joins: Sequence[Path | None], spec: FilmSpec) -> list[Part]:
    """What a film is copied from, in its order. `joins`: the file before each clip; None where there is a cut.

    Raises:
        BadMedia: a clip is too short for its transitions, or its file is no clip.
    """
    found: list[Part] = []
    for place, (shot, join) in enumerate(zip(shots, joins, strict=True)):
        if join is not None:
            found.append(Part(join, 0, join_frames(shots[place - 1], shot, spec)))
        found.append(copied_part(shot, spec))
    return [part for part in found if part.frames]
