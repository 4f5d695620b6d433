"""A storyboard is never paid for twice, whatever is killed whenever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from killed_runs import Typed
from paid_films import Paid
from storied_films import BOARD, answers, asked, drafts, storied_film

KILLS = 4


@pytest.fixture
def slow(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A story still to be drafted, by a model that thinks for 0.6 seconds."""
    storied_film(studio)
    with Emulator(emulated_films, "--scale", "0.12") as running:
        yield Paid(studio, running)


def settle(paid: Paid, said: str) -> int:
    """Do as a user does who is asked: give up what was lost, and only then."""
    if "--of storyboard --confirm-lost" not in said:
        return 0
    return paid.studio.clipwright("retake", "film", "--of", "storyboard", "--confirm-lost").returncode == 0


def test_random_kills_buy_nothing_unasked(slow: Paid, groups: list[int]) -> None:
    """Runs are killed at random moments; in the end the storyboard is there, bought once and once for each decision."""
    decided = Typed(slow, [BOARD], groups).survive(KILLS, settle, most_events=3)

    assert slow.studio.path("storyboard.yaml").exists()
    assert 1 <= asked(slow) <= 1 + decided
    assert len(answers(slow)) == 1


def test_who_is_asked_to_stop_waits_for_the_answer(slow: Paid, groups: list[int]) -> None:
    """Ctrl-C while a storyboard is written leaves it paid for and kept: the next run buys nothing."""
    typed = Typed(slow, [BOARD], groups)
    typed.interrupt_when_sent()

    assert typed.count("submitted") == 1
    slow.build(BOARD)
    assert len(drafts(slow)) == asked(slow) == 1


def test_an_answer_that_has_come_is_never_lost(slow: Paid, groups: list[int]) -> None:
    """A job that died between its answer and its book-keeping, at each step of it, has its answer kept for nothing."""
    slow.build(BOARD)
    first = slow.studio.path("storyboard.yaml").read_bytes()

    Typed(slow, [BOARD], groups).forget_and_build(slow.studio.path("storyboard.yaml"))

    assert asked(slow) == 1
    assert slow.studio.path("storyboard.yaml").read_bytes() == first


def test_a_killed_repair_buys_neither_answer_again(slow: Paid, groups: list[int]) -> None:
    """A run that dies while the better answer is written goes on from the first one, which is kept."""
    slow.emulator.fault("fewer_clips", "gemini")
    typed = Typed(slow, [BOARD], groups)
    typed.kill_when(lambda: len(drafts(slow)) == 2)

    done, _ = typed.finish(settle)

    assert done.returncode == 0, done.stdout
    prompts = [order["prompt"] for order in drafts(slow)]
    assert sum("What is wrong with it" not in prompt for prompt in prompts) == 1
    assert asked(slow) <= 3
