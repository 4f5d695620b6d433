"""Sketches are free pictures from words: the same words give the same picture, other words another one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workflow_lib import looks, prompting
from workflow_lib.drawings import Drawing, Kind
from workflow_lib.media import sketch
from workflow_lib.prompting import Cast

MARA = Cast("mara", "a tall woman", "red coat")
FOX = Cast("fox", "a young fox", "orange")


def drawing(
    words: str, size: tuple[int, int] | None = (320, 180), cast: tuple[Cast, ...] = (), pose: str = ""
) -> Drawing:
    """Something to be sketched."""
    kind: Kind = "character" if size is None else "background"
    return Drawing(Path("x.png"), "clips[1]", kind, words, words, (), size, "16:9", pose=pose, cast=cast)


def mean(image: Image.Image) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean colour of what is seen."""
    seen = np.asarray(image.convert("RGBA"), dtype=np.float64).reshape(-1, 4)
    colors: np.ndarray[tuple[int], np.dtype[np.float64]] = seen[seen[:, 3] > 200, :3].mean(axis=0)
    return colors


def test_the_same_words_draw_the_same_pixels() -> None:
    """A sketch depends on its words alone."""
    one, again = (sketch.draw(drawing("A pine forest at dawn")).tobytes() for _ in range(2))

    assert one == again
    assert one != sketch.draw(drawing("A pine wood at dawn")).tobytes()


@pytest.mark.parametrize("size", [(320, 180), (128, 72), (180, 320), (64, 64)])
def test_a_panel_fills_its_size(size: tuple[int, int]) -> None:
    """A panel has exactly the size that is asked for, in any shape."""
    panel = sketch.draw(drawing("The sea in a storm", size, (MARA, FOX)))

    assert (panel.size, panel.mode) == (size, "RGB")


def test_words_of_light_and_place_are_seen() -> None:
    """Night is darker than day, snow is lighter than grass, sand is warmer than the sea."""
    day, night = mean(sketch.draw(drawing("a meadow"))), mean(sketch.draw(drawing("a meadow at night")))
    snow = mean(sketch.draw(drawing("a meadow in the snow")))
    sand, sea = mean(sketch.draw(drawing("a desert"))), mean(sketch.draw(drawing("the open sea")))

    assert night.sum() < day.sum() * 0.75
    assert snow.sum() > day.sum()
    assert sand[0] - sand[2] > sea[0] - sea[2] + 30


@pytest.mark.parametrize("look", ["woman", "boy", "fox", "tortoise", "finch", "whale", "snake", "boat", "robot"])
def test_a_figure_stands_on_nothing_in_its_colours(look: str) -> None:
    """Each kind of figure is a cut-out that is cropped to itself, and has the colour that its words name."""
    figure = sketch.draw(drawing("", None, (Cast("it", f"a {look}", "red"),)))

    assert figure.mode == "RGBA"
    assert figure.getbbox() == (0, 0, *figure.size)
    red, green, _ = mean(figure)
    assert red > green + 20


def test_a_pose_changes_a_figure() -> None:
    """Walking, sitting and pointing do not look alike."""
    figures = {sketch.draw(drawing("", None, (MARA,), pose)).tobytes() for pose in ("", "runs", "sits", "points")}

    assert len(figures) == 4


def test_the_plain_colour_is_none_of_the_figures() -> None:
    """Green is asked for unless the figure has some; then magenta, unless it has that too."""
    assert looks.key_colour("a woman in a red coat") == looks.GREEN
    assert looks.key_colour("a soldier in olive green") == looks.MAGENTA
    assert looks.key_colour("a pink flower with green leaves") == looks.BLUE
    said = prompting.cut_out(Cast("s", "a soldier", "green uniform"), "", "", drawn_before=False)
    assert "pure magenta (#FF00FF)" in said
    assert "no magenta anywhere" in said
