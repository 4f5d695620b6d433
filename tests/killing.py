"""Paid films whose processes are killed at random moments, and a user who types the plain command again."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

import warm
import yaml
from conftest import SIZE, Studio, draw
from emulator.client import Emulator

from workflow_lib.journal import Journal
from workflow_lib.media import ffmpeg

Kind = Literal["a job", "all jobs", "snakemake", "a run", "everything"]
KINDS: tuple[Kind, ...] = ("a job", "all jobs", "snakemake", "a run", "everything")
IN_FLIGHT = 3
SETTINGS: Mapping[str, object] = {
    "kling_poll_s": [0.1, 0.3],
    "retry_s": [0.1, 0.2, 0.4],
    "kling_max_in_flight": IN_FLIGHT,
    "clip_timeout_s": 30,
}
SHARED = "The same wave breaks in both films"
PATIENCE_S = 120
_UNKNOWN = re.compile(r"nobody knows whether it arrived.*`clipwright retake (\S+) (\d+) --operation ID`")


def emulator_of_tiny_films(state: Path, *arguments: str) -> Emulator:
    """An emulator whose operations take 1.2 s and give films that are quickly decoded."""
    state.mkdir(parents=True, exist_ok=True)
    clip, made = state / "tiny.mp4", state / f"tiny.{os.getpid()}.mp4"
    if not clip.exists():
        source = ("-f", "lavfi", "-i", f"testsrc=s={SIZE[0]}x{SIZE[1]}:r=12:d=5", "-pix_fmt", "yuv420p")
        subprocess.run([ffmpeg.binary(None), "-y", "-loglevel", "error", *source, made], check=True)
        made.replace(clip)
    return Emulator(state, "--scale", "0.02", "--clip", str(clip), *arguments)


def settle_in(studio: Studio, **settings: object) -> None:
    """Set the studio's config.yaml for an emulator that is much faster than a provider."""
    path = studio.folder / "config.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **SETTINGS, **settings}))


def write_film(studio: Studio, project: str, version: int, clips: int = 4) -> list[str]:
    """Write a film that Kling makes: the shared clip, one from a picture, the others from words; gives its prompts."""
    draw(studio.path("assets/composites/clip_02.png", project), "#507050")
    prompts = [f"{SHARED}, version {version}"]
    prompts += [f"Scene {number} of {project}, version {version}" for number in range(2, clips + 1)]
    listed = [{"prompt": text, "source": "text"} for text in prompts]
    listed[1] = {"prompt": prompts[1]}
    film = {"title": project, "size": list(SIZE), "fps": 12, "duration": 5, "backend": "kling", "clips": listed}
    studio.write(film, project)
    return prompts


@dataclass(slots=True)
class Tally:
    """What was done to the runs, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    unknown: int = 0
    settled: Counter[str] = field(default_factory=Counter)
    films: int = 0
    versions: int = 0

    def add(self, other: Tally) -> None:
        """Count what another counted, too."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))


@dataclass(slots=True)
class Run:
    """One `snakemake` process, the leader of its process group, and the file that it prints to."""

    process: warm.Started
    log: Path


