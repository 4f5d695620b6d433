"""Promises of what is made from a finished film: other shapes with all that it has, and a telling thumbnail."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_samples import SPEC, ffmpeg, generate, lumas, write_clip
from PIL import Image

from workflow_lib.errors import BadMedia
from workflow_lib.film import DEFAULT_LEVEL, FilmSpec
from workflow_lib.layout import Shape
from workflow_lib.media import thumbnail
from workflow_lib.media.assemble import Texts, assemble
from workflow_lib.media.captions import Caption, srt
from workflow_lib.media.reframe import reframe, shaped
from workflow_lib.media.sound import Stems, mix_sound
from workflow_lib.stamps import read_stamp


def _film(folder: Path, frames: int = 48) -> Path:
    """A film with a bright stripe in its middle, a chapter and captions."""
    write_clip(folder / "plain.mp4", frames)
    stripe = ("-vf", "drawbox=x=72:y=0:w=16:h=90:c=white:t=fill", "-an", "-video_track_timescale", "24000")
    clip = generate(folder / "clip.mp4", "-i", str(folder / "plain.mp4"), *stripe)
    mix_sound(Stems(frames * 2000), folder / "film.m4a", DEFAULT_LEVEL, ffmpeg=ffmpeg())
    (folder / "film.srt").write_text(srt([Caption(0.5, 1.0, ("Here.",))]))
    texts = Texts("A film", "film-stamp", [("One", 0.0)], folder / "film.srt")
    assemble(
        [clip], folder / "film.m4a", folder / "final.mp4", SPEC, frames=frames, ffmpeg=ffmpeg(), texts=texts
    )  # fmt: skip
    return folder / "final.mp4"


@pytest.mark.parametrize(
    ("size", "shape", "found"),
    [
        ((1920, 1080), "9x16", (1080, 1920)),
        ((1920, 1080), "1x1", (1080, 1080)),
        ((1080, 1920), "9x16", (1080, 1920)),
        ((1280, 534), "1x1", (534, 534)),
        ((854, 480), "9x16", (480, 854)),
    ],
)
def test_a_shape_is_as_wide_as_the_shorter_side(size: tuple[int, int], shape: Shape, found: tuple[int, int]) -> None:
    """No pixel of the shorter side is lost, and both sides are even."""
    assert shaped(FilmSpec(*size, Fraction(24)), shape) == FilmSpec(*found, Fraction(24))


@pytest.mark.parametrize("shape", ["9x16", "1x1"])
def test_another_shape_has_all_that_the_film_has(tmp_path: Path, shape: Shape) -> None:
    """As many frames, the sound bit by bit, captions, chapters and title, and a stamp of its own."""
    film, out = _film(tmp_path), tmp_path / f"final_{shape}.mp4"

    assert reframe(film, out, SPEC, shape, "blur", ffmpeg=ffmpeg(), stamp="reframe-stamp") == 48

    with av.open(str(film)) as first, av.open(str(out)) as second:
        assert [stream.type for stream in second.streams][:3] == ["video", "audio", "subtitle"]
        assert second.metadata["title"] == "A film"
        assert [chapter["metadata"]["title"] for chapter in second.chapters()] == ["One"]
        sounds = [[bytes(packet) for packet in file.demux(audio=0)] for file in (first, second)]
        assert sounds[0] == sounds[1]
    assert read_stamp(out) == "reframe-stamp"
    assert len(lumas(out)) == 48
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_blur_shows_the_whole_picture_and_crop_its_middle(tmp_path: Path) -> None:
    """The stripe in the middle is a tenth of the picture where all of it is seen, and more where it is cropped."""
    film = _film(tmp_path)
    widths = {}
    for how in ("blur", "crop"):
        reframe(film, tmp_path / "out.mp4", SPEC, "1x1", how, ffmpeg=ffmpeg(), stamp="s")
        middle = lumas(tmp_path / "out.mp4")[0][45]
        widths[how] = int((middle > 225).sum())

    assert widths["blur"] == pytest.approx(9, abs=1)
    assert widths["crop"] >= 15


def test_a_film_that_is_cut_short_is_named(tmp_path: Path) -> None:
    """Half of a file makes no other shape and no thumbnail."""
    film = _film(tmp_path)
    film.write_bytes(film.read_bytes()[:3000])

    with pytest.raises(BadMedia, match="final"):
        reframe(film, tmp_path / "out.mp4", SPEC, "1x1", "blur", ffmpeg=ffmpeg(), stamp="s")
    with pytest.raises(BadMedia, match="final"):
        thumbnail.draw(film, tmp_path / "thumbnail.jpg")
    assert not (tmp_path / "out.mp4").exists()
    assert not (tmp_path / "thumbnail.jpg").exists()


def test_a_thumbnail_is_a_frame_that_shows_something(tmp_path: Path) -> None:
    """Of a film that is black but for two seconds, it is one of those seconds, as a JPEG of at most 1280x720."""
    parts = ["color=black:s=1920x1080:r=24:d=4", "testsrc2=s=1920x1080:r=24:d=2", "color=white:s=1920x1080:r=24:d=4"]
    inputs = [word for part in parts for word in ("-f", "lavfi", "-i", part)]
    joined = ("-filter_complex", "concat=n=3:v=1", "-g", "12", "-preset", "ultrafast")
    film = generate(tmp_path / "film.mp4", *inputs, *joined)

    at_s = thumbnail.draw(film, tmp_path / "thumbnail.jpg")

    assert 4 <= at_s < 6
    with Image.open(tmp_path / "thumbnail.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (1280, 720))
        assert np.asarray(image).std() > 30
