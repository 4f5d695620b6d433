"""How films stand is told whatever is in them, and beside whatever film cannot be read."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from conftest import Studio

from workflow_lib import files, locks
from workflow_lib.layout import Project


def test_one_film_that_cannot_be_read_hides_no_other(built: Studio) -> None:
    """`status` tells how the films stand that can be read, names what is wrong with the others, and exits with 3."""
    for name in ("broken", "other"):
        (built.folder / f"projects/{name}").mkdir()
        (built.folder / f"projects/{name}/project.yaml").write_text("title: [broken")

    brief, told = built.clipwright("status", "--brief"), built.clipwright("status", "--json")

    assert (brief.returncode, told.returncode) == (3, 3)
    assert "projects/film/final.mp4: up to date" in brief.stdout
    assert [film["project"] for film in json.loads(told.stdout)] == ["projects/film"]
    for name in ("broken", "other"):
        assert f"projects/{name}/project.yaml" in brief.stderr
        assert f"projects/{name}/project.yaml" in told.stderr


def test_what_is_wrong_for_all_films_is_said_once(built: Studio) -> None:
    """A wrong setting is one line, however many films there are."""
    (built.folder / "projects/second").mkdir()
    (built.folder / "projects/second/project.yaml").write_text(built.path("project.yaml", "film").read_text())
    (built.folder / "config.yaml").write_text("bakend: kling\n")

    done = built.clipwright("status")

    assert done.returncode == 3
    assert done.stderr.count("bakend") == 1, done.stderr


@pytest.mark.parametrize("title", ["Part [/one]", "The [bold]fox[/bold]", "A :fox: story"])
def test_a_title_is_shown_as_it_is_written(built: Studio, title: str) -> None:
    """Brackets and colons in a title mean nothing."""
    built.write(built.manifest() | {"title": title})

    done = built.clipwright("status", "film")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].strip() == title


def test_an_editors_own_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed process has left half-written goes when the file is written again, and nothing else does."""
    monkeypatch.chdir(tmp_path)
    project = Project(Path("projects/film"))
    project.root.mkdir(parents=True)
    kept = [".project.yaml.swp", ".project.yaml.un~", ".project.yaml.kate-swp", ".project.swp", ".project.notes.md"]
    torn = [".project.made.yaml"]
    with contextlib.suppress(KeyboardInterrupt), files.atomic_path(project.manifest) as temporary:
        torn.append(temporary.name)
        raise KeyboardInterrupt
    for name in (*kept, *torn):
        (project.root / name).write_text("unsaved")

    with locks.making(project, project.manifest):
        assert {name for name in (*kept, *torn) if (project.root / name).exists()} == set(kept)


def test_what_another_job_is_writing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files that differ only behind the dot are made at once; what a killed job left of one of them goes."""
    monkeypatch.chdir(tmp_path)
    project = Project(Path("projects/film"))
    picture, drawing = project.root / "plots/cost.png", project.root / "plots/cost.svg"
    torn = drawing.with_name(".cost.12-3f.pdf")

    with locks.making(project, picture), files.atomic_path(picture) as temporary:
        temporary.write_text("half")
        torn.write_text("left")
        with locks.making(project, drawing):
            assert temporary.exists()
            assert not torn.exists()

    assert picture.read_text() == "half"
