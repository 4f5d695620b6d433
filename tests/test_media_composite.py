"""Composites are painted by value, the same each time, and kept as layers for a moving camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from workflow_lib.errors import BadMedia
from workflow_lib.media.composite import compose, layers, write_composite
from workflow_lib.recipes import Character, Scene, Split

SIZE = (160, 90)
STAMP = {"recipe": "abc"}


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A grey background, a green one, a red disc whose hidden colour is white, and a blue square without alpha."""
    Image.new("RGB", SIZE, (100, 100, 100)).save(tmp_path / "grey.png")
    Image.new("RGB", SIZE, (0, 200, 0)).save(tmp_path / "green.png")
    disc = Image.new("RGBA", (200, 200), (255, 255, 255, 0))
    ImageDraw.Draw(disc).ellipse((10, 10, 190, 190), fill=(200, 0, 0, 255))
    disc.save(tmp_path / "disc.png")
    square = Image.new("RGB", (50, 50), (0, 0, 250))
    square.paste((250, 250, 0), (0, 0, 25, 50))
    square.save(tmp_path / "square.png")
    return tmp_path


def square(art: Path) -> Character:
    """A square that fills the middle, half as high as the frame (45 x 45 pixels)."""
    return Character(art / "square.png", 0.5, 0.8, 0.5)


def test_a_composite_is_the_same_bytes_each_time(art: Path) -> None:
    """Two runs write the same file, with its stamp before its pixels."""
    recipe = Scene(art / "grey.png", (Character(art / "disc.png", 0.4, 0.9, 0.6),))

    write_composite(recipe, art / "a.png", SIZE, stamp=STAMP)
    write_composite(recipe, art / "b.png", SIZE, stamp=STAMP)
    written = (art / "a.png").read_bytes()

    assert written == (art / "b.png").read_bytes()
    assert 0 < written.index(b"tEXtrecipe\x00abc") < written.index(b"IDAT")


@pytest.mark.parametrize("name", ["grey.png", "disc.png"])
def test_one_pixel_of_a_layer_changes_the_composite(art: Path, name: str) -> None:
    """A pixel of the background or of a character shows in the composite."""
    recipe = Scene(art / "grey.png", (Character(art / "disc.png", 0.5, 1.0, 1.0),))
    before = compose(recipe, SIZE)
    with Image.open(art / name) as image:
        image.putpixel((100, 45), (0, 0, 255) if image.mode == "RGB" else (0, 0, 255, 255))
        image.putpixel((5, 5), (0, 0, 255) if image.mode == "RGB" else (200, 0, 0, 255))
        image.save(art / name)

    after = compose(recipe, SIZE)

    assert before.tobytes() != after.tobytes()


def test_an_edge_has_no_halo(art: Path) -> None:
    """The hidden white around a cut-out never shows: no pixel is brighter than what it is mixed from."""
    recipe = Scene(art / "grey.png", (Character(art / "disc.png", 0.5, 0.9, 0.37),))

    pixels = np.asarray(compose(recipe, SIZE)).astype(int)

    assert pixels[..., 0].max() <= 201
    assert pixels[..., 1:].max() <= 101
    assert pixels[..., 0].min() >= 99


def test_a_character_stands_where_it_is_put(art: Path) -> None:
    """X and y are the middle of its bottom edge, its height a share of the frame's, its width follows."""
    pixels = np.asarray(compose(Scene(art / "grey.png", (square(art),)), SIZE))
    changed = np.argwhere((pixels != 100).any(axis=-1))

    assert changed.min(axis=0).tolist() == [27, 58]
    assert changed.max(axis=0).tolist() == [71, 102]


def test_flip_turns_left_and_right(art: Path) -> None:
    """A flipped character shows its left half on the right."""
    plain = compose(Scene(art / "grey.png", (square(art),)), SIZE)
    flipped = compose(Scene(art / "grey.png", (replace(square(art), flip=True),)), SIZE)

    assert plain.getpixel((62, 50)) == (250, 250, 0)
    assert flipped.getpixel((62, 50)) == (0, 0, 250)


def test_half_transparent_is_the_mean(art: Path) -> None:
    """Opacity one half mixes character and background by value."""
    recipe = Scene(art / "grey.png", (replace(square(art), opacity=0.5),))

    pixel = compose(recipe, SIZE).getpixel((62, 50))

    assert np.abs(np.array(pixel) - (175, 175, 50)).max() <= 1


@pytest.mark.parametrize("x", [-5.0, 0.0, 1.0, 5.0])
def test_a_character_may_stand_outside(art: Path, x: float) -> None:
    """A figure partly or wholly outside of the frame is cut, and one of absurd size costs no memory."""
    recipe = Scene(art / "grey.png", (replace(square(art), x=x), replace(square(art), x=x, height=3000.0, y=5.0)))

    picture = compose(recipe, SIZE)

    assert (picture.size, picture.mode) == (SIZE, "RGB")


@pytest.mark.parametrize(
    ("direction", "first", "second", "line"),
    [("left_right", (20, 45), (140, 45), (80, 45)), ("top_bottom", (80, 10), (80, 80), (80, 44))],
)
def test_a_split_shows_its_halves_and_divider(
    art: Path, direction: str, first: tuple[int, int], second: tuple[int, int], line: tuple[int, int]
) -> None:
    """Each half is its scene and the divider its colour, by value."""
    recipe = Split(Scene(art / "grey.png"), Scene(art / "green.png"), direction, 24, "#0a141e")  # type: ignore[arg-type]

    picture = compose(recipe, SIZE)

    assert picture.getpixel(first) == (100, 100, 100)
    assert picture.getpixel(second) == (0, 200, 0)
    assert picture.getpixel(line) == (10, 20, 30)


def test_a_split_without_divider_has_no_line(art: Path) -> None:
    """Divider 0 leaves nothing between the halves."""
    picture = compose(Split(Scene(art / "grey.png"), Scene(art / "green.png"), divider=0), SIZE)

    assert {picture.getpixel((x, 40)) for x in range(SIZE[0])} == {(100, 100, 100), (0, 200, 0)}


def test_a_bad_layer_is_named(art: Path) -> None:
    """A character that is a text file is refused with its name, and nothing is written."""
    (art / "disc.png").write_text("not a picture")
    recipe = Scene(art / "grey.png", (Character(art / "disc.png", 0.5, 0.9, 0.4),))

    with pytest.raises(BadMedia, match=r"disc\.png is not a picture"):
        write_composite(recipe, art / "out.png", SIZE, stamp=STAMP)

    assert not (art / "out.png").exists()
    assert not list(art.glob(".*"))


def test_layers_come_from_back_to_front_with_their_depth(art: Path) -> None:
    """Lower in the frame is nearer, and a given depth is kept."""
    far, near = Character(art / "disc.png", 0.5, 0.5, 0.2), Character(art / "disc.png", 0.5, 1.0, 0.2)
    own = replace(far, depth=0.7)

    depths = [layer.depth for layer in layers(Scene(art / "grey.png", (far, near, own)), SIZE)]

    assert depths[0] == 0.0
    assert 0 < (depths[1] or 0) < (depths[2] or 0) == 1.0
    assert depths[3] == 0.7
