"""Tiny clips, sounds and readers for the tests of the media modules."""

from __future__ import annotations

import functools
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from workflow_lib.film import FilmSpec
from workflow_lib.media import encode
from workflow_lib.media.ffmpeg import binary

SPEC = FilmSpec(160, 90, Fraction(24))
RATE = 48_000

Samples = npt.NDArray[np.float32]


@functools.cache
def ffmpeg() -> str:
    """The embedded ffmpeg."""
    return binary()


def planes(number: int, seed: int = 0, spec: FilmSpec = SPEC) -> tuple[bytes, bytes, bytes]:
    """One frame: a sloping pattern that moves with `number`."""
    slope = np.add.outer(np.arange(spec.height), np.arange(spec.width)) * 2 + number * 3 + seed * 40
    luma = (slope % 220 + 16).astype(np.uint8)
    quarter = spec.width * spec.height // 4
    return luma.tobytes(), bytes([100 + (number + seed) % 50]) * quarter, bytes([140]) * quarter


def write_clip(path: Path, frames: int, *, seed: int = 0, spec: FilmSpec = SPEC, silent_audio: bool = True) -> Path:
    """A clip as our own encoder makes it."""
    with encode.clip_writer(path, spec, encode.FINAL, ffmpeg=ffmpeg(), silent_audio=silent_audio) as writer:
        for number in range(frames):
            writer.write(*planes(number, seed, spec))
    return path


def generate(path: Path, *arguments: str) -> Path:
    """Run the embedded ffmpeg with `arguments` to make `path`."""
    subprocess.run([ffmpeg(), "-nostdin", "-v", "error", "-y", *arguments, str(path)], check=True)
    return path


def pictures(path: Path) -> list[bytes]:
    """The decoded planes of every picture."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def picture_at(path: Path, place: int, spec: FilmSpec) -> bytes:
    """The decoded planes of the picture that is shown at frame `place`; the rest of the file is not decoded."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base or Fraction(0)
        wanted = round(place / spec.fps / base)
        container.seek(wanted, stream=stream)
        return next(frame for frame in container.decode(stream) if frame.pts == wanted).to_ndarray().tobytes()


def lumas(path: Path) -> list[npt.NDArray[np.float32]]:
    """The brightness of every picture, 16 to 235."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [frame.to_ndarray(format="yuv420p")[: frame.height].astype(np.float32) for frame in frames]


def samples(path: Path) -> Samples:
    """The decoded sound, one row for each sample."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout=stream.layout.name, rate=stream.rate)
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        channels = stream.codec_context.channels
        return np.concatenate([frame.to_ndarray().reshape(-1, channels) for frame in frames])


def samples_at(path: Path, start_s: float, seconds: float) -> Samples:
    """The decoded sound from `start_s` on, of a file that is too long to be held whole."""
    found: list[Samples] = []
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate = int(stream.rate)
        container.seek(int(max(0.0, start_s - 1) * av.time_base))
        for frame in container.decode(stream):
            begin = round(float(frame.time or 0) * rate) - round(start_s * rate)
            if begin >= seconds * rate:
                break
            values = frame.to_ndarray().T.astype(np.float32)
            found.append(values[max(0, -begin) :])
    return np.concatenate(found)[: round(seconds * rate)]


def loudness(values: Samples) -> float:
    """RMS of full scale."""
    return float(np.sqrt(np.square(values.astype(np.float64)).mean()))


def hidden(folder: Path) -> list[str]:
    """Temporary files that were left behind."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
