"""The example projects: their pictures exist, are drawn by the repository, stay small, and quote the book."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

PROJECTS = Path(__file__).parents[1] / "projects"
EXAMPLES = {"galapagos": 10_000_000, "hello": 400_000}
TYPOGRAPHY = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00ad": None, "\u2060": None})


def manifest(project: str) -> dict[str, object]:
    """The example's project.yaml as plain data."""
    loaded = yaml.safe_load((PROJECTS / project / "project.yaml").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def clips(project: str) -> list[dict[str, object]]:
    """The example's clips as plain data."""
    found = manifest(project)["clips"]
    assert isinstance(found, list)
    return found


def images(value: object) -> Iterator[str]:
    """Every picture that a part of a manifest names."""
    if isinstance(value, str):
        if value.endswith(".png"):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from images(item)
    elif isinstance(value, list):
        for item in value:
            yield from images(item)


def plain(text: str) -> str:
    """Text in lower case without the differences of typography, dashes and line breaks."""
    dashes = re.sub(r"\s*\u2014\s*", ", ", text.translate(TYPOGRAPHY))
    return re.sub(r"\s+", " ", dashes).lower()


@pytest.mark.parametrize("project", EXAMPLES)
def test_every_picture_of_the_manifest_exists(project: str) -> None:
    """A clone of the repository can build the example films without drawing anything first."""
    named = set(images(clips(project)))

    missing = [name for name in named if not (PROJECTS / project / name).is_file()]

    assert named
    assert missing == []


@pytest.mark.parametrize("project", EXAMPLES)
def test_no_picture_is_kept_without_need(project: str) -> None:
    """Every committed picture is used by the film."""
    folder = PROJECTS / project
    named = set(images(clips(project)))

    kept = {
        path.relative_to(folder).as_posix()
        for place in ("assets", "keyframes")
        for path in folder.glob(f"{place}/*.png")
    }

    assert named == kept


@pytest.mark.parametrize(("project", "limit"), EXAMPLES.items())
def test_the_example_stays_small(project: str, limit: int) -> None:
    """Cloning the repository stays quick: the pictures fit into the stated size."""
    folder = PROJECTS / project

    total = sum(path.stat().st_size for place in ("assets", "keyframes") for path in folder.glob(f"{place}/*.png"))

    assert total < limit


def test_keyframes_have_the_size_of_their_film() -> None:
    """A pair of keyframes needs no scaling."""
    for project in EXAMPLES:
        size = manifest(project)["size"]
        for name in images([clip.get("keyframes") for clip in clips(project)]):
            with Image.open(PROJECTS / project / name) as picture:
                assert size == list(picture.size), name


def test_backgrounds_leave_the_camera_room() -> None:
    """The documentary's backgrounds are larger than the frame, or than their half of it."""
    for clip in clips("galapagos"):
        for name, width in backgrounds(clip.get("composite")):
            with Image.open(PROJECTS / "galapagos" / name) as picture:
                assert picture.width >= width * 1.2, name


def backgrounds(composite: object) -> Iterator[tuple[str, int]]:
    """Every background of a recipe with the width in pixels that it has to fill."""
    if not isinstance(composite, dict):
        return
    split = composite.get("split")
    if split is None:
        yield composite["background"], 1920
        return
    for half in ("first", "second"):
        yield split[half]["background"], 960 if split["direction"] == "left_right" else 1920


def test_the_narration_is_the_books_own() -> None:
    """Every narrated sentence stands in the chapter word for word."""
    source = plain((PROJECTS / "galapagos/story_source.txt").read_text("utf-8"))

    sentences = [part for clip in clips("galapagos") for part in re.split(r"(?<=\.) ", plain(str(clip["narration"])))]

    assert len(sentences) >= 18
    assert [part for part in sentences if part.rstrip(".") not in source] == []


def test_each_narration_fits_its_clip() -> None:
    """A voice of 165 words a minute finishes before its clip ends."""
    for project in EXAMPLES:
        seconds = manifest(project)["duration"]
        assert isinstance(seconds, int)
        for clip in clips(project):
            words = len(str(clip["narration"]).split())
            assert words / (165 / 60) <= seconds + 0.6, clip["title"]


@pytest.mark.parametrize(("project", "name"), [("galapagos", "assets/cactus_limb.png"), ("hello", "assets/boat.png")])
def test_drawing_again_gives_the_same_pixels(project: str, name: str, tmp_path: Path) -> None:
    """The committed pictures are what the repository's own code draws."""
    script = PROJECTS / project / "art/draw.py"
    names = [name] if project == "galapagos" else []

    subprocess.run([sys.executable, str(script), *names, "--to", str(tmp_path)], check=True, capture_output=True)

    with Image.open(tmp_path / name) as drawn, Image.open(PROJECTS / project / name) as committed:
        assert np.array_equal(np.asarray(committed.convert("RGBA")), np.asarray(drawn.convert("RGBA")))
