"""What is said in a film, and when: the captions of its clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow_lib import sound_plans
from workflow_lib.clip import Clip
from workflow_lib.digests import Digests
from workflow_lib.media import captions, probe
from workflow_lib.media.captions import Caption
from workflow_lib.project import Film
from workflow_lib.timing import LEAD_S


def captions_of(
    film: Film, numbers: Sequence[int], reports: Sequence[Mapping[str, Any]], starts_s: Sequence[float]
) -> list[Caption]:
    """The captions of a film that keeps the clips `numbers`, which start at `starts_s` seconds.

    `reports`: how they were conformed; a clip without the key of a line has none.
    """
    return [
        cue
        for number, report, start in zip(numbers, reports, starts_s, strict=True)
        if report["from"]["narration"]
        for cue in clip_captions(film, film.clip(number), start)
    ]


def clip_captions(film: Film, clip: Clip, start_s: float = 0.0) -> list[Caption]:
    """The captions of one clip that starts at `start_s`: by the alignment of its line, as it was written.

    A recording without an alignment is taken to be spoken evenly; one without a text has no captions.

    Raises:
        BadMedia: such a recording cannot be read.
    """
    spoken = film.narration(clip)
    if not spoken.exists():
        return []
    words = sound_plans.words_of(spoken, Digests(film.project))
    said = captions.completed(clip.narration, words) if clip.narration else list(words)
    if not said and clip.narration:
        said = captions.spread(clip.narration, probe.probe(spoken).duration_s)
    return captions.from_words(said, start_s + LEAD_S)


def line_seconds(film: Film, clip: Clip) -> float:
    """How long the spoken line of a clip is; nothing where there is none.

    Raises:
        BadMedia: it cannot be read.
    """
    spoken = film.narration(clip)
    return probe.probe(spoken).duration_s if spoken.exists() else 0.0
