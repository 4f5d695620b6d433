"""Time things in turn, A B A B, so that a machine whose speed drifts drifts for all of them alike."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PACKAGES = ("snakemake", "pillow", "numpy", "av", "imageio-ffmpeg", "ffmpeg-python")


Things = dict[str, Callable[[], object]]
"""What is timed, by name."""


@dataclass(frozen=True, slots=True)
class Took:
    """What one turn of a thing took: seconds by the clock, and of processors, its own processes included."""

    wall: float
    cpu: float


def compare(title: str, ours: str, things: Mapping[str, Callable[[], object]], runs: int = 5, warm_up: int = 1) -> None:
    """Run all `things` in turn and print their medians, and how `ours` compares with each.

    The seconds of processors are the steadier ones on a machine that others use too.
    """
    took: dict[str, list[Took]] = {name: [] for name in things}
    for turn in range(warm_up + runs):
        for name, thing in things.items():
            used = _timed(thing)
            if turn >= warm_up:
                took[name].append(used)
    base = _median(took[ours])
    print(f"\n{title} ({runs} runs in turn)")
    for name, turns in took.items():
        median, walls = _median(turns), [turn.wall for turn in turns]
        ratio = (
            "" if name == ours else f"   ours / this: {base.wall / median.wall:.2f}, CPU {base.cpu / median.cpu:.2f}"
        )
        spread = f"({min(walls):.2f} to {max(walls):.2f})"
        print(f"  {name:<44} {median.wall:8.2f} s  {spread}, CPU {median.cpu:.2f} s{ratio}", flush=True)


def _timed(thing: Callable[[], object]) -> Took:
    started, before = time.perf_counter(), _cpu_s()
    thing()
    return Took(time.perf_counter() - started, _cpu_s() - before)


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _median(turns: Sequence[Took]) -> Took:
    return Took(statistics.median(turn.wall for turn in turns), statistics.median(turn.cpu for turn in turns))


def quiet(*command: str, cwd: Path | None = None) -> Callable[[], None]:
    """A call that runs `command` to its end, its output thrown away; it must succeed."""

    def run() -> None:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    return run


def machine() -> str:
    """The machine and the versions, for the record."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"
