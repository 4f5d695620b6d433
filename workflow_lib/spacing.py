"""How the clips of a film follow each other: how long each may be, and the transitions between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise

from workflow_lib import files, layout
from workflow_lib.clip import Clip
from workflow_lib.errors import Problem
from workflow_lib.planned import ClipPlan
from workflow_lib.project import Film
from workflow_lib.timing import PLAIN, TAIL_S, Rule, TooShortError, pace
from workflow_lib.transitions import CUT, Transition

Said = Mapping[str, object]
"""What the manifest says of a clip's length or transitions, where it says anything."""


def ways_into(film: Film, numbers: Sequence[int]) -> list[Transition]:
    """The transition into each of the clips that a film keeps: a cut where the clip before is left out."""
    before = {after.number: clip.number for clip, after in pairwise(film.clips) if after.into != CUT}
    into = {clip.number: clip.into for clip in film.clips} if before else {}
    neighbours = zip([0, *numbers], numbers, strict=False)
    return [into[number] if before and before.get(number) == earlier else CUT for earlier, number in neighbours]


def way_said(way: Transition) -> Said:
    """A transition as it is written down; nothing for a cut."""
    return {} if way == CUT else asdict(way)


def rule_of(film: Film, clip: Clip, narration_key: str) -> Rule:
    """How long `clip` lasts in the film."""
    tail_s = max(TAIL_S, film.spec.seconds(clip.out_of.overlap)) if narration_key and clip.out_of.overlap else TAIL_S
    timing = "auto" if clip.timing == "hold" else clip.timing
    return Rule(timing, clip.length_s, tail_s, clip.into.head + clip.out_of.tail)


def rule_said(film: Film, clip: Clip, narration_key: str, *, by_hand: bool) -> Said:
    """What of a clip's rule can change its length, as it is written down; nothing for a plain one.

    What is made is as long as the manifest says, which was found to be enough for its transitions.
    """
    rule = asdict(rule_of(film, clip, narration_key))
    if not by_hand and clip.timing != "trim":
        del rule["least"]
    return {name: value for name, value in rule.items() if value != getattr(PLAIN, name)}


def length_problem(film: Film, item: ClipPlan) -> Problem | None:
    """What is wrong with a clip's fixed length, as far as that is known before its line is spoken."""
    if item.clip.length_s is None or item.narration.standing == "stale":
        return None
    spoken = files.read_json(layout.receipt(film.narration(item.clip)))
    known = item.narration.key and item.narration.standing == "fresh"
    line_s = spoken.get("duration_s") if known else None
    line_s = float(line_s) if isinstance(line_s, int | float) else None
    try:
        pace(film.spec, item.clip.seconds, line_s, rule_of(film, item.clip, item.narration.key))
    except TooShortError as error:
        return too_short(film, item.clip, error.least_s)
    return None


def too_short(film: Film, clip: Clip, least_s: float) -> Problem:
    """That a clip's fixed length cannot hold what it must."""
    what = f"{clip.label} is to last {clip.length_s:g} s; its line with silence around it, and its transitions, take"
    where = f"{film.project.manifest}: {clip.place}.length"
    return Problem(where, f"{what} {least_s:g} s", "no word is cut: make it longer, or the line shorter")
