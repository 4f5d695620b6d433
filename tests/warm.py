"""Snakemake, started from a process that has imported it already: each run is a process of its own all the same.

Half of what a short run costs is the import of Snakemake, and the tests start it some hundred times. What is forked has
imported nothing of ours, and does what `python -m snakemake` does from there on.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

_TESTS = Path(__file__).resolve().parent


def run(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run `python -m snakemake` with `arguments` to its end, output and errors together in `stdout`.

    Raises:
        TimeoutExpired: it took too long, and was killed.
    """
    with tempfile.TemporaryFile() as said:
        # The number of a descriptor means nothing to the process that forks; this path leads to the file all the same.
        told = f"/proc/{os.getpid()}/fd/{said.fileno()}"
        place = (list(arguments), str(cwd), dict(os.environ if env is None else env), told)
        process = _context().Process(target=_become_snakemake, args=place)
        process.start()
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), timeout_s)
        said.seek(0)
        text = said.read().decode(errors="replace")
    return subprocess.CompletedProcess(list(arguments), process.exitcode, text)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["snakemake.cli"])
    return context


def _become_snakemake(arguments: list[str], cwd: str, env: dict[str, str], told: str) -> None:
    output = os.open(told, os.O_WRONLY | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[:] = [cwd, *(path for path in sys.path if path and Path(path) not in (_TESTS, _TESTS.parent))]
    sys.argv = ["snakemake", *arguments]
    runpy.run_module("snakemake", run_name="__main__", alter_sys=True)
