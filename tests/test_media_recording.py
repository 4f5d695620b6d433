"""Recordings from a provider: checked, decoded to WAV, and the times of their words."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from media_samples import generate

from workflow_lib.errors import BadMedia
from workflow_lib.media import recording
from workflow_lib.media.voice import Word


def mp3(path: Path, source: str = "sine=frequency=300:duration=1.5", channels: int = 1) -> Path:
    """A recording as it is delivered."""
    generate(path, "-f", "lavfi", "-i", source, "-ac", str(channels), "-ar", "44100", "-c:a", "libmp3lame")
    return path


def test_a_recording_in_order_passes(tmp_path: Path) -> None:
    """A recording that decodes, is heard and lasts as long as it should is accepted."""
    recording.check(mp3(tmp_path / "line.mp3"), 1.4, 1.6)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_recording_becomes_wav(tmp_path: Path, channels: int) -> None:
    """The WAV has the recording's rate, channels and length."""
    seconds = recording.decode(mp3(tmp_path / "line.mp3", channels=channels), tmp_path / "line.wav")

    with wave.open(str(tmp_path / "line.wav")) as made:
        assert (made.getframerate(), made.getnchannels(), made.getsampwidth()) == (44100, channels, 2)
        assert made.getnframes() / 44100 == seconds == pytest.approx(1.5, abs=0.06)


def test_silence_is_no_recording(tmp_path: Path) -> None:
    """A file in which nothing can be heard is refused."""
    with pytest.raises(BadMedia, match="nothing can be heard"):
        recording.check(mp3(tmp_path / "line.mp3", "anullsrc=duration=1"), 0.1, 5)


def test_a_wrong_length_is_refused(tmp_path: Path) -> None:
    """A recording that is much longer than its text is refused, with both lengths."""
    with pytest.raises(BadMedia, match=r"lasts 1\.5\d s, which should be 0\.1 to 1 s"):
        recording.check(mp3(tmp_path / "line.mp3"), 0.1, 1)


@pytest.mark.parametrize("content", [b"", b"<html>Sorry</html>", b"ID3" + bytes(400), bytes(5000)])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    """A page, an empty file and noise that no decoder takes are refused in words."""
    (tmp_path / "line.mp3").write_bytes(content)

    with pytest.raises(BadMedia, match=r"line\.mp3: "):
        recording.check(tmp_path / "line.mp3", 0.1, 5)


def test_words_have_the_times_of_their_characters() -> None:
    """A word lasts from its first character to its last; what is not spoken is none, and no time is after the end."""
    text = "Oh - no, 5!"
    alignment = {
        "characters": list(text),
        "character_start_times_seconds": [place / 10 for place in range(len(text))],
        "character_end_times_seconds": [(place + 1) / 10 for place in range(len(text))],
    }

    speech = recording.speech(text, alignment, 1.05)

    assert speech.words == (Word("Oh", 0.0, 0.2), Word("no,", 0.5, 0.8), Word("5!", 0.9, 1.05))


def test_an_entry_may_hold_several_letters() -> None:
    """Characters may come in groups."""
    alignment = {
        "characters": ["Hi", " ", "you"],
        "character_start_times_seconds": [0, 0.5, 0.6],
        "character_end_times_seconds": [0.5, 0.6, 1],
    }

    assert recording.speech("Hi you", alignment, 2).words == (Word("Hi", 0, 0.5), Word("you", 0.6, 1))


def test_without_times_the_words_share_the_length() -> None:
    """A line whose times are not known is divided by its letters."""
    words = recording.speech("ab cd", None, 5.0).words

    assert words == (Word("ab", 0.0, 2.0), Word("cd", 3.0, 5.0))
    assert recording.speech("...", None, 5.0).words == ()
