"""Films on a real Slurm: munge, a controller and two nodes on this machine (`make slurm` installs it)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPO, Studio
from emulator.client import Emulator
from killing import emulator_of_tiny_films, settle_in, until, write_film
from slurm.cluster import Cluster, missing
from slurm.films import Night

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"needs Slurm, see `make slurm`: no {', '.join(missing())}")

whole = pytest.mark.skipif("SLURM_TESTS" not in os.environ, reason="takes a minute or two: run by `make slurm-test`")

FRONTS = REPO / "profiles/slurm/bin"
CAP = 3
LICENCES = 1


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes."""
    with Cluster(licences=f"kling:{LICENCES}") as running:
        yield running


@pytest.fixture(scope="module")
def kling(emulated_films: Path) -> Iterator[Emulator]:
    """The emulator, with tiny films that take 1.2 s."""
    with emulator_of_tiny_films(emulated_films) as running:
        yield running


@pytest.fixture
def night(studio: Studio, cluster: Cluster, kling: Emulator, tmp_path: Path) -> Iterator[Night]:
    """A studio whose films are built on the cluster."""
    kling.reset()
    settle_in(studio, kling_max_in_flight=CAP)
    night = Night(studio, kling, cluster, tmp_path)
    with night.over():
        yield night


def asked(cluster: Cluster, name: str, *arguments: str) -> subprocess.Popen[str]:
    """One of Slurm's commands, as a run gives it."""
    return subprocess.Popen(
        [FRONTS / name, *arguments],
        env={**os.environ, **cluster.environment, "CLIPWRIGHT_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("profile", "projects", "clips"),
    [("slurm", ("one", "two"), 2), pytest.param("cluster-generic", ("one",), 2, marks=whole)],
)
def test_a_killed_run_is_taken_up_by_the_plain_command(
    night: Night, profile: str, projects: tuple[str, ...], clips: int
) -> None:
    """Kill -9 of Snakemake with work in Slurm's queue: nothing is bought twice, and no job is submitted twice."""
    night.profile = profile
    before = night.cluster.submitted()
    prompts = [text for project in projects for text in write_film(night.studio, project, 1, clips=clips)]
    finals = [f"projects/{project}/final.mp4" for project in projects]
    night.cluster.pause()
    run = night.start(*finals)
    until(lambda: night.cluster.submitted() > before + len(projects))

    run.kill()
    again = night.start(*finals)
    until(lambda: night.said(again).count("ubmitted") > len(projects))
    night.cluster.resume()

    said = night.end(again)
    assert "Traceback" not in said
    night.check(projects, prompts, CAP)
    assert max(night.made().values()) == 1, night.made()
    assert not any("generate_clip" in job for job in night.made()), "what waits for a provider holds no core"


@whole
def test_licences_hold_the_cap_where_waiting_jobs_are_submitted(night: Night) -> None:
    """With `provider_jobs: cluster` each clip holds one of Slurm's licences, of which there are fewer than places."""
    settle_in(night.studio, kling_max_in_flight=CAP, provider_jobs="cluster", slurm_licences=["kling"])
    prompts = write_film(night.studio, "one", 1, clips=2)
    clips = [f"projects/one/videos/clip_{number:02d}.mp4" for number in (1, 2)]

    night.build(*clips)

    assert sorted(order["prompt"] for order in night.emulator.submissions()) == sorted(prompts)
    assert night.emulator.report()["max_in_flight"]["kling"] == LICENCES
    assert sum(count for job, count in night.made().items() if "generate_clip" in job) == len(clips)


def test_what_is_asked_while_the_controller_is_away_is_answered_when_it_is_back(cluster: Cluster) -> None:
    """A question about a run's jobs, and a submission, wait for the controller, and no job is submitted twice."""
    order = ("--parsable", "--job-name=night", "--comment=film", "-D", "/", "-o", "/dev/null", "--wrap=sleep 300")
    given = time.time_ns()
    first = asked(cluster, "sbatch", *order).communicate()[0].strip()
    # A controller that is killed at once has not written down yet what it was given.
    until(lambda: cluster.saved_at_ns() > given)
    cluster.end("slurmctld", signal.SIGKILL)

    question = asked(cluster, "sacct", "-X", "--parsable2", "--noheader", "--format=JobIdRaw,State", "--name", "night")
    again = asked(cluster, "sbatch", *order)
    cluster.start_controller()

    assert again.communicate()[0].strip() == first
    assert question.communicate()[0].split("|")[0] == first
    cluster.ask("scancel", first)


@pytest.mark.parametrize("others", ["", "NIGHT='x' "])
def test_a_job_is_the_same_whichever_run_gives_it(cluster: Cluster, others: str) -> None:
    """A run with a budget to hand on, the next one, and one that buys nothing any more mean one job, another's not."""
    order = ("--parsable", "--job-name=dawn", f"--comment=film{others}", "-D", "/", "-o", "/dev/null", "--hold")
    own = "CLIPWRIGHT_RUN='{0}' CLIPWRIGHT_SESSION='{0}' "
    bare = f"export {others}&& true" if others else " true"
    wraps = [f"export {own.format(run)}{others}&& true" for run in ("one", "two")]

    jobs = [asked(cluster, "sbatch", *order, f"--wrap={wrap}").communicate()[0].strip() for wrap in (*wraps, bare)]
    other = asked(cluster, "sbatch", *order, "--wrap=export NIGHT='y' && true").communicate()[0].strip()

    cluster.ask("scancel", jobs[0], other)
    assert len(set(jobs)) == 1
    assert other not in jobs


def test_a_job_that_the_controller_has_forgotten_has_failed(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that a controller lost with all that it had saved is not waited for; one that is queued still is."""
    monkeypatch.chdir(tmp_path)
    order = ("--parsable", "--job-name=dusk", "-D", str(tmp_path))
    states = ("-X", "--parsable2", "--noheader", "--format=JobIdRaw,State", "--name", "dusk")
    cluster.pause()
    lost = asked(cluster, "sbatch", *order, "--comment=one", "--wrap=true").communicate()[0].strip()
    before = asked(cluster, "sacct", *states).communicate()[0]
    cluster.forget()
    cluster.pause()
    queued = asked(cluster, "sbatch", *order, "--comment=two", "--wrap=false").communicate()[0].strip()

    after = asked(cluster, "sacct", *states).communicate()[0]

    cluster.ask("scancel", queued)
    cluster.resume()
    assert before == f"{lost}|PENDING\n"
    assert sorted(after.splitlines()) == sorted([f"{lost}|FAILED", f"{queued}|PENDING"])


def test_what_slurm_refuses_is_refused_at_once(cluster: Cluster) -> None:
    """An order that names a licence that is not there is not sent for ever."""
    order = ("--parsable", "--job-name=night", "--comment=film", "-D", "/", "--licenses=nobody:1", "--wrap=true")

    refused = asked(cluster, "sbatch", *order)

    assert "Invalid license" in refused.communicate()[1]
    assert refused.returncode == 1
