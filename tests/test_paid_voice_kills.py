"""Lines and effects are never paid for twice, whatever is killed whenever."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from killing import kill, members_of, until
from paid_films import Paid
from spoken_films import EFFECTS, LINES, SOUNDS, asked, effect_of, line_of, sounds_bought, spoken_film, store

from workflow_lib.journal import Journal

KILLS = 5
SEED = 20261121
_UNKNOWN = re.compile(r"clip_(\d+) effect was sent to elevenlabs at \S+ and nobody knows whether it arrived")


@pytest.fixture
def slow(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A film still to be bought, at a provider that takes 0.6 seconds to speak."""
    spoken_film(studio)
    with Emulator(emulated_films, "--scale", "0.3") as running:
        yield Paid(studio, running)


def start(paid: Paid, log: Path) -> subprocess.Popen[bytes]:
    """Begin to make all sounds, by the plain command, in a process group of its own."""
    with log.open("wb") as stream:
        return subprocess.Popen(
            paid.command("--cores", "2", *SOUNDS),
            cwd=paid.studio.folder,
            env=paid.emulator.environment(),
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def count(paid: Paid, name: str) -> int:
    """How often the journal has an event."""
    return sum(event.event == name for event in Journal(store(paid)).events())


def await_moment(paid: Paid, events: int, run: subprocess.Popen[bytes]) -> None:
    """Wait for so many more events in the journal, or for the end of the run."""
    journal = Journal(store(paid))
    wanted = len(journal.events()) + events
    until(lambda: len(journal.events()) >= wanted or run.poll() is not None)


def settle(paid: Paid, said: str) -> int:
    """Do as a user does who is asked about effects, and looks at his account; how many effects he gave up."""
    given_up = 0
    for number in sorted(set(_UNKNOWN.findall(said))):
        given_up += sounds_bought(paid)[EFFECTS[int(number) - 1]] > 0
        done = paid.studio.clipwright("retake", "film", number, "--of", "effect", "--confirm-lost")
        assert done.returncode == 0, done.stderr
    return given_up


def test_random_kills_buy_nothing_twice(slow: Paid, groups: list[int]) -> None:
    """Jobs and runs are killed at random; in the end all is there, each line paid once, no effect twice unasked."""
    # An empty history would prove nothing.
    slow.build(line_of(3))
    dice, given_up = random.Random(SEED), 0
    for number in range(KILLS):
        log = slow.studio.folder / f"{number}.log"
        run = start(slow, log)
        groups.append(run.pid)
        await_moment(slow, dice.randint(1, 4), run)
        members = members_of({run.pid})
        jobs = [pid for pid in members if pid != run.pid]
        kill(dice.choice([jobs[:1], jobs, list(members)]))
        run.wait()
        kill(members_of({run.pid}))
        given_up += settle(slow, log.read_text())

    for _ in range(3):
        done = slow.run("--cores", "2", *SOUNDS)
        given_up += settle(slow, done.stdout)
        if done.returncode == 0:
            break

    bought = sounds_bought(slow)
    assert done.returncode == 0, done.stdout
    assert {line: bought[line] for line in LINES} == dict.fromkeys(LINES, 1)
    assert sum(bought[effect] for effect in EFFECTS) == len(EFFECTS) + given_up
    assert slow.emulator.report()["max_in_flight"]["elevenlabs"] <= 2
    left = [path.name for path in store(slow).iterdir() if "part" in path.name]
    assert not left


def test_a_line_that_was_being_spoken_is_fetched_by_the_next_run(slow: Paid, groups: list[int]) -> None:
    """A job that is killed while its line is spoken is settled by the next run: one submission, no decision."""
    run = start(slow, slow.studio.folder / "run.log")
    groups.append(run.pid)
    until(lambda: any(order["prompt"] in LINES for order in slow.emulator.submissions()))
    kill(members_of({run.pid}))
    run.wait()

    done = slow.run("--cores", "2", *map(line_of, (1, 2, 3)))

    assert done.returncode == 0, done.stdout
    assert {line: sounds_bought(slow)[line] for line in LINES} == dict.fromkeys(LINES, 1)


def test_who_is_asked_to_stop_waits_for_the_sound(slow: Paid, groups: list[int]) -> None:
    """Ctrl-C while an effect is made leaves it paid for and kept: the next run buys nothing twice."""
    run = start(slow, slow.studio.folder / "run.log")
    groups.append(run.pid)
    until(lambda: count(slow, "intended") > 0)
    for pid in members_of({run.pid}):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    run.wait()
    until(lambda: not members_of({run.pid}))

    assert count(slow, "submitted") == count(slow, "intended")
    done = slow.run("--cores", "2", *map(effect_of, (1, 2, 3)))

    assert done.returncode == 0, done.stdout
    assert set(sounds_bought(slow).values()) == {1}
    assert asked(slow) == slow.count()


def test_a_sound_that_has_come_is_never_lost(slow: Paid) -> None:
    """A job that died between its answer and its book-keeping, at each step of it, has its effect kept for nothing."""
    target, journal = effect_of(1), Journal(store(slow))
    slow.build(target)
    lines = journal.path.read_text().splitlines(keepends=True)

    for written in (2, 1):
        slow.studio.path("audio/sfx/clip_01.wav").unlink()
        journal.path.write_text("".join(lines[:written]))
        slow.build(target)

        assert count(slow, "stored") == 1
        assert asked(slow) == 1
