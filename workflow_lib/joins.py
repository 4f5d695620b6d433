"""The joins of a film: where one clip fades into the next, and whether the file of that is made from what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from workflow_lib import files, layout, parts, spacing
from workflow_lib.planned import ClipPlan
from workflow_lib.project import Film
from workflow_lib.transitions import CUT, Transition


@dataclass(frozen=True, slots=True)
class Join:
    """Two neighbours in a film, the transition between them, and those at their other ends."""

    before: int
    after: int
    into: Transition
    way: Transition
    out_of: Transition

    def made_from(self, before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
        """What the join is made from, given what its two conformed clips are made from."""
        ways = [asdict(way) for way in (self.into, self.way, self.out_of)]
        return {"before": files.digest(before), "after": files.digest(after), "ways": ways}


def joins_of(film: Film, numbers: Sequence[int]) -> list[Join]:
    """The joins of a film that keeps the clips `numbers`; cuts need none."""
    ways = [*spacing.ways_into(film, numbers), CUT]
    return [
        Join(before, after, ways[place], ways[place + 1], ways[place + 2])
        for place, (before, after) in enumerate(pairwise(numbers))
        if ways[place + 1] != CUT
    ]


def planned(film: Film, clips: Sequence[ClipPlan]) -> list[Join]:
    """The joins of a film as it is planned."""
    if all(clip.into == CUT for clip in film.clips):
        return []
    return joins_of(film, [item.clip.number for item in clips if not item.is_skipped])


def is_joined(film: Film, join: Join, before: ClipPlan, after: ClipPlan) -> bool:
    """Whether the join's file is there, and made from what its clips are now."""
    if not (parts.is_conformed(film, before) and parts.is_conformed(film, after)):
        return False
    made_from = join.made_from(parts.conformed_from(film, before), parts.conformed_from(film, after))
    return parts.is_made(film.project.join(film.cut, join.after), made_from)


def label(join: Join) -> str:
    """How messages call it."""
    return f"{layout.label(join.before)} to {layout.label(join.after)}"
