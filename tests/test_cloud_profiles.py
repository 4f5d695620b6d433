"""What is submitted, and the profiles of clouds that are not here: a stand-in takes their jobs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import REPO, Studio
from paid_films import Paid, quicken, worded_film

STAND_IN = REPO / "tests/cloud_stand_in.py"
CLIP = "projects/film/.work/draft/clips/clip_01.mp4"


@pytest.fixture
def cloud(tmp_path: Path) -> dict[str, str]:
    """An environment with `kubectl` and `gcloud`, and `python` as an image has it."""
    programs, state = tmp_path / "bin", tmp_path / "cloud"
    programs.mkdir()
    state.mkdir()
    for name in ("kubectl", "gcloud"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" {name} "$@"\n')
        program.chmod(0o755)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "STAND_IN": str(state)}


def write(studio: Studio, prompt: str) -> None:
    """A film of one clip that costs nothing."""
    clips = [{"prompt": prompt, "source": "text"}]
    studio.write({"title": "Cloud", "size": [128, 72], "fps": 12, "duration": 0.5, "clips": clips})


def test_what_waits_for_a_provider_is_not_submitted(paid: Paid) -> None:
    """A clip is bought where Snakemake runs, and conformed by a job of the cluster."""
    worded_film(paid.studio, ["Waves."])
    submit = paid.studio.folder / "submit"
    submit.write_text('#!/bin/sh\necho "$1" >>submitted\nsh "$2" >&2\n')
    submit.chmod(0o755)
    cluster = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "./submit {rule}", "--jobs", "2")

    done = paid.run(*cluster, "--seconds-between-status-checks", "1", "projects/film/.work/final/clip_01.mp4")

    assert done.returncode == 0, done.stdout
    assert (paid.studio.folder / "submitted").read_text() == "conform_clip\n"
    assert paid.count() == 1


def test_the_budget_of_a_run_holds_where_jobs_inherit_nothing(paid: Paid) -> None:
    """Jobs of a cluster that start with an environment of their own spend no more than their run may."""
    worded_film(paid.studio, ["Waves.", "More waves.", "A storm."])
    quicken(paid.studio, provider_jobs="cluster", budget_usd=0.30)
    environment = paid.emulator.environment()
    told = "".join(f"{name}={value}\n" for name, value in environment.items() if name not in os.environ)
    (paid.studio.folder / ".env").write_text(told)
    submit = paid.studio.folder / "submit"
    submit.write_text('#!/bin/sh\nenv -i HOME=/tmp PATH="$PATH" sh "$1" >&2\necho 1\n')
    submit.chmod(0o755)
    cluster = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "./submit", "--jobs", "1")

    done = paid.run(*cluster, "--seconds-between-status-checks", "1", *paid.targets())

    assert done.returncode == 5, done.stdout
    assert paid.count() == 1


@pytest.mark.parametrize("profile", ["kubernetes", "googlebatch"])
def test_a_job_is_handed_over_once_and_its_end_is_seen(studio: Studio, cloud: dict[str, str], profile: str) -> None:
    """A clip is rendered by a job of the cloud; a run that was killed left it there, and it is not started twice."""
    write(studio, "Waves.")
    quick = ("--seconds-between-status-checks", "1")
    command = studio.command("--profile", f"profiles/{profile}", *quick, CLIP)

    done = studio.run(*command, env=cloud)

    assert done.returncode == 0, done.stdout
    assert (studio.folder / CLIP).exists()
    started = (Path(cloud["STAND_IN"]) / "started").read_text().splitlines()
    assert len(started) == 1
    assert started[0].startswith("clipwright-")
    script = (Path(cloud["STAND_IN"]) / started[0] / "script").read_text()
    assert " python -m snakemake " in script, script
    assert sys.executable not in script, "the Python of this machine is not in the image"
    assert "/.cache/" not in script, "nor is the home of who started it"


@pytest.mark.parametrize("profile", ["kubernetes", "googlebatch"])
def test_an_order_has_one_name_until_the_manifest_changes(studio: Studio, cloud: dict[str, str], profile: str) -> None:
    """The same order finds the job that is running; after an edit of the manifest it is another job."""
    write(studio, "Waves.")
    script = studio.folder / "job.sh"
    loop = "while test -e job.sh && ! test -e over; do sleep 0.1; done\n"
    script.write_text(f"# --target-jobs 'draft_clip:project=projects/film,clip=01'\n{loop}")
    submit = (f"profiles/{profile}/submit", "draft_clip", "projects/film 01", "1", "100", "1", str(script))

    first, second = (studio.run(*submit, env=cloud) for _ in range(2))
    write(studio, "Other waves.")
    third = studio.run(*submit, env=cloud)
    (studio.folder / "over").touch()

    assert first.returncode == 0, first.stdout
    assert first.stdout == second.stdout
    assert third.stdout not in ("", first.stdout)
    assert len((Path(cloud["STAND_IN"]) / "started").read_text().splitlines()) == 2
