"""Promises of captions: every word, when it is heard, in lines that can be read, in files that players read."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from media_samples import generate

from workflow_lib.media import captions
from workflow_lib.media.captions import MOST_CELLS, Caption, completed, from_words, spread, srt, vtt
from workflow_lib.media.letters import cells
from workflow_lib.media.voice import speak

LINE = (
    "The inhabitants believe that these animals are absolutely deaf; certainly they do not overhear a person walking "
    "close behind them. I was always amused, when overtaking one of these great monsters, to see how suddenly it would "
    "draw in its head and legs."
)


def _said(found: list[Caption]) -> str:
    return " ".join(" ".join(cue.lines) for cue in found)


def test_a_caption_starts_and_ends_with_its_words(tmp_path: Path) -> None:
    """On real speech each caption starts with its first word and ends less than 100 ms after its last one."""
    speech = speak(LINE, tmp_path / "line.wav")
    heard = completed(LINE, [(word.text, word.start_s, word.end_s) for word in speech.words])

    found = from_words(heard, at_s=12.3)

    starts = {round(12.3 + start, 6) for _, start, _ in heard}
    ends = [12.3 + end for *_, end in heard]
    assert _said(found) == LINE
    assert len(found) >= 3
    for cue in found:
        assert round(cue.start_s, 6) in starts
        assert min(abs(cue.end_s - end) for end in ends) < 0.1


def test_words_that_a_voice_does_not_report_are_shown_all_the_same() -> None:
    """Run together, said in another form or left out: the captions have the text as it was written, with no gap."""
    heard = [("They", 0.5, 1.0), ("do", 1.0, 1.6), ("walk", 1.6, 2.0), ("eighteen", 2.0, 2.5), ("miles.", 2.5, 3.0)]

    found = completed("\u2014 They do not walk 18 miles.", heard)

    assert [word for word, *_ in found] == ["\u2014", "They", "do", "not", "walk", "18", "miles."]
    assert [round(start, 2) for _, start, _ in found] == [0.5, 0.6, 1.0, 1.24, 1.6, 1.87, 2.5]
    assert completed("1 2", [("one", 1.0, 2.0), ("two", 2.0, 3.0)]) == [("1", 1.0, 2.0), ("2", 2.0, 3.0)]
    assert completed("Words", []) == completed("", heard) == []


def test_captions_are_broken_as_subtitles_are() -> None:
    """At the ends of sentences and at commas, in at most two even lines of 42 cells."""
    found = from_words(spread(LINE, 16))

    assert [cue.lines[-1][-1] for cue in found] == [";", ".", ",", "."]
    assert all(len(cue.lines) <= 2 and max(map(cells, cue.lines)) <= MOST_CELLS for cue in found)
    assert all(cue.end_s - cue.start_s <= 7.1 for cue in found)
    assert all(before.end_s <= after.start_s for before, after in itertools.pairwise(found))


def test_a_silence_ends_a_caption() -> None:
    """Nothing stands on the picture while nobody speaks."""
    found = from_words([("One", 0.0, 0.4), ("two", 2.0, 2.4)])

    assert [(cue.lines, cue.start_s) for cue in found] == [(("One",), 0.0), (("two",), 2.0)]
    assert found[0].end_s < 0.5


@given(
    st.lists(
        st.tuples(st.text(max_size=60), st.floats(0, 100), st.floats(0, 100)),
        max_size=40,
    )
)
@example([("0" * 43, 0.0, 7.0), ("0", 0.0, 0.0), ("0", 1.0, 0.0)])
def test_any_words_at_any_times_become_captions_in_order(words: list[tuple[str, float, float]]) -> None:
    """Whatever an aligner says, captions have a length, follow each other, and fit their lines."""
    found = from_words([(text.replace(" ", ""), start, end) for text, start, end in words])

    assert all(cue.end_s > cue.start_s for cue in found)
    assert all(before.start_s <= after.start_s for before, after in itertools.pairwise(found))
    assert all(len(cue.lines) <= 2 and max(map(cells, cue.lines)) <= MOST_CELLS + 1 for cue in found)


def test_a_script_without_spaces_is_broken_between_its_letters() -> None:
    """Chinese fills two lines; an emoji of several parts, a flag and an accent stay whole."""
    text = "加拉帕戈斯群岛的巨龟非常大而且走得很慢" * 4
    families = "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 30 + "\U0001f1ea\U0001f1e8" * 30

    found = from_words(spread(text, 20))
    emoji = from_words(spread(families, 20))

    assert "".join("".join(cue.lines) for cue in found) == text
    assert max(cells(line) for cue in found for line in cue.lines) <= MOST_CELLS
    pieces = [line for cue in emoji for line in cue.lines]
    assert "".join(pieces) == families
    assert all(piece[0] in "\U0001f469\U0001f1ea" and piece[-1] != "\u200d" for piece in pieces)


@pytest.mark.parametrize(
    "text", ["Галапагосские черепахи.", "שלום עולם, מה שלומך?", "مرحبا بالعالم", "A turtle \U0001f422!"]
)
@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_any_script_is_read_back_as_it_was_written(tmp_path: Path, text: str, kind: str) -> None:
    """Right-to-left text and emoji stand in both files in the order in which they are read aloud."""
    path = tmp_path / f"film.{kind}"
    found = from_words(spread(text, 2))
    path.write_text(srt(found) if kind == "srt" else vtt(found), encoding="utf-8")

    generate(tmp_path / "back.srt", "-i", str(path))

    assert text in (tmp_path / "back.srt").read_text(encoding="utf-8")


def test_what_looks_like_a_mark_is_said_as_it_is(tmp_path: Path) -> None:
    """An arrow, a tag or an ampersand in a narration breaks no file and is shown in WebVTT as it is written."""
    found = from_words([("<b>", 0, 1), ("-->", 1, 2), ("&", 2, 3), ("3", 3, 4)])
    path = tmp_path / "film.vtt"
    path.write_text(vtt(found), encoding="utf-8")

    assert "&lt;b&gt; --&gt; &amp; 3" in path.read_text()
    assert srt(found).count("-->") == len(found) == 1
    with av.open(str(path)) as container:
        assert len([packet for packet in container.demux() if packet.size]) == 1


def test_times_of_long_films_are_written_with_hours() -> None:
    """An hour and a half in, to the millisecond."""
    cue = Caption(5400.0006, 5401.9996, ("Here.",))

    assert "01:30:00,001 --> 01:30:02,000" in srt([cue])
    assert "01:30:00.001 --> 01:30:02.000" in vtt([cue])


def test_a_line_of_silence_has_no_captions() -> None:
    """No words, no captions: empty files, and WebVTT keeps its head."""
    assert captions.from_words([]) == []
    assert spread("  ", 3) == []
    assert srt([]) == ""
    assert vtt([]) == "WEBVTT\n\n"
