"""Snakemake and our program, started from a process that has imported what they import: each is a process of its own.

More than half of what a short run costs is importing, and the tests start some hundred. What is forked has imported
nothing of ours, and does what `python -m snakemake` or `python -m workflow_lib` does from there on. So are the jobs of
a run that goes to its end undisturbed; those of one that is started, and maybe killed, are processes of their own from
the first.
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
from contextlib import ExitStack
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import IO, TextIO

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
_OURS = [
    "pydantic", "av", "ffmpeg", "imageio_ffmpeg", "httpx", "stamina", "google.genai", "PIL.ImageDraw",
    "rich.console", "click",
]  # fmt: skip
"""What jobs and our program import."""


def run(
    command: Sequence[str], cwd: Path, env: Mapping[str, str] | None, timeout_s: float, *, apart: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run `python -m` with `command`, a module and its arguments, to its end.

    Output and errors are together in `stdout`, or `apart`.

    Raises:
        TimeoutExpired: it took too long, and was killed.
    """
    with ExitStack() as stack:
        jobs = stack.enter_context(tempfile.TemporaryDirectory()) if command[0] == "snakemake" else ""
        said = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(1 + apart)]
        # The number of a descriptor means nothing to the process that forks; this path leads to the file all the same.
        told = [f"/proc/{os.getpid()}/fd/{stream.fileno()}" for stream in said]
        process = _forked(command, cwd, env, (told[0], told[-1]), jobs)
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(command), timeout_s)
        texts = [_text(stream) for stream in said]
    return subprocess.CompletedProcess(list(command), process.exitcode, *texts)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


class Started:
    """A run of Snakemake that goes on, the leader of a process group; asked for as `subprocess.Popen` is."""

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        env: Mapping[str, str] | None,
        log: Path | None = None,
        jobs: str = "",
    ) -> None:
        """Start it; it prints into `log`, else `stdout` gives what it prints.

        `jobs`: an empty folder by which its jobs are forked, too, where nothing is ended but its whole group.
        """
        self.stdout: TextIO | None = None
        with tempfile.TemporaryDirectory() as folder:
            told = log or Path(folder) / "said"
            os.mkfifo(told) if log is None else told.touch()
            self._process = _forked(["snakemake", *arguments], cwd, env, (str(told), str(told)), jobs)
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
    command: Sequence[str], cwd: Path, env: Mapping[str, str] | None, told: tuple[str, str], jobs: str = ""
) -> ForkServerProcess:
    """Start a module; `told`: where it prints, and complains; `jobs`: a folder for what forks its jobs, if anything."""
    place = (list(command), str(cwd), dict(os.environ if env is None else env), told, jobs)
    process = _context().Process(target=_become, args=place)
    process.start()
    return process


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_PRELOADED, *_OURS])
    return context


def _become(command: list[str], cwd: str, env: dict[str, str], told: tuple[str, str], jobs: str) -> None:
    os.setsid()
    outputs = {path: os.open(path, os.O_WRONLY | os.O_APPEND) for path in dict.fromkeys(told)}
    for descriptor, path in enumerate(told, 1):
        os.dup2(outputs[path], descriptor)
    for output in outputs.values():
        os.close(output)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[:] = [cwd, *(path for path in sys.path if path and Path(path) not in (_TESTS, _TESTS.parent))]
    sys.argv = list(command)
    # Who alters Python by its path alters it from its start.
    if jobs and "PYTHONPATH" not in env:
        sys.executable = warm_jobs.begin(jobs, sys.executable)
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    finally:
        # multiprocessing ends its children without it.
        atexit._run_exitfuncs()  # noqa: SLF001
