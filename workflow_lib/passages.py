"""From clip to clip: the transitions that a manifest asks for, checked against the lengths of its clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow_lib import manifest
from workflow_lib.errors import Problem
from workflow_lib.film import FilmSpec
from workflow_lib.transitions import CUT, Kind, Transition

Asked = Kind | manifest.Transition

CUTS = (CUT, CUT)
_LEAST = 2  # frames: one on either side


@dataclass(frozen=True, slots=True)
class Ends:
    """A clip, as far as transitions matter: how long it lasts in the film, and what its own key asks for."""

    label: str
    where: str
    lasts_s: float
    asked: Asked | None


def resolve(
    usual: Asked, clips: Sequence[Ends], spec: FilmSpec, problems: list[Problem]
) -> list[tuple[Transition, Transition]]:
    """The transitions into and out of each clip; nothing comes before the first. `usual`: where a clip does not say.

    What a clip is too short for is added to `problems`.
    """
    ways = [CUT, *(_transition(clip.asked or usual, spec) for clip in clips[1:]), CUT]
    found = list(pairwise(ways))
    for clip, (into, out_of) in zip(clips, found, strict=True):
        least = into.head + out_of.tail
        if least > spec.frames(clip.lasts_s):
            what = f"{clip.label} lasts {clip.lasts_s:g} s, and its transitions take {spec.seconds(least):g} s of it"
            problems.append(Problem(f"{clip.where}.transition", what, "make them shorter, or the clip longer"))
    return found


def _transition(asked: Asked, spec: FilmSpec) -> Transition:
    way = manifest.Transition(kind=asked) if isinstance(asked, str) else asked
    return CUT if way.kind == "cut" else Transition(way.kind, max(_LEAST, spec.frames(way.seconds)))
