"""Films of a batch that are up to date: they stay out of the graph, and nothing is overlooked for it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import Studio

ASIDE = "aside"


@pytest.fixture
def pair(built: Studio) -> Studio:
    """Two finished films, `film` and `other`; the second has a crossfade."""
    other = built.folder / "projects/other"
    shutil.copytree(built.folder / "projects/film", other)
    manifest = other / "project.yaml"
    manifest.write_text(manifest.read_text() + "transition: {kind: crossfade, seconds: 0.1}\n")
    built.build("projects/other/final.mp4")
    return built


def looked_at(said: str) -> set[str]:
    """The projects that have a job in the graph."""
    return set(re.findall(r"project=projects/(\w+)", said))


def test_finished_films_stay_out_of_the_graph(pair: Studio) -> None:
    """A batch of which one film was edited has the jobs of that film in its graph, and no others."""
    manifest = pair.folder / "projects/other/project.yaml"
    manifest.write_text(manifest.read_text().replace("brown field", "green field"))

    jobs, said = pair.planned("all", "--debug-dag")

    assert looked_at(said) == {"other"}
    assert jobs == pair.planned("projects/other/final.mp4")[0]


def test_nothing_is_done_when_all_films_are_finished(pair: Studio) -> None:
    """A batch whose films are all finished makes nothing, and no job of its own either."""
    assert "Nothing to be done" in pair.build("all")


def test_what_a_finished_film_lacks_is_made(pair: Studio) -> None:
    """A file of any kind gone from a finished film, the batch makes what asking for the film makes."""
    planned = 0
    for path in one_of_each_kind(pair.folder / "projects/other"):
        path.rename(pair.folder / ASIDE)
        batch, film = (pair.snakemake("-n", "--quiet", "host", "reason", "--", name) for name in _ASKED)
        (pair.folder / ASIDE).rename(path)
        assert _told(batch.stdout) == _told(film.stdout), path
        assert batch.returncode == film.returncode, path
        planned += "Job stats" in film.stdout
    assert planned > 3


def one_of_each_kind(folder: Path) -> list[Path]:
    """A file of each kind that a film is made of: pictures, clips, lines, joins, receipts, and what lies beside it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "project.yaml")
    kept = (path for path in found if not {"log", "locks"} & set(path.parts) and path.suffix in _KINDS)
    kinds = {re.sub(r"\d+", "", str(path)): path for path in kept}
    assert len(kinds) > 15
    return list(kinds.values())


_KINDS = {".mp4", ".m4a", ".wav", ".png", ".json", ".srt", ".edl"}


_ASKED = ("all", "projects/other/final.mp4")


def _told(said: str) -> list[str]:
    """What a dry run says that it would make, film by film, or what is wrong."""
    return [line for line in said.splitlines() if line.startswith(("projects/", "  clip_", "  final"))]


@pytest.mark.parametrize(
    "arguments", [["--forceall"], ["--forcerun", "assemble_film"], ["--rerun-triggers", "mtime", "code"]]
)
def test_what_is_forced_finds_every_film(pair: Studio, arguments: list[str]) -> None:
    """Who forces jobs, or asks Snakemake's own records, has the jobs of every film in the graph."""
    _, said = pair.planned("all", "--debug-dag", *arguments)

    assert looked_at(said) == {"film", "other"}


def test_a_split_batch_builds_every_film(pair: Studio) -> None:
    """A batch in two halves stays the same two halves, though the films of the first are finished meanwhile."""
    shutil.copytree(pair.folder / "projects/film", pair.folder / "projects/third")
    films = [pair.folder / f"projects/{name}/final.mp4" for name in ("film", "other", "third")]
    for film in films:
        film.unlink()

    for half in ("1/2", "2/2"):
        pair.build("all", "--batch", f"all={half}")

    assert [film for film in films if not film.exists()] == []


def test_the_whole_graph_is_shown(pair: Studio) -> None:
    """Who asks Snakemake to draw the graph sees the jobs of finished films."""
    shown = pair.snakemake("--dag", "dot", "--", "all")

    assert shown.stdout.count("assemble_film") == 2, shown.stdout
