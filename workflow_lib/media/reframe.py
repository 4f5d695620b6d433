"""A finished film in another shape, for screens that are held upright or show squares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.layout import Shape
from workflow_lib.manifest import Reframe
from workflow_lib.media import fitting
from workflow_lib.media.encode import FINAL, x264_options
from workflow_lib.media.ffmpeg import output_path, run, url
from workflow_lib.media.probe import FORMATS, probe
from workflow_lib.media.verify import verify_film
from workflow_lib.recipes import Fit

_SIDES: dict[Shape, tuple[int, int]] = {"9x16": (9, 16), "1x1": (1, 1)}
_FITS: dict[Reframe, Fit] = {"blur": "blur", "crop": "cover"}


def shaped(spec: FilmSpec, shape: Shape) -> FilmSpec:
    """The film's frame in that shape: its width is the shorter side of what the film has, in even pixels."""
    across, down = _SIDES[shape]
    width = min(spec.width, spec.height) // 2 * 2
    return FilmSpec(width, round(width * down / across / 2) * 2, spec.fps)


def reframe(film: Path, out: Path, spec: FilmSpec, shape: Shape, how: Reframe, *, ffmpeg: str, stamp: str) -> int:
    """Make `out` the `film` in that shape, and return how many frames it has; its other tracks and texts are copied.

    `how`: `blur` shows the whole picture in front of its own blurred middle, `crop` only its middle.

    Raises:
        BadMedia: the film does not decode.
        OutOfSpace: the disk is full.
    """
    video = probe(film).video
    if video is None:
        raise BadMedia(f"{film.name}: has no picture")
    target = shaped(spec, shape)
    chain = fitting.filters(video, target, _FITS[how], fitting.Timing(video.frames))
    options: dict[str, Any] = x264_options(target, FINAL) | {"vf": chain, "frames:v": video.frames}
    del options["fflags"], options["map_metadata"], options["map_chapters"]
    options |= {
        "c:a": "copy",
        "c:s": "copy",
        "map_metadata": 0,
        "metadata": f"comment={stamp}",
        "movflags": "+faststart",
    }
    read = ffmpeg_python.input(url(film), format_whitelist=FORMATS)
    with output_path(out) as temporary:
        tracks = [read["V:0"], read["a:0"], read["s?"]]
        run(ffmpeg_python.output(*tracks, url(temporary), **options), ffmpeg=ffmpeg, subject=film.name)
        verify_film(temporary, target, video.frames, thorough=True, name=out.name)
    return video.frames
