"""Snakemake and our program, started from a process that has imported what they import: each is a process of its own.

More than half of what a short run costs is importing, and the tests start some hundred. What is forked does what
`python -m snakemake` or `python -m workflow_lib` does from there on; of ours it has imported what the installation has,
or nothing, if a test altered that. So are the jobs of a run that goes to its end undisturbed; those of one that is
started, and maybe killed, are processes of their own from the first.
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
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import IO, TextIO

import pytest
import warm_jobs

_TESTS = Path(__file__).resolve().parent
_END_S = 30
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
    "rich.console", "click", "warm_code", "tests.emulator.server",
]  # fmt: skip
"""What jobs and our program import, and they themselves; and the emulator."""


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
            process.join(_END_S)
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


class Served:
    """A module that serves until its standard input is closed: by `stop`, or because this process has ended."""

    def __init__(self, command: Sequence[str], cwd: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            heard, told = Path(folder) / "heard", Path(folder) / "told"
            os.mkfifo(heard)
            os.mkfifo(told)
            self._process = _forked(command, cwd, None, (str(told), f"/proc/{os.getpid()}/fd/2"), heard=str(heard))
            self.stdout = told.open(encoding="utf-8")
            self._stdin = heard.open("wb")
        assert self._process.pid is not None
        self.pid = self._process.pid

    def stop(self, timeout_s: float) -> None:
        """End it.

        Raises:
            TimeoutExpired: it still runs after so many seconds, and was killed.
        """
        self._process.terminate()
        self._process.join(timeout_s)
        is_over = self._process.exitcode is not None
        self._process.kill()
        self.stdout.close()
        self._stdin.close()
        if not is_over:
            raise subprocess.TimeoutExpired("a server", timeout_s)


def _forked(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None,
    told: tuple[str, str],
    jobs: str = "",
    heard: str = "",
) -> ForkServerProcess:
    """Start a module.

    `told`: where it prints, and complains; `jobs`: a folder for what forks its jobs, if anything; `heard`: what it
    reads, if anything.
    """
    place = (list(command), str(cwd), dict(os.environ if env is None else env), told, jobs, heard)
    process = _context().Process(target=_become, args=place)
    process.start()
    return process


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_PRELOADED, *_OURS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(_TESTS))  # where it finds what is ours
        forkserver.ensure_running()
    # Before multiprocessing waits, for as long as it takes, for what a test has left running.
    atexit.register(_end_all)
    return context


def _end_all() -> None:
    for process in multiprocessing.active_children():
        process.kill()


def _become(command: list[str], cwd: str, env: dict[str, str], told: tuple[str, str], jobs: str, heard: str) -> None:
    os.setsid()
    outputs = {path: os.open(path, os.O_WRONLY | os.O_APPEND) for path in dict.fromkeys(told)}
    for descriptor, path in enumerate(told, 1):
        os.dup2(outputs[path], descriptor)
    if heard:
        outputs[heard] = os.open(heard, os.O_RDONLY)
        os.dup2(outputs[heard], 0)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - that of a child is closed
    for output in outputs.values():
        os.close(output)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[:] = [cwd, *(path for path in sys.path if path and Path(path) not in (_TESTS, _TESTS.parent))]
    import warm_code  # noqa: PLC0415 - which imports all that is ours, once

    warm_code.settle(Path(cwd))
    sys.argv = list(command)
    # Who alters Python by its path alters it from its start.
    if jobs and "PYTHONPATH" not in env:
        sys.executable = warm_jobs.begin(jobs, sys.executable)
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    finally:
        # multiprocessing ends its children without it.
        atexit._run_exitfuncs()  # noqa: SLF001
