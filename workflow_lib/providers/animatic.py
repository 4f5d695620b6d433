"""The embedded backend: moving stills, free and offline."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from workflow_lib.clip import Clip
from workflow_lib.film import FilmSpec
from workflow_lib.media import animatic
from workflow_lib.media.animatic import Progress
from workflow_lib.media.camera import parse_move
from workflow_lib.media.encode import Quality


class _Told(TypedDict):
    ffmpeg: str
    progress: Progress | None


def make(
    clip: Clip,
    out: Path,
    spec: FilmSpec,
    quality: Quality,
    *,
    composed: bool,
    ffmpeg: str,
    progress: Progress | None = None,
) -> None:
    """Render `clip` to `out`: its recipe in parallax, its still, its pair of keyframes, or its words.

    `composed`: whether its picture is the one that its recipe makes, so that its layers may move; `progress` is told
    how much is done, 0 to 1, once a second of the clip.

    Raises:
        BadMedia: a picture does not decode, or ffmpeg fails.
        OutOfSpace: the disk is full.
    """
    source, move, seconds = clip.source, parse_move(clip.camera), clip.seconds
    fit = source.fit or "cover"
    told: _Told = {"ffmpeg": ffmpeg, "progress": progress}
    if source.recipe is not None and composed:
        animatic.render_recipe(source.recipe, move, out, spec, seconds, quality, **told)
    elif source.start is None:
        animatic.render_card(clip.prompt, move, out, spec, seconds, quality, **told)
    elif source.end is None:
        animatic.render_still(source.start, move, out, spec, seconds, quality, **told, fit=fit)
    else:
        animatic.render_morph(source.start, source.end, move, out, spec, seconds, quality, **told, fit=fit)
