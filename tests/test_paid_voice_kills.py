"""Lines and effects are never paid for twice, whatever is killed whenever."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from killed_runs import Typed
from paid_films import Paid
from spoken_films import EFFECTS, LINES, SOUNDS, asked, effect_of, line_of, sounds_bought, spoken_film

KILLS = 4
_UNKNOWN = re.compile(r"clip_(\d+) effect was sent to elevenlabs at \S+ and nobody knows whether it arrived")


@pytest.fixture
def slow(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A film still to be bought, at a provider that takes 0.6 seconds to speak."""
    spoken_film(studio)
    with Emulator(emulated_films, "--scale", "0.3") as running:
        yield Paid(studio, running)


class GivenUp:
    """Does as a user does who is asked about effects, and looks at his account."""

    def __init__(self) -> None:
        self._effects: Counter[str] = Counter()

    def __call__(self, paid: Paid, said: str) -> int:
        """How many effects that he has paid for he gave up."""
        before = self._effects.total()
        for number in sorted(set(_UNKNOWN.findall(said))):
            effect = EFFECTS[int(number) - 1]
            self._effects[effect] += sounds_bought(paid)[effect] > self._effects[effect]
            done = paid.studio.clipwright("retake", "film", number, "--of", "effect", "--confirm-lost")
            assert done.returncode == 0, done.stderr
        return self._effects.total() - before


def test_random_kills_buy_nothing_twice(slow: Paid, groups: list[int]) -> None:
    """Jobs and runs are killed at random; in the end all is there, each line paid once, no effect twice unasked."""
    # An empty history would prove nothing.
    slow.build(line_of(3))

    given_up = Typed(slow, SOUNDS, groups).survive(KILLS, GivenUp(), most_events=4)

    bought = sounds_bought(slow)
    assert {line: bought[line] for line in LINES} == dict.fromkeys(LINES, 1)
    assert sum(bought[effect] for effect in EFFECTS) == len(EFFECTS) + given_up
    assert slow.emulator.report()["max_in_flight"]["elevenlabs"] <= 2


def test_a_line_that_was_being_spoken_is_fetched_by_the_next_run(slow: Paid, groups: list[int]) -> None:
    """A job that is killed while its line is spoken is settled by the next run: one submission, no decision."""
    Typed(slow, SOUNDS, groups).kill_when(
        lambda: any(order["prompt"] in LINES for order in slow.emulator.submissions())
    )

    slow.build(*map(line_of, (1, 2, 3)))

    assert {line: sounds_bought(slow)[line] for line in LINES} == dict.fromkeys(LINES, 1)


def test_who_is_asked_to_stop_waits_for_the_sound(slow: Paid, groups: list[int]) -> None:
    """Ctrl-C while an effect is made leaves it paid for and kept: the next run buys nothing twice."""
    typed = Typed(slow, SOUNDS, groups)
    typed.interrupt_when_sent()

    assert typed.count("submitted") == typed.count("intended")
    slow.build(*map(effect_of, (1, 2, 3)))

    assert set(sounds_bought(slow).values()) == {1}
    assert asked(slow) == slow.count()


def test_a_sound_that_has_come_is_never_lost(slow: Paid, groups: list[int]) -> None:
    """A job that died between its answer and its book-keeping, at each step of it, has its effect kept for nothing."""
    slow.build(effect_of(1))

    Typed(slow, [effect_of(1)], groups).forget_and_build(slow.studio.path("audio/sfx/clip_01.wav"))

    assert asked(slow) == 1
