"""A film as an OpenTimelineIO file, for editing programs that take more than cuts.

Its schemas are those of 2019, which later versions read too (docs: "OpenTimelineIO, Serialized Data Documentation").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from workflow_lib import files
from workflow_lib.film import FilmSpec
from workflow_lib.timeline import Event, Piece, pieces
from workflow_lib.transitions import CUT, Transition

Value = dict[str, object]


def written(title: str, spec: FilmSpec, events: Sequence[Event]) -> str:
    """The film as an OpenTimelineIO timeline: one track of pictures, one of spoken lines."""
    found = list(pieces(events))
    pictures: list[Value] = []
    for before, piece in pairwise([None, *found]):
        if piece is None:
            continue
        if before is not None and piece.way != CUT:
            pictures.append(_passage(piece.way, spec))
        pictures.append(_clip(piece, spec))
    tracks = [_track("pictures", "Video", pictures), _track("lines", "Audio", list(_lines(events, spec)))]
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": tracks, **_EMPTY, "source_range": None}
    whole = {"OTIO_SCHEMA": "Timeline.1", "name": title, "global_start_time": None, "metadata": {}, "tracks": stack}
    return files.readable_json(whole)


_EMPTY: Value = {"effects": [], "markers": [], "metadata": {}}


def _track(name: str, kind: str, children: list[Value]) -> Value:
    return {
        "OTIO_SCHEMA": "Track.1",
        "name": name,
        "kind": kind,
        "children": children,
        "source_range": None,
        **_EMPTY,
    }


def _clip(piece: Piece, spec: FilmSpec) -> Value:
    event = piece.event
    effects: list[Value] = []
    if piece.speed == 0:
        effects = [_effect("FreezeFrame.1", "FreezeFrame", 0)]
    elif piece.speed != 1:
        effects = [_effect("LinearTimeWarp.1", "LinearTimeWarp", float(piece.speed))]
    own = max(1, int(event.played / event.slower))
    titled: Value = {"clipwright": {"title": event.title}} if event.title else {}
    return {
        "OTIO_SCHEMA": "Clip.1",
        "name": event.name,
        "source_range": _range(piece.source, piece.frames, spec),
        "media_reference": _reference(event.file, own, spec),
        "effects": effects,
        "markers": [],
        "metadata": titled,
    }


def _effect(schema: str, name: str, scalar: float) -> Value:
    return {"OTIO_SCHEMA": schema, "name": name, "effect_name": name, "time_scalar": scalar, "metadata": {}}


def _passage(way: Transition, spec: FilmSpec) -> Value:
    """A crossfade lies after the cut: the clip before it goes on under the next one."""
    dissolves = way.kind == "crossfade"
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": "Crossfade" if dissolves else "Dip to black",
        "transition_type": "SMPTE_Dissolve" if dissolves else "Custom_Transition",
        "in_offset": _time(0 if dissolves else way.tail, spec),
        "out_offset": _time(way.head, spec),
        "metadata": {},
    }


def _lines(events: Sequence[Event], spec: FilmSpec) -> Iterator[Value]:
    at = 0
    for event in events:
        if event.line is None:
            continue
        file, start, frames = event.line
        if start > at:
            yield {"OTIO_SCHEMA": "Gap.1", "name": "", "source_range": _range(0, start - at, spec), **_EMPTY}
        yield {
            "OTIO_SCHEMA": "Clip.1",
            "name": f"line of {event.name}",
            "source_range": _range(0, frames, spec),
            "media_reference": _reference(file, frames, spec),
            **_EMPTY,
        }
        at = start + frames


def _reference(file: str, frames: int, spec: FilmSpec) -> Value:
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "target_url": file,
        "available_range": _range(0, frames, spec),
        "metadata": {},
    }


def _range(start: int, frames: int, spec: FilmSpec) -> Value:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, spec), "duration": _time(frames, spec)}


def _time(frames: int, spec: FilmSpec) -> Value:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(spec.fps), "value": frames}
