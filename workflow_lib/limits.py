"""What a clip's model accepts: said before anything is sent."""

from __future__ import annotations

import dataclasses

from workflow_lib import catalog, manifest
from workflow_lib.clip import Clip
from workflow_lib.errors import Problem
from workflow_lib.sources import Source


def must_be_longest(model: catalog.Model, source: Source, resolution: str) -> bool:
    """Whether a model makes only its longest clip from such pictures, or in such a resolution."""
    return resolution in model.only_longest_with or ("end" in model.only_longest_with and source.end is not None)


def problems_by_hand(clip: Clip) -> list[Problem]:
    """What a clip's model does not accept, for a clip by hand: named by options."""
    options = {"duration": "--duration", "prompt": "--prompt", "negative_prompt": "--negative-prompt"}
    return [
        dataclasses.replace(problem, where=options.get(problem.where.rpartition(".")[2], "--image"))
        for problem in problems_of(clip, "")
    ]


def left_out(clip: Clip, written: manifest.Clip, where: str) -> list[str]:
    """What the backend does not take, and is therefore not asked for."""
    lost = [name for name in ("seed", "negative_prompt") if getattr(written, name) and not getattr(clip, name)]
    return [f"{where}.{name}: {clip.backend} takes none; {clip.label} is asked for without it" for name in lost]


def problems_of(clip: Clip, where: str) -> list[Problem]:
    """What the clip's model does not accept; said before anything is sent."""
    model = catalog.model(clip.backend, clip.model)
    found = [*_length_problems(clip, model, where), *_picture_limits(clip, model, where)]
    for name, text, most in (
        ("prompt", clip.prompt, model.prompt_chars),
        ("negative_prompt", clip.negative_prompt, model.negative_chars),
    ):
        if len(text) > most:
            what = f"{clip.label} has a {name.replace('_', ' ')} of {len(text)} characters"
            found.append(Problem(f"{where}.{name}", what, f"{clip.backend} takes {most} at most"))
    return found


def _length_problems(clip: Clip, model: catalog.Model, where: str) -> list[Problem]:
    if not model.allows(clip.asked_s):
        what = f"{clip.label} wants {clip.seconds:g} s, which {clip.backend} cannot make"
        shorter = model.reaching(clip.seconds)
        hint = f"it makes {model.offers()}" + (f"; or `trim: true` to cut it from {shorter:g} s" if shorter else "")
        return [Problem(f"{where}.duration", what, hint)]
    most = model.longest_with_end
    if most is not None and clip.source.end is not None and clip.asked_s > most:
        what = f"{clip.label} wants {clip.asked_s:g} s; {clip.backend} makes {most:g} s at most with an end keyframe"
        return [Problem(f"{where}.duration", what, "make it shorter, or leave the end keyframe out")]
    if clip.asked_s < model.longest and must_be_longest(model, clip.source, clip.resolution):
        why = "an end keyframe" if clip.source.end and "end" in model.only_longest_with else clip.resolution
        what = f"{clip.label} wants {clip.asked_s:g} s; {clip.backend} makes only {model.longest:g} s with {why}"
        return [Problem(f"{where}.duration", what, f"ask for {model.longest:g} s, or `trim: true` to cut it")]
    return []


def _picture_limits(clip: Clip, model: catalog.Model, where: str) -> list[Problem]:
    source = clip.source
    found: list[Problem] = []
    if source.lost:
        return found
    if source.end is not None and not model.end_picture:
        what = f"{clip.label} has an end keyframe, which {clip.model} does not take"
        found.append(Problem(f"{where}.keyframes.end", what, "use another model, or leave it out"))
    if source.end is not None and source.start is None:
        what = f"{clip.label} has an end keyframe without a start"
        found.append(Problem(f"{where}.keyframes.start", what, "name the start too"))
    if source.start is None and model.needs_picture:
        what = f"{clip.label} has no picture, and {clip.model} makes nothing from words alone"
        found.append(Problem(where, what, "give it a composite or keyframes, or use another model"))
    if model.paid and not (model.follows_picture and source.start) and clip.aspect not in (model.aspects or ()):
        what = f"{clip.label} is {clip.aspect or 'of an unusual shape'}, which {clip.backend} does not draw"
        found.append(Problem(where, what, f"it draws {' or '.join(model.aspects or ())}: change the film's size"))
    if clip.resolution and clip.resolution not in model.usd:
        what = f"{clip.model} does not make {clip.resolution}"
        found.append(Problem(f"config.yaml: {clip.backend}_resolution", what, f"it makes {', '.join(model.usd)}"))
    return found
