"""How the pictures of a film are encoded, so that its clips can be joined by copying them."""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.ffmpeg import Process, output_path, run, started, url

if TYPE_CHECKING:
    from typing_extensions import Buffer

SAMPLE_RATE = 48_000
SILENCE = f"anullsrc=channel_layout=stereo:sample_rate={SAMPLE_RATE}"
BITEXACT: dict[str, object] = {
    "fflags": "+bitexact",
    "flags:v": "+bitexact+cgop",
    "flags:a": "+bitexact",
    "map_metadata": -1,
    "map_chapters": -1,
}
TAGS = "setsar=1,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

# H.264 levels: most macroblocks in a frame, and in a second (table A-1 of the standard).
_LEVELS = (
    ("3.0", 1_620, 40_500),
    ("3.1", 3_600, 108_000),
    ("4.0", 8_192, 245_760),
    ("4.2", 8_704, 522_240),
    ("5.1", 36_864, 983_040),
    ("5.2", 36_864, 2_073_600),
)
_HIGHEST_LEVEL = "6.2"
_FINE_TICKS = 10_000  # per second, so that players can place the sound too
_X264_THREADS = 4  # fixed: x264 makes other bytes with another number of threads
_SUBJECT = "the encoder stopped"
_PIPE_BYTES = 1 << 20  # the most that an unprivileged process may ask for


@dataclass(frozen=True, slots=True)
class Quality:
    """x264's preset and constant rate factor (lower is better and larger)."""

    preset: str
    crf: int


FINAL = Quality("veryfast", 20)
DRAFT = Quality("superfast", 26)


def timescale(spec: FilmSpec) -> int:
    """Ticks per second of the film's picture tracks; each frame lasts a whole number of them."""
    numerator = spec.fps.numerator
    return numerator if numerator >= _FINE_TICKS else numerator * 1000


def keyframe_interval(spec: FilmSpec) -> int:
    """Frames from one keyframe to the next: a second."""
    return max(1, round(spec.fps))


def track_options(spec: FilmSpec) -> dict[str, object]:
    """Options of an mp4 whose times are exact: by default its length is rounded to a millisecond."""
    return {"video_track_timescale": timescale(spec), "movie_timescale": timescale(spec), **BITEXACT}


def x264_options(spec: FilmSpec, quality: Quality) -> dict[str, object]:
    """Output options of ffmpeg that give every clip of a film the same SPS and PPS."""
    interval = keyframe_interval(spec)
    return {
        "c:v": "libx264",
        "preset": quality.preset,
        "crf": quality.crf,
        "profile:v": "high",
        "level:v": _level(spec),
        "pix_fmt": "yuv420p",
        "g": interval,
        "keyint_min": interval,
        "sc_threshold": 0,
        "threads:v": _X264_THREADS,
        "x264-params": "stitchable=1:open-gop=0",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        "color_range": "tv",
        **track_options(spec),
    }


def _level(spec: FilmSpec) -> str:
    frame = -(-spec.width // 16) * -(-spec.height // 16)
    second = frame * spec.fps
    return next((name for name, size, rate in _LEVELS if frame <= size and second <= rate), _HIGHEST_LEVEL)


class ClipWriter:
    """Takes the frames of one clip in their order; made by `clip_writer`."""

    def __init__(self, process: Process, spec: FilmSpec) -> None:
        self.frames = 0
        self._process = process
        self._luma = spec.width * spec.height

    def write(self, y: Buffer, u: Buffer, v: Buffer) -> None:
        """Add one frame: full size Y, half size U and V, limited range BT.709, 8 bits.

        Raises:
            BadMedia: ffmpeg failed; the message has its reason.
            OutOfSpace: the disk is full.
            ValueError: a plane has another size.
        """
        planes = [memoryview(plane).cast("B") for plane in (y, u, v)]
        if [len(plane) for plane in planes] != [self._luma, self._luma // 4, self._luma // 4]:
            raise ValueError(f"planes of {[len(plane) for plane in planes]} bytes, luma should be {self._luma}")
        for plane in planes:
            self._process.write(plane, _SUBJECT)
        self.frames += 1


@contextmanager
def clip_writer(
    path: Path, spec: FilmSpec, quality: Quality, *, ffmpeg: str, silent_audio: bool = True
) -> Iterator[ClipWriter]:
    """Encode the frames that the block writes, while it makes them; `path` appears when the block has ended well.

    The clip is H.264, ready to be played from the net, with a silent AAC track of the same length if `silent_audio`.

    Raises:
        BadMedia: ffmpeg failed, or no frame was written.
        OutOfSpace: the disk is full.
    """
    with output_path(path) as temporary:
        picture = temporary.with_suffix(".picture.mp4") if silent_audio else temporary
        try:
            with _encoder(picture, spec, quality, ffmpeg=ffmpeg, faststart=not silent_audio) as writer:
                yield writer
            if silent_audio:
                _add_silence(picture, temporary, spec, writer.frames, ffmpeg=ffmpeg)
        finally:
            if silent_audio:
                picture.unlink(missing_ok=True)


@contextmanager
def _encoder(path: Path, spec: FilmSpec, quality: Quality, *, ffmpeg: str, faststart: bool) -> Iterator[ClipWriter]:
    size = f"{spec.width}x{spec.height}"
    frames = ffmpeg_python.input("pipe:0", format="rawvideo", pix_fmt="yuv420p", s=size, framerate=str(spec.fps))
    options = x264_options(spec, quality) | ({"movflags": "+faststart"} if faststart else {})
    stream = ffmpeg_python.output(frames.video, url(path), vf=TAGS, **options)
    with started(stream, ffmpeg=ffmpeg, stdin=subprocess.PIPE) as process:
        with suppress(OSError):  # a smaller pipe is only slower
            fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        writer = ClipWriter(process, spec)
        yield writer
        if writer.frames == 0:
            raise BadMedia(f"{path.name}: a clip needs at least one frame")
        process.finish(_SUBJECT)


def _add_silence(picture: Path, out: Path, spec: FilmSpec, frames: int, *, ffmpeg: str) -> None:
    """A pass of its own, because `-shortest` lets the sound outlast the picture in older versions of ffmpeg."""
    silence = ffmpeg_python.input(SILENCE, format="lavfi", t=f"{spec.seconds(frames):.6f}")
    video = ffmpeg_python.input(url(picture)).video
    options: dict[str, Any] = {"c:v": "copy", "c:a": "aac", "b:a": "64k", "movflags": "+faststart"}
    stream = ffmpeg_python.output(video, silence.audio, url(out), **options, **track_options(spec))
    run(stream, ffmpeg=ffmpeg, subject="adding silence")
