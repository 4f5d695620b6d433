"""Filters that bring any picture to the film's size, frame rate, pixel format and colours."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from workflow_lib.film import FilmSpec
from workflow_lib.media import tones
from workflow_lib.media.encode import TAGS
from workflow_lib.media.probe import VideoInfo
from workflow_lib.recipes import Fit

_UNKNOWN_MATRIX = 2
_STANDARD_HEIGHT = 576  # pictures without a colour matrix are BT.601 up to this height, as players take them
_BLUR_SHRINK = 8  # the enlarged background is blurred at this fraction of the size: as smooth, and much faster


@dataclass(frozen=True, slots=True)
class Timing:
    """When a clip's pictures are shown: `frames` of the film, after which the last one is held.

    `slower`: how many times longer each picture is shown; those of the film are taken as they come, never mixed.
    `start_s`: the time stamp at which the clip starts, with its picture or with its sound; None: with its picture.
    """

    frames: int
    slower: Fraction = Fraction(1)
    start_s: float | None = None


def filters(video: VideoInfo, spec: FilmSpec, fit: Fit, timing: Timing, *, maps_tones: bool = False) -> str:
    """The chain of filters from a decoded clip to the film's frames, its last one held without end.

    `maps_tones`: what is HDR is brought to SDR, for which not every ffmpeg is built.

    ffmpeg has turned the picture already when the file says that it is rotated. What is clear in it is black.
    """
    steady = f"fps=fps={spec.fps}:start_time=0:round=near"
    held = f"tpad=stop_mode=clone:stop={timing.frames}"
    # What ffmpeg itself takes for the start differs: of MPEG-TS it is that of the picture alone.
    late_s = 0.0 if timing.start_s is None else video.shown_s - timing.start_s
    slowed = f"setpts=(PTS-STARTPTS+{late_s:.6f}/TB)*{timing.slower.numerator}/{timing.slower.denominator}"
    is_mapped = maps_tones and tones.is_hdr(video)
    toned = f"{tones.mapped(video, spec)}," if is_mapped else ""
    fitted = _fitted(spec, fit, _colours(video, is_mapped=is_mapped))
    on_black = "premultiply=inplace=1," if video.has_alpha else ""
    return f"{slowed},{steady},{on_black}{toned}{fitted},format=yuv420p,{held},{TAGS}"


def _colours(video: VideoInfo, *, is_mapped: bool) -> str:
    matrix = "bt709" if is_mapped else "auto"
    if video.matrix == _UNKNOWN_MATRIX and not is_mapped:
        matrix = "bt601" if min(video.width, video.height) <= _STANDARD_HEIGHT else "bt709"
    return f"in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int"


def _fitted(spec: FilmSpec, fit: Fit, colours: str) -> str:
    width, height = spec.width, spec.height
    sides = f"w='max(2,2*round(min({width},{height}*dar)/2))':h='max(2,2*round(min({height},{width}/dar)/2))'"
    inside = f"scale={sides}:{colours}"
    filled = f"crop=w='min(iw,ih*{width}/{height}/sar)':h='min(ih,iw*sar*{height}/{width})'"
    if fit == "contain":
        return f"{inside},setsar=1,pad={width}:{height}:(ow-iw)/2:(oh-ih)/2"
    if fit == "cover":
        return f"{filled},scale={width}:{height}:{colours}"
    small = f"{max(2, width // _BLUR_SHRINK)}:{max(2, height // _BLUR_SHRINK)}"
    behind = (
        f"{filled},scale={small}:{colours},format=yuv420p,gblur=sigma=4,scale={width}:{height}:flags=bicubic,setsar=1"
    )
    front = f"{inside},format=yuv420p,setsar=1"
    return f"split[one][two];[one]{behind}[behind];[two]{front}[front];[behind][front]overlay=(W-w)/2:(H-h)/2"
