"""Films that cost money, for tests: tiny, bought at the emulator by real Snakemake processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import warm
import yaml
from conftest import SIZE, Studio, small_film
from emulator.client import Emulator
from media_samples import generate

FILM = "projects/film/final.mp4"
CLIP_USD = 0.21
QUICK = {"kling_poll_s": [0.1, 0.3], "retry_s": [0.1, 0.2, 0.3]}
"""Settings for an emulator whose operations take half a second."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A studio whose provider is the emulator; every command runs with its addresses and keys."""

    studio: Studio
    emulator: Emulator

    def run(self, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run Snakemake to its end, output and errors together; `settings` are its `--config`."""
        return self.studio.run(*self.command(*arguments, **settings), env=self.emulator.environment())

    def command(self, *arguments: str, **settings: object) -> list[str]:
        """A Snakemake command line."""
        pairs = [f"{name}={json.dumps(value).replace(' ', '')}" for name, value in settings.items()]
        return self.studio.command(*arguments, *(["--config", *pairs] if pairs else []))

    def build(self, *arguments: str, **settings: object) -> str:
        """Build the film (or the targets in `arguments`) and return what was printed; the run must succeed."""
        done = self.run("--cores", "2", *(arguments or (FILM,)), **settings)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def make(self, **settings: object) -> subprocess.CompletedProcess[str]:
        """Make all clips of the film, and nothing else."""
        return self.run("--cores", "2", *self.targets(), **settings)

    def targets(self, project: str = "film") -> list[str]:
        """The clips of the film."""
        root = self.studio.path("", project).relative_to(self.studio.folder)
        count = len(self.studio.manifest(project)["clips"])
        return [str(root / f"videos/clip_{number:02d}.mp4") for number in range(1, count + 1)]

    def plan(self, *arguments: str, **settings: object) -> str:
        """What a dry run says; it must succeed."""
        done = self.run("-n", *(arguments or (FILM,)), **settings)
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextlib.contextmanager
    def running(self, commands: Sequence[Sequence[str]]) -> Iterator[list[warm.Started]]:
        """Start runs side by side, and see that nothing is left of them."""
        with contextlib.ExitStack() as stack:
            folders = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in commands]
            runs = [
                warm.Started(command[3:], self.studio.folder, self.emulator.environment(), jobs=folder)
                for command, folder in zip(commands, folders, strict=True)
            ]
            try:
                yield runs
            finally:
                for run in runs:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(run.pid, signal.SIGKILL)

    def in_flight(self) -> int:
        """How many operations run at the provider now."""
        return int(self.emulator.report()["in_flight"].get("kling", 0))

    def bought(self) -> Counter[str]:
        """How often each prompt was bought."""
        return Counter(order["prompt"] for order in self.emulator.submissions())

    def count(self) -> int:
        """How many clips were bought."""
        return len(self.emulator.submissions())

    def asked(self) -> int:
        """How many requests that cost money the provider has seen, refused ones included."""
        return int(self.emulator.report()["creates_seen"].get("kling", 0))

    def receipt(self, number: int, project: str = "film") -> dict[str, Any]:
        """The receipt of a clip; empty when there is none."""
        path = self.studio.path(f"videos/clip_{number:02d}.json", project)
        value: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return value

    def outcomes(self) -> dict[int, str]:
        """The outcome of each clip that has one, by its receipt."""
        numbers = range(1, len(self.studio.manifest()["clips"]) + 1)
        return {number: self.receipt(number)["outcome"] for number in numbers if self.receipt(number)}

    def takes(self) -> list[Path]:
        """The takes in the store."""
        return sorted((self.studio.folder / "projects/.takes").glob("*.mp4"))

    def codes(self) -> dict[str, int]:
        """The exit code of each clip's job in the last run, as the run's log has it."""
        last = max((self.studio.folder / ".clipwright/runs").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        endings = [json.loads(line) for line in last.read_text().splitlines()]
        return {ending["clip"]: ending["code"] for ending in endings}

    def edit(self, number: int, **changes: object) -> None:
        """Change keys of one clip in the manifest."""
        manifest = self.studio.manifest()
        manifest["clips"][number - 1].update(changes)
        self.studio.write(manifest)


def tiny_clip(folder: Path) -> Path:
    """What a provider delivers in five seconds, as small as the film; made once in `folder`."""
    path = folder / "tiny.mp4"
    if not path.exists():
        source = ("-f", "lavfi", "-i", f"testsrc=size={SIZE[0]}x{SIZE[1]}:rate=12:duration=5")
        generate(path, *source, "-c:v", "libx264", "-pix_fmt", "yuv420p")
    return path


def quicken(studio: Studio, **settings: object) -> None:
    """Change settings in the studio's config.yaml, by default so that it asks the emulator often."""
    path = studio.folder / "config.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **QUICK, **settings}))


def mixed_film(studio: Studio, project: str = "film") -> None:
    """Write the small film as one that Kling makes: a recipe, a still, a pair of keyframes and words alone."""
    manifest = small_film(studio, project)
    studio.write({**manifest, "backend": "kling", "duration": 5}, project)


def worded_film(studio: Studio, prompts: Sequence[str], project: str = "film", **keys: object) -> None:
    """Write a film whose clips Kling makes from words alone, one for each of `prompts`."""
    clips = [{"prompt": prompt, "source": "text"} for prompt in prompts]
    film = {"title": "Words", "size": list(SIZE), "fps": 12, "duration": 5, "backend": "kling"}
    studio.write({**film, **keys, "clips": clips}, project)


def until(true: Callable[[], bool], runs: Sequence[warm.Started]) -> None:
    """Wait until something is `true`, while all `runs` are going on."""
    while not true():
        for run in runs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(0.1)
                raise AssertionError(run.communicate()[0])


def check_readable(said: str, emulator: Emulator) -> None:
    """What a user reads holds neither a stack nor a key."""
    assert "Traceback" not in said, said
    assert "CalledProcessError" not in said, said
    for key in emulator.env.values():
        assert not key.startswith("canary") or key not in said, said
