"""What a channel's past costs a film: one is bought at the emulator after none, 1,800 and 18,000 other clips.

.venv/bin/python benchmarks/growth.py [0 1800 18000]

The past is written as the program writes it: three lines of the journal and a take (an empty file here) for each clip.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from side_by_side import ROOT, compare, machine

sys.path.insert(0, str(ROOT / "tests"))

from conftest import Studio
from emulator.client import Emulator
from killing import emulator_of_tiny_films, settle_in
from paid_films import worded_film

from workflow_lib.journal import Event, Journal, line_of
from workflow_lib.ledger import Attempt

CLIPS = 5
WORDS = "A giant tortoise walks up the black slope, front legs first, then the back legs, its shell swaying. " * 4


def main(pasts: list[int]) -> None:
    """Compare them in turn, and say how much memory the largest process of each took."""
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name, emulator_of_tiny_films(Path(name) / "state") as emulator:
        studios = {past: _studio(Path(name) / str(past), past) for past in pasts}
        peaks = dict.fromkeys(pasts, 0.0)
        longest = f"after {max(pasts):,} clips"
        for title, arguments in ((f"a film of {CLIPS} clips bought", ("--cores", "2")), ("its dry run", ("-n",))):
            things = {
                f"after {past:,} clips": _film(studio, emulator, arguments, peaks, past)
                for past, studio in studios.items()
            }
            compare(title, longest, things)
        for past, peak in peaks.items():
            journal = studios[past].folder / "projects/.takes/journal.jsonl"
            size = journal.stat().st_size / 1e6
            print(f"after {past:,} clips: a journal of {size:.1f} MB; the largest process took {peak:.0f} MB")


def _studio(folder: Path, past: int) -> Studio:
    studio = Studio(folder).install()
    settle_in(studio, kling_max_in_flight=CLIPS)
    store = Journal(studio.folder / "projects/.takes")
    store.folder.mkdir(parents=True)
    with store.path.open("wb") as stream:
        for number in range(past):
            stream.writelines(line_of(event) for event in _events(number))
            (store.folder / f"{number:064x}.mp4").touch()
    return studio


def _events(number: int) -> list[Event]:
    """What the journal says of one clip of the past."""
    name, at = f"{number:064x}", "2026-10-01T12:00:00.000+00:00"
    request = {"prompt": WORDS, "model": "kling-2.6/image-to-video", "start": name, "seconds": 5.0}
    sent = Attempt(
        id=name[-32:],
        fingerprint=name,
        state="open",
        at=at,
        backend="kling",
        model=str(request["model"]),
        base_url="https://api.kie.ai",
        project=f"projects/past{number // 18:04d}",
        clip=f"clip_{number % 18 + 1:02d}",
        list_usd=0.21,
        session=None,
        request=request,
    )
    operation = name[:32]
    return [
        sent.event("intended", at=at, usd=0.21, model=sent.model, base_url=sent.base_url, request=request, pixels=name),
        sent.event("submitted", at=at, operation=operation),
        sent.event("stored", at=at, operation=operation, file=f"{name}.mp4", sha256=name, size=0, usd=0.21),
    ]


def _film(
    studio: Studio, emulator: Emulator, arguments: tuple[str, ...], peaks: dict[int, float], past: int
) -> Callable[[], None]:
    numbers = itertools.count()

    def build() -> None:
        project = f"film{next(numbers)}{arguments[0].strip('-')}"
        worded_film(studio, [f"Scene {scene} of {project} after {past}" for scene in range(CLIPS)], project)
        command = studio.command(*arguments, f"projects/{project}/final.mp4")
        process = subprocess.Popen(
            command, cwd=studio.folder, env=emulator.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{project} after {past} clips ended with {process.returncode}")
        # Of Snakemake and of each job that it waited for, whichever was the largest.
        peaks[past] = max(peaks[past], usage.ru_maxrss / 1024)

    return build


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [0, 1800, 18000])
