"""A storyboard is never paid for twice, whatever is killed whenever."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from killing import kill, members_of, until
from paid_films import Paid
from storied_films import BOARD, answers, asked, drafts, storied_film

from workflow_lib.journal import Journal

KILLS = 4
SEED = 20261121


@pytest.fixture
def slow(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A story still to be drafted, by a model that thinks for 0.6 seconds."""
    storied_film(studio)
    with Emulator(emulated_films, "--scale", "0.12") as running:
        yield Paid(studio, running)


def start(paid: Paid, log: Path) -> subprocess.Popen[bytes]:
    """Begin to draft by the plain command, in a process group of its own."""
    with log.open("wb") as stream:
        return subprocess.Popen(
            paid.command("--cores", "2", BOARD),
            cwd=paid.studio.folder,
            env=paid.emulator.environment(),
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def journal_of(paid: Paid) -> Journal:
    """The journal of the take store."""
    return Journal(paid.studio.folder / "projects/.takes")


def count(paid: Paid, name: str) -> int:
    """How often the journal has an event."""
    return sum(event.event == name for event in journal_of(paid).events())


def await_moment(paid: Paid, events: int, run: subprocess.Popen[bytes]) -> None:
    """Wait for so many more events in the journal, or for the end of the run."""
    wanted = len(journal_of(paid).events()) + events
    until(lambda: len(journal_of(paid).events()) >= wanted or run.poll() is not None)


def settled(paid: Paid, said: str) -> bool:
    """Do as a user does who is asked: give up what was lost, and only then."""
    if "--of storyboard --confirm-lost" not in said:
        return False
    return paid.studio.clipwright("retake", "film", "--of", "storyboard", "--confirm-lost").returncode == 0


def test_random_kills_buy_nothing_unasked(slow: Paid, groups: list[int]) -> None:
    """Runs are killed at random moments; in the end the storyboard is there, bought once and once for each decision."""
    dice, decided = random.Random(SEED), 0
    for number in range(KILLS):
        log = slow.studio.folder / f"{number}.log"
        run = start(slow, log)
        groups.append(run.pid)
        await_moment(slow, dice.randint(1, 3), run)
        members = members_of({run.pid})
        jobs = [pid for pid in members if pid != run.pid]
        kill(dice.choice([jobs[:1], jobs, list(members)]))
        run.wait()
        kill(members_of({run.pid}))
        decided += settled(slow, log.read_text())

    for _ in range(4):
        done = slow.run("--cores", "2", BOARD)
        if done.returncode == 0:
            break
        decided += settled(slow, done.stdout)

    assert done.returncode == 0, done.stdout
    assert slow.studio.path("storyboard.yaml").exists()
    assert 1 <= asked(slow) <= 1 + decided
    assert len(answers(slow)) == 1
    left = [path.name for path in (slow.studio.folder / "projects/.takes").iterdir() if "part" in path.name]
    assert not left


def test_who_is_asked_to_stop_waits_for_the_answer(slow: Paid, groups: list[int]) -> None:
    """Ctrl-C while a storyboard is written leaves it paid for and kept: the next run buys nothing."""
    run = start(slow, slow.studio.folder / "run.log")
    groups.append(run.pid)
    until(lambda: count(slow, "intended") > 0)
    for pid in members_of({run.pid}):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    run.wait()
    until(lambda: not members_of({run.pid}))

    assert count(slow, "submitted") == 1
    done = slow.run("--cores", "2", BOARD)

    assert done.returncode == 0, done.stdout
    assert len(drafts(slow)) == asked(slow) == 1


def test_an_answer_that_has_come_is_never_lost(slow: Paid) -> None:
    """A job that died between its answer and its book-keeping, at each step of it, has its answer kept for nothing."""
    slow.build(BOARD)
    first = slow.studio.path("storyboard.yaml").read_bytes()
    journal = journal_of(slow)
    lines = journal.path.read_text().splitlines(keepends=True)

    for written in (2, 1):
        slow.studio.path("storyboard.yaml").unlink()
        journal.path.write_text("".join(lines[:written]))
        slow.build(BOARD)

        assert count(slow, "stored") == 1
        assert asked(slow) == 1
        assert slow.studio.path("storyboard.yaml").read_bytes() == first


def test_a_killed_repair_buys_neither_answer_again(slow: Paid, groups: list[int]) -> None:
    """A run that dies while the better answer is written goes on from the first one, which is kept."""
    slow.emulator.fault("fewer_clips", "gemini")
    run = start(slow, slow.studio.folder / "run.log")
    groups.append(run.pid)
    until(lambda: len(drafts(slow)) == 2)
    kill(members_of({run.pid}))
    run.wait()

    done = slow.run("--cores", "2", BOARD)
    while done.returncode == 9 and settled(slow, done.stdout):
        done = slow.run("--cores", "2", BOARD)

    assert done.returncode == 0, done.stdout
    prompts = [order["prompt"] for order in drafts(slow)]
    assert sum("What is wrong with it" not in prompt for prompt in prompts) == 1
    assert asked(slow) <= 3
