"""Promises of the film's sound: one loudness, peaks held down, the voice above the rest, everything in its place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_samples import RATE, ffmpeg, generate, hidden, loudness, samples

from workflow_lib.errors import BadMedia
from workflow_lib.film import DEFAULT_LEVEL, FilmSpec, Level
from workflow_lib.media.laying import Placed
from workflow_lib.media.loudness import measure
from workflow_lib.media.sound import Stems, mix_sound
from workflow_lib.media.sound import samples as samples_of

_LEVEL = DEFAULT_LEVEL


def _made(path: Path, source: str, seconds: float) -> Path:
    return generate(path, "-f", "lavfi", "-i", f"{source}", "-t", str(seconds), "-ar", str(RATE))


def _speech(path: Path, seconds: float = 12) -> Path:
    """Noise that swells and pauses like a voice, with peaks far above its mean."""
    swells = "0.3*(random(0)-0.5)*pow(max(0,sin(4*PI*t)),3)*(1+4*eq(mod(floor(t*7),9),0))"
    return _made(path, f"aevalsrc='{swells}':s={RATE}", seconds)


def _tone(path: Path, seconds: float, hertz: int = 880, volume: float = 0.2) -> Path:
    return _made(path, f"aevalsrc={volume}*sin(2*PI*{hertz}*t):s={RATE}", seconds)


def _strength(sound: np.ndarray, hertz: int) -> float:
    """How strong one frequency is in the left channel."""
    spectrum = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound))))
    return float(spectrum[round(hertz * len(sound) / RATE)]) / len(sound)


@pytest.mark.parametrize("gain", [0.1, 1.0, 3.0])
def test_a_film_has_its_loudness_however_soft_its_voice_is(tmp_path: Path, gain: float) -> None:
    """Within half a unit of -14 LUFS, true peaks under -1 dBTP, measured in the encoded file."""
    total = 12 * RATE
    voice = Placed(_speech(tmp_path / "voice.wav"), 0, total, gain=gain)

    found = mix_sound(Stems(total, [voice]), tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())

    measured = measure(tmp_path / "film.m4a", ffmpeg=ffmpeg())
    assert measured == found
    assert measured.lufs == pytest.approx(-14, abs=0.5)
    assert measured.peak_dbtp <= -1
    assert hidden(tmp_path) == []


def test_another_loudness_can_be_asked_for(tmp_path: Path) -> None:
    """A film for broadcast is mixed to -23 LUFS."""
    total = 12 * RATE
    voice = Placed(_speech(tmp_path / "voice.wav"), 0, total)

    found = mix_sound(Stems(total, [voice]), tmp_path / "film.m4a", Level(-23.0, -2.0), ffmpeg=ffmpeg())

    assert found.lufs == pytest.approx(-23, abs=0.5)
    assert found.peak_dbtp <= -2


def test_what_is_under_the_voice_is_lowered_while_it_speaks(tmp_path: Path) -> None:
    """Music is at least 6 dB softer under a line than before it, and back within a second; what is beside it stays."""
    total = 12 * RATE
    line = Placed(_made(tmp_path / "line.wav", f"aevalsrc=0.4*sin(2*PI*300*t):s={RATE}", 4), 4 * RATE, 4 * RATE)
    music = Placed(_tone(tmp_path / "music.wav", 12, 880), 0, total)
    waves = Placed(_tone(tmp_path / "waves.wav", 12, 1500), 0, total)

    mix_sound(Stems(total, [line], [music], [waves]), tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())

    sound = samples(tmp_path / "film.m4a")
    before, during, after = (sound[start * RATE : (start + 2) * RATE] for start in (1, 5, 9))
    assert _strength(during, 880) < 0.5 * _strength(before, 880)
    assert _strength(after, 880) == pytest.approx(_strength(before, 880), rel=0.1)
    assert _strength(during, 1500) == pytest.approx(_strength(before, 1500), rel=0.1)


def test_a_silent_film_stays_silent(tmp_path: Path) -> None:
    """Nothing is made louder where there is nothing; a recording of silence alone neither."""
    silence = Placed(_made(tmp_path / "line.wav", f"anullsrc=r={RATE}", 1), 0, RATE)

    for number, stems in enumerate((Stems(2 * RATE), Stems(2 * RATE, [silence]))):
        found = mix_sound(stems, tmp_path / f"{number}.m4a", _LEVEL, ffmpeg=ffmpeg())

        assert found.is_silent
        assert not samples(tmp_path / f"{number}.m4a").any()


def test_a_sound_stays_where_it_is(tmp_path: Path) -> None:
    """Clicks far into a film, in the voice and under it, are heard at their places, to within a millisecond."""
    click = _made(tmp_path / "click.wav", f"aevalsrc='if(between(t,0.5,0.51),0.8,0)':s={RATE}", 1)
    places = [31 * 2000 * 5, 400_001]

    stems = Stems(600_000, [Placed(click, places[0], RATE)], [Placed(click, places[1], RATE)])
    mix_sound(stems, tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())

    sound = np.abs(samples(tmp_path / "film.m4a")[:, 0])
    for place in places:
        around = sound[place : place + RATE]
        assert int(np.argmax(around > 0.4 * around.max())) == pytest.approx(RATE // 2, abs=48)


def test_the_film_has_aac_in_stereo(tmp_path: Path) -> None:
    """The track is AAC-LC, 48 kHz, two channels, and starts at 0."""
    mix_sound(Stems(RATE), tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())

    with av.open(str(tmp_path / "film.m4a")) as container:
        stream = container.streams.audio[0]
        facts = (stream.codec_context.name, stream.profile, stream.rate, stream.codec_context.channels)
        assert facts == ("aac", "LC", RATE, 2)
        assert stream.start_time == 0


def test_999_clips_end_on_their_frames(tmp_path: Path) -> None:
    """As many clips as a film may have, of a length that is no whole number of samples, add up to the film's."""
    spec = FilmSpec(160, 90, Fraction(30_000, 1001))

    counts = samples_of(spec, [1] * 999)

    assert sum(counts) == round(999 * Fraction(1001, 30_000) * RATE)
    assert max(counts) - min(counts) == 1
    mix_sound(Stems(sum(counts)), tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())
    assert abs(len(samples(tmp_path / "film.m4a")) - sum(counts)) <= 1024


def test_many_sounds_are_heard_in_turn(tmp_path: Path) -> None:
    """A film of 300 lines opens few files at a time and loses none of them."""
    line = _tone(tmp_path / "line.wav", 0.1)
    voice = [Placed(line, number * RATE // 4, RATE // 4, whole=True) for number in range(300)]

    mix_sound(Stems(75 * RATE, voice), tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())

    sound = samples(tmp_path / "film.m4a")
    assert all(loudness(sound[one.at : one.at + RATE // 10]) > 0.05 for one in voice)


def test_a_sound_that_is_broken_is_named(tmp_path: Path) -> None:
    """A line that is no sound stops the mix, and nothing is written."""
    bad = tmp_path / "clip_07.wav"
    bad.write_text("no sound")

    with pytest.raises(BadMedia, match=r"clip_07\.wav"):
        mix_sound(Stems(RATE, [Placed(bad, 0, RATE, whole=True)]), tmp_path / "film.m4a", _LEVEL, ffmpeg=ffmpeg())

    assert not (tmp_path / "film.m4a").exists()
    assert hidden(tmp_path) == []
