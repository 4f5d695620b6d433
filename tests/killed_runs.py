"""Runs of one plain command that are killed, or asked to stop, and are typed again until all is there."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from killing import Run, kill, members_of, start, until
from paid_films import Paid

from workflow_lib.journal import Journal

Settle = Callable[[Paid, str], int]
"""Does as a user does whom a run has asked for a decision; how much was given up by it that may be bought again."""

_SEED = 20261121
_COMMANDS = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """The plain command for `targets`; `groups` gets every process group that is started."""

    paid: Paid
    targets: Sequence[str]
    groups: list[int]
    _numbers: count[int] = field(default_factory=count)

    @property
    def store(self) -> Path:
        """The take store."""
        return self.paid.studio.folder / "projects/.takes"

    @property
    def journal(self) -> Journal:
        """The journal of the take store."""
        return Journal(self.store)

    def count(self, name: str) -> int:
        """How often the journal has an event."""
        return sum(event.event == name for event in self.journal.events())

    def started(self) -> Run:
        """Type the command."""
        log = self.paid.studio.folder / f"{next(self._numbers)}.log"
        run = start(self.paid.studio, self.paid.emulator, log, *self.targets)
        self.groups.append(run.process.pid)
        return run

    def kill_when(self, is_so: Callable[[], bool]) -> None:
        """Type the command, and kill all that it has started once something is so."""
        run = self.started()
        until(is_so)
        kill(members_of({run.process.pid}))
        run.process.wait()

    def interrupt_when_sent(self) -> None:
        """Type the command, and press Ctrl-C while its first request is answered."""
        run = self.started()
        until(lambda: self.count("intended") > 0)
        for pid in members_of({run.process.pid}):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        run.process.wait()
        until(lambda: not members_of({run.process.pid}))

    def survive(self, kills: int, settle: Settle, most_events: int) -> int:
        """Kill a job, all jobs or everything, 1 to `most_events` events on; then type until the command succeeds.

        Returns:
            How much `settle` gave up.

        Raises:
            AssertionError: the command does not succeed, or leaves parts of files in the store.
        """
        dice, given_up = random.Random(_SEED), 0
        for _ in range(kills):
            run = self.started()
            self._await(dice.randint(1, most_events), run)
            members = members_of({run.process.pid})
            jobs = [pid for pid in members if pid != run.process.pid]
            kill(dice.choice([jobs[:1], jobs, list(members)]))
            run.process.wait()
            kill(members_of({run.process.pid}))
            until(lambda run=run: not members_of({run.process.pid}))  # type: ignore[misc]
            given_up += settle(self.paid, run.log.read_text())
        done, more = self.finish(settle)
        assert done.returncode == 0, done.stdout
        left = [path.name for path in self.store.iterdir() if "part" in path.name]
        assert not left, left
        return given_up + more

    def finish(self, settle: Settle) -> tuple[subprocess.CompletedProcess[str], int]:
        """Type the command until it succeeds, but not for ever; the last one, and how much `settle` gave up."""
        given_up = 0
        for _ in range(_COMMANDS):
            done = self.paid.run("--cores", "2", *self.targets)
            if done.returncode == 0:
                break
            given_up += settle(self.paid, done.stdout)
        return done, given_up

    def forget_and_build(self, made: Path) -> None:
        """Delete what was made and the journal's last event, then its last two, and build each time.

        Raises:
            AssertionError: the command fails, or does not take what had come.
        """
        lines = self.journal.path.read_text().splitlines(keepends=True)
        for written in (2, 1):
            made.unlink()
            self.journal.path.write_text("".join(lines[:written]))
            self.paid.build(*self.targets)
            assert self.count("stored") == 1

    def _await(self, events: int, run: Run) -> None:
        """Wait for so many more events in the journal, or for the end of the run."""
        wanted = len(self.journal.events()) + events
        until(lambda: len(self.journal.events()) >= wanted or run.process.poll() is not None)
