"""Submit now, collect later: what was left at a provider is collected by a plain run, and never bought again."""

from __future__ import annotations

import json
import os
import re
import signal

from paid_films import FILM, Paid, quicken, until, worded_film

from workflow_lib.engine import closing
from workflow_lib.runs import Ending

SUBMIT = ("--cores", "2", "projects/film/submitted.txt")


def test_what_is_submitted_now_is_collected_later(paid: Paid) -> None:
    """As many clips as have a place are left at the provider at once; a plain run collects them and buys the others."""
    quicken(paid.studio, kling_max_in_flight=2)
    worded_film(paid.studio, [f"Scene {number}." for number in range(4)])
    paid.emulator.fault("never", "kling", times=2)

    said = paid.build(*SUBMIT[2:])

    assert paid.in_flight() == paid.count() == 2
    assert "2 clips submitted, $0.42" in said
    assert "2 found no place there" in said
    assert "snakemake --cores all projects/film/final.mp4" in paid.studio.path("submitted.txt").read_text()
    assert "2 were at the providers; 2 found no place there" in paid.build("submit")
    assert "2 to buy, 2 to resume" in paid.plan()
    paid.emulator.finish()

    paid.build()

    assert set(paid.bought().values()) == {1}
    assert paid.asked() == paid.count() == 4
    assert paid.emulator.report()["max_in_flight"] == {"kling": 2}


def test_what_is_over_takes_no_place_of_another_channel(paid: Paid) -> None:
    """A second submission of several channels uses every place whose operation is over by then."""
    worded_film(paid.studio, [f"Long {number}." for number in range(10)], "../channels/a/projects/long")
    worded_film(paid.studio, [f"Short {number}." for number in range(2)], "../channels/b/projects/short")
    paid.emulator.fault("never", "kling", times=None)
    paid.build("submit")
    assert paid.in_flight() == 5
    paid.emulator.finish()

    said = paid.build("submit")

    assert paid.in_flight() == 5, said
    assert "5 clips submitted, $1.05; 5 were at the providers; 2 found no place there" in said


def test_a_run_that_only_submits_may_be_killed(paid: Paid) -> None:
    """What a killed run has left at the provider is found by the next ones, and the budget holds for what is left."""
    worded_film(paid.studio, [f"Scene {number}." for number in range(4)], budget_usd=0.70)
    paid.emulator.fault("never", "kling", times=None)
    with paid.running([paid.command(*SUBMIT)]) as runs:
        until(lambda: paid.count() >= 1, runs)
        os.killpg(runs[0].pid, signal.SIGKILL)
        runs[0].communicate()

    again = paid.run(*SUBMIT)
    paid.emulator.finish()

    assert again.returncode in (5, 9), again.stdout
    assert paid.count() <= 3
    assert set(paid.bought().values()) == {1}
    assert paid.run("--cores", "2", FILM).returncode in (5, 9)
    assert set(paid.bought().values()) == {1}


def test_what_is_collected_is_not_paid_for_again(paid: Paid) -> None:
    """The sum of a build that collects says what it bought itself, and apart from it what earlier runs had ordered."""
    quicken(paid.studio, kling_max_in_flight=2)
    worded_film(paid.studio, [f"Scene {number}." for number in range(3)])
    paid.emulator.fault("never", "kling", times=2)
    paid.build(*SUBMIT[2:])
    paid.emulator.finish()

    said = paid.build(FILM, "projects/film/draft.mp4")

    told = "clips: 1 bought, 2 collected, 3 rendered; paid for: $0.21, and $0.42 by earlier runs\n"
    assert f"2 of 2 films done; {told}" in said, said
    assert [paid.receipt(number)["outcome"] for number in (1, 2, 3)] == ["generated"] * 3
    listed = paid.build(*SUBMIT[2:])
    assert "0 clips are at their providers" in paid.studio.path("submitted.txt").read_text(), listed
    assert "at its provider" not in paid.studio.path("submitted.txt").read_text()


def test_a_sum_names_earlier_runs_where_something_was_collected() -> None:
    """A sum without collected clips names no earlier runs, and one without bought ones says that nothing was paid."""
    films = [("projects/a", "final"), ("projects/b", "final")]
    collected = [Ending("projects/a", f"clip_{number:02d}", "collected", 0, usd=0.21) for number in (1, 2)]

    bought = closing.lines(films, [Ending("projects/a", "clip_01", "generated", 0, usd=0.21)])

    assert bought.splitlines()[0].endswith("; clips: 1 bought; paid for: $0.21")
    told = closing.lines(films, collected).splitlines()[0]
    assert told.endswith("; clips: 2 collected; paid for: $0.00, and $0.42 by earlier runs")


def test_what_could_not_be_submitted_hides_nothing(paid: Paid) -> None:
    """A submission that a budget stops says what it has sent before and where that is listed, and what is left."""
    worded_film(paid.studio, [f"Scene {number}." for number in range(4)])
    paid.emulator.fault("never", "kling", times=None)

    done = paid.run("--cores", "1", "submit", budget_usd=0.5)

    assert done.returncode == 5, done.stdout
    assert "2 clips submitted, $0.42; 0 were at the providers; build the films" in done.stdout
    assert "2 clips are left to buy, $0.42; raise the budget and run the same command again" in done.stdout
    assert "2 clips are at their providers" in paid.studio.path("submitted.txt").read_text()


def test_a_submission_that_got_lost_says_how_it_is_settled(paid: Paid) -> None:
    """Nobody knows whether it was bought: the run that submitted it says so, with the command for either answer."""
    worded_film(paid.studio, ["Scene 0.", "Scene 1."])
    paid.emulator.fault("drop_after_accept", "kling", match="Scene 0.")

    done = paid.run("--cores", "2", "submit")

    assert done.returncode == 9, done.stdout
    assert done.stdout.count("`clipwright retake projects/film 01 --confirm-lost`") >= 1, done.stdout
    assert "1 clips submitted, $0.21" in done.stdout
    assert paid.count() == 2


def test_a_story_that_is_submitted_is_summed_up(paid: Paid) -> None:
    """Clips that were not listed yet when the run began are counted at its end like others."""
    folder = paid.studio.folder / "projects/tale"
    folder.mkdir(parents=True)
    written = {"title": "Tale", "backend": "kling", "duration": 5, "size": [320, 180], "fps": 12, "story": {"clips": 2}}
    (folder / "project.yaml").write_text(json.dumps(written))
    (folder / "story.md").write_text("A fox finds a den.\n\nIt sleeps while snow falls.\n")
    paid.emulator.fault("never", "kling", times=None)

    said = paid.build("submit")

    assert paid.in_flight() == 2
    assert "2 clips submitted, $0.42; 0 were at the providers" in said, said
    assert re.search(r"; \d storyboards, pictures, lines or effects bought, \$\d", said), said
