"""Promises of laying sound: exact lengths, a narration that is whole, nothing that clips."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_samples import RATE, generate, heard, loudness, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.laying import Cue
from workflow_lib.media.sound import samples as samples_of

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=4")


def _tone(path: Path, seconds: float, *arguments: str, volume: float = 0.5) -> Path:
    source = f"aevalsrc={volume}*sin(2*PI*440*t):s={RATE}:d={seconds}"
    return generate(path, "-f", "lavfi", "-i", source, *arguments)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30_000, 1001), Fraction(25)])
def test_sound_has_exactly_the_samples_of_its_frames(rate: Fraction) -> None:
    """Silence for a clip without sound is stereo, 48 kHz, and as long as its frames to the sample."""
    spec = FilmSpec(160, 90, rate)

    sound = heard(Cue(samples_of(spec, [101])[0]))

    assert sound.shape == (round(101 / rate * RATE), 2)
    assert not sound.any()


def test_a_narration_starts_at_its_lead_and_is_whole(tmp_path: Path) -> None:
    """Before the lead there is silence; the narration is there in full; after it there is silence again."""
    line = _tone(tmp_path / "line.wav", 1.0, "-ar", "22050")

    sound = heard(Cue(2 * RATE, line, None))

    assert len(sound) == 2 * RATE
    assert not sound[: int(0.499 * RATE)].any()
    assert loudness(sound[int(0.51 * RATE) : int(1.49 * RATE)]) == pytest.approx(0.5 / 2**0.5, rel=0.02)
    assert not sound[int(1.501 * RATE) :].any()
    assert (sound[:, 0] == sound[:, 1]).all()


def test_a_narration_is_never_cut(tmp_path: Path) -> None:
    """A narration that ends after its clip is an error that says by how much."""
    line = _tone(tmp_path / "line.wav", 2.0)

    with pytest.raises(BadMedia, match=r"line\.wav: ends 0\.50 s after its clip"):
        heard(Cue(2 * RATE, line, None))


def test_a_clips_own_sound_is_kept_and_lowered_under_the_narration(tmp_path: Path) -> None:
    """The clip's own sound is heard in full where nobody speaks, and softly under the narration."""
    clip = generate(
        tmp_path / "clip.mp4", *_PICTURE, "-t", "4", "-f", "lavfi", "-i", f"aevalsrc=0.5*sin(2*PI*880*t):s={RATE}:d=4"
    )
    line = _tone(tmp_path / "line.wav", 1.0)

    sound = heard(Cue(4 * RATE, line, clip), lead_s=1.5)

    assert loudness(sound[RATE // 4 : RATE]) == pytest.approx(0.5 / 2**0.5, rel=0.05)
    assert loudness(sound[3 * RATE : -RATE // 4]) == pytest.approx(0.5 / 2**0.5, rel=0.05)
    spectrum = np.abs(np.fft.rfft(sound[int(1.75 * RATE) : int(2.25 * RATE), 0])) / (RATE / 4)
    assert spectrum[220] == pytest.approx(0.5, rel=0.05)
    assert 0.04 < spectrum[440] < 0.2


def test_nothing_clips(tmp_path: Path) -> None:
    """Two sounds at full scale are brought down together, and stay below full scale."""
    clip = generate(
        tmp_path / "clip.mp4", *_PICTURE, "-t", "3", "-f", "lavfi", "-i", f"aevalsrc=0.99*sin(2*PI*300*t):s={RATE}:d=3"
    )
    line = _tone(tmp_path / "line.wav", 1.0, volume=0.99)

    sound = heard(Cue(3 * RATE, line, clip), lead_s=1)

    assert 0.7 < np.abs(sound).max() <= 0.9


def test_sound_that_starts_late_or_runs_on_stays_with_the_picture(tmp_path: Path) -> None:
    """A track that starts half a second in is heard half a second in; one that outlasts the picture is left out."""
    picture = write_clip(tmp_path / "picture.mp4", 48, silent_audio=False)
    tone = _tone(tmp_path / "tone.m4a", 4)
    late = ("-i", str(picture), "-itsoffset", "0.5", "-i", str(tone), "-c", "copy")
    clip = generate(tmp_path / "clip.mp4", *late)

    sound = heard(Cue(2 * RATE, None, clip))

    assert len(sound) == 2 * RATE
    assert loudness(sound[: int(0.45 * RATE)]) < 0.01
    assert loudness(sound[int(0.55 * RATE) :]) == pytest.approx(0.5 / 2**0.5, rel=0.05)


def test_sound_that_is_no_media_is_refused(tmp_path: Path) -> None:
    """A narration that is a text file is named."""
    line = tmp_path / "clip_07.wav"
    line.write_text("not a recording")

    with pytest.raises(BadMedia, match=r"clip_07\.wav: is text"):
        heard(Cue(2 * RATE, line, None))
