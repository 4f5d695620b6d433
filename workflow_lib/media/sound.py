"""The sound of a film: the voice, and under it what else is heard, brought to one loudness and encoded."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python
import numpy as np

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec, Level
from workflow_lib.media.encode import BITEXACT, SAMPLE_RATE
from workflow_lib.media.ffmpeg import output_path, started, url, version
from workflow_lib.media.laying import Placed, laid
from workflow_lib.media.loudness import Loudness, factor, measure, metered, reading
from workflow_lib.media.probe import opened
from workflow_lib.media.verify import MOST_APART_S

_AAC: dict[str, Any] = {"c:a": "aac", "aac_coder": "fast", "b:a": "160k", "ar": SAMPLE_RATE, "ac": 2, **BITEXACT}
"""The quicker of the encoder's two searches, which its manual prefers at such rates."""

_DUCKING = {"threshold": 0.015, "ratio": 4, "attack": 15, "release": 350}
"""By this curve a voice at -20 dBFS lowers the rest by 12 dB, until a third of a second after it."""

_LIMITER = {"attack": 5, "release": 50, "level": 0}
_LATENCY_SINCE = 6  # the version of ffmpeg from which on its limiter does not delay the sound
_OVERSAMPLED = 4 * SAMPLE_RATE  # peaks between samples are then within a tenth of a decibel: ITU-R BS.1770-5, annex 2
_CODER_MARGIN_DB = 0.4  # what lossy coding usually adds to a peak
_TRIES = 4
_NEAR_LU = 0.2
_MOST_GAIN_DB = 40.0  # more would only bring up noise
_SUBJECT = "writing the sound"


@dataclass(frozen=True, slots=True)
class Stems:
    """What is heard in a film of `total` samples: the `voice`, what is lowered `under` it, what is not, `beside` it."""

    total: int
    voice: Sequence[Placed] = ()
    under: Sequence[Placed] = ()
    beside: Sequence[Placed] = ()

    @property
    def parts(self) -> list[Sequence[Placed]]:
        """The stems in the order of their channels; one alone while there is only a voice."""
        return [self.voice, self.under, self.beside] if self.under or self.beside else [self.voice]


def samples(spec: FilmSpec, frames: Sequence[int]) -> list[int]:
    """How many samples are heard with each clip, given the clips' lengths in frames.

    Each clip's sound starts on the sample next to its first frame, however many clips are before it.
    """
    ends = [round(spec.seconds(total) * SAMPLE_RATE) for total in accumulate(frames, initial=0)]
    return [end - start for start, end in pairwise(ends)]


def mix_sound(stems: Stems, out: Path, level: Level, *, ffmpeg: str) -> Loudness:
    """Mix `stems` into one AAC track (48 kHz stereo) of the loudness `level`; returns what was measured afterwards.

    The mix is measured first (EBU R128), then brought to its loudness with peaks held down, encoded, decoded to its end
    and measured again; where coding has moved it, it is encoded anew. A silent film stays silent.

    Raises:
        BadMedia: a sound does not decode, or a narration is longer than its clip.
        OutOfSpace: the disk is full.
    """
    with output_path(out) as temporary:
        before = _measured(stems, temporary, ffmpeg)
        gain_db = 0.0 if before.is_silent else min(_MOST_GAIN_DB, level.lufs - before.lufs)
        ceiling_db = level.peak_dbtp - _CODER_MARGIN_DB
        found = before
        for _ in range(_TRIES):
            _encode(stems, temporary, gain_db, ceiling_db, ffmpeg)
            found = measure(temporary, ffmpeg=ffmpeg)
            if found.is_silent or _is_met(level, found):
                break
            gain_db = min(_MOST_GAIN_DB, gain_db + level.lufs - found.lufs)
            ceiling_db -= max(0.0, found.peak_dbtp - level.peak_dbtp)
        _check(temporary, Fraction(stems.total, SAMPLE_RATE), out.name)
    return found


def _is_met(level: Level, found: Loudness) -> bool:
    return abs(found.lufs - level.lufs) <= _NEAR_LU and found.peak_dbtp <= level.peak_dbtp


def _measured(stems: Stems, beside: Path, ffmpeg: str) -> Loudness:
    meter = beside.with_name(f".{beside.stem}.meter")
    try:
        _feed(stems, metered(_mixed(stems), meter), ffmpeg)
        return reading(meter, beside.name)
    finally:
        meter.unlink(missing_ok=True)


def _encode(stems: Stems, out: Path, gain_db: float, ceiling_db: float, ffmpeg: str) -> None:
    whole = {"latency": 1} if version(ffmpeg) >= _LATENCY_SINCE else {}
    limited = (
        _mixed(stems)
        .filter("volume", f"{gain_db:.3f}dB")
        .filter("aresample", _OVERSAMPLED)
        .filter("alimiter", limit=f"{factor(ceiling_db):.6f}", **_LIMITER, **whole)
        .filter("aresample", SAMPLE_RATE)
    )
    _feed(stems, limited.output(url(out), **_AAC), ffmpeg)


def _mixed(stems: Stems) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    """The voice, the rest made softer by it, and what stays as it is, added up."""
    parts = stems.parts
    raw = ffmpeg_python.input("pipe:0", format="f32le", ar=SAMPLE_RATE, ac=2 * len(parts)).audio
    if len(parts) == 1:
        return raw
    copies = raw.filter_multi_output("asplit", len(parts) + 1)
    voice, key, under, beside = (
        copies[number].filter("channelmap", map=f"{2 * pair}|{2 * pair + 1}", channel_layout="stereo")
        for number, pair in enumerate((0, 0, 1, 2))
    )
    ducked = ffmpeg_python.filter([under, key], "sidechaincompress", **_DUCKING)
    return ffmpeg_python.filter([voice, ducked, beside], "amix", inputs=3, normalize=0)


def _feed(stems: Stems, stream: Any, ffmpeg: str) -> None:  # noqa: ANN401 (ffmpeg-python has no types)
    with started(stream, ffmpeg=ffmpeg, stdin=subprocess.PIPE) as process:
        for block in _blocks(stems):
            process.write(memoryview(block), _SUBJECT)
        process.finish(_SUBJECT)


def _blocks(stems: Stems) -> Iterator[bytes]:
    channels = [laid(part, stems.total) for part in stems.parts]
    for blocks in zip(*channels, strict=True):
        yield np.concatenate(blocks, axis=1).astype("<f4").tobytes()


def _check(path: Path, whole: Fraction, name: str) -> None:
    with opened(path, name) as container:
        audio = container.streams.audio[0]
        count = sum(frame.samples for frame in container.decode(audio))
    if abs(Fraction(count, SAMPLE_RATE) - whole) > MOST_APART_S:
        raise BadMedia(f"{name}: lasts {count / SAMPLE_RATE:.2f} s instead of {float(whole):.2f} s")
