"""Promises of the scratch voice: words in their places, even loudness, whatever the text."""

from __future__ import annotations

import json
import re
import wave
from pathlib import Path

import numpy as np
import pytest
from media_samples import hidden, loudness, samples

from workflow_lib.errors import BadMedia, MissingTool
from workflow_lib.media.voice import Speech, read_alignment, speak, write_alignment
from workflow_lib.stamps import read_wav_stamp

_LINE = "The inhabitants believe, that these animals are absolutely deaf. In 1835 it cost $4.50!"


def _spoken(speech: Speech) -> list[str]:
    return [word.text for word in speech.words]


def test_a_line_is_spoken_as_one_channel_of_16_bits(tmp_path: Path) -> None:
    """The recording is 22,050 Hz, mono, 16 bits, and as long as the speech says."""
    speech = speak(_LINE, tmp_path / "line.wav")

    with wave.open(str(tmp_path / "line.wav")) as recording:
        shape = (recording.getframerate(), recording.getnchannels(), recording.getsampwidth())
        length_s = recording.getnframes() / recording.getframerate()
    assert shape == (22_050, 1, 2)
    assert length_s == speech.duration_s
    assert 6 < length_s < 12
    assert hidden(tmp_path) == []


def test_every_word_is_timed_in_order(tmp_path: Path) -> None:
    """Each word stands as in the text, begins after the one before, and ends within the recording."""
    speech = speak(_LINE, tmp_path / "line.wav")

    assert _spoken(speech) == _LINE.split()
    assert speech.words[0].start_s < 0.1
    for word, following in zip(speech.words, speech.words[1:], strict=False):
        assert word.start_s < word.end_s <= following.start_s
    assert speech.words[-1].end_s <= speech.duration_s


def test_words_are_heard_where_they_are_said_to_be(tmp_path: Path) -> None:
    """There is sound in the time of each word, and next to none in the pause between two sentences."""
    speech = speak("Tortoises drink deeply. Finches hop.", tmp_path / "line.wav")

    sound = samples(tmp_path / "line.wav")
    for word in speech.words:
        assert loudness(sound[int(word.start_s * 22_050) : int(word.end_s * 22_050)]) > 0.02
    second = int(speech.words[3].start_s * 22_050)
    assert loudness(sound[second - 2205 : second - 500]) < 0.01


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cr\u00e8me br\u00fbl\u00e9e \u2014 na\u00efve \u201cquoted\u201d text.", 5),
        ("Go \U0001f680 now \U0001f600 ok", 5),
        ("\U0001f469\u200d\U0001f469\u200d\U0001f467 family", 2),
        ("\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440", 2),
        ("\u65e5\u672c\u8a9e \u3067\u3059", 2),
        ("row one\nline two\n\n\tpara", 5),
        ("zero\0byte and <b>markup</b> &amp; [[x]]", None),
        ("x" * 300, 1),
    ],
)
def test_any_text_keeps_its_words(tmp_path: Path, text: str, words: int | None) -> None:
    """Accents, emoji, other scripts, quotes and long words map to the characters of the text, in order."""
    speech = speak(text, tmp_path / "line.wav")

    tokens = re.findall(r"\S+", text)
    places = [tokens.index(word) for word in _spoken(speech)]
    assert places == sorted(places)
    assert words is None or len(places) == words
    assert speech.duration_s > 0.3


@pytest.mark.parametrize("text", ["", "   \n", "... !!! ???", "\u2014"])
def test_text_without_words_is_a_moment_of_silence(tmp_path: Path, text: str) -> None:
    """Nothing to say gives a very short, silent, valid recording."""
    speech = speak(text, tmp_path / "line.wav")

    assert speech.words == ()
    assert speech.duration_s <= 0.2
    assert not samples(tmp_path / "line.wav").any()


@pytest.mark.parametrize("text", ["Yes.", _LINE, "WHAT? NO! " * 5])
def test_loudness_is_even_and_nothing_clips(tmp_path: Path, text: str) -> None:
    """What is spoken lies near -18 dBFS, its peaks below -1.5 dBFS, and silence at the end is short."""
    speak(text, tmp_path / "line.wav")

    sound = samples(tmp_path / "line.wav")
    heard = sound[np.abs(sound) > 0.004]
    assert 20 * np.log10(loudness(heard)) == pytest.approx(-18, abs=1.5)
    assert 20 * np.log10(np.abs(sound).max()) < -1.5
    assert not (np.abs(sound[-1500:]) > 0.02).any()


def test_a_long_text_is_spoken_whole(tmp_path: Path) -> None:
    """A chapter is spoken to its last word."""
    text = "The inhabitants believe that these animals are absolutely deaf. " * 60 + "Finis."

    speech = speak(text, tmp_path / "line.wav")

    assert _spoken(speech) == text.split()
    assert speech.duration_s > 180


def test_faster_is_shorter(tmp_path: Path) -> None:
    """The rate is that of the words."""
    slow, fast = (speak(_LINE, tmp_path / "line.wav", words_per_minute=rate) for rate in (120, 240))

    assert fast.duration_s < 0.7 * slow.duration_s


def test_a_stamp_is_found_again_and_harms_no_reader(tmp_path: Path) -> None:
    """The stamp stands in the file, which stays a WAV file for everybody."""
    speech = speak("Yes.", tmp_path / "line.wav", stamp="k\u00e9y=1")

    assert read_wav_stamp(tmp_path / "line.wav") == "k\u00e9y=1"
    assert len(samples(tmp_path / "line.wav")) == round(speech.duration_s * 22_050)


def test_a_voice_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error has the name, and nothing is written."""
    with pytest.raises(MissingTool, match="no-such-voice"):
        speak("Yes.", tmp_path / "line.wav", voice="no-such-voice")

    assert list(tmp_path.iterdir()) == []


def test_an_alignment_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Times and words survive the file, which is sorted JSON that ends with a newline."""
    speech = speak(_LINE, tmp_path / "line.wav")

    write_alignment(speech, tmp_path / "line.json")

    text = (tmp_path / "line.json").read_text(encoding="utf-8")
    assert read_alignment(tmp_path / "line.json") == speech
    assert list(json.loads(text)) == ["duration_s", "words"]
    assert set(json.loads(text)["words"][0]) == {"word", "start_s", "end_s"}
    assert text.endswith("}\n")


@pytest.mark.parametrize("content", ["", "[]", '{"words": []}', '{"duration_s": 1, "words": [{"word": "a"}]}', "\0"])
def test_a_broken_alignment_is_refused(tmp_path: Path, content: str) -> None:
    """A file that is no alignment is named, with what to do."""
    path = tmp_path / "line.json"
    path.write_text(content)

    with pytest.raises(BadMedia, match=r"line\.json: is no alignment .* delete it"):
        read_alignment(path)