class Ordeal:
    """Films in one studio, whose runs are killed; `groups` gets every process group that is started."""

    def __init__(
        self, studio: Studio, emulator: Emulator, projects: Sequence[str], seed: int, groups: list[int]
    ) -> None:
        self.studio, self.emulator, self.groups = studio, emulator, groups
        self.projects = tuple(projects)
        self.dice = random.Random(seed)
        self.tally = Tally()
        self.requests: set[str] = set()
        self.journal = Journal(studio.folder / "projects/.takes")
        self._runs: dict[str, Run] = {}
        self._left: set[str] = set()
        settle_in(studio)

    def go_on_for(self, kills: int) -> None:
        """Kill so many times, restarting what ended by the plain command; then let all films be completed."""
        self._begin()
        while sum(self.tally.kills.values()) < kills:
            if not self._left:
                self._begin()
            self._restart()
            if self._runs and self._await_moment():
                self._kill(self.dice.choice(KINDS))
        deadline = time.monotonic() + PATIENCE_S
        while self._left:
            assert time.monotonic() < deadline, self._told()
            self._restart()
            if self._runs:
                until(self._has_ended)

    def check(self) -> None:
        """Nothing was bought twice, no film lacks anything, and the cap was kept.

        Raises:
            AssertionError: the promise is broken.
        """
        report = self.emulator.report()
        orders = report["submissions"]
        assert len({order["digest"] for order in orders}) == len(orders), Counter(order["prompt"] for order in orders)
        assert {order["prompt"] for order in orders} == self.requests
        assert report["max_in_flight"]["kling"] <= IN_FLIGHT
        for project in self.projects:
            done = self.command(project, "-n")
            assert "Nothing to be done" in done.stdout, done.stdout
            for receipt in sorted(self.studio.path("videos", project).glob("*.json")):
                assert json.loads(receipt.read_text())["outcome"] in ("generated", "reused")
        self.check_store()

    def check_store(self) -> None:
        """The store holds its takes and its books, and nothing that a killed process left there."""
        known = {event.attempt for event in self.journal.events()}
        left = [path.name for path in self.journal.folder.iterdir() if "part" in path.name]
        # A worker that was killed before it wrote down what it meant to send has left its room, for a day.
        left += [path.name for path in self.journal.folder.glob("*.room") if path.stem in known]
        assert not left, left

    def command(self, project: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The plain command, run to its end."""
        line = self.studio.command("--cores", "2", f"projects/{project}/final.mp4", *arguments)
        return self.studio.run(*line, env=self.emulator.environment())

    def _begin(self) -> None:
        """Write a new version of every film: all its clips are to be bought."""
        self.tally.versions += 1
        for project in self.projects:
            self.requests |= set(write_film(self.studio, project, self.tally.versions))
        self._left = set(self.projects)

    def _restart(self) -> None:
        """Type the plain command again for each film that lacks something and has no run."""
        for project in sorted(self._left):
            run = self._runs.get(project)
            if run is None or run.process.poll() is not None:
                if run is not None:
                    self._hear(project, run)
                if project in self._left:
                    self._runs[project] = self._started(project)

    def _started(self, project: str) -> Run:
        self.tally.commands += 1
        log = self.studio.folder / f"{project}.{self.tally.commands}.log"
        run = start(self.studio, self.emulator, log, f"projects/{project}/final.mp4")
        self.groups.append(run.process.pid)
        return run

    def _hear(self, project: str, run: Run) -> None:
        """Read what a run said at its end, and decide what it asks to be decided."""
        del self._runs[project]
        said = run.log.read_text()
        assert "Traceback" not in said, said
        if run.process.returncode == 0:
            self._left.discard(project)
            self.tally.films += 1
        if run.process.returncode == 9:
            found = decide(self.studio, self.emulator, said)
            assert found, said
            self.tally.unknown += found.total()
            self.tally.settled += found

    def _await_moment(self) -> bool:
        """Wait for a random moment; whether anything still runs then."""
        if self.dice.random() < 0.4:
            end = time.monotonic() + self.dice.uniform(0, 6)
            moment = "at any time"
            until(lambda: time.monotonic() > end or self._has_ended())
        else:
            wanted = self._written() + self.dice.randint(1, 4)
            until(lambda: self._written() >= wanted or self._has_ended())
            moment = f"after {self.journal.events()[-1].event}" if self._written() >= wanted else ""
        if not moment or not self._members():
            return False
        self.tally.moments[moment] += 1
        return True

    def _written(self) -> int:
        try:
            return self.journal.path.read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def _has_ended(self) -> bool:
        return any(run.process.poll() is not None for run in self._runs.values())

    def _kill(self, kind: Kind) -> None:
        """Kill -9, without a word to anybody; orphans stay where they are."""
        leaders = {run.process.pid for run in self._runs.values()}
        run = self.dice.choice(sorted(leaders)) if leaders else 0
        members = self._members()
        jobs = [pid for pid in members if pid not in leaders]
        victims = {
            "a job": [self.dice.choice(jobs)] if jobs else [],
            "all jobs": jobs,
            "snakemake": [run] if run else [],
            "a run": [pid for pid, group in members.items() if group == run],
            "everything": list(members),
        }[kind]
        kill(victims)
        self.tally.kills[kind] += bool(victims)

    def _members(self) -> dict[int, int]:
        """The live processes of the groups that were started here, orphans of former runs too."""
        found = members_of(set(self.groups))
        self.groups[:] = [group for group in self.groups if group in found.values()]
        return found

    def _told(self) -> str:
        return "\n".join(run.log.read_text() for run in self._runs.values())


def start(studio: Studio, emulator: Emulator, log: Path, *targets: str) -> Run:
    """Start the plain command as the leader of a process group."""
    return Run(studio.start("--cores", "2", *targets, env=emulator.environment(), log=log), log)


def decide(studio: Studio, emulator: Emulator, said: str) -> Counter[str]:
    """Do as a user does whom a run has asked for decisions, and who looks into the provider's console."""
    decided: Counter[str] = Counter()
    for folder, number in sorted(set(_UNKNOWN.findall(said))):
        prompt = studio.manifest(Path(folder).name)["clips"][int(number) - 1]["prompt"]
        orders = [order for order in emulator.submissions("kling") if order["prompt"] == prompt]
        how = ["--operation", orders[0]["id"]] if orders else ["--confirm-lost"]
        done = studio.clipwright("retake", folder, number, *how)
        # A film that wants the same clip may have asked, too; one answer counts for both.
        decided[how[0] if done.returncode == 0 else "decided already"] += 1
    return decided


def members_of(groups: set[int]) -> dict[int, int]:
    """The live processes of process groups: process and group."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, group = path.read_text().rpartition(")")[2].split()[:3]
            if int(group) in groups and state != "Z":
                found[int(path.parent.name)] = int(group)
    return found


def kill(processes: Iterable[int]) -> None:
    """Kill -9 each of them."""
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def until(is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Look, about every millisecond, until something is so."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {patience_s:g} s"
        time.sleep(0.001)
