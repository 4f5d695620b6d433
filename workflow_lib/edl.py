"""A film as a CMX 3600 edit decision list, which every editing program reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from workflow_lib.film import FilmSpec
from workflow_lib.timeline import Event, Piece, pieces
from workflow_lib.transitions import CUT

_SECONDS_A_MINUTE, _MINUTES_AN_HOUR = 60, 60
_REEL = 8  # letters


def written(title: str, spec: FilmSpec, events: Sequence[Event]) -> str:
    """The film as a CMX 3600 edit decision list: pictures, then spoken lines; time codes without drop frames."""
    found = list(pieces(events, black_apart=True))
    blocks = [block for pair in pairwise([None, *found]) for block in _blocks(*pair, spec)]
    blocks += [_line_block(event, *event.line, spec) for event in events if event.line]
    lines = [f"TITLE: {_plain(title)}", "FCM: NON-DROP FRAME", ""]
    for number, (rows, notes) in enumerate(blocks, start=1):
        lines += [f"{number:03d}  {row}" for row in rows] + notes
    return "\n".join(lines) + "\n"


_Block = tuple[list[str], list[str]]
"""One numbered event: its rows, of which the last one is what comes in, and what is noted below them."""


def _blocks(before: Piece | None, piece: Piece | None, spec: FilmSpec) -> Iterator[_Block]:
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
