"""Manifests: defaults, picture sources, limits of the backends."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import REPO, draw
from hypothesis import given
from hypothesis import strategies as st

from workflow_lib import config, forms, layout, project, schemas
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput
from workflow_lib.layout import Project
from workflow_lib.project import Film
from workflow_lib.recipes import Scene, Split


def load(folder: Path, text: str, settings: Config | None = None) -> Film:
    """The film of a manifest with this text."""
    (folder / "project.yaml").write_text(text)
    return project.load(Project(folder), settings or Config())


def test_the_least_manifest(tmp_path: Path) -> None:
    """A title and one clip are enough: everything else has a default."""
    film = load(tmp_path, "title: T\nclips: [{prompt: Waves., source: text}]")

    clip = film.clips[0]
    assert (film.spec.width, film.spec.height, film.spec.fps) == (1920, 1080, Fraction(24))
    assert (clip.number, clip.seconds, clip.backend, clip.take, clip.label) == (1, 10.0, "animatic", 1, "clip_01")


@pytest.mark.parametrize(("aspect", "size"), [("16:9", (1920, 1080)), ("9:16", (1080, 1920)), ("1:1", (1080, 1080))])
def test_an_aspect_is_a_size(tmp_path: Path, aspect: str, size: tuple[int, int]) -> None:
    """`aspect` stands for a usual size, with or without quotes."""
    film = load(tmp_path, f"title: T\naspect: {aspect}\nclips: [{{prompt: Waves., source: text}}]")

    assert film.frame == size


def test_ntsc_rates_are_exact(tmp_path: Path) -> None:
    """23.976 means 24000/1001."""
    film = load(tmp_path, "title: T\nfps: 23.976\nclips: [{prompt: Waves., source: text}]")

    assert film.spec.fps == Fraction(24000, 1001)


def test_numbers_order_the_film(tmp_path: Path) -> None:
    """A clip's number is its place in the list unless it is given; the film follows the numbers."""
    film = load(
        tmp_path,
        "title: T\nclips:\n- {prompt: A., source: text, number: 100}\n- {prompt: B., source: text}\n",
    )

    assert [(clip.label, clip.prompt) for clip in film.clips] == [("clip_02", "B."), ("clip_100", "A.")]


def test_each_source_of_a_picture(tmp_path: Path) -> None:
    """Recipes, splits, paths, keyframes, found files, words and continued clips each give their pictures."""
    for name in ("assets/a.png", "assets/composites/clip_05.png", "keyframes/k.png", "keyframes/clip_06_start.png"):
        draw(tmp_path / name)
    film = load(
        tmp_path,
        """
title: T
clips:
  - {prompt: Recipe., composite: {background: assets/a.png}}
  - prompt: Split.
    composite: {split: {first: {background: assets/a.png}, second: {background: assets/a.png}}}
  - {prompt: Path., composite: assets/a.png}
  - {prompt: Pair., keyframes: {start: assets/a.png, end: keyframes/k.png}}
  - {prompt: Found.}
  - {prompt: Found keyframe.}
  - {prompt: Words., source: text}
  - {prompt: Pair again., keyframes: {start: assets/a.png, end: keyframes/k.png}}
  - {prompt: Continued., continue: true}
""",
    )

    sources = [clip.source for clip in film.clips]
    assert isinstance(sources[0].recipe, Scene)
    assert sources[0].start == tmp_path / "assets/composites/clip_01.png"
    assert isinstance(sources[1].recipe, Split)
    assert sources[1].start == tmp_path / "assets/composites/clip_02_split.png"
    assert sources[2].start == tmp_path / "assets/a.png"
    assert sources[3].end == tmp_path / "keyframes/k.png"
    assert sources[4].start == tmp_path / "assets/composites/clip_05.png"
    assert sources[5].start == tmp_path / "keyframes/clip_06_start.png"
    assert sources[6].start is None
    assert (sources[8].start, sources[8].end) == (tmp_path / "keyframes/k.png", None)


def test_a_film_may_have_999_clips(tmp_path: Path) -> None:
    """999 clips are a film, 1000 are a problem with a number in it."""
    lines = "- {prompt: A., source: text}\n"

    film = load(tmp_path, "title: T\nclips:\n" + lines * 999)
    with pytest.raises(InvalidInput) as caught:
        load(tmp_path, "title: T\nclips:\n" + lines * 1000)

    assert film.clips[-1].label == "clip_999"
    assert "999 at most" in str(caught.value)


def test_an_opening_camera_move_is_a_warning(tmp_path: Path) -> None:
    """The clip is named and the better prompt is shown."""
    film = load(tmp_path, "title: T\nclips: [{prompt: Slow push in. A finch sings., source: text}]")

    where = f"{tmp_path}/project.yaml: clips[1].prompt"
    assert film.warnings == (f"{where}: clip_01 opens with the camera; better: A finch sings. Slow push in.",)


def test_a_run_may_override_the_backend(tmp_path: Path) -> None:
    """`--config backend=` wins over clip and film, and brings its own model."""
    text = "title: T\nduration: 8\nclips: [{prompt: A., source: text, backend: animatic, model: mine}]"

    own = load(tmp_path, text)
    overridden = load(tmp_path, text, Config(backend="veo"))

    assert (own.clips[0].backend, own.clips[0].model) == ("animatic", "mine")
    assert (overridden.clips[0].backend, overridden.clips[0].model) == ("veo", "veo-3.1-fast-generate-001")


def test_config_comes_from_file_and_command_line(tmp_path: Path) -> None:
    """Values of the command line win over the file, and a wrong one is named."""
    (tmp_path / "config.yaml").write_text("kling_max_in_flight: 3\non_failed: skip\n")

    settings = config.load(tmp_path, {"kling_max_in_flight": 2})
    with pytest.raises(InvalidInput) as caught:
        config.load(tmp_path, {"on_failed": "explode"})

    assert (settings.kling_max_in_flight, settings.on_failed) == (2, "skip")
    assert "on_failed: should be 'animatic', 'skip' or 'fail'" in str(caught.value)


def test_the_shipped_files_name_their_schema_and_are_valid() -> None:
    """Every YAML that comes with the project opens with its schema, and the schemas are those of the models."""
    shipped = [REPO / "config.yaml", *sorted((REPO / "projects").glob("*/project.yaml"))]

    for path in shipped:
        assert path.read_text().startswith("# yaml-language-server: $schema=")
        named = path.read_text().splitlines()[0].partition("$schema=")[2]
        assert (path.parent / named).resolve().exists()
    config.load(REPO)
    schemas.check(REPO / "schemas")


def test_every_form_of_a_text_is_said_in_words() -> None:
    """No regular expression is shown to people: each that the schemas name has its words."""
    texts = [path.read_text() for path in (REPO / "schemas").glob("*.json")]
    named = {json.loads(found) for text in texts for found in re.findall(r'"pattern": (".*")', text)}

    assert len(named) > 5
    assert named <= forms.SAID.keys()


@given(st.text(max_size=120))
def test_only_plain_ids_are_projects(text: str) -> None:
    """A project's folder is projects/<id> with a plain id, and nothing else."""
    plain = 1 <= len(text) <= 100 and all(char.isascii() and (char.isalnum() or char in "_-") for char in text)

    assert layout.is_project(f"projects/{text}") == plain
