"""The sound of a film: what is heard of its clips, one after the other without a gap, encoded once."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python
import numpy as np

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.encode import BITEXACT, SAMPLE_RATE
from workflow_lib.media.ffmpeg import output_path, started, url
from workflow_lib.media.laying import Cue, blocks
from workflow_lib.media.probe import opened
from workflow_lib.media.verify import MOST_APART_S

# The quicker of the encoder's two searches, which its manual prefers at such rates.
_AAC: dict[str, Any] = {"c:a": "aac", "aac_coder": "fast", "b:a": "160k", "ar": SAMPLE_RATE, "ac": 2, **BITEXACT}
_FULL_SCALE = 32767
_SUBJECT = "writing the sound"


def samples(spec: FilmSpec, frames: Sequence[int]) -> list[int]:
    """How many samples are heard with each clip, given the clips' lengths in frames.

    Each clip's sound starts on the sample next to its first frame, however many clips are before it.
    """
    ends = [round(spec.seconds(total) * SAMPLE_RATE) for total in accumulate(frames, initial=0)]
    return [end - start for start, end in pairwise(ends)]


def mix_sound(cues: Sequence[Cue], out: Path, *, lead_s: float, ffmpeg: str) -> None:
    """Lay `cues` one after the other into one AAC track (48 kHz stereo), and decode it to its end.

    Each narration starts `lead_s` after its clip does.

    Raises:
        BadMedia: a sound does not decode, or a narration is longer than its clip.
        OutOfSpace: the disk is full.
    """
    raw = ffmpeg_python.input("pipe:0", format="s16le", ar=SAMPLE_RATE, ac=2)
    with output_path(out) as temporary:
        stream = ffmpeg_python.output(raw.audio, url(temporary), **_AAC)
        with started(stream, ffmpeg=ffmpeg, stdin=subprocess.PIPE) as process:
            for cue in cues:
                for block in blocks(cue, lead_s):
                    process.write(memoryview(np.round(block * _FULL_SCALE).astype("<i2").tobytes()), _SUBJECT)
            process.finish(_SUBJECT)
        _check(temporary, Fraction(sum(cue.samples for cue in cues), SAMPLE_RATE), out.name)


def _check(path: Path, whole: Fraction, name: str) -> None:
    with opened(path, name) as container:
        audio = container.streams.audio[0]
        count = sum(frame.samples for frame in container.decode(audio))
    if abs(Fraction(count, SAMPLE_RATE) - whole) > MOST_APART_S:
        raise BadMedia(f"{name}: lasts {count / SAMPLE_RATE:.2f} s instead of {float(whole):.2f} s")
