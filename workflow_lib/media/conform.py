"""Conforming: a clip's picture brought, once, to what the film copies from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media import fitting, joining, tones
from workflow_lib.media.captions import Caption
from workflow_lib.media.encode import TAGS, Quality, x264_options
from workflow_lib.media.ffmpeg import offers, output_path, run, url
from workflow_lib.media.lettering import lettered
from workflow_lib.media.probe import FORMATS, VideoInfo, probe
from workflow_lib.media.verify import verify_clip, verify_conformed, verify_written
from workflow_lib.recipes import Fit

__all__ = ["Change", "ConformReport", "Mode", "conform_picture"]

_READS_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}

Mode = Literal["copied", "extended", "trimmed", "encoded"]


@dataclass(frozen=True, slots=True)
class Change:
    """How a picture differs from the clip's own.

    `slower`: how many times longer each of its pictures is shown; `captions`: what is written into them.
    """

    slower: Fraction = Fraction(1)
    captions: tuple[Caption, ...] = ()


@dataclass(frozen=True, slots=True)
class ConformReport:
    """How a clip was conformed: `copied`, `extended` by its last frame, `trimmed` or `encoded`; and its length.

    `pale`: it is HDR, and ffmpeg was built without the filters that bring it to SDR.
    """

    mode: Mode
    frames: int
    pale: bool = False


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
    change: Change | None = None,
) -> ConformReport:
    """Make `out` the picture of `clip` with exactly `frames` frames, ready to be joined by copying.

    A clip that our encoder could have made is copied, and its last frame held or its end cut as `frames` says; any
    other is encoded, fitted to the film's size. Each picture of `clip` is decoded, here or before. `decoded`: it was
    before, or our encoder wrote it.

    Raises:
        BadMedia: the clip does not decode.
        OutOfSpace: the disk is full.
    """
    pale = False
    own = joining.joinable_frames(clip, spec, quality, ffmpeg=ffmpeg) if change in (None, Change()) else None
    with output_path(out) as temporary:
        if own is None or own > frames:
            if not decoded:
                verify_clip(clip)
            video, change = _video(clip), change or Change()
            maps_tones = tones.is_hdr(video) and tones.can_map(ffmpeg)
            pale = tones.is_hdr(video) and not maps_tones
            timing = fitting.Timing(frames, change.slower, probe(clip).start_s)
            chain = fitting.filters(video, spec, fit, timing, maps_tones=maps_tones)
            source = _picture(clip, **_decoder(video, ffmpeg))
            with lettered(change.captions, spec) as letters:
                options = x264_options(spec, quality) | {"vf": chain + letters, "frames:v": frames}
                run(source.output(url(temporary), **options), ffmpeg=ffmpeg, subject=clip.name)
        elif own == frames:
            _copy(clip, temporary, spec, ffmpeg=ffmpeg)
        else:
            _extend(clip, temporary, spec, quality, own=own, frames=frames, ffmpeg=ffmpeg)
        is_copy_of_unknown = not decoded and own is not None and own <= frames
        verify = verify_conformed if is_copy_of_unknown else verify_written
        verify(temporary, spec, frames, name=clip.name)
    return ConformReport(_mode(own, frames), frames, pale)


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


def _video(clip: Path) -> VideoInfo:
    video = probe(clip).video
    if video is None:
        raise BadMedia(f"{clip.name}: has no picture")
    return video


def _decoder(video: VideoInfo, ffmpeg: str) -> dict[str, str]:
    """The option that names a decoder of VP8 and VP9 which reads alpha: those of ffmpeg itself leave it out."""
    name = _READS_ALPHA.get(video.codec) if video.has_alpha else None
    return {"c:v": name} if name and offers(ffmpeg, "decoders", name) else {}


def _picture(clip: Path, **options: str) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    return ffmpeg_python.input(url(clip), format_whitelist=FORMATS, **options)["V:0"]
