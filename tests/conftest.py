"""A whole installation in a temporary folder for each test, and no way out to the network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import warm
import yaml
from emulator.client import Emulator
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from paid_films import Paid
    from provider_bench import Anything

REPO = Path(__file__).resolve().parents[1]
WORKFLOW = ("Snakefile", "config.yaml", "rules", "scripts", "workflow_lib", "profiles", "report", "schemas")
SIZE = (128, 72)
TIMEOUT_S = 300

Manifest = dict[str, Any]


class _Telling:
    """Says what failed when it fails, so that a run that is cut off has said it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(
                f"\nFAILED {report.nodeid} after {report.duration:.0f} s: {report.longreprtext[-2000:]}"
            )


def pytest_configure(config: pytest.Config) -> None:
    """Tell of failures at once, where the tests of all workers come together."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(_Telling(config))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs without keys, addresses or settings from outside, and reaches this machine only."""
    for name in list(os.environ):
        if re.search(r"_API_KEY$|_BASE_URL$|_TOKEN$|^GOOGLE_|^AWS_|^CLIPWRIGHT_|^SNAKEMAKE_", name):
            monkeypatch.delenv(name)

    connect = socket.socket.connect

    def guard(self: socket.socket, address: tuple[str, int]) -> None:
        is_here = self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "localhost")
        if self.family not in (socket.AF_INET, socket.AF_UNIX) or not is_here:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guard)


class Studio:
    """An installation in `folder`, as a user has it after a clone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self) -> Studio:
        """Copy the workflow into the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in WORKFLOW:
            source = REPO / name
            if source.is_dir():
                # With what Python has compiled of it, which is as old as its source.
                shutil.copytree(source, self.folder / name)
            else:
                shutil.copy2(source, self.folder / name)
        return self

    def copied(self, folder: Path) -> Studio:
        """A copy of all that is there, in `folder`."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Studio(folder)

    def reword(self, module: str, *words: str) -> None:
        """Change `words` in a module of this installation."""
        path = self.folder / "workflow_lib" / module
        text = path.read_text(encoding="utf-8")
        for word in words:
            assert word in text
            text = text.replace(word, word[::-1])
        path.write_text(text, encoding="utf-8")

    def path(self, name: str, project: str = "film") -> Path:
        """A file of a project."""
        return self.folder / "projects" / project / name

    def write(self, manifest: Manifest | str, project: str = "film") -> None:
        """Write a project's manifest."""
        path = self.path("project.yaml", project)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(manifest if isinstance(manifest, str) else yaml.safe_dump(manifest, sort_keys=False))

    def manifest(self, project: str = "film") -> Manifest:
        """A project's manifest as it stands."""
        value: Manifest = yaml.safe_load(self.path("project.yaml", project).read_text())
        return value

    def command(self, *arguments: str) -> list[str]:
        """A Snakemake command line."""
        return [sys.executable, "-m", "snakemake", *arguments]

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake to its end, output and errors together."""
        return self.run(*self.command(*arguments))

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401
        """Run a command in the folder, output and errors together in `stdout`."""
        if list(command[:3]) == self.command() and options.keys() <= {"env", "timeout"}:
            return warm.run(command[2:], self.folder, options.get("env"), options.get("timeout", TIMEOUT_S))
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "timeout": TIMEOUT_S, **options}
        return subprocess.run(command, cwd=self.folder, text=True, check=False, **settings)

    def build(self, target: str = "projects/film/final.mp4", *arguments: str) -> str:
        """Build a target and return what was printed; the run must succeed."""
        done = self.snakemake("--cores", "2", target, *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, log: Path | None = None) -> warm.Started:
        """Start Snakemake in a process group of its own; it prints into `log`, else `stdout` gives what it prints."""
        return warm.Started(arguments, self.folder, env, log)

    def planned(self, target: str = "projects/film/final.mp4", *arguments: str) -> tuple[Counter[str], str]:
        """How many jobs of each rule a dry run names, and its whole text."""
        done = self.snakemake("-n", target, *arguments)
        assert done.returncode == 0, done.stdout
        table = done.stdout.partition("Job stats:")[2].partition("total")[0]
        jobs = re.findall(r"^(\w+)\s+(\d+)$", table, re.MULTILINE)
        return Counter({rule: int(count) for rule, count in jobs if rule != "all"}), done.stdout

    def clipwright(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command-line program, stdout and stderr apart."""
        return warm.run(["workflow_lib", *arguments], self.folder, None, TIMEOUT_S, apart=True)


