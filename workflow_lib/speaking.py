"""What is said in a film, and when: the captions of its clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow_lib import files, layout
from workflow_lib.clip import Clip
from workflow_lib.digests import Digests
from workflow_lib.media import captions, probe
from workflow_lib.media.captions import Caption, Heard
from workflow_lib.project import Film
from workflow_lib.receipts import FileId
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
    words = _words(film, spoken)
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


def _words(film: Film, spoken: Path) -> list[Heard]:
    """The alignment beside a recording, unless it is that of another one, which stood there before."""
    alignment = files.read_json(layout.receipt(spoken))
    try:
        known = alignment.get("file")
        if known is not None and not FileId(**known).is_at(spoken, Digests(film.project)):
            return []
        return [(str(word["word"]), float(word["start_s"]), float(word["end_s"])) for word in alignment["words"]]
    except (KeyError, TypeError, ValueError):
        return []
