"""Promises of what stands beside a film: made when asked for, made again when the film changes, and only then."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import av
import pytest
from conftest import Studio

NOTHING: Counter[str] = Counter()
SQUARE = "projects/film/final_1x1.mp4"
UPRIGHT = "projects/film/final_9x16.mp4"
THUMBNAIL = "projects/film/thumbnail.jpg"


@pytest.fixture(scope="session")
def delivered_once(built_once: Studio, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The small film with all that is made from it; not to be changed."""
    folder = tmp_path_factory.mktemp("delivered") / "studio"
    shutil.copytree(built_once.folder, folder, symlinks=True)
    made = Studio(folder)
    made.build(SQUARE, UPRIGHT, THUMBNAIL)
    return made


@pytest.fixture
def delivered(delivered_once: Studio, tmp_path: Path) -> Studio:
    """A copy of that."""
    return delivered_once.copied(tmp_path / "studio")


def test_a_film_has_its_texts_beside_it(built_once: Studio) -> None:
    """Captions and edit lists are there as soon as the film is, without being asked for."""
    names = {path.name for path in built_once.path("").iterdir()}

    assert {"final.srt", "final.vtt", "final.edl", "final.otio"} <= names
    assert built_once.path("final.srt").read_text().splitlines()[2] == "A bird."
    with av.open(str(built_once.path("final.mp4"))) as film:
        assert [stream.codec_context.name for stream in film.streams.subtitles] == ["mov_text"]


def test_other_shapes_and_a_thumbnail_are_made_once(delivered_once: Studio) -> None:
    """They have the film's frames in their own size, and a second run makes none of them again."""
    with av.open(str(delivered_once.path("final.mp4"))) as film:
        frames = film.streams.video[0].frames
    for name, size in (("final_1x1.mp4", (72, 72)), ("final_9x16.mp4", (72, 128))):
        with av.open(str(delivered_once.path(name))) as other:
            video = other.streams.video[0]
            assert (video.frames, (video.width, video.height)) == (frames, size)

    assert delivered_once.planned(SQUARE, UPRIGHT, THUMBNAIL)[0] == NOTHING


def test_touching_the_film_changes_nothing_beside_it(delivered: Studio) -> None:
    """A new time stamp on the film is no reason to make another shape of it again."""
    later = time.time() + 100
    os.utime(delivered.path("final.mp4"), (later, later))

    assert delivered.planned(SQUARE, THUMBNAIL)[0] == NOTHING


def test_another_way_to_fill_the_frame_changes_only_the_shapes(delivered: Studio) -> None:
    """`reframe: crop` makes the upright film again, and no clip, film or thumbnail."""
    delivered.write(delivered.manifest() | {"reframe": "crop"})

    assert delivered.planned(UPRIGHT, THUMBNAIL)[0] == Counter(reframe_film=1)


def test_another_film_makes_what_is_asked_for_again(delivered: Studio) -> None:
    """A new title joins the film again, and what was made from the film after it; what is not asked for waits."""
    delivered.write(delivered.manifest() | {"title": "Another film"})

    jobs, said = delivered.planned(SQUARE, THUMBNAIL)

    assert jobs == Counter(assemble_film=1, reframe_film=1, draw_thumbnail=1), said
    delivered.build(SQUARE, THUMBNAIL)
    assert delivered.planned(SQUARE, THUMBNAIL)[0] == NOTHING
    assert delivered.planned(UPRIGHT)[0] == Counter(reframe_film=1)


def test_burned_captions_are_in_the_picture_and_in_no_track(built: Studio) -> None:
    """`captions: burned` conforms the clip that speaks again; `none` has neither; the files beside the film stay."""
    built.write(built.manifest() | {"captions": "burned"})

    jobs, said = built.planned()

    assert jobs == Counter(conform_clip=1, assemble_film=1), said
    assert "captions changed" in said
    built.build()
    with av.open(str(built.path("final.mp4"))) as film:
        assert list(film.streams.subtitles) == []
    assert "A bird." in built.path("final.vtt").read_text()
    assert built.planned()[0] == NOTHING


def test_captions_that_are_gone_are_written_again_on_request(built: Studio) -> None:
    """A deleted file of captions is no reason to join the film again, until it is asked for; no clip is made for it."""
    built.path("final.srt").unlink()

    jobs, said = built.planned("projects/film/final.srt")

    assert jobs == Counter(assemble_film=1), said
    assert built.planned()[0] == NOTHING
    built.build("projects/film/final.srt")
    assert "A bird." in built.path("final.srt").read_text()


def test_a_shape_of_no_project_is_refused(built: Studio) -> None:
    """A target outside of a project is told what a project's files are called."""
    done = built.snakemake("-n", "films/final_9x16.mp4")

    assert done.returncode == 3
    assert "is not a project's file" in done.stdout


def test_an_empty_recording_is_named(built: Studio) -> None:
    """A narration of 0 bytes is one line that says what to do, and a silent one is no problem."""
    built.path("audio/narration/clip_01.wav").write_bytes(b"")

    done = built.snakemake("--cores", "2", "projects/film/final.mp4")

    assert done.returncode != 0
    assert "clip_01.wav: the file is empty; delete it to have it spoken again" in done.stdout