def draw(path: Path, color: str = "#406080", size: tuple[int, int] = SIZE, *, figure: bool = False) -> Path:
    """Draw a small picture: a plain one with a diagonal, or a cut-out figure on nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGBA" if figure else "RGB", size, (0, 0, 0, 0) if figure else color)
    pen = ImageDraw.Draw(image)
    if figure:
        pen.ellipse((2, 2, size[0] - 3, size[1] - 3), fill=color)
    else:
        pen.line((0, 0, size[0], size[1]), fill="#f0e0c0", width=3)
    image.save(path)
    return path


def small_film(studio: Studio, project: str = "film") -> Manifest:
    """Write a film of four clips of half a second: a recipe, a still, a pair of keyframes and words alone."""
    root = studio.path("", project)
    draw(root / "assets/hill.png", "#507050")
    draw(root / "assets/bird.png", "#302020", (30, 20), figure=True)
    draw(root / "assets/composites/clip_02.png", "#705030")
    draw(root / "keyframes/clip_03_start.png", "#203060")
    draw(root / "keyframes/clip_03_end.png", "#603020")
    figures = [{"image": "assets/bird.png", "x": 0.5, "y": 0.8, "height": 0.4}]
    manifest: Manifest = {
        "title": "Small film",
        "size": list(SIZE),
        "fps": 12,
        "duration": 0.5,
        "clips": [
            {
                "prompt": "A bird sits on a hill. Slow pan right.",
                "composite": {"background": "assets/hill.png", "characters": figures},
                "narration": "A bird.",
            },
            {"prompt": "A brown field. Slow push in."},
            {"prompt": "Day becomes night. Static camera."},
            {"prompt": "The end of the story.", "source": "text"},
        ],
    }
    studio.write(manifest, project)
    return manifest


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A fresh installation."""
    return Studio(tmp_path / "studio").install()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The small film, built once for all tests; not to be changed."""
    made = Studio(tmp_path_factory.mktemp("built") / "studio").install()
    small_film(made)
    made.build()
    return made


@pytest.fixture
def built(built_once: Studio, tmp_path: Path) -> Studio:
    """A copy of the small film, built and up to date."""
    return built_once.copied(tmp_path / "studio")


@pytest.fixture(scope="session")
def emulated_films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the emulators of a session keep the films that they made."""
    return tmp_path_factory.mktemp("emulated")


@pytest.fixture(scope="session")
def shared_emulator(emulated_films: Path) -> Iterator[Emulator]:
    """One emulator for all tests that leave no process behind."""
    with Emulator(emulated_films) as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Anything]:
    """A server that says anything."""
    from provider_bench import anything  # noqa: PLC0415 - few tests need it

    with anything() as started:
        yield started


@pytest.fixture
def emulator(emulated_films: Path) -> Iterator[Emulator]:
    """Every paid provider on this machine, with empty books."""
    with Emulator(emulated_films) as running:
        yield running


@pytest.fixture
def paid(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A fresh installation whose provider is an emulator of tiny clips, asked often; it has no project yet."""
    from paid_films import Paid, quicken, tiny_clip  # noqa: PLC0415 - it needs this module

    quicken(studio)
    with Emulator(emulated_films, "--clip", str(tiny_clip(emulated_films))) as running:
        yield Paid(studio, running)


@pytest.fixture(scope="session")
def bought_once(tmp_path_factory: pytest.TempPathFactory, emulated_films: Path) -> tuple[Studio, dict[str, Any], str]:
    """The small film, bought once for all tests, with what the emulator reported and what was printed."""
    from paid_films import Paid, mixed_film, quicken  # noqa: PLC0415 - it needs this module

    made = Studio(tmp_path_factory.mktemp("bought") / "studio").install()
    quicken(made)
    mixed_film(made)
    with Emulator(emulated_films) as running:
        said = Paid(made, running).build()
        return made, running.report(), said


@pytest.fixture
def bought(bought_once: tuple[Studio, dict[str, Any], str], emulator: Emulator, tmp_path: Path) -> Paid:
    """A copy of the small film, bought and up to date, at a provider that has sold nothing yet."""
    from paid_films import Paid  # noqa: PLC0415 - it needs this module

    return Paid(bought_once[0].copied(tmp_path / "studio"), emulator)


@pytest.fixture
def groups() -> Iterator[list[int]]:
    """Process groups that a test started; what is left of them is ended after it."""
    started: list[int] = []
    yield started
    for group in started:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue
