"""Killed at any moment, started twice, short of disk: the plain command finishes the film."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
from pathlib import Path

import pytest
import warm
from conftest import Studio, small_film

from workflow_lib.media.verify import verify_clip

KILLS = 10
SEED = 20260921


def kill_after(process: warm.Started, lines: int, victims: str) -> None:
    """Kill `victims` (snakemake, its jobs, or all) as soon as the run has printed so many lines."""
    assert process.stdout is not None
    with process.stdout:
        for _ in range(lines):
            if not process.stdout.readline():
                break
        children = _descendants(process.pid)
        wanted = {"snakemake": [process.pid], "jobs": children, "all": [process.pid, *children]}[victims]
        for pid in wanted:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victims == "jobs":
            process.stdout.read()
    process.wait()


def _descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    direct = [int(child) for child in text.split()]
    return [found for child in direct for found in [child, *_descendants(child)]]


def check_complete(studio: Studio) -> None:
    """The film is there, nothing is left to do, and no file is torn or left over."""
    assert "Nothing to be done" in studio.build()
    for number in range(1, 5):
        receipt = json.loads(studio.path(f"videos/clip_0{number}.json").read_text())
        clip = studio.path(f"videos/clip_0{number}.mp4")
        assert receipt["file"]["size"] == clip.stat().st_size
        verify_clip(clip, None, 6)
    torn = list(studio.path("").rglob(".*.mp4"))
    assert torn == []


def test_ten_kills_at_random_moments(studio: Studio, groups: list[int]) -> None:
    """After kill -9 of Snakemake, of its jobs, or of all, at ten moments, the plain command completes the film."""
    small_film(studio)
    dice = random.Random(SEED)
    for kill in range(KILLS):
        process = studio.start("--cores", "2", "projects/film/final.mp4")
        groups.append(process.pid)
        kill_after(process, dice.randint(5, 60), ["snakemake", "jobs", "all"][kill % 3])
        if dice.random() < 0.3:
            studio.path("final.mp4").unlink(missing_ok=True)

    said = studio.build()

    assert "unlock" not in said
    assert "Incomplete" not in said
    check_complete(studio)


def test_jobs_that_outlive_snakemake_do_no_harm(studio: Studio, groups: list[int]) -> None:
    """A run that is started while the jobs of a killed one still work ends with a whole film."""
    small_film(studio)
    process = studio.start("--cores", "2", "projects/film/final.mp4")
    groups.append(process.pid)
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if "Generate" in line:
                break
        os.kill(process.pid, signal.SIGKILL)
    process.wait()

    studio.build()

    check_complete(studio)


def test_two_projects_at_once(studio: Studio) -> None:
    """Two runs of two projects in one folder both complete."""
    small_film(studio, "one")
    small_film(studio, "two")

    runs = [studio.start("--cores", "1", f"projects/{name}/final.mp4") for name in ("one", "two")]
    said = [run.communicate(timeout=300)[0] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], "".join(said)


def test_a_second_run_of_the_same_project_is_refused(studio: Studio) -> None:
    """While one run builds a project another is refused in one line, and the first completes."""
    small_film(studio)
    first = studio.start("--cores", "1", "projects/film/final.mp4")
    assert first.stdout is not None
    lines: list[str] = []
    while not any("Generate" in line or "Compose" in line for line in lines):
        lines.append(first.stdout.readline())

    second = studio.snakemake("--cores", "1", "projects/film/final.mp4")
    rest, _ = first.communicate(timeout=300)

    assert second.returncode == 1
    assert re.search(
        rf"^projects/film is being built by another run \(process {first.pid}\); wait for it$",
        second.stdout,
        re.MULTILINE,
    )
    assert "Traceback" not in second.stdout
    assert first.returncode == 0, "".join(lines) + rest


@pytest.fixture
def small_disk(tmp_path: Path) -> list[str]:
    """A command prefix that runs what follows in a mount namespace with a 3 MB disk at `tmp_path/studio/projects`."""
    folder = tmp_path / "studio" / "projects"
    script = f'mount -t tmpfs -o size=3m none {folder} && cp -r {tmp_path}/kept/. {folder} && shift && exec "$@"'
    probe = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this system does not let a test mount a small disk")
    return ["unshare", "-rm", "bash", "-c", script, "bash", "--"]


def test_a_full_disk_is_said_in_one_line(studio: Studio, small_disk: list[str]) -> None:
    """On a disk that fills up the run fails with a line that says so, and nothing torn takes a clip's place."""
    small_film(studio)
    studio.path("", "").rename(studio.folder.parent / "kept")
    studio.path("", "").mkdir()
    filler = 'dd if=/dev/zero of=projects/filler bs=1k 2>/dev/null; rm -f projects/filler.half; exec "$@"'

    done = studio.run(
        *small_disk, "bash", "-c", filler, "bash", *studio.command("--cores", "1", "projects/film/final.mp4")
    )

    assert done.returncode == 1
    assert "the disk is full; free some space and run again" in done.stdout
    assert "Traceback" not in done.stdout
