"""Many films at once: made from a table, bought in fair turns, summed up at the end."""

from __future__ import annotations

from conftest import Studio
from paid_films import Paid, quicken, until, worded_film

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


def test_no_channel_starves(paid: Paid) -> None:
    """Where places are short, a channel of one small film gets every second one while a long film goes on beside it."""
    quicken(paid.studio, kling_max_in_flight=2)
    worded_film(paid.studio, [f"Long {number}." for number in range(10)], "../channels/a/projects/long")
    worded_film(paid.studio, [f"Short {number}." for number in range(4)], "../channels/b/projects/short")

    paid.build("all")

    order = [found["prompt"].split()[0] for found in sorted(paid.emulator.submissions(), key=lambda one: one["at"])]
    assert order.count("Short") == 4
    assert set(order[:3]) == {"Long", "Short"}, order
    assert "Short" not in order[10:], order


def test_no_run_starves_beside_another_one(paid: Paid) -> None:
    """A run that begins while another channel's run holds all places gets half of them as they become free."""
    quicken(paid.studio, kling_max_in_flight=2)
    worded_film(paid.studio, [f"Long {number}." for number in range(10)], "../channels/a/projects/long")
    worded_film(paid.studio, [f"Short {number}." for number in range(3)], "../channels/b/projects/short")
    paid.emulator.fault("never", "kling", times=2)
    commands = [
        paid.command("--cores", "2", *paid.targets(f"../channels/{name}"))
        for name in ("a/projects/long", "b/projects/short")
    ]
    with paid.running(commands[:1]) as first:
        until(lambda: paid.in_flight() == 2, first)
        with paid.running(commands[1:]) as second:
            until(lambda: "b" in _waiting(paid.studio), second)
            paid.emulator.finish()
            said = [run.communicate(timeout=200)[0] for run in (*first, *second)]

    assert [run.returncode for run in (*first, *second)] == [0, 0], said
    order = [found["prompt"].split()[0] for found in sorted(paid.emulator.submissions(), key=lambda one: one["at"])]
    assert "Short" not in order[2 + 6 :], order


def _waiting(studio: Studio) -> str:
    """The channels that wait for a place."""
    found = [path.read_text() for path in studio.folder.glob(".clipwright/slots/*/waiting.json")]
    return " ".join(name for text in found for name in ("a", "b") if f"channels/{name}/" in text)
