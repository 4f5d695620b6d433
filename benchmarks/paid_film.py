"""The example film bought at the emulator: how many submissions, how much money, and how close to the ideal time.

.venv/bin/python benchmarks/paid_film.py [kling | veo] [OPERATION_SECONDS]

The ideal is the rounds that a cap of five allows, each as long as an operation, and nothing else. The emulator runs on
the same machine. For veo, every clip goes from one keyframe to another and lasts 8 s.
"""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from side_by_side import ROOT, machine

sys.path.insert(0, str(ROOT / "tests"))

from conftest import Studio
from emulator.client import Emulator

from workflow_lib.config import Config
from workflow_lib.layout import Project
from workflow_lib.project import load

PROJECT = "galapagos"
FILM = f"projects/{PROJECT}/final.mp4"
CAP = 5


def main() -> None:
    """Buy the film once and print what came of it."""
    backend = sys.argv[1] if len(sys.argv) > 1 else "kling"
    operation_s = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0  # noqa: PLR2004
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        studio = Studio(Path(name) / "studio").install()
        _copy_project(studio)
        if backend == "veo":
            _as_keyframes(studio)
        with Emulator(Path(name) / "state", "--scale", "1", "--operation-s", f"{operation_s:g}") as emulator:
            started_at, started = time.time(), time.monotonic()
            done = studio.run(
                *studio.command("--cores", "8", FILM, "--config", f"backend={backend}"),
                env=emulator.environment(),
                timeout=3600,
                stdin=subprocess.DEVNULL,  # then it is started as users start it, not forked as the tests do
            )
            wall_s = time.monotonic() - started
            report = emulator.report()
        if done.returncode:
            sys.exit(done.stdout[-5000:])
        _tell(report, backend, started_at, wall_s, operation_s)


def _copy_project(studio: Studio) -> None:
    tracked = subprocess.run(
        ("git", "ls-files", f"projects/{PROJECT}"), cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for path in tracked:
        (studio.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (studio.folder / path).write_bytes((ROOT / path).read_bytes())


def _as_keyframes(studio: Studio) -> None:
    """Each clip goes from its own picture to the next one's, in eight seconds."""
    with contextlib.chdir(studio.folder):
        starts = [clip.source.start for clip in load(Project(Path("projects") / PROJECT), Config()).clips]
    pictures = [str(path) for path in starts if path]
    composed = [path for path in pictures if "/composites/" in path]
    done = studio.snakemake("--cores", "all", *composed)
    if done.returncode:
        sys.exit(done.stdout[-5000:])
    manifest = studio.manifest(PROJECT)
    within = [str(Path(path).relative_to(f"projects/{PROJECT}")) for path in pictures]
    for place, clip in enumerate(manifest["clips"]):
        clip.pop("composite", None)
        clip["keyframes"] = {"start": within[place], "end": within[(place + 1) % len(within)]}
    studio.write(manifest | {"duration": 8, "budget_usd": 20}, PROJECT)


def _tell(report: dict[str, Any], backend: str, started_at: float, wall_s: float, operation_s: float) -> None:
    orders = report["submissions"]
    rounds = math.ceil(len(orders) / CAP)
    ideal_s = rounds * operation_s
    at = sorted(order["at"] - started_at for order in orders)
    print(f"submissions            {len(orders)}, ${report['usd']:.2f}")
    print(f"most in flight         {report['max_in_flight'][backend]}")
    print(f"wall time              {wall_s:.1f} s, {wall_s / ideal_s:.2f} x the ideal of {ideal_s:g} s")
    print(f"submitted after        {', '.join(f'{second:.1f}' for second in at)} s")
    print(f"after the last result  {wall_s - at[-1] - operation_s:.1f} s")


if __name__ == "__main__":
    main()
