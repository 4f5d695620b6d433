"""The finished film, decoded: its length, its words, its pictures."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from conftest import REPO, Studio
from PIL import Image

from workflow_lib import parts, stamps, timing
from workflow_lib.film import FilmSpec
from workflow_lib.media.verify import verify_film

SECONDS = 4
FPS = 24


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The shipped first film, built."""
    studio = Studio(tmp_path_factory.mktemp("hello") / "an installation").install()
    kept = shutil.ignore_patterns("videos", ".work", "audio", "final.mp4", "composites", ".lock")
    shutil.copytree(REPO / "projects/hello", studio.folder / "projects/hello", ignore=kept)
    studio.build("projects/hello/final.mp4")
    return studio


def sound(film: Path) -> npt.NDArray[np.float32]:
    """All samples of a film, 48 kHz, mixed to one channel."""
    with av.open(film) as container:
        frames = [frame.to_ndarray() for frame in container.decode(container.streams.audio[0])]
    mixed: npt.NDArray[np.float32] = np.concatenate(frames, axis=1).mean(axis=0)
    return mixed


def picture(film: Path, number: int) -> npt.NDArray[np.int16]:
    """One frame of a film, counted from 0."""
    with av.open(film) as container:
        for count, frame in enumerate(container.decode(container.streams.video[0])):
            if count == number:
                return frame.to_ndarray(format="rgb24").astype(np.int16)
    raise AssertionError(f"{film} has no frame {number}")


def alignment(studio: Studio, number: int) -> dict[str, Any]:
    """What is known of a spoken line."""
    value: dict[str, Any] = json.loads(studio.path(f"audio/narration/clip_0{number}.json", "hello").read_text())
    return value


def test_the_film_is_whole(hello: Studio) -> None:
    """Every frame decodes, the length is exact, picture and sound end together, and the film says what it is."""
    film = hello.path("final.mp4", "hello")

    picture_s, sound_s = verify_film(film, FilmSpec(1280, 720, Fraction(FPS)), 3 * SECONDS * FPS, thorough=True)

    assert picture_s == 3 * SECONDS
    assert abs(sound_s - picture_s) <= 0.04
    assert (stamps.read_stamp(film) or "").startswith(parts.FILM_STAMP)
    with av.open(film) as container:
        assert container.metadata["title"] == "Hello"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["Morning", "Evening", "Night"]


def test_every_word_is_heard_in_its_place(hello: Studio) -> None:
    """Each word of each line sounds where its alignment says, nothing clips, and after the line there is silence."""
    samples = sound(hello.path("final.mp4", "hello"))

    assert np.abs(samples).max() < 0.99
    for number in (1, 2, 3):
        begin = (number - 1) * SECONDS + timing.LEAD_S
        line = alignment(hello, number)
        assert [word["word"] for word in line["words"]]
        for word in line["words"]:
            heard = samples[int((begin + word["start_s"]) * 48000) : int((begin + word["end_s"]) * 48000)]
            assert np.sqrt(np.square(heard).mean()) > 0.02, word
        after = samples[int((begin + line["duration_s"] + 0.05) * 48000) : number * SECONDS * 48000]
        assert np.abs(after).max(initial=0) < 0.01


def test_a_morph_begins_and_ends_with_its_keyframes(hello: Studio) -> None:
    """The first and last frame of the second clip are the stills that the manifest names."""
    film = hello.path("final.mp4", "hello")

    for number, side in ((SECONDS * FPS, "start"), (2 * SECONDS * FPS - 1, "end")):
        still = np.asarray(Image.open(hello.path(f"keyframes/clip_02_{side}.png", "hello")).convert("RGB"), np.int16)
        assert np.abs(picture(film, number) - still).mean() < 3


def test_the_camera_moves(hello: Studio) -> None:
    """The first clip pushes in: its last frame differs from its first."""
    film = hello.path("final.mp4", "hello")

    assert np.abs(picture(film, SECONDS * FPS - 1) - picture(film, 0)).mean() > 1


def test_a_line_that_is_longer_than_its_clip_holds_the_last_frame(built: Studio) -> None:
    """The small film's first clip is half a second; it stays until its words are spoken, on its last frame."""
    report = json.loads(built.path(".work/final/clip_01.json").read_text())
    line = json.loads(built.path("audio/narration/clip_01.json").read_text())

    assert report["mode"] == "extended"
    assert report["frames"] >= (timing.LEAD_S + line["duration_s"]) * 12
    held = [picture(built.path("final.mp4"), number) for number in (5, report["frames"] - 1)]
    assert np.abs(held[0] - held[1]).mean() < 2
