"""Time things in turn, A B A B, so that a machine whose speed drifts drifts for all of them alike."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PACKAGES = ("snakemake", "pillow", "numpy", "av", "imageio-ffmpeg", "ffmpeg-python")


def compare(title: str, ours: str, things: Mapping[str, Callable[[], object]], runs: int = 5, warm_up: int = 1) -> None:
    """Run all `things` in turn and print their medians in seconds, and how `ours` compares with each."""
    took: dict[str, list[float]] = {name: [] for name in things}
    for turn in range(warm_up + runs):
        for name, thing in things.items():
            started = time.perf_counter()
            thing()
            if turn >= warm_up:
                took[name].append(time.perf_counter() - started)
    base = statistics.median(took[ours])
    print(f"\n{title} ({runs} runs in turn)")
    for name, seconds in took.items():
        median = statistics.median(seconds)
        ratio = "" if name == ours else f"   ours / this: {base / median:.2f}"
        print(f"  {name:<44} {median:8.2f} s  ({min(seconds):.2f} to {max(seconds):.2f}){ratio}", flush=True)


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
