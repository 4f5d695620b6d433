"""Scratch narration: a line of text spoken offline, with the time of each word."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import wave
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workflow_lib import stamps
from workflow_lib.errors import BadMedia
from workflow_lib.files import atomic_path, write_json
from workflow_lib.media.espeak import Mark, Spoken, synthesise

Samples = npt.NDArray[np.int16]

_FULL_SCALE = 32768
_LOUDNESS = 10 ** (-18 / 20)  # RMS of what is spoken, of full scale
_KNEE, _HIGHEST = 0.4, 0.8  # peaks are bent from the knee on, and stay below -1.9 dBFS
_SILENT = 0.004  # of full scale: what is softer counts as a pause
_END_S = 0.1  # silence that is left at the end
_CHUNK = 1 << 20  # samples that are worked on at once
SPOKEN_KINDS = ("L", "N", "S")
"""What is heard: letters, numbers and symbols, by the first letter of their Unicode category."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in the text, and when it is heard, in seconds from the start of the recording."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """How long a recording is, and its words in their order."""

    duration_s: float
    words: tuple[Word, ...]


def speak(
    text: str, out_wav: Path, *, words_per_minute: int = 175, voice: str = "en", stamp: str | None = None
) -> Speech:
    """Speak `text` into `out_wav`: 22,050 Hz, one channel, 16 bits, even loudness, no clipping.

    Text without a letter, number or symbol gives a moment of silence and no words. `stamp`: short text that
    `stamps.read_wav_stamp` finds again.

    Raises:
        MissingTool: the synthesiser does not load, or has no such voice.
        OutOfSpace: the disk is full.
    """
    said = text if any(unicodedata.category(letter)[0] in SPOKEN_KINDS for letter in text) else ""
    spoken = synthesise(said, words_per_minute=words_per_minute, voice=voice)
    samples = np.frombuffer(spoken.pcm, np.int16)
    end = _sounding_end(samples) + round(_END_S * spoken.rate)
    samples = np.concatenate([samples[:end], np.zeros(max(0, end - len(samples)), np.int16)])
    with atomic_path(out_wav) as temporary:
        temporary.write_bytes(_wav(_levelled(samples), spoken.rate, stamp))
    return Speech(len(samples) / spoken.rate, _words(said, spoken, len(samples)))


def _sounding_end(samples: Samples) -> int:
    """The place after the last sample that is not a pause."""
    for start in reversed(range(0, len(samples), _CHUNK)):
        loud = np.flatnonzero(np.abs(samples[start : start + _CHUNK].astype(np.int32)) > _SILENT * _FULL_SCALE)
        if len(loud):
            return start + int(loud[-1]) + 1
    return 0


def _levelled(samples: Samples) -> Samples:
    """The same loudness for every line: speech at -18 dBFS, its peaks bent softly below the limit."""
    chunks = [samples[start : start + _CHUNK] for start in range(0, len(samples), _CHUNK)]
    energy, count = 0.0, 0
    for chunk in chunks:
        loud = chunk[np.abs(chunk.astype(np.int32)) > _SILENT * _FULL_SCALE].astype(np.float64) / _FULL_SCALE
        energy, count = energy + float(np.square(loud).sum()), count + len(loud)
    if count == 0:
        return samples
    gain = _LOUDNESS / (energy / count) ** 0.5
    return np.concatenate([_bent(chunk.astype(np.float32) * (gain / _FULL_SCALE)) for chunk in chunks])


def _bent(values: npt.NDArray[np.float32]) -> Samples:
    size = np.abs(values)
    room = _HIGHEST - _KNEE
    bent = np.where(size > _KNEE, _KNEE + room * np.tanh((size - _KNEE) / room), size)
    return np.round(np.copysign(bent, values) * _FULL_SCALE).astype(np.int16)


def _wav(samples: Samples, rate: int, stamp: str | None) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(samples.itemsize)
        recording.setframerate(rate)
        recording.writeframes(samples.astype("<i2").tobytes())
    data = buffer.getvalue() + (stamps.wav_comment(stamp) if stamp else b"")
    return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]


def _words(text: str, spoken: Spoken, samples: int) -> tuple[Word, ...]:
    """Each word of `text` that is heard: from its first mark to the mark after its last one."""
    tokens = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    words: list[Word] = []
    heard: set[int | None] = {None}
    ends = [*(mark.at for mark in spoken.marks[1:]), samples]
    runs = groupby(zip(spoken.marks, ends, _owners(spoken.marks, tokens), strict=True), key=lambda mark: mark[2])
    for owner, run in runs:
        marks = list(run)
        if owner is not None and owner not in heard:
            start, end = (min(at, samples) / spoken.rate for at in (marks[0][0].at, marks[-1][1]))
            words.append(Word(text[slice(*tokens[owner])], start, end))
        heard.add(owner)
    return tuple(words)


def _owners(marks: Sequence[Mark], tokens: Sequence[tuple[int, int]]) -> list[int | None]:
    """For each mark the number of the token that it stands in; None for the end of a clause."""
    starts = [start for start, _ in tokens]
    found: list[int | None] = []
    for mark in marks:
        number = -1 if mark.place is None else bisect_right(starts, mark.place) - 1
        inside = number >= 0 and mark.place is not None and mark.place < tokens[number][1]
        found.append(number if inside else None)
    return found


def write_alignment(speech: Speech, path: Path) -> None:
    """Write the times of the words as JSON, sorted, in one step.

    Raises:
        OutOfSpace: the disk is full.
    """
    write_json(path, as_dict(speech))


def as_dict(speech: Speech) -> dict[str, object]:
    """The alignment of a recording as plain values."""
    words = [{"word": word.text, "start_s": word.start_s, "end_s": word.end_s} for word in speech.words]
    return {"duration_s": speech.duration_s, "words": words}


def read_alignment(path: Path) -> Speech:
    """What `write_alignment` wrote.

    Raises:
        BadMedia: the file is not there, or is no alignment.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        words = (Word(str(word["word"]), float(word["start_s"]), float(word["end_s"])) for word in value["words"])
        return Speech(float(value["duration_s"]), tuple(words))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadMedia(f"{path.name}: is no alignment of a narration; delete it to have it made again") from error
