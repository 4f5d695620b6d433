"""Whether a drafted storyboard is one: by the manifest's own model, by what backends make, by what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflow_lib import layout, manifest, project, yamlfile
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.story import Brief, spoken_s
from workflow_lib.timing import LEAD_S, TAIL_S


def checked(board: Mapping[str, Any], brief: Brief, config: Config, wrong: list[str]) -> manifest.Storyboard | None:
    """The storyboard; None when it is none, with all that is wrong in `wrong`, each naming its key."""
    where = str(brief.project.storyboard)
    try:
        found = yamlfile.validated(manifest.Storyboard, board, where)
    except InvalidInput as error:
        wrong.extend(_said(problem, where) for problem in error.problems)
        return None
    problems: list[Problem] = []
    project.drafted(brief.project, brief.written, found.clips, config, problems)
    problems.extend(_asked_for(found, brief))
    wrong.extend(_said(problem, where) for problem in problems)
    return None if problems else found


def _said(problem: Problem, where: str) -> str:
    return str(problem).removeprefix(f"{where}: ")


def _asked_for(board: manifest.Storyboard, brief: Brief) -> Iterator[Problem]:
    count = brief.asked.clips
    if len(board.clips) != count:
        yield Problem("clips", f"has {len(board.clips)} clips where {count} were asked for")
    known = {*brief.written.characters, *board.characters}
    for number, clip in enumerate(board.clips, start=1):
        place = f"clips[{number}]"
        yield from _line_problems(clip, number, brief, place)
        if not clip.camera_text().strip():
            yield Problem(f"{place}.prompt.camera", "says nothing of the camera", "one plain move, or static camera")
        for name in seen_in(clip):
            if name not in known:
                hint = f"characters are {', '.join(sorted(known)) or 'none'}"
                yield Problem(place, f"names the character {name!r}, which is not defined", hint)
        between = number in brief.asked.keyframes
        if between and clip.keyframes is None:
            yield Problem(place, f"{layout.label(number)} needs a `start` and an `end` still")


def _line_problems(clip: manifest.Clip, number: int, brief: Brief, place: str) -> Iterator[Problem]:
    takes_s = LEAD_S + spoken_s(clip.narration) + TAIL_S
    if clip.narration.strip() and takes_s > brief.seconds(number):
        words = len(clip.narration.split())
        what = f"takes about {takes_s:.1f} s to say ({words} words); the clip has {brief.seconds(number):g} s"
        yield Problem(f"{place}.narration", what, f"{brief.most_words(number)} words at most")


def seen_in(clip: manifest.Clip) -> list[str]:
    """The names of the characters that a clip shows."""
    names: list[str] = []
    scenes: list[manifest.Scene | manifest.Composite] = []
    if isinstance(clip.composite, manifest.Composite):
        split = clip.composite.split
        scenes = [split.first, split.second] if split else [clip.composite]
    for scene in scenes:
        names += scene.background.characters if isinstance(scene.background, manifest.Picture) else []
        names += [figure.character for figure in scene.characters if figure.character]
    for still in (clip.keyframes.start, clip.keyframes.end) if clip.keyframes else ():
        names += still.characters if isinstance(still, manifest.Picture) else []
    return list(dict.fromkeys(names))
