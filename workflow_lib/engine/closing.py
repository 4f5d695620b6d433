"""What a run of several films says at its end: what is done, what it bought, and what to do about each that is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from workflow_lib import catalog
from workflow_lib.layout import Project
from workflow_lib.runs import Ending

MAX_FILMS = 20
"""Films that get a line of their own; the others are counted."""

_FILM_RULE = "assemble_film"
_CAUSE_CHARS = (160, 260)  # of a long cause: what it begins with, and what it ends with, where the way out stands
_CLIP = re.compile(r"clip_\d+")
_COUNTED = {
    "generated": "bought",
    "collected": "collected",
    "reused": "reused",
    "animatic": "rendered",
    "filtered": "filtered",
}
_NEXT = {
    6: "look at your account there, then run the same command again",
    5: "raise that budget, or leave it",
    9: "settle it as it says, then run the same command again",
    4: "set what is missing, then run the same command again",
    3: "mend what it names, then run the same command again",
    8: "run the same command again: it goes on waiting, $0",
    7: "change what it asks for",
    1: "run the same command again",
}
"""What to do, by the exit code of what went wrong; what decides more stands first."""

Job = tuple[str, Mapping[str, str]]


def films_of(jobs: Iterable[Job]) -> list[tuple[str, str]]:
    """The films that a run joins, each by its folder and cut."""
    return sorted({(wildcards["project"], wildcards["cut"]) for rule, wildcards in jobs if rule == _FILM_RULE})


def lines(films: Sequence[tuple[str, str]], endings: Sequence[Ending]) -> str:
    """The sum of a run that was to join `films`, with a line for each that is not done, MAX_FILMS at most."""
    open_films = [(folder, cut) for folder, cut in films if not _is_done(folder, cut)]
    text = f"{len(films) - len(open_films)} of {len(films)} films done{_counts(endings)}\n"
    for folder, cut in open_films[:MAX_FILMS]:
        text += _film_line(folder, cut, [ending for ending in endings if ending.code and _is_of(ending, folder, cut)])
    if len(open_films) > MAX_FILMS:
        text += f"and {len(open_films) - MAX_FILMS} more films are not done: `clipwright status` lists them\n"
    return text


def submitted_line(endings: Sequence[Ending]) -> str:
    """What a run has left at the providers, which did not wait for it."""
    counted = Counter(ending.outcome for ending in endings)
    spent = sum(ending.usd for ending in endings if ending.outcome == "submitted")
    text = f"{counted['submitted']} clips submitted, {catalog.priced(spent)}; {counted['open']} were at the providers"
    text += f"; {counted['no place']} found no place there and are left for later" if counted["no place"] else ""
    others = _others(endings)
    text += f"{_others_text(others)}, {catalog.priced(_paid(others))}" if others else ""
    return f"{text}; build the films to collect them, $0 for what is submitted\n"


def _is_done(folder: str, cut: str) -> bool:
    """Whether a film was joined since its run began, which is when the run's settings were written down."""
    project = Project(Path(folder))
    try:
        joined = project.film("final" if cut == "final" else "draft").stat().st_mtime_ns
        return joined >= project.run_settings.stat().st_mtime_ns
    except OSError:
        return False


def _is_of(ending: Ending, folder: str, cut: str) -> bool:
    """Whether a film needs it: a clip is of one cut, a picture or a storyboard of both."""
    return ending.project == folder and (ending.cut == cut or not _CLIP.match(ending.clip))


def _counts(endings: Sequence[Ending]) -> str:
    clips = [ending for ending in endings if _CLIP.fullmatch(ending.clip)]
    counted = Counter("failed" if ending.code else _COUNTED.get(ending.outcome, "stood in for") for ending in clips)
    told = [f"{counted[name]} {name}" for name in (*_COUNTED.values(), "stood in for", "failed") if counted[name]]
    before = sum(ending.usd for ending in endings if ending.outcome == "collected")
    text = f"; clips: {', '.join(told)}" if told else ""
    text += _others_text(_others(endings))
    text += f"; paid for: {catalog.priced(_paid(endings))}" if endings else ""
    return f"{text}, and {catalog.priced(before)} by earlier runs" if before else text


def _others(endings: Iterable[Ending]) -> list[Ending]:
    """What was bought that is no clip."""
    return [ending for ending in endings if ending.outcome == "generated" and not _CLIP.fullmatch(ending.clip)]


def _others_text(others: Sequence[Ending]) -> str:
    return f"; {len(others)} storyboards, pictures, lines or effects bought" if others else ""


def _paid(endings: Iterable[Ending]) -> float:
    """What this run has paid for what it has, in USD."""
    return sum(ending.usd for ending in endings if ending.outcome == "generated")


def _film_line(folder: str, cut: str, failed: Sequence[Ending]) -> str:
    """What became of a film that is not done: how much of it failed, the weightiest reason, and what to do."""
    if not failed:
        return f"{folder}/{cut}.mp4: not done; if something is wrong, it stands above; run the same command again\n"
    order = list(_NEXT)
    worst = min(failed, key=lambda ending: order.index(ending.code) if ending.code in order else len(order))
    more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    return f"{folder}: {worst.clip}{more}: {_shortened(worst.cause)}; next: {_NEXT.get(worst.code, _NEXT[1])}\n"


def _shortened(cause: str) -> str:
    text, (first, last) = " ".join(cause.split()), _CAUSE_CHARS
    return text if len(text) <= first + last else f"{text[:first]} ... {text[-last:]}"
