"""A film as an editor's list: which frames of which file stand where, for people who finish it in an editing program.

Written by hand: CMX 3600 for every program, OpenTimelineIO (its schemas of 2019, which later versions read) for those
that take more than cuts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from workflow_lib import files
from workflow_lib.film import FilmSpec
from workflow_lib.transitions import CUT, Transition

_SECONDS_A_MINUTE, _MINUTES_AN_HOUR = 60, 60
_REEL = 8  # letters
Value = dict[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """A clip in the film: it starts at frame `start` and has `frames`, those that it shares with the next one included.

    `file`: its file, relative to the project's folder; `played`: how many of its frames show its own picture, of which
    each is shown `slower` times as long as it was; the last one is held from there on. `line`: the file of what is
    spoken over it, the frame of the film at which that begins, and how many it lasts.
    """

    name: str
    title: str
    file: str
    start: int
    frames: int
    played: int
    slower: Fraction = Fraction(1)
    into: Transition = CUT
    line: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Frames of one file as they stand in the film, without what fades out of them; `speed`: 0 where one is held."""

    event: Event
    start: int
    frames: int
    source: int
    speed: Fraction
    way: Transition

    @property
    def reel(self) -> str:
        return self.event.name.upper()

    @property
    def used(self) -> tuple[int, int]:
        """From and to in the file; of a picture that is held, as long as it is held."""
        return self.source, self.source + (round(self.frames * self.speed) or self.frames)


def edl(title: str, spec: FilmSpec, events: Sequence[Event]) -> str:
    """The film as a CMX 3600 edit decision list: pictures, then spoken lines; time codes without drop frames."""
    found = list(_pieces(events, black_apart=True))
    blocks = [block for pair in pairwise([None, *found]) for block in _blocks(*pair, spec)]
    blocks += [_line_block(event, *event.line, spec) for event in events if event.line]
    lines = [f"TITLE: {_plain(title)}", "FCM: NON-DROP FRAME", ""]
    for number, (rows, notes) in enumerate(blocks, start=1):
        lines += [f"{number:03d}  {row}" for row in rows] + notes
    return "\n".join(lines) + "\n"


_Block = tuple[list[str], list[str]]
"""One numbered event: its rows, of which the last one is what comes in, and what is noted below them."""


def _blocks(before: _Piece | None, piece: _Piece | None, spec: FilmSpec) -> Iterator[_Block]:
    """The events that put a piece into the film; black is one of its own."""
    if piece is None:
        return
    way, start = piece.way, piece.start
    notes = [f"* FROM CLIP NAME: {piece.event.file}"]
    if piece.speed != 1:
        rate = f"{float(piece.speed * spec.fps):05.1f}"
        notes.insert(0, f"M2   {piece.reel:<8}       {rate}                {_timecode(piece.source, spec)}")
    if before is None or way == CUT:
        yield [_row(piece.reel, "V", "C", piece.used, (start, piece.frames), spec)], notes
        return
    leaving, out = before.reel, before.used[1]
    if way.kind == "dip":
        black = start - way.tail
        faded = _row("BL", "V", f"D    {way.tail:03d}", (0, way.tail), (black, way.tail), spec)
        yield [_row(leaving, "V", "C", (out, out), (black, 0), spec), faded], []
        leaving, out = "BL", way.tail
    coming = _row(piece.reel, "V", f"D    {way.head:03d}", piece.used, (start, piece.frames), spec)
    yield [_row(leaving, "V", "C", (out, out), (start, 0), spec), coming], notes


def _line_block(event: Event, file: str, start: int, frames: int, spec: FilmSpec) -> _Block:
    reel = f"LINE_{event.name.rpartition('_')[2]}"
    return [_row(reel, "A", "C", (0, frames), (start, frames), spec)], [f"* FROM CLIP NAME: {file}"]


def _row(reel: str, track: str, way: str, used: tuple[int, int], placed: tuple[int, int], spec: FilmSpec) -> str:
    """`used`: from and to in the file; `placed`: where in the film, and for how many frames."""
    codes = (*used, placed[0], sum(placed))
    return f"{reel[:_REEL]:<8} {track:<5} {way:<8} " + " ".join(_timecode(code, spec) for code in codes)


def _timecode(frame: int, spec: FilmSpec) -> str:
    seconds, rest = divmod(frame, max(1, round(spec.fps)))
    minutes, second = divmod(seconds, _SECONDS_A_MINUTE)
    hours, minute = divmod(minutes, _MINUTES_AN_HOUR)
    return f"{hours:02d}:{minute:02d}:{second:02d}:{rest:02d}"


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _pieces(events: Sequence[Event], *, black_apart: bool = False) -> Iterator[_Piece]:
    """Each clip up to the frame at which the next one begins: its own picture, then its last one, held.

    `black_apart`: what fades to black is left out.
    """
    apart = [after.into.tail if black_apart and after.into.kind == "dip" else 0 for after in events[1:]]
    ends = [after.start - faded for after, faded in zip(events[1:], apart, strict=True)]
    for event, end in zip(events, [*ends, events[-1].start + events[-1].frames], strict=True):
        frames = end - event.start
        played = min(frames, event.played)
        if played:
            yield _Piece(event, event.start, played, 0, 1 / event.slower, event.into)
        if frames > played:
            last = max(0, int(event.played / event.slower) - 1)
            way = CUT if played else event.into
            yield _Piece(event, event.start + played, frames - played, last, Fraction(0), way)


def otio(title: str, spec: FilmSpec, events: Sequence[Event]) -> str:
    """The film as an OpenTimelineIO timeline: one track of pictures, one of spoken lines."""
    found = list(_pieces(events))
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


def _clip(piece: _Piece, spec: FilmSpec) -> Value:
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
