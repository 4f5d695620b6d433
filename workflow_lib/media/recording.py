"""Recordings as a provider delivers them: checked to their end, decoded to WAV, and the times of their words."""

from __future__ import annotations

import re
import unicodedata
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

from workflow_lib import files
from workflow_lib.errors import BadMedia
from workflow_lib.media.probe import opened, sound_of
from workflow_lib.media.voice import SPOKEN_KINDS, Speech, Word

Samples = npt.NDArray[np.int16]

_MOST_CHANNELS = 2


def check(path: Path, shortest_s: float, longest_s: float) -> None:
    """See that a recording decodes to its end, can be heard, and lasts from `shortest_s` to `longest_s` seconds.

    Raises:
        BadMedia: it does not; says what is wrong.
    """
    samples, heard, rate = 0, False, 1
    for piece, rate in _decoded(path):  # noqa: B007 - the rate is that of all pieces
        samples += len(piece)
        heard = heard or bool(np.any(piece))
    seconds = samples / rate
    if not heard:
        raise BadMedia(f"{path.name}: nothing can be heard in it")
    if not shortest_s <= seconds <= longest_s:
        raise BadMedia(f"{path.name}: lasts {seconds:.2f} s, which should be {shortest_s:g} to {longest_s:g} s")


def decode(path: Path, out_wav: Path) -> float:
    """Write the recording at `path` as WAV of 16 bits, at its own rate, with one channel or two; its length in seconds.

    Raises:
        BadMedia: it does not decode.
        OutOfSpace: the disk is full.
    """
    pieces = list(_decoded(path))
    if not pieces:
        raise BadMedia(f"{path.name}: has no sound")
    rate, channels = pieces[0][1], pieces[0][0].shape[1]
    with files.atomic_path(out_wav) as temporary, wave.open(str(temporary), "wb") as recording:
        recording.setnchannels(channels)
        recording.setsampwidth(2)
        recording.setframerate(rate)
        for piece, _ in pieces:
            recording.writeframes(piece.astype("<i2").tobytes())
    return sum(len(piece) for piece, _ in pieces) / rate


def _decoded(path: Path) -> Iterator[tuple[Samples, int]]:
    """The samples of a recording, piece by piece, one row for each moment; and how many there are in a second."""
    with opened(path) as container:
        stream = sound_of(container)
        if stream is None:
            raise BadMedia(f"{path.name}: has no sound")
        rate = stream.codec_context.sample_rate
        layout = "mono" if stream.codec_context.channels < _MOST_CHANNELS else "stereo"
        channels = 1 if layout == "mono" else _MOST_CHANNELS
        resampler = AudioResampler(format="s16", layout=layout, rate=rate)
        for frame in (*container.decode(stream), None):
            for part in resampler.resample(frame):
                yield part.to_ndarray().astype(np.int16).reshape(-1, channels), rate


def speech(text: str, alignment: Mapping[str, Any] | None, duration_s: float) -> Speech:
    """The words of a line that lasts `duration_s`, with their times in seconds.

    `alignment`: the characters as they were spoken, `character_start_times_seconds` and `..._end_...`; without it each
    word gets a share of the time by its letters.
    """
    characters, starts, ends = _times(alignment) if alignment else _shares(text, duration_s)
    said = "".join(characters)
    # One entry may hold more than one letter.
    owner = [place for place, letters in enumerate(characters) for _ in letters]
    words = tuple(
        Word(found[0], min(starts[owner[found.start()]], duration_s), min(ends[owner[found.end() - 1]], duration_s))
        for found in re.finditer(r"\S+", said)
        if any(unicodedata.category(letter)[0] in SPOKEN_KINDS for letter in found[0])
    )
    return Speech(duration_s, words)


def _times(alignment: Mapping[str, Any]) -> tuple[list[str], list[float], list[float]]:
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    characters, starts, ends = (list(alignment[name]) for name in names)
    return characters, [float(moment) for moment in starts], [float(moment) for moment in ends]


def _shares(text: str, duration_s: float) -> tuple[list[str], list[float], list[float]]:
    step = duration_s / max(1, len(text))
    places = range(len(text))
    return list(text), [step * place for place in places], [step * (place + 1) for place in places]
