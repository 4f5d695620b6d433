"""The same 18 clips bought by a script, by a bare Snakemake rule, and by Clipwright: undisturbed, killed, with faults.

.venv/bin/python benchmarks/rivals.py [SEED]

The rivals are in benchmarks/rivals/. The provider is the emulator of the tests, ten times as fast as Kling: a clip
takes 6 s, five run at a time. Killed: ten times kill -9 of the program with all its processes, each 1 to 8 s after
it first spoke to the provider, and then the plain command again, three times at most after the last kill. Faults: ten answers 500
to questions how a clip stands, and one connection that breaks after a submission was accepted.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from side_by_side import ROOT, machine

sys.path.insert(0, str(ROOT / "tests"))

from conftest import SIZE, Studio
from emulator.client import Emulator
from killing import decide, emulator_of_tiny_films, kill, members_of, settle_in, until

CLIPS = 18
IN_FLIGHT = 5
KILLS = 10
RESTARTS = 3
WITHIN_S = 600
RIVALS = ROOT / "benchmarks" / "rivals"
PROMPTS = [f"Scene {number}: a wave breaks on black lava, seen from the cliff" for number in range(1, CLIPS + 1)]
SETTINGS: Mapping[str, object] = {
    "kling_max_in_flight": IN_FLIGHT,
    "kling_poll_s": [0.3, 1.0],
    "retry_s": [0.1, 0.2, 0.4],
    "clip_timeout_s": 60,
}


class Way(Protocol):
    """One way to buy the clips, in a folder of its own."""

    folder: Path
    command: list[str]

    @property
    @abstractmethod
    def clips(self) -> Path:
        """Where its clips are."""

    @abstractmethod
    def read(self, said: str, emulator: Emulator) -> None:
        """Do what its last run asks for."""


class Rival:
    """Files of benchmarks/rivals, and nothing to decide."""

    def __init__(self, folder: Path, *command: str) -> None:
        shutil.copytree(RIVALS, folder)
        (folder / "prompts.txt").write_text("".join(f"{prompt}\n" for prompt in PROMPTS), encoding="utf-8")
        self.folder, self.command = folder, list(command)

    @property
    def clips(self) -> Path:
        """Where its clips are."""
        return self.folder / "clips"

    def read(self, said: str, emulator: Emulator) -> None:
        """Nothing is ever asked."""


class Ours:
    """A film of 18 clips; what nobody knows is settled by what the provider's console shows."""

    def __init__(self, folder: Path) -> None:
        self.studio = Studio(folder).install()
        settle_in(self.studio, **SETTINGS)
        clips = [{"prompt": prompt, "source": "text"} for prompt in PROMPTS]
        film = {"title": "Film", "size": list(SIZE), "fps": 12, "duration": 5, "backend": "kling", "clips": clips}
        self.studio.write(film)
        targets = [f"projects/film/videos/clip_{number:02d}.mp4" for number in range(1, CLIPS + 1)]
        self.folder, self.command = folder, self.studio.command("--cores", "2", *targets)

    @property
    def clips(self) -> Path:
        """Where its clips are."""
        return self.folder / "projects/film/videos"

    def read(self, said: str, emulator: Emulator) -> None:
        """Settle what has to be settled."""
        decide(self.studio, emulator, said)


def ways(folder: Path) -> dict[str, Way]:
    """Every way, in fresh folders; the bare rule gets as many cores as places, because its jobs wait on a core each."""
    snakemake = [sys.executable, "-m", "snakemake"]
    options = ["--cores", str(IN_FLIGHT), "--keep-going", "--nolock", "--rerun-incomplete"]
    return {
        "a script with asyncio": Rival(folder / "script", sys.executable, "script.py"),
        "a bare Snakemake rule": Rival(folder / "rule", *snakemake, *options, "--resources", f"kling={IN_FLIGHT}"),
        "Clipwright": Ours(folder / "ours"),
    }


@dataclass(slots=True)
class Course:
    """How one way did: plain commands typed, kills met, seconds."""

    commands: int = 0
    kills: int = 0
    seconds: float = 0.0


def take(way: Way, emulator: Emulator, dice: random.Random, kills: int) -> Course:
    """Type the plain command until it succeeds, kill it, and give up after three failures without a kill."""
    course, failures, started = Course(), 0, time.monotonic()
    while failures <= RESTARTS:
        course.commands += 1
        limit = dice.uniform(1, 8) if course.kills < kills else WITHIN_S
        code, said = _run(way, emulator, limit)
        if code == 0:
            break
        way.read(said, emulator)
        if code is None:
            course.kills += 1
        elif course.kills >= kills:
            failures += 1
    course.seconds = time.monotonic() - started
    return course


def _run(way: Way, emulator: Emulator, limit_s: float) -> tuple[int | None, str]:
    """The exit code of one run and what it printed; None when it was killed, so long after it began to ask."""
    log = way.folder / "run.log"
    environment = emulator.environment()
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            way.command, cwd=way.folder, env=environment, stdout=stream, stderr=stream, start_new_session=True
        )
    try:
        spoken = _spoken(emulator)
        until(lambda: process.poll() is not None or _spoken(emulator) > spoken, WITHIN_S)
        return process.wait(limit_s), log.read_text()
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        kill(members_of({process.pid}))
        process.wait()


def _spoken(emulator: Emulator) -> int:
    """How often the provider was asked for anything."""
    report = emulator.report()
    return int(report["creates_seen"].get("kling", 0) + report["polls"].get("kling", 0))


def main() -> None:
    """Let every way go through every condition, and print a table."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(machine())
    print("| | | submissions | paid | clips | commands | kills | seconds |\n|---|---|---|---|---|---|---|---|")
    for condition, kills, faulty in (("undisturbed", 0, False), ("killed", KILLS, False), ("faults", 0, True)):
        for name in ("a script with asyncio", "a bare Snakemake rule", "Clipwright"):
            with tempfile.TemporaryDirectory() as folder:
                line = _line(Path(folder), name, seed, kills, faulty=faulty)
            print(f"| {condition} | {name} | {line} |", flush=True)


def _line(folder: Path, name: str, seed: int, kills: int, *, faulty: bool) -> str:
    way = ways(folder)[name]
    with emulator_of_tiny_films(folder / "state", "--scale", "0.1", "--any-agent") as emulator:
        if faulty:
            emulator.fault("poll_500", "kling", times=10)
            emulator.fault("drop_after_accept", "kling", match="Scene 4:")
        course = take(way, emulator, random.Random(seed), kills)  # noqa: S311 - dice
        report = emulator.report()
    count, distinct = len(report["submissions"]), len({order["digest"] for order in report["submissions"]})
    delivered = len(list(way.clips.glob("*.mp4")))
    bought = f"{count} for {distinct} requests | ${report['usd']:.2f} | {delivered} of {CLIPS}"
    return f"{bought} | {course.commands} | {course.kills} | {course.seconds:.0f}"


if __name__ == "__main__":
    main()
