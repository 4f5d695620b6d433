"""Promises of recordings of the user's own: their captions follow the text and the times, and nothing else is made."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import Studio
from media_samples import RATE, generate, lumas

JOINED = Counter(assemble_film=1)
LARGE = (640, 360)


def _line(studio: Studio, text: str, **keys: object) -> None:
    manifest = studio.manifest()
    manifest["clips"][0]["narration"] = text
    for clip in manifest["clips"][1:3]:
        clip["fit"] = "contain"
    studio.write(manifest | keys)


def _times(studio: Studio, *starts_s: float) -> None:
    words = [
        {"word": word, "start_s": at, "end_s": at + 0.1} for word, at in zip(("A", "bird."), starts_s, strict=True)
    ]
    studio.path("audio/narration/clip_01.json").write_text(json.dumps({"words": words}))


def _srt(studio: Studio) -> list[str]:
    return studio.path("final.srt").read_text().splitlines()[1:3]


def _track(film: Path) -> str:
    with av.open(str(film)) as container:
        packets = container.demux(container.streams.subtitles[0])
        return " ".join(bytes(packet)[2:].decode(errors="replace") for packet in packets if packet.size > 2)


@pytest.fixture(scope="session")
def recorded_once(built_once: Studio, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The small film with a recording of the user's own, and a typo in its text; not to be changed."""
    made = built_once.copied(tmp_path_factory.mktemp("recorded") / "studio")
    own = made.path("audio/narration/clip_01.wav")
    generate(own, "-f", "lavfi", "-i", f"aevalsrc=0.2*sin(2*PI*500*t):s={RATE}:d=0.8")
    _line(made, "A brid.")
    made.build()
    return made


@pytest.fixture
def recorded(recorded_once: Studio, tmp_path: Path) -> Studio:
    """A copy of that."""
    return recorded_once.copied(tmp_path / "studio")


def test_a_mended_text_is_in_the_captions(recorded: Studio) -> None:
    """Another text of one's own recording joins the film again, which shows the new words; no line or clip is made."""
    _line(recorded, "A bird.")

    jobs, said = recorded.planned()
    recorded.build()

    assert jobs == JOINED, said
    assert "captions of clip_01 changed" in said
    assert _srt(recorded) == ["00:00:00,300 --> 00:00:01,180", "A bird."]
    assert "A bird." in _track(recorded.path("final.mp4"))
    assert "Nothing to be done" in recorded.build()


def test_times_beside_a_recording_are_in_the_captions(recorded: Studio) -> None:
    """An alignment put beside one's own recording, or changed there, moves its captions in the next build."""
    _line(recorded, "A bird.")
    found = []
    for starts_s in ((0.2, 0.3), (0.4, 0.5)):
        _times(recorded, *starts_s)
        jobs, said = recorded.planned()
        recorded.build()
        assert jobs == JOINED, said
        found.append(_srt(recorded)[0])

    assert found == ["00:00:00,500 --> 00:00:00,780", "00:00:00,700 --> 00:00:00,980"]
    assert "Nothing to be done" in recorded.build()


def test_a_mended_text_is_in_the_burned_picture(recorded: Studio) -> None:
    """Captions in the picture are written anew when the text of one's own recording is; only its clip is conformed."""
    _line(recorded, "M.", captions="burned", size=list(LARGE))
    recorded.build()
    before = lumas(recorded.path("final.mp4"))[6]
    _line(recorded, "MMMMMMMMMMMMMM.")

    jobs, said = recorded.planned()
    recorded.build()

    assert jobs == Counter(conform_clip=1, assemble_film=1), said
    after = lumas(recorded.path("final.mp4"))[6]
    assert (np.abs(after - before)[240:] > 60).sum() > 500
    assert np.abs(after - before)[:240].mean() < 1
    assert "Nothing to be done" in recorded.build()


def test_lines_that_are_spoken_for_the_film_say_nothing_more(recorded: Studio) -> None:
    """Only a clip with a recording of one's own is known by its words, so that other films are not joined again."""
    kept = json.loads(recorded.path(".work/final/film.json").read_text())["parts"]

    assert [len(part) for part in kept] == [6, 5, 5, 5]
