"""Promises of laying sounds: each is heard where it was put, whole where it must be, and added to the others."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_samples import RATE, Samples, generate, loudness, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.media.laying import Placed, laid

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=4")
_RMS = 0.5 / 2**0.5


def _tone(path: Path, seconds: float, *arguments: str, volume: float = 0.5) -> Path:
    source = f"aevalsrc={volume}*sin(2*PI*440*t):s={RATE}:d={seconds}"
    return generate(path, "-f", "lavfi", "-i", source, *arguments)


def _heard(total: int, *sounds: Placed) -> Samples:
    return np.concatenate(list(laid(sounds, total)))


@pytest.mark.parametrize("total", [1, RATE - 1, RATE, RATE + 1, 202_002])
def test_silence_is_as_long_as_the_film(total: int) -> None:
    """Where nothing is heard there is stereo silence, to the sample."""
    sound = _heard(total)

    assert sound.shape == (total, 2)
    assert not sound.any()


def test_a_narration_starts_where_it_was_put_and_is_whole(tmp_path: Path) -> None:
    """Before its place there is silence; it is there in full, in both channels; after it there is silence again."""
    line = _tone(tmp_path / "line.wav", 1.0, "-ar", "22050")

    sound = _heard(2 * RATE, Placed(line, RATE // 2, 3 * RATE // 2, whole=True))

    assert not sound[: int(0.499 * RATE)].any()
    assert loudness(sound[int(0.51 * RATE) : int(1.49 * RATE)]) == pytest.approx(_RMS, rel=0.02)
    assert not sound[int(1.501 * RATE) :].any()
    assert (sound[:, 0] == sound[:, 1]).all()


def test_a_narration_is_never_cut(tmp_path: Path) -> None:
    """A narration that is longer than its room is an error that names it."""
    line = _tone(tmp_path / "line.wav", 2.0)

    with pytest.raises(BadMedia, match=r"line\.wav: ends after its clip"):
        _heard(3 * RATE, Placed(line, 0, RATE, whole=True))


def test_sounds_are_added_and_cut_to_their_room(tmp_path: Path) -> None:
    """Two that overlap are heard together; what has no room is left out."""
    tone = _tone(tmp_path / "tone.wav", 2.0)

    sound = _heard(3 * RATE, Placed(tone, 0, RATE * 3 // 2), Placed(tone, RATE, RATE, gain=0.5))

    assert loudness(sound[:RATE]) == pytest.approx(_RMS, rel=0.01)
    assert loudness(sound[RATE : RATE * 3 // 2]) == pytest.approx(1.5 * _RMS, rel=0.01)
    assert loudness(sound[RATE * 3 // 2 : 2 * RATE]) == pytest.approx(0.5 * _RMS, rel=0.01)
    assert not sound[2 * RATE :].any()


def test_music_that_is_short_starts_again_and_fades(tmp_path: Path) -> None:
    """A bed shorter than the film is repeated without a gap, and fades in and out at the film's ends."""
    tone = _tone(tmp_path / "music.wav", 1.0)

    sound = _heard(10 * RATE, Placed(tone, 0, 10 * RATE, fade_in=2 * RATE, fade_out=2 * RATE, loops=True))

    assert loudness(sound[: RATE // 10]) < 0.03
    assert all(loudness(sound[start : start + RATE]) > 0.99 * _RMS for start in range(2 * RATE, 7 * RATE, RATE // 3))
    assert loudness(sound[-RATE // 10 :]) < 0.03
    assert np.abs(sound[-1]).max() < 0.001


def test_sound_that_starts_late_stays_with_its_picture(tmp_path: Path) -> None:
    """A clip's track that starts half a second in is heard half a second in; one that runs on is cut off."""
    picture = write_clip(tmp_path / "picture.mp4", 48, silent_audio=False)
    tone = _tone(tmp_path / "tone.m4a", 4)
    late = ("-i", str(picture), "-itsoffset", "0.5", "-i", str(tone), "-c", "copy")
    clip = generate(tmp_path / "clip.mp4", *late)

    sound = _heard(3 * RATE, Placed(clip, 0, 2 * RATE))

    assert loudness(sound[: int(0.45 * RATE)]) < 0.01
    assert loudness(sound[int(0.55 * RATE) : 2 * RATE]) == pytest.approx(_RMS, rel=0.05)
    assert not sound[2 * RATE :].any()


def test_a_slowed_sound_keeps_its_pitch(tmp_path: Path) -> None:
    """Slowed by a tenth, a second of a tone lasts 1.1 s, as loud and as high as it was, from where it was put."""
    tone = _tone(tmp_path / "tone.wav", 1.0)

    sound = _heard(2 * RATE, Placed(tone, RATE // 2, RATE * 3 // 2, slower=Fraction(11, 10)))[:, 0]

    heard = np.flatnonzero(np.abs(sound) > 0.05) / RATE
    tones = np.abs(np.fft.rfft(sound[RATE * 6 // 10 : RATE * 15 // 10]))
    assert heard[0] == pytest.approx(0.5, abs=0.001)
    assert heard[-1] == pytest.approx(1.6, abs=0.025)
    assert int(tones.argmax()) / 0.9 == pytest.approx(440, abs=2)
    assert loudness(sound[RATE : RATE * 15 // 10]) == pytest.approx(_RMS, rel=0.03)


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
def test_any_channels_are_heard_in_two(tmp_path: Path, layout: str) -> None:
    """Mono is as loud in both channels as it was in one; more channels are brought down to two."""
    source = f"aevalsrc=0.5*sin(2*PI*440*t):s=44100:d=1,aformat=channel_layouts={layout}"
    tone = generate(tmp_path / "tone.wav", "-f", "lavfi", "-i", source)

    sound = _heard(RATE, Placed(tone, 0, RATE))

    assert sound.shape == (RATE, 2)
    assert loudness(sound[RATE // 4 : RATE // 2]) > 0.1


def test_a_clip_without_sound_is_silent_and_a_narration_without_sound_is_refused(tmp_path: Path) -> None:
    """Nothing is heard of a silent picture; a line or music without sound is named."""
    picture = generate(tmp_path / "picture.mp4", *_PICTURE, "-pix_fmt", "yuv420p")

    assert not _heard(RATE, Placed(picture, 0, RATE)).any()
    with pytest.raises(BadMedia, match=r"picture\.mp4: has no sound"):
        _heard(RATE, Placed(picture, 0, RATE, whole=True))
    with pytest.raises(BadMedia, match=r"picture\.mp4: has no sound"):
        _heard(RATE, Placed(picture, 0, RATE, loops=True))


@pytest.mark.parametrize(("content", "why"), [(b"not a recording", "is text"), (b"", "the file is empty")])
def test_sound_that_is_no_media_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """A narration that is a text file, or an empty one, is named."""
    line = tmp_path / "clip_07.wav"
    line.write_bytes(content)

    with pytest.raises(BadMedia, match=rf"clip_07\.wav: {why}"):
        _heard(RATE, Placed(line, 0, RATE, whole=True))
