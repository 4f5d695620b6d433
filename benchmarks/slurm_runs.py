"""Films on a real Slurm of two nodes on this machine, bought at the emulator.

.venv/bin/python benchmarks/slurm_runs.py ordeal      two runs at once, a node, the controller, a job and a run killed
.venv/bin/python benchmarks/slurm_runs.py makespan    how long films take on Slurm, on this machine alone, and at best

The ordeal ends with an error unless every film is whole, each request was sent once, and never more than five were open.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from side_by_side import ROOT, machine

sys.path.insert(0, str(ROOT / "tests"))

from conftest import Studio
from killing import emulator_of_tiny_films, settle_in, write_film
from paid_films import worded_film
from slurm.cluster import Cluster, missing
from slurm.films import Night
from slurm.ordeal import Ordeal

CAP = 5
OPERATION_S = 20.0
_PLACES = ("local", "head", "cluster")


@contextmanager
def _night(scale: float) -> Iterator[Night]:
    """A studio, a cluster of two nodes with two cores each, and an emulator whose operations take `scale` minutes."""
    with (
        tempfile.TemporaryDirectory() as name,
        Cluster() as cluster,
        emulator_of_tiny_films(Path(name) / "state", "--scale", str(scale)) as emulator,
    ):
        studio = Studio(Path(name) / "studio").install()
        settle_in(studio, kling_max_in_flight=CAP, clip_timeout_s=120)
        logs = Path(name) / "logs"
        logs.mkdir()
        night = Night(studio, emulator, cluster, logs)
        with night.over():
            yield night


def ordeal(films: int, clips: int) -> None:
    """Have films built whatever happens, and see that nothing was paid for twice."""
    with _night(0.02) as night:
        projects = [f"film{number}" for number in range(1, films + 1)]
        prompts = [text for project in projects for text in write_film(night.studio, project, 1, clips=clips)]
        finals = [f"projects/{project}/final.mp4" for project in projects]
        tried = Ordeal(night, (tuple(finals[: films // 2]), tuple(finals[films // 2 :])), _say)
        tried.go()
        night.check(projects, prompts, CAP)
        report = night.emulator.report()
        print(f"films                {films} of {clips} clips, all whole, in {time.monotonic() - tried.began:.0f} s")
        print(f"commands             {tried.commands}, of which 2 at first")
        print(f"requests             {len(set(prompts))} distinct, {len(report['submissions'])} submissions")
        print(f"most in flight       {report['max_in_flight']['kling']}")
        print(f"Slurm jobs           {night.cluster.submitted()}, for {films * (clips + 2)} files")


def makespan(films: int, clips: int, places: Sequence[str]) -> None:
    """Buy films on Slurm, with waiting jobs on the head node and on the cluster, and on this machine alone."""
    rounds = math.ceil(films * clips / CAP)
    ideal_s = rounds * OPERATION_S
    print(f"{films} x {clips} clips of {OPERATION_S:g} s at the provider, {CAP} at a time: {ideal_s:g} s at best")
    for where in places:
        with _night(OPERATION_S / 60) as night:
            if where == "cluster":
                settle_in(night.studio, kling_max_in_flight=CAP, clip_timeout_s=120, provider_jobs="cluster")
            finals = []
            for number in range(films):
                prompts = [f"Scene {scene} of film {number}" for scene in range(1, clips + 1)]
                worded_film(night.studio, prompts, f"film{number}")
                finals.append(f"projects/film{number}/final.mp4")
            started = time.monotonic()
            if where == "local":
                command = night.studio.command("--cores", "2", *finals)
                # With an input of its own it is started as users start it, not forked as the tests do.
                done = night.studio.run(*command, env=night.environment, timeout=3600, stdin=subprocess.DEVNULL)
                if done.returncode:
                    sys.exit(done.stdout)
            else:
                night.build(*finals, patience_s=3600)
            wall_s = time.monotonic() - started
            held_s = night.cluster.held(night.studio.folder)
            most = night.emulator.report()["max_in_flight"]["kling"]
        print(
            f"{where:8s} {wall_s:6.1f} s, {wall_s / ideal_s:.2f} x; {most} in flight; {held_s:.0f} core seconds held",
            flush=True,
        )


def _say(what: str) -> None:
    print(what, flush=True)


def main() -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("ordeal", "makespan"))
    parser.add_argument("--films", type=int, default=4)
    parser.add_argument("--clips", type=int, default=18)
    parser.add_argument("--where", nargs="+", choices=_PLACES, default=_PLACES, help="of the makespan")
    given = parser.parse_args()
    if missing():
        sys.exit(f"Slurm is missing ({', '.join(missing())}): apt-get install slurm-wlm munge, or `make slurm` as root")
    print(machine(), flush=True)
    if given.what == "ordeal":
        ordeal(given.films, given.clips)
    else:
        makespan(given.films, given.clips, given.where)


if __name__ == "__main__":
    main()
