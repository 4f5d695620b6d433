"""Two runs of films on Slurm to which things happen, and a user who types the plain command again."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from killing import decide, until

from slurm.films import Night

LONGEST_S = 1200


@dataclass
class Ordeal:
    """Two runs of two films each, to which things happen; who types the plain command again whenever one ends."""

    night: Night
    targets: tuple[tuple[str, ...], tuple[str, ...]]
    say: Callable[[str], None]
    runs: list[subprocess.Popen[bytes]] = field(default_factory=list)
    commands: int = 0
    began: float = field(default_factory=time.monotonic)

    def go(self) -> None:
        """From the first command to the last."""
        self.runs = [self._command(targets) for targets in self.targets]
        for sent, name, happen in self._events():
            self._until_sent(sent)
            self._say(name)
            happen()
        deadline = time.monotonic() + LONGEST_S
        while any(run.poll() != 0 for run in self.runs):
            assert time.monotonic() < deadline, self.night.said()
            self._go_on()
            time.sleep(0.1)

    def _events(self) -> Sequence[tuple[int, str, Callable[[], None]]]:
        """What happens, once so many clips have been sent for."""
        return (
            (8, "kill -9 of the first node's slurmd, while jobs run on it", self._kill_node),
            (20, "the controller is killed and started again", self._restart_controller),
            (32, "scancel of a random job", self._cancel),
            (40, "kill -9 of the first run's snakemake", self._kill_run),
            (60, "the node comes back", lambda: self.night.cluster.start_node("n1")),
        )

    def _kill_node(self) -> None:
        until(lambda: bool(self.night.cluster.ask("squeue", "-h", "-t", "R", "-w", "n1", "-o", "%i")))
        self.night.cluster.end("n1", signal.SIGKILL)

    def _restart_controller(self) -> None:
        self.night.cluster.end("slurmctld", signal.SIGKILL)
        time.sleep(5)  # how long it is away is part of what is tried
        self.night.cluster.start_controller()

    def _cancel(self) -> None:
        until(lambda: bool(self.night.cluster.jobs()))
        job = random.Random(7).choice(self.night.cluster.jobs())
        self.night.cluster.ask("scancel", job)

    def _kill_run(self) -> None:
        until(lambda: bool(self.night.cluster.jobs()))
        self.runs[0].kill()

    def _until_sent(self, count: int) -> None:
        deadline = time.monotonic() + LONGEST_S
        while len(self.night.emulator.submissions()) < count:
            assert time.monotonic() < deadline, self.night.said()
            self._go_on()
            time.sleep(0.1)

    def _go_on(self) -> None:
        """Type the plain command again for each run that ended and left something."""
        for number, run in enumerate(self.runs):
            if run.poll() not in (None, 0):
                said = self.night.said(run)
                assert "Traceback" not in said, said
                self._say(f"run {number + 1} ended with {run.returncode}; the plain command again")
                if run.returncode == 9:  # what became of a request is not known, and the user is asked
                    assert decide(self.night.studio, self.night.emulator, said)
                self.runs[number] = self._command(self.targets[number])

    def _command(self, targets: Sequence[str]) -> subprocess.Popen[bytes]:
        self.commands += 1
        return self.night.start(*targets)

    def _say(self, what: str) -> None:
        sent = len(self.night.emulator.submissions())
        self.say(f"{time.monotonic() - self.began:6.1f} s  {sent:3d} sent  {what}")
