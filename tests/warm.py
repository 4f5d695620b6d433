"""Snakemake, started from a process that has imported it already: each run is a process of its own all the same.

Half of what a short run costs is the import of Snakemake, and the tests start it some hundred times. What is forked has
imported nothing of ours, and does what `python -m snakemake` does from there on. So are the jobs of a run that goes to
its end undisturbed; those of one that is started, and maybe killed, are processes of their own from the first.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import TextIO

import warm_jobs

_TESTS = Path(__file__).resolve().parent
_PRELOADED = [
    "snakemake.cli",
    "snakemake.report.html_reporter",
    "smart_open",
    "yte",
    "yaml",
    "numpy",
    "PIL.PngImagePlugin",
]
"""Snakemake, and what it imports when it runs."""
_FOR_JOBS = ["pydantic", "av", "ffmpeg", "imageio_ffmpeg", "httpx", "stamina", "google.genai", "PIL.ImageDraw"]
"""What jobs import."""


def run(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run `python -m snakemake` with `arguments` to its end, output and errors together in `stdout`.

    Raises:
        TimeoutExpired: it took too long, and was killed.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory() as jobs:
        # The number of a descriptor means nothing to the process that forks; this path leads to the file all the same.
        told = f"/proc/{os.getpid()}/fd/{said.fileno()}"
        process = _forked(arguments, cwd, env, told, jobs)
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), timeout_s)
        said.seek(0)
        text = said.read().decode(errors="replace")
    return subprocess.CompletedProcess(list(arguments), process.exitcode, text)


class Started:
    """A run of Snakemake that goes on, the leader of a process group; asked for as `subprocess.Popen` is."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None, log: Path | None) -> None:
        """Start it; it prints into `log`, else `stdout` gives what it prints."""
        self.stdout: TextIO | None = None
        with tempfile.TemporaryDirectory() as folder:
            told = log or Path(folder) / "said"
            os.mkfifo(told) if log is None else told.touch()
            self._process = _forked(arguments, cwd, env, str(told))
            if log is None:
                self.stdout = told.open(encoding="utf-8", errors="replace")  # waits until the process has it open, too
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """With what it ended, as far as it has."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """With what it ended; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """With what it ends.

        Raises:
            TimeoutExpired: it still runs after so many seconds.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("snakemake", timeout or 0)
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """What it still prints until it ends.

        Raises:
            TimeoutExpired: it still runs after so many seconds.
        """
        assert self.stdout is not None
        said: list[str] = []
        reading = threading.Thread(target=lambda out: said.append(out.read()), args=[self.stdout], daemon=True)
        reading.start()
        reading.join(timeout)
        if reading.is_alive():
            raise subprocess.TimeoutExpired("snakemake", timeout or 0)
        self.stdout.close()
        self.wait(timeout)
        return said[0], None

    def kill(self) -> None:
        """Kill -9."""
        self._process.kill()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _forked(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None, told: str, jobs: str = ""
) -> ForkServerProcess:
    """Start a run; `jobs`: the folder by which its jobs are forked, empty where they start by themselves."""
    place = (list(arguments), str(cwd), dict(os.environ if env is None else env), told, jobs)
    process = _context().Process(target=_become_snakemake, args=place)
    process.start()
    return process


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_PRELOADED, *_FOR_JOBS])
    return context


def _become_snakemake(arguments: list[str], cwd: str, env: dict[str, str], told: str, jobs: str) -> None:
    os.setsid()
    output = os.open(told, os.O_WRONLY | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[:] = [cwd, *(path for path in sys.path if path and Path(path) not in (_TESTS, _TESTS.parent))]
    sys.argv = ["snakemake", *arguments]
    # Who alters Python by its path alters it from its start.
    if jobs and "PYTHONPATH" not in env:
        sys.executable = warm_jobs.begin(jobs, sys.executable)
    try:
        runpy.run_module("snakemake", run_name="__main__", alter_sys=True)
    finally:
        # multiprocessing ends its children without it.
        atexit._run_exitfuncs()  # noqa: SLF001
