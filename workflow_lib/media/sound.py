"""The sound of a film: the parts of its clips, joined without a gap and encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from workflow_lib.errors import BadMedia
from workflow_lib.media.encode import BITEXACT, SAMPLE_RATE
from workflow_lib.media.ffmpeg import output_path, run, url
from workflow_lib.media.joining import joined, part_list
from workflow_lib.media.probe import opened, sound_of
from workflow_lib.media.verify import MOST_APART_S

# The quicker of the encoder's two searches, which its manual prefers at such rates.
_AAC: dict[str, Any] = {"c:a": "aac", "aac_coder": "fast", "b:a": "160k", "ar": SAMPLE_RATE, "ac": 2, **BITEXACT}
_GAPLESS = "asetpts=N/SR/TB"  # the parts' lengths are added up in microseconds; samples are counted instead


def mix_sound(parts: Sequence[Path], out: Path, *, ffmpeg: str) -> None:
    """Join the FLAC files `parts` in their order into one AAC track (48 kHz stereo), and decode it to its end.

    Raises:
        BadMedia: a part does not decode.
        OutOfSpace: the disk is full.
    """
    whole = sum((_length_s(part) for part in parts), Fraction(0))
    with output_path(out) as temporary:
        with part_list(parts, temporary) as listed:
            stream = joined(listed).audio.output(url(temporary), af=_GAPLESS, **_AAC)
            run(stream, ffmpeg=ffmpeg, subject=out.name)
        _check(temporary, whole, out.name)


def _length_s(part: Path) -> Fraction:
    with opened(part) as container:
        audio = sound_of(container)
        if audio is None or not audio.duration:
            raise BadMedia(f"{part.name}: has no sound")
        return audio.duration * (audio.time_base or Fraction(0))


def _check(path: Path, whole: Fraction, name: str) -> None:
    with opened(path, name) as container:
        audio = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(audio))
    if abs(Fraction(samples, SAMPLE_RATE) - whole) > MOST_APART_S:
        raise BadMedia(f"{name}: lasts {samples / SAMPLE_RATE:.2f} s instead of {float(whole):.2f} s")
