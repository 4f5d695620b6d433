"""What is not built again after a change that means nothing: asked of real dry runs on a real film."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import Studio, small_film

NOTHING: Counter[str] = Counter()


def touch_all(folder: Path) -> None:
    """Make every file below `folder` newer than it was, in an order that puts inputs last."""
    now = time.time() + 10
    for place, path in enumerate(sorted(folder.rglob("*"), key=lambda path: "assets" in str(path))):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path, (now + place, now + place))


def test_a_second_run_does_nothing(built: Studio) -> None:
    """Running the same command again finds nothing to do."""
    said = built.build()

    assert "Nothing to be done" in said


def test_touching_every_file_changes_nothing(built: Studio) -> None:
    """New time stamps on every file, manifest and code included, are no reason to build."""
    touch_all(built.folder)

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_lost_metadata_changes_nothing(built: Studio) -> None:
    """Without Snakemake's own records, and with inputs newer than outputs, nothing is built again."""
    shutil.rmtree(built.folder / ".snakemake")
    touch_all(built.folder)

    jobs, said = built.planned()

    assert jobs == NOTHING, said


@pytest.mark.parametrize(
    "name",
    [
        "scripts/generate_clip.py",
        "workflow_lib/generate/clips.py",
        "workflow_lib/plan.py",
        "rules/generate.smk",
        "config.yaml",
    ],
)
def test_a_comment_in_the_code_changes_nothing(built: Studio, name: str) -> None:
    """Editing a script, a module, a rules file or the config without effect is no reason to build."""
    path = built.folder / name
    path.write_text(path.read_text() + "\n# a comment\n")

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_a_changed_price_changes_nothing(built: Studio) -> None:
    """Prices are no part of a request."""
    path = built.folder / "workflow_lib/catalog.py"
    path.write_text(path.read_text().replace("0.042)", "0.084)").replace("2500, 2500, 0.0,", "2500, 2500, 0.01,"))

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_key_order_and_comments_of_the_manifest_change_nothing(built: Studio) -> None:
    """The manifest is read for what it says, not for how it is written."""
    manifest = built.manifest()
    built.write(dict(reversed(manifest.items())))
    path = built.path("project.yaml")
    path.write_text("# a comment\n" + path.read_text())

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_the_work_folder_may_be_deleted(built: Studio) -> None:
    """A finished film needs none of its intermediate files."""
    shutil.rmtree(built.path(".work"))

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_a_fresh_clone_with_the_clips_copied_in_makes_no_clip(built: Studio, tmp_path: Path) -> None:
    """Clips copied into a new checkout, older than its inputs, are used as they are; with the film nothing is left."""
    clone = Studio(tmp_path / "clone").install()
    small_film(clone)
    shutil.copytree(built.path("videos"), clone.path("videos"))
    touch_all(clone.folder / "projects/film/assets")

    jobs, said = clone.planned()
    shutil.copy2(built.path("final.mp4"), clone.path("final.mp4"))
    with_film, _ = clone.planned()

    assert jobs["generate_clip"] == 0, said
    assert with_film == NOTHING


def test_a_moved_folder_is_still_built(built: Studio, tmp_path: Path) -> None:
    """Neither the place of the installation nor the name of the project is part of what was made."""
    built.folder.rename(tmp_path / "elsewhere")
    moved = Studio(tmp_path / "elsewhere")
    moved.path("").rename(moved.path("", "renamed"))

    jobs, said = moved.planned("projects/renamed/final.mp4")

    assert jobs == NOTHING, said
