"""Many films at once, and how many files a process may have open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import REPO, Studio

HOLDING = """
import resource, sys
from pathlib import Path
from workflow_lib import locks
from workflow_lib.errors import WorkflowError
from workflow_lib.layout import Project

projects = [Project(Path(f"film{number}")) for number in range(100)]
for project in projects:
    project.root.mkdir()
resource.setrlimit(resource.RLIMIT_NOFILE, (64, int(sys.argv[1])))
try:
    locks.make_room(len(projects))
    held = [locks.hold_project(project) for project in projects]
except WorkflowError as error:
    sys.exit(str(error))
print(len(held), *resource.getrlimit(resource.RLIMIT_NOFILE))
locks.make_room(1)
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def hold_a_hundred(folder: Path, hard: int) -> subprocess.CompletedProcess[str]:
    """Hold a hundred projects in a process that may open 64 files, and `hard` when it asks for more."""
    command = [sys.executable, "-c", HOLDING, str(hard)]
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_run_may_hold_more_projects_than_files_are_usually_open(tmp_path: Path) -> None:
    """The limit of open files is raised as far as the projects of a run need it, and never lowered."""
    done = hold_a_hundred(tmp_path, 4096)

    assert done.stdout.splitlines() == ["100 1224 4096", "1224 4096"], done.stderr


def test_a_limit_of_open_files_that_cannot_be_raised_is_named(tmp_path: Path) -> None:
    """Where too many films are held for what the system lets a process open, the user reads what to raise."""
    done = hold_a_hundred(tmp_path, 64)

    assert done.returncode == 1
    assert "`ulimit -n`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_raises_its_limit_of_open_files(studio: Studio) -> None:
    """Snakemake started at a low limit goes on with a higher one, its jobs too."""
    clips = [{"prompt": "Waves.", "source": "text"}]
    studio.write({"title": "Limit", "size": [128, 72], "fps": 12, "duration": 0.5, "clips": clips})
    submit = studio.folder / "submit"
    submit.write_text('#!/bin/sh\nulimit -Sn >limit\nsh "$1" >&2\n')
    submit.chmod(0o755)
    cluster = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "./submit", "--jobs", "1")
    command = studio.command(
        *cluster, "--seconds-between-status-checks", "1", "projects/film/.work/draft/clips/clip_01.mp4"
    )

    done = studio.run("sh", "-c", 'ulimit -Sn 256 && exec "$@"', "sh", *command)

    assert done.returncode == 0, done.stdout
    assert int((studio.folder / "limit").read_text()) > 256
