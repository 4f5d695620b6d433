"""Many films at once: made from a table, bought in fair turns, summed up at the end."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import REPO, Studio, small_film
from paid_films import Paid, quicken, until, worded_film

from workflow_lib.engine import closing, report
from workflow_lib.runs import Ending
from workflow_lib.slots import Slots

BATCH = """\
id,channel,title,story,clips,backend,budget_usd
fox,nature,"The fox, again","A fox finds a den. It sleeps. Snow falls.",2,kling,4.20
owl,nature,,,2,,
stone,,A stone,"A stone rolls. It stops.",1,animatic,0
"""


def test_each_line_of_a_table_becomes_a_project(studio: Studio) -> None:
    """A batch makes projects that can be checked at once; the same again makes nothing and touches nothing."""
    (studio.folder / "batch.csv").write_text(BATCH)

    done = studio.clipwright("new", "--from", "batch.csv")

    folders = ["channels/nature/projects/fox", "channels/nature/projects/owl", "projects/stone"]
    assert (done.returncode, done.stdout.split()) == (0, [f"{folder}/project.yaml" for folder in folders]), done.stderr
    assert studio.clipwright("check", *folders).returncode == 0
    assert 'title: "The fox, again"' in (studio.folder / folders[0] / "project.yaml").read_text()
    (studio.folder / folders[1] / "project.yaml").write_text("title: mine\n")

    again = studio.clipwright("new", "--from", "batch.csv")

    assert (again.returncode, again.stdout) == (0, "")
    assert f"{folders[1]} is there and was left as it is" in again.stderr
    assert (studio.folder / folders[1] / "project.yaml").read_text() == "title: mine\n"


def test_all_that_is_wrong_in_a_table_is_said_at_once(studio: Studio) -> None:
    """Bad lines are named by line and column, all of them, and nothing is made."""
    text = "id;titel;backend;budget_usd;story_file\n"
    text += "a b;x;kling;1;\n" + 'c;"two\nlines";sora;much;gone.txt\n' + "ok;x;kling;1;\n" + "ok;y;;;\n"
    (studio.folder / "batch.csv").write_text(text)

    done = studio.clipwright("new", "--from", "batch.csv")

    assert done.returncode == 3
    said = done.stderr.splitlines()
    assert [line.partition(": ")[0] + ": " + line.split(": ")[1] for line in said] == [
        "batch.csv, line 1: titel",
        "batch.csv, line 2: id",
        "batch.csv, line 3: story_file",
        "batch.csv, line 3: budget_usd",
        "batch.csv, line 3: backend",
        "batch.csv, line 6: id",
    ], done.stderr
    assert "did you mean `title`?" in said[0]
    assert not (studio.folder / "projects").exists()


def test_a_column_that_is_there_twice_is_told_once(studio: Studio) -> None:
    """What is wrong with the head of a table is one line, however many columns it is about."""
    (studio.folder / "batch.csv").write_text("id,title,title,title\nfox,a,b,c\n")

    done = studio.clipwright("new", "--from", "batch.csv")

    assert (done.returncode, done.stderr) == (3, "batch.csv, line 1: title: stands twice\n")


def test_no_channel_starves(paid: Paid) -> None:
    """Where places are short, a channel of one small film gets every second one while a long film goes on beside it."""
    quicken(paid.studio, kling_max_in_flight=2)
    worded_film(paid.studio, [f"Long {number}." for number in range(7)], "../channels/a/projects/long")
    worded_film(paid.studio, [f"Short {number}." for number in range(3)], "../channels/b/projects/short")

    paid.build("all")

    order = [found["prompt"].split()[0] for found in sorted(paid.emulator.submissions(), key=lambda one: one["at"])]
    assert order.count("Short") == 3
    assert set(order[:3]) == {"Long", "Short"}, order
    assert "Short" not in order[7:], order


@pytest.mark.parametrize(("places", "rounds"), [(1, 4), (2, 3)])
def test_no_run_starves_beside_another_one(paid: Paid, places: int, rounds: int) -> None:
    """A run that begins while another channel's run holds all places gets half of them as they become free."""
    quicken(paid.studio, kling_max_in_flight=places)
    worded_film(paid.studio, [f"Long {number}." for number in range(7)], "../channels/a/projects/long")
    worded_film(paid.studio, [f"Short {number}." for number in range(2)], "../channels/b/projects/short")
    paid.emulator.fault("never", "kling", times=places * rounds)
    commands = [
        paid.command("--cores", "3", *paid.targets(f"../channels/{name}"))
        for name in ("a/projects/long", "b/projects/short")
    ]
    with paid.running(commands[:1]) as first:
        until(lambda: paid.in_flight() == places and _waiting(paid.studio, "channels/a/projects/long") > 0, first)
        with paid.running(commands[1:]) as second:
            until(lambda: _waiting(paid.studio, "channels/b/projects/short") == 2, second)
            for _ in range(rounds):
                until(lambda: paid.in_flight() == places, first)
                paid.emulator.finish()
            said = [run.communicate(timeout=200)[0] for run in (*first, *second)]

    assert [run.returncode for run in (*first, *second)] == [0, 0], said
    order = [found["prompt"].split()[0] for found in sorted(paid.emulator.submissions(), key=lambda one: one["at"])]
    assert order[:places] == ["Long"] * places, order
    assert order[: places * rounds].count("Short") == 2, order


