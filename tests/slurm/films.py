"""Paid films that are built on a real Slurm, as a user builds them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conftest import Studio
from emulator.client import Emulator

from slurm.cluster import Cluster

PATIENCE_S = 420
QUICK = {
    "slurm": ("--slurm-init-seconds-before-status-checks", "1"),
    "cluster-generic": ("--seconds-between-status-checks", "1"),
}
"""How often a test has Slurm asked, by profile."""


@dataclass
class Night:
    """A studio whose films are built on a cluster, from providers that are an emulator."""

    studio: Studio
    emulator: Emulator
    cluster: Cluster
    logs: Path
    profile: str = "slurm"
    _runs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """That of every command."""
        return {**self.emulator.environment(), **self.cluster.environment}

    def start(self, *targets: str) -> subprocess.Popen[bytes]:
        """Start the plain command, as the leader of a process group."""
        command = self.studio.command("--profile", f"profiles/{self.profile}", *QUICK[self.profile], *targets)
        with self._log(len(self._runs)).open("wb") as stream:
            run = subprocess.Popen(
                command,
                cwd=self.studio.folder,
                env=self.environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._runs.append(run)
        return run

    def build(self, *targets: str, patience_s: float = PATIENCE_S) -> str:
        """Give the plain command and wait for its end; it must succeed."""
        return self.end(self.start(*targets), patience_s)

    def end(self, run: subprocess.Popen[bytes], patience_s: float = PATIENCE_S) -> str:
        """Wait for the end of a command and return what it printed; it must succeed."""
        assert run.wait(patience_s) == 0, self.said(run)
        return self.said(run)

    def said(self, run: subprocess.Popen[bytes] | None = None) -> str:
        """All that a command printed; by default the last one."""
        number = self._runs.index(run) if run else len(self._runs) - 1
        return self._log(number).read_text(errors="replace")

    def _log(self, number: int) -> Path:
        return self.logs / f"said.{number}.log"

    @contextlib.contextmanager
    def over(self) -> Iterator[None]:
        """See that no process of the runs is left at the end."""
        try:
            yield
        finally:
            for run in self._runs:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(run.pid, signal.SIGKILL)
                run.wait()

    def made(self) -> Counter[str]:
        """How many Slurm jobs there were for each thing to make in this studio."""
        listed = self.cluster.ask("squeue", "-h", "--states=all", "-o", "%Z\t%k").splitlines()
        jobs = [line.split("\t") for line in listed]
        return Counter(what.strip().rpartition(" ")[0] for folder, what in jobs if folder == str(self.studio.folder))

    def check(self, projects: Sequence[str], prompts: Sequence[str], cap: int) -> None:
        """All films are whole, each request was sent once, and the cap was kept.

        Raises:
            AssertionError: the promise is broken.
        """
        report = self.emulator.report()
        orders = report["submissions"]
        assert Counter(order["prompt"] for order in orders) == Counter(set(prompts)), self.said()
        assert len({order["digest"] for order in orders}) == len(orders)
        assert report["max_in_flight"]["kling"] <= cap
        for project in projects:
            done = self.studio.snakemake("-n", f"projects/{project}/final.mp4")
            assert "Nothing to be done" in done.stdout, done.stdout
            for receipt in self.studio.path("videos", project).glob("*.json"):
                assert json.loads(receipt.read_text())["outcome"] in ("generated", "reused")
