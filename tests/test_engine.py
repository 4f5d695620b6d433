"""Snakemake's internals that we use: each is what we take it for."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import Studio, small_film

PROBE = """onstart:
    import json, os
    print("STARTED", workflow.global_resources["kling"].value)
    print("CAP", json.loads(os.environ["CLIPWRIGHT_CONFIG"])["kling_max_in_flight"])
"""
TELL_JOBS = """
import atexit

@atexit.register
def tell_jobs():
    for job in workflow.dag.needrun_jobs(exclude_finished=False):
        if job.rule.name == "generate_clip":
            print("JOB", job.wildcards.clip, job.threads, job.resources["kling"])
"""


@pytest.mark.parametrize(
    ("arguments", "cap"),
    [
        ((), 5),
        (("--resources", "other=7"), 5),
        (("--resources", "kling=7"), 5),
        (("--resources", "kling=2"), 2),
        (("--resources", "kling=0"), 5),
        (("--workflow-profile", "none"), 5),
        (("--config", "kling_max_in_flight=3"), 3),
    ],
)
def test_the_cap_holds_however_snakemake_is_started(studio: Studio, arguments: tuple[str, ...], cap: int) -> None:
    """Jobs are told the limit of config.yaml or a lower one, and few more are started than have a place."""
    small_film(studio)
    snakefile = studio.folder / "Snakefile"
    snakefile.write_text(snakefile.read_text().replace("onstart:\n", PROBE))

    done = studio.snakemake("--cores", "1", "projects/film/.work/draft/clips/clip_04.mp4", *arguments)

    assert re.findall(r"^CAP (\d+)$", done.stdout, re.MULTILINE) == [str(cap)], done.stdout
    assert re.findall(r"^STARTED (\d+)$", done.stdout, re.MULTILINE) == [str(2 * cap)]


def test_paid_clips_take_no_core_and_one_place(studio: Studio) -> None:
    """Waiting for a provider takes no core; each clip takes one of its provider's places."""
    manifest = small_film(studio)
    manifest["duration"] = 5
    manifest["clips"][3]["backend"] = "kling"
    studio.write(manifest)

    snakefile = studio.folder / "Snakefile"
    snakefile.write_text(snakefile.read_text() + TELL_JOBS)

    _, said = studio.planned()

    told = {
        clip: (threads, kling) for clip, threads, kling in re.findall(r"^JOB (\S+) (\d+) (\d+)$", said, re.MULTILINE)
    }
    assert told == {"01": ("1", "0"), "02": ("1", "0"), "03": ("1", "0"), "04": ("0", "1")}, said


def test_a_failed_job_is_one_line_and_the_log_has_the_rest(studio: Studio) -> None:
    """The console shows the script's line and none of Snakemake's blocks; the job's log tells where it came from."""
    small_film(studio)
    own = studio.path("videos/clip_02.mp4")
    own.parent.mkdir(parents=True)
    own.write_text("no film")

    done = studio.snakemake("--cores", "1", "projects/film/final.mp4")

    assert done.returncode == 1
    assert len(re.findall(r"^projects/film clip 02: ", done.stdout, re.MULTILINE)) == 1
    assert "RuleException" not in done.stdout
    assert "CalledProcessError" not in done.stdout
    assert "Traceback" in studio.path(".work/log/final/conform_02.log").read_text()


def test_snakemakes_own_errors_are_still_shown(studio: Studio) -> None:
    """A target that nothing makes is still named by Snakemake."""
    small_film(studio)

    done = studio.snakemake("-n", "projects/film/nothing.txt")

    assert done.returncode == 1
    assert "projects/film/nothing.txt" in done.stdout


def test_a_dry_run_writes_nothing_into_a_project(studio: Studio) -> None:
    """Planning has no effects."""
    small_film(studio)
    before = sorted(path for path in studio.path("").rglob("*"))

    studio.planned()

    assert sorted(path for path in studio.path("").rglob("*")) == before


def test_a_big_plan_is_a_line_a_film(studio: Studio) -> None:
    """Where many clips are to be made the plan tells films and the total, not every clip."""
    for name in range(2):
        studio.write(
            {"title": "Long", "clips": [{"prompt": f"Clip {number}.", "source": "text"} for number in range(40)]},
            f"long_{name}",
        )

    done = studio.snakemake("-n", "all", "--quiet", "rules")

    assert "projects/long_0/final.mp4: 0 clips kept, 40 to make, $0.00" in done.stdout
    assert "2 films, 80 clips to make, $0.00" in done.stdout
    assert "clip_07" not in done.stdout


def test_the_plan_shows_the_price_of_paid_clips(studio: Studio) -> None:
    """Each clip that must be bought is a line with its price, and the total stands against the budget."""
    manifest = small_film(studio)
    manifest.update(duration=10, backend="kling", budget_usd=3)
    studio.write(manifest)

    _, said = studio.planned()

    assert "projects/film/final.mp4: 0 clips kept, 4 to buy, $1.68 (budget $3.00, spent so far $0.00)" in said
    assert "clip_02  kling  10 s  buy $0.42  new" in said


def test_rules_are_documented() -> None:
    """Every rule has a docstring, and each that makes something has a log."""
    rules = Path(__file__).parents[1] / "rules"
    texts = [path.read_text() for path in sorted(rules.glob("*.smk")) if path.name != "common.smk"]

    found = [rule for text in texts for rule in re.split(r"^(?:rule|checkpoint) ", text, flags=re.MULTILINE)[1:]]

    assert len(found) == 20
    assert [rule.splitlines()[0] for rule in found if '"""' not in rule.splitlines()[1]] == []
    assert [rule.splitlines()[0] for rule in found if "    output:" in rule and "    log:" not in rule] == []


def test_the_program_is_installed() -> None:
    """`clipwright` is a command of the environment."""
    import sys  # noqa: PLC0415

    program = Path(sys.executable).with_name("clipwright")

    assert subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def test_no_more_jobs_compute_than_the_machine_has_cores(studio: Studio) -> None:
    """However many cores are asked for, free jobs do not crowd the machine."""
    small_film(studio)

    said = studio.build("projects/film/final.mp4", "--cores", "64")

    started = [int(count) for count in re.findall(r"^Execute (\d+) jobs", said, re.MULTILINE)]
    assert max(started) <= (os.cpu_count() or 1)
