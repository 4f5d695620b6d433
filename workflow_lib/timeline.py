"""A film as an editor's list: which frames of which file stand where, for people who finish it in an editing program.

`edl` and `otio` write it down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workflow_lib.transitions import CUT, Transition


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
class Piece:
    """Frames of one file as they stand in the film, without what fades out of them; `speed`: 0 where one is held."""

    event: Event
    start: int
    frames: int
    source: int
    speed: Fraction
    way: Transition

    @property
    def reel(self) -> str:
        """What an edit decision list calls its file."""
        return self.event.name.upper()

    @property
    def used(self) -> tuple[int, int]:
        """From and to in the file; of a picture that is held, as long as it is held."""
        return self.source, self.source + (round(self.frames * self.speed) or self.frames)


def pieces(events: Sequence[Event], *, black_apart: bool = False) -> Iterator[Piece]:
    """Each clip up to the frame at which the next one begins: its own picture, then its last one, held.

    `black_apart`: what fades to black is left out.
    """
    apart = [after.into.tail if black_apart and after.into.kind == "dip" else 0 for after in events[1:]]
    ends = [after.start - faded for after, faded in zip(events[1:], apart, strict=True)]
    for event, end in zip(events, [*ends, events[-1].start + events[-1].frames], strict=True):
        frames = end - event.start
        played = min(frames, event.played)
        if played:
            yield Piece(event, event.start, played, 0, 1 / event.slower, event.into)
        if frames > played:
            last = max(0, int(event.played / event.slower) - 1)
            way = CUT if played else event.into
            yield Piece(event, event.start + played, frames - played, last, Fraction(0), way)
