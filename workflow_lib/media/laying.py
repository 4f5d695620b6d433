"""Laying a narration over a clip's own sound: read in blocks, levelled, never cut, never clipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from workflow_lib.errors import BadMedia
from workflow_lib.media.encode import SAMPLE_RATE
from workflow_lib.media.probe import opened, probe, sound_of

Samples = npt.NDArray[np.float32]

_CHANNELS = 2
_BLOCK = SAMPLE_RATE
_HIGHEST = 0.89  # of full scale: room for the peaks that lossy coding adds
_UNDER_VOICE = 0.35  # the most that a clip's own sound keeps under a narration
_LEAST_UNDER = 0.1  # and the least
_FADE = SAMPLE_RATE // 4  # samples from full to lowered
_GAP = SAMPLE_RATE // 20  # a jump of the time stamps that is a pause, and not their rounding


@dataclass(frozen=True, slots=True)
class Cue:
    """What is heard for so many `samples` of a film: the own sound of `clip`, and `narration` over it."""

    samples: int
    narration: Path | None = None
    clip: Path | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """A sound file: when its time starts, where that lies in the clip, its samples and its highest absolute value."""

    path: Path
    start_s: float
    at: int
    samples: int
    peak: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is laid where, and how loud: `under` is the clip's own sound's factor while the voice speaks."""

    own: _Source | None
    voice: _Source | None
    total: int
    under: float
    gain: float


def blocks(cue: Cue, lead_s: float) -> Iterator[Samples]:
    """The sound of a clip in blocks of at most a second: (samples, 2), 48 kHz, at most 1.0.

    The narration starts `lead_s` after the clip does; under it the clip's own sound is lowered.

    Raises:
        BadMedia: the sound does not decode, or the narration does not fit.
    """
    own = _source(cue.clip, 0) if cue.clip else None
    voice = _source(cue.narration, round(lead_s * SAMPLE_RATE)) if cue.narration else None
    if cue.narration and voice is None:
        raise BadMedia(f"{cue.narration.name}: has no sound")
    if voice and voice.at + voice.samples > cue.samples:
        late = (voice.at + voice.samples - cue.samples) / SAMPLE_RATE
        raise BadMedia(f"{voice.path.name}: ends {late:.2f} s after its clip; a narration is never cut")
    yield from _mixed(_levelled(own, voice, cue.samples))


def _source(path: Path, at: int) -> _Source | None:
    info = probe(path)
    if info.audio is None:
        return None
    samples, peak = 0, 0.0
    for block in _read(path, info.start_s):
        samples += len(block)
        peak = max(peak, float(np.abs(block).max(initial=0)))
    return _Source(path, info.start_s, at, samples, peak)


def _levelled(own: _Source | None, voice: _Source | None, total: int) -> _Plan:
    own_peak, voice_peak = own.peak if own else 0.0, voice.peak if voice else 0.0
    if own_peak == 0.0 or voice is None:
        return _Plan(own if own_peak else None, voice, total, 1.0, min(1.0, _HIGHEST / max(own_peak, voice_peak, 1e-9)))
    under = min(_UNDER_VOICE, max(_LEAST_UNDER, (_HIGHEST - voice_peak) / own_peak))
    return _Plan(own, voice, total, under, min(1.0, _HIGHEST / max(own_peak, voice_peak + under * own_peak)))


def _mixed(plan: _Plan) -> Iterator[Samples]:
    own, voice = _placed(plan.own, plan.total), _placed(plan.voice, plan.total)
    for start, first, second in zip(range(0, plan.total, _BLOCK), own, voice, strict=True):
        yield (first * _lowering(plan, start, len(first)) + second) * np.float32(plan.gain)


def _lowering(plan: _Plan, start: int, count: int) -> Samples:
    if plan.voice is None:
        return np.ones((count, 1), np.float32)
    begin, end = plan.voice.at, plan.voice.at + plan.voice.samples
    places = np.arange(start, start + count)
    factors = np.interp(places, [begin - _FADE, begin, end, end + _FADE], [1.0, plan.under, plan.under, 1.0])
    return factors.astype(np.float32)[:, None]


def _placed(source: _Source | None, total: int) -> Iterator[Samples]:
    """Blocks that fill `total` samples, silent before and after the source; what goes on after them is left out."""
    blocks = _read(source.path, source.start_s) if source else iter(())
    ready = np.zeros((source.at if source else 0, _CHANNELS), np.float32)
    for start in range(0, total, _BLOCK):
        count = min(_BLOCK, total - start)
        while len(ready) < count and (block := next(blocks, None)) is not None:
            ready = np.concatenate([ready, block])
        missing = np.zeros((max(0, count - len(ready)), _CHANNELS), np.float32)
        yield np.concatenate([ready[:count], missing])
        ready = ready[count:]


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
    for start in range(0, count, _BLOCK):
        yield np.zeros((min(_BLOCK, count - start), _CHANNELS), np.float32)


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
