"""Laying sounds into a film: read in blocks, each from its own moment on, and added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from workflow_lib.errors import BadMedia
from workflow_lib.media.encode import SAMPLE_RATE
from workflow_lib.media.probe import opened, probe, sound_of
from workflow_lib.media.tempo import Samples, slowed

BLOCK = SAMPLE_RATE
_CHANNELS = 2
_GAP = SAMPLE_RATE // 20  # a jump of the time stamps that is a pause, and not their rounding


@dataclass(frozen=True, slots=True)
class Placed:
    """A sound file in a film; every length is in samples at 48 kHz.

    `at`: where it starts in the film; `most`: how much of it is heard at most; `fade_in`, `fade_out`: how long it takes
    to be there and to be gone, within `most`; `gain`: a factor. `whole`: none of it may be left out; `loops`: it starts
    again until `most` is full. `slower`: how many times longer it lasts, at its own pitch.
    """

    path: Path
    at: int
    most: int
    fade_in: int = 0
    fade_out: int = 0
    gain: float = 1.0
    whole: bool = False
    loops: bool = False
    slower: Fraction = Fraction(1)


def laid(sounds: Sequence[Placed], total: int) -> Iterator[Samples]:
    """`total` samples of a film in which `sounds` are heard, in blocks of at most a second.

    Raises:
        BadMedia: a sound does not decode, or one that must be whole is longer than its room.
    """
    coming = sorted(sounds, key=lambda sound: sound.at, reverse=True)
    heard: list[_Track] = []
    for start in range(0, total, BLOCK):
        block = np.zeros((min(BLOCK, total - start), _CHANNELS), np.float32)
        while coming and coming[-1].at < start + len(block):
            heard.append(_Track(coming.pop()))
        heard = [track for track in heard if track.add_to(block, start)]
        yield block


class _Track:
    """A sound that is being heard, and what was read of it ahead of its time."""

    def __init__(self, sound: Placed) -> None:
        self._at = sound.at
        self._blocks = _shaped(sound)
        self._ready = np.zeros((0, _CHANNELS), np.float32)

    def add_to(self, block: Samples, start: int) -> bool:
        """Add what is heard of it to the film's `block` that begins at `start`; False when it is over."""
        place = max(self._at - start, 0)
        part = self._take(len(block) - place)
        block[place : place + len(part)] += part
        return place + len(part) == len(block)

    def _take(self, count: int) -> Samples:
        while len(self._ready) < count and (block := next(self._blocks, None)) is not None:
            self._ready = np.concatenate([self._ready, block])
        part, self._ready = self._ready[:count], self._ready[count:]
        return part


def _shaped(sound: Placed) -> Iterator[Samples]:
    """A sound as it is heard: as much of it as has room, faded in and out."""
    done = 0
    own = _again_and_again(sound.path) if sound.loops else _all_of(sound.path, must_sound=sound.whole)
    for samples in own if sound.slower == 1 else slowed(own, sound.slower):
        room = sound.most - done
        if sound.whole and len(samples) > room:
            raise BadMedia(f"{sound.path.name}: ends after its clip; a narration is never cut")
        yield samples[:room] * _loudness(sound, done, min(room, len(samples)))
        done += len(samples)
        if done >= sound.most and not sound.whole:
            return


def _loudness(sound: Placed, start: int, count: int) -> Samples:
    """The factor of each of `count` samples from `start` on."""
    places = np.arange(start, start + count, dtype=np.float32)
    coming = np.clip(places / max(sound.fade_in, 1), 0, 1) if sound.fade_in else np.ones(count, np.float32)
    going = np.clip((sound.most - places) / sound.fade_out, 0, 1) if sound.fade_out else np.ones(count, np.float32)
    return (sound.gain * coming * going).astype(np.float32)[:, None]


def _all_of(path: Path, *, must_sound: bool) -> Iterator[Samples]:
    info = probe(path)
    if info.audio is not None:
        yield from _read(path, info.start_s)
    elif must_sound:
        raise BadMedia(f"{path.name}: has no sound")


def _again_and_again(path: Path) -> Iterator[Samples]:
    while True:
        length = 0
        for samples in _all_of(path, must_sound=True):
            length += len(samples)
            yield samples
        if not length:
            raise BadMedia(f"{path.name}: has no sound")


def _read(path: Path, start_s: float) -> Iterator[Samples]:
    """The sound of `path` from `start_s` on, with its pauses, as 48 kHz stereo."""
    done = 0
    with opened(path) as container:
        audio = sound_of(container)
        for frame in _resampled(container, audio) if audio else ():
            place = done if frame.time is None else round((frame.time - start_s) * SAMPLE_RATE)
            if place - done > _GAP:
                yield from _silence(place - done)
                done = place
            samples = _stereo(frame)
            yield samples
            done += len(samples)


def _silence(count: int) -> Iterator[Samples]:
    for start in range(0, count, BLOCK):
        yield np.zeros((min(BLOCK, count - start), _CHANNELS), np.float32)


def _resampled(container: InputContainer, audio: AudioStream) -> Iterator[AudioFrame]:
    """One voice stays one channel here: the resampler would make it 3 dB softer in two."""
    layout = "mono" if audio.codec_context.channels == 1 else "stereo"
    resampler = AudioResampler(format="flt", layout=layout, rate=SAMPLE_RATE)
    for frame in container.decode(audio):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _stereo(frame: AudioFrame) -> Samples:
    samples = frame.to_ndarray().reshape(frame.samples, -1).astype(np.float32, copy=False)
    return np.repeat(samples, _CHANNELS, axis=1) if samples.shape[1] == 1 else samples
