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
QUICK = ("--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "10")
"""How often a test has Slurm asked."""


@dataclass
class Night:
    """A studio whose films are built on a cluster, from providers that are an emulator."""

    studio: Studio
    emulator: Emulator
    cluster: Cluster
    log: Path
    profile: str = "slurm"
    options: Sequence[str] = QUICK
    _runs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """That of every command."""
        return {**self.emulator.environment(), **self.cluster.environment}

    def start(self, *targets: str) -> subprocess.Popen[bytes]:
        """Start the plain command, as the leader of a process group."""
        command = self.studio.command("--profile", f"profiles/{self.profile}", *self.options, *targets)
        with self.log.open("ab") as stream:
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

    def build(self, *targets: str) -> str:
        """Give the plain command and wait for its end; it must succeed."""
        run = self.start(*targets)
        assert run.wait(PATIENCE_S) == 0, self.said()
        return self.said()

    def said(self) -> str:
        """All that the commands printed."""
        return self.log.read_text(errors="replace")

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
        """How many Slurm jobs there were for each thing to make."""
        listed = self.cluster.ask("squeue", "-h", "--states=all", "-o", "%k").splitlines()
        return Counter(line.strip() for line in listed)

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