def test_the_only_place_goes_round(tmp_path: Path) -> None:
    """Of channels that have equally few places, that one comes next which has not had one for the longest time."""
    slots = Slots(tmp_path / "slots", 1, lambda _: True)
    stores = [str(tmp_path / name) for name in "abc"]
    served: list[str] = []

    for _ in range(6):
        # The same one always looks first.
        (given,) = [(store, place) for store in stores for place in [slots.take(store)] if place is not None]
        served.append(Path(given[0]).name)
        assert [slots.take(store) for store in stores] == [None] * 3, "there is no other"
        given[1].leave()

    assert "".join(served) == "abcabc"


def _waiting(studio: Studio, project: str) -> int:
    """How many clips of a project wait for a place."""
    told = (studio.folder / project).glob(".work/progress/clip_*.json")
    return sum("waiting for a free place" in path.read_text() for path in told)


def test_a_film_pays_nothing_for_the_others(studio: Studio, tmp_path: Path) -> None:
    """Planning one film reads its manifest once and no other one's; one that is broken does not stop it."""
    small_film(studio)
    for number in range(3):
        (studio.folder / f"projects/other{number}").mkdir()
        (studio.folder / f"projects/other{number}/project.yaml").write_text("title: [broken")
    log = tmp_path / "opened"
    env = {**os.environ, "PYTHONPATH": str(REPO / "tests/data/altered"), "OPENED_LOG": str(log)}

    # A process of its own: what notes the files that are read is there from its first moment.
    done = studio.run(*studio.command("-n", "projects/film/final.mp4"), env=env, stdin=subprocess.DEVNULL)

    assert done.returncode == 0, done.stdout
    assert log.read_text() == "projects/film\n"
    assert studio.run(*studio.command("-n", "all")).returncode == 3


def test_a_run_of_several_films_is_summed_up(paid: Paid) -> None:
    """At the end stands what is done, bought and paid, and one line for a film that is not, with what to do."""
    for name in ("one", "two"):
        worded_film(paid.studio, [f"First of {name}.", f"Second of {name}."], name)
    paid.emulator.fault("failed", "kling", match="Second of two.")

    done = paid.run("--cores", "2", "all")

    assert done.returncode == 1
    assert "1 of 2 films done; clips: 3 bought, 1 failed; paid for: $0.63\n" in done.stdout, done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("projects/two: clip_02: "))
    assert line.endswith("; next: run the same command again")
    assert "2 of 2 films done" not in paid.build("all"), "the film that was done is not made again"
    assert paid.count() == 5
    total = paid.studio.clipwright("costs").stdout.splitlines()[-2]
    assert [part.strip() for part in total.split("│")[1:3]] == ["2 films", "total"]
    assert "$0.84" in total


def test_a_run_that_failed_everywhere_lists_its_first_clips() -> None:
    """However many clips of one film or of many fail, a screenful is listed, and the others are counted."""
    endings = [Ending("projects/a", f"clip_{number:03d}", "OverBudget", 5, "no money") for number in range(100)]

    said = report.ending_lines(endings).splitlines()

    assert said[0] == "projects/a clip_000: OverBudget: no money"
    assert len(said) == report.MAX_LINES + 1
    assert said[-1] == "and 40 more: `clipwright status` lists them"


def test_a_long_summary_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many films fail, twenty have a line, and a long reason is cut in its middle."""
    monkeypatch.chdir(tmp_path)
    films = [(f"projects/film{number:03d}", "final") for number in range(300)]
    endings = [
        Ending(folder, f"clip_{number:02d}", "Refused", 6, "no " * 500 + "way out")
        for folder, _ in films
        for number in (1, 2)
    ]

    said = closing.lines(films, endings).splitlines()

    assert said[0] == "0 of 300 films done; clips: 600 failed; paid for: $0.00"
    assert len(said) == 1 + closing.MAX_FILMS + 1
    assert said[-1].startswith("and 280 more films")
    assert all(len(line) < 600 for line in said)
    assert all("no way out; next: " in line for line in said[1:-1]), "what is to be done stands at the end"
