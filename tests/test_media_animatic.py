"""The animatic's clips have the film's frames, rate, size and format, and show what they were made from."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media import animatic, planes
from workflow_lib.media.camera import CameraMove
from workflow_lib.media.composite import compose
from workflow_lib.media.encode import DRAFT, FINAL
from workflow_lib.media.ffmpeg import binary
from workflow_lib.media.probe import probe
from workflow_lib.recipes import Character, Scene, Split

SPEC = FilmSpec(160, 90, Fraction(24))
SIZE = (160, 90)
PUSH = CameraMove("push_in", 1.0)
SECONDS = 1.0


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A soft landscape of noise, another one, and a disc."""
    for number, name in enumerate(("a.png", "b.png")):
        noise = np.random.default_rng(number).integers(0, 255, (90, 160, 3), dtype=np.uint8)
        Image.fromarray(noise).filter(ImageFilter.GaussianBlur(3)).save(tmp_path / name)
    disc = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    ImageDraw.Draw(disc).ellipse((5, 5, 95, 95), fill=(220, 30, 30, 255))
    disc.save(tmp_path / "disc.png")
    return tmp_path


def render_still(art: Path, out: Path) -> None:
    """A still."""
    animatic.render_still(art / "a.png", PUSH, out, SPEC, SECONDS, FINAL, ffmpeg=binary())


def render_recipe(art: Path, out: Path) -> None:
    """A scene with a figure."""
    recipe = Scene(art / "a.png", (Character(art / "disc.png", 0.5, 0.9, 0.5),))
    animatic.render_recipe(recipe, PUSH, out, SPEC, SECONDS, FINAL, ffmpeg=binary())


def render_morph(art: Path, out: Path) -> None:
    """A pair of keyframes."""
    animatic.render_morph(art / "a.png", art / "b.png", PUSH, out, SPEC, SECONDS, FINAL, ffmpeg=binary())


def render_card(_art: Path, out: Path) -> None:
    """A title card."""
    animatic.render_card("Waves break.", PUSH, out, SPEC, SECONDS, DRAFT, ffmpeg=binary(), heading="Clip 07")


def frames_of(path: Path) -> list[np.ndarray]:
    """The luma of each frame of a clip."""
    with av.open(path) as container:
        return [frame.to_ndarray()[: SPEC.height].astype(int) for frame in container.decode(video=0)]


@pytest.mark.parametrize("render", [render_still, render_recipe, render_morph, render_card])
def test_a_clip_has_the_films_format(art: Path, render: Callable[[Path, Path], None]) -> None:
    """Every kind of clip has the exact frames, rate, size and pixel format, and a silent track of its length."""
    out = art / "clip.mp4"

    render(art, out)
    info = probe(out)

    assert info.video is not None
    assert (info.video.frames, info.video.fps, info.video.pix_fmt) == (24, Fraction(24), "yuv420p")
    assert (info.video.width, info.video.height, info.video.codec) == (160, 90, "h264")
    assert info.audio is not None
    assert info.audio.duration_s == pytest.approx(1.0, abs=0.03)
    assert sorted(path.name for path in art.iterdir()) == ["a.png", "b.png", "clip.mp4", "disc.png"]


def test_a_static_clip_shows_the_picture(art: Path) -> None:
    """Without a move each frame is the picture, as far as the codec goes."""
    out = art / "clip.mp4"
    animatic.render_still(art / "a.png", CameraMove("static", 0.0), out, SPEC, 0.5, FINAL, ffmpeg=binary())
    with Image.open(art / "a.png") as picture:
        expected = np.asarray(planes.to_frame(picture).y, dtype=int)

    frames = frames_of(out)

    assert len(frames) == 12
    assert max(np.abs(frame - expected).mean() for frame in frames) < 3


def test_the_ends_of_a_morph_are_its_keyframes(art: Path) -> None:
    """After the codec the first and last frames are the two pictures, each nearer to its own."""
    out = art / "clip.mp4"
    render_morph(art, out)
    expected = [np.asarray(planes.to_frame(Image.open(art / name)).y, dtype=int) for name in ("a.png", "b.png")]

    frames = frames_of(out)

    assert np.abs(frames[0] - expected[0]).mean() < 3
    assert np.abs(frames[-1] - expected[1]).mean() < 3


def test_layers_move_against_each_other(art: Path) -> None:
    """In a pan the figure travels farther than its background."""
    recipe = Scene(art / "a.png", (Character(art / "disc.png", 0.5, 1.0, 0.4, depth=1.0),))
    shot = animatic.recipe_shot(recipe, CameraMove("pan_right", 1.0), SIZE)
    ground = animatic.recipe_shot(Scene(art / "a.png"), CameraMove("pan_right", 1.0), SIZE)

    places = []
    for t in (0.0, 1.0):
        figure = np.abs(np.asarray(shot(t).v, dtype=int) - np.asarray(ground(t).v, dtype=int)) > 30
        places.append(np.nonzero(figure)[1].mean() * 2)
    travelled = places[0] - places[1]

    assert travelled > 0.12 * SIZE[0] * 1.2


def test_a_moving_split_keeps_its_divider(art: Path) -> None:
    """The divider stands still and whole while the halves move inside of their own sides."""
    Image.new("RGB", SIZE, (0, 0, 0)).save(art / "black.png")
    recipe = Split(Scene(art / "a.png"), Scene(art / "black.png"), divider=48, color="#ffffff")
    shot = animatic.recipe_shot(recipe, CameraMove("pan_right", 1.0), SIZE)

    frames = [np.asarray(shot(t).y, dtype=int) for t in (0.0, 0.5, 1.0)]

    for frame in frames:
        assert frame[:, 79:81].min() == 235
        assert frame[:, 84:].max() <= 17
    assert np.abs(frames[0][:, :76] - frames[2][:, :76]).mean() > 2


def test_the_first_frame_of_a_push_is_the_composite(art: Path) -> None:
    """Before the camera moves, the layers make the picture that the composite is."""
    recipe = Scene(art / "a.png", (Character(art / "disc.png", 0.4, 0.9, 0.5),))
    composite = np.asarray(planes.to_frame(compose(recipe, SIZE)).y, dtype=int)

    frame = np.asarray(animatic.recipe_shot(recipe, PUSH, SIZE)(0.0).y, dtype=int)

    assert np.abs(frame - composite).mean() < 1.5


def test_progress_is_told_each_second(art: Path) -> None:
    """Progress rises to 1, about once for each second of film."""
    told: list[float] = []

    animatic.render_card("Dawn.", PUSH, art / "clip.mp4", SPEC, 2.5, DRAFT, ffmpeg=binary(), progress=told.append)

    assert told == [0.4, 0.8, 1.0]


def test_a_bad_picture_writes_nothing(art: Path) -> None:
    """A picture that is refused leaves no clip and no temporary file."""
    (art / "a.png").write_text("no picture")

    with pytest.raises(BadMedia, match=r"a\.png is not a picture"):
        render_still(art, art / "clip.mp4")

    assert not (art / "clip.mp4").exists()
    assert not list(art.glob(".*"))
