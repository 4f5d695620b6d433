"""Conforming: a clip's picture brought, once, to what the film copies from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media import fitting, joining
from workflow_lib.media.encode import TAGS, Quality, x264_options
from workflow_lib.media.ffmpeg import output_path, run, url
from workflow_lib.media.probe import FORMATS, probe
from workflow_lib.media.verify import verify_clip, verify_conformed
from workflow_lib.recipes import Fit

__all__ = ["ConformReport", "Mode", "clip_frames", "conform_picture"]

Mode = Literal["copied", "extended", "trimmed", "encoded"]


@dataclass(frozen=True, slots=True)
class ConformReport:
    """How a clip was conformed: `copied`, `extended` by its last frame, `trimmed` or `encoded`; and its length."""

    mode: Mode
    frames: int


def clip_frames(
    spec: FilmSpec, clip_seconds: float, narration_seconds: float | None, lead_s: float, tail_s: float
) -> int:
    """How many frames a clip takes in the film: all of its own, and enough for its narration with silence around."""
    own = spec.frames(clip_seconds)
    if narration_seconds is None:
        return own
    return max(own, math.ceil((lead_s + narration_seconds + tail_s) * spec.fps))


def conform_picture(
    clip: Path,
    out: Path,
    spec: FilmSpec,
    quality: Quality,
    *,
    frames: int,
    ffmpeg: str,
    fit: Fit = "contain",
    decoded: bool = False,
) -> ConformReport:
    """Make `out` the picture of `clip` with exactly `frames` frames, ready to be joined by copying.

    A clip that our encoder could have made is copied, and its last frame held or its end cut as `frames` says; any
    other is encoded, fitted to the film's size. The result is decoded to its end. `decoded`: so was `clip` before.

    Raises:
        BadMedia: the clip does not decode.
        OutOfSpace: the disk is full.
    """
    own = joining.joinable_frames(clip, spec, quality, ffmpeg=ffmpeg)
    with output_path(out) as temporary:
        if own is None or own > frames:
            if not decoded:
                verify_clip(clip)
            _encode(clip, temporary, spec, quality, frames=frames, ffmpeg=ffmpeg, fit=fit)
        elif own == frames:
            _copy(clip, temporary, spec, ffmpeg=ffmpeg)
        else:
            _extend(clip, temporary, spec, quality, own=own, frames=frames, ffmpeg=ffmpeg)
        verify_conformed(temporary, spec, frames, name=clip.name)
    return ConformReport(_mode(own, frames), frames)


def _mode(own: int | None, frames: int) -> Mode:
    if own is None:
        return "encoded"
    return "copied" if own == frames else "extended" if own < frames else "trimmed"


def _copy(clip: Path, out: Path, spec: FilmSpec, *, ffmpeg: str) -> None:
    run(_picture(clip).output(url(out), **joining.copy_options(spec)), ffmpeg=ffmpeg, subject=clip.name)


def _extend(clip: Path, out: Path, spec: FilmSpec, quality: Quality, *, own: int, frames: int, ffmpeg: str) -> None:
    """Only the hold is encoded, and only the last second is decoded for it.

    The clip's picture is set apart first: a file that is joined lasts as long as the longest of its tracks.
    """
    begun, hold = out.with_suffix(".begun.mp4"), out.with_suffix(".hold.mp4")
    try:
        _copy(clip, begun, spec, ffmpeg=ffmpeg)
        _hold(begun, hold, spec, quality, own=own, frames=frames - own, ffmpeg=ffmpeg)
        with joining.part_list([begun, hold], out) as parts:
            stream = joining.joined(parts)["V:0"].output(url(out), **joining.copy_options(spec))
            run(stream, ffmpeg=ffmpeg, subject=clip.name)
    finally:
        begun.unlink(missing_ok=True)
        hold.unlink(missing_ok=True)


def _hold(clip: Path, out: Path, spec: FilmSpec, quality: Quality, *, own: int, frames: int, ffmpeg: str) -> None:
    before_last = max(0.0, (own - 1.5) / float(spec.fps))
    last = f"setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop={frames},{TAGS}"
    options: dict[str, Any] = x264_options(spec, quality) | {"vf": last, "frames:v": frames}
    run(_picture(clip, ss=f"{before_last:.6f}").output(url(out), **options), ffmpeg=ffmpeg, subject=clip.name)


def _encode(clip: Path, out: Path, spec: FilmSpec, quality: Quality, *, frames: int, ffmpeg: str, fit: Fit) -> None:
    video = probe(clip).video
    if video is None:
        raise BadMedia(f"{clip.name}: has no picture")
    chain = fitting.filters(video, spec, fit, frames)
    options: dict[str, Any] = x264_options(spec, quality) | {"vf": chain, "frames:v": frames}
    run(_picture(clip).output(url(out), **options), ffmpeg=ffmpeg, subject=clip.name)


def _picture(clip: Path, **options: str) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    return ffmpeg_python.input(url(clip), format_whitelist=FORMATS, **options)["V:0"]
