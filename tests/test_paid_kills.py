"""Nothing is ever paid for twice: killed anywhere, started twice, answered badly; the user decides what is unknown."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from killing import (
    IN_FLIGHT,
    Ordeal,
    Run,
    emulator_of_tiny_films,
    kill,
    members_of,
    settle_in,
    start,
    until,
    write_film,
)

from workflow_lib.journal import Event, Journal
from workflow_lib.media.verify import verify_clip

KILLS = 4
SEED = 20261121
CLIP = "projects/one/videos/clip_01.mp4"


@pytest.fixture
def kling(emulated_films: Path) -> Iterator[Emulator]:
    """The emulator, with tiny films that take 1.2 s."""
    with emulator_of_tiny_films(emulated_films) as running:
        yield running


@pytest.fixture
def paid(studio: Studio) -> Studio:
    """A studio with a film of four clips, each of which costs money."""
    settle_in(studio)
    write_film(studio, "one", 1)
    return studio


def make(studio: Studio, kling: Emulator, *targets: str) -> subprocess.CompletedProcess[str]:
    """Make clips, by the plain command."""
    return studio.run(*studio.command("--cores", "2", *(targets or (CLIP,))), env=kling.environment())


@pytest.fixture
def runs(groups: list[int]) -> Iterator[list[Run]]:
    """The runs that a test has started; what is left of them is ended after it."""
    started: list[Run] = []
    yield started
    groups += [run.process.pid for run in started]
    kill(members_of(set(groups)))
    for run in started:
        run.process.wait()


def begin(studio: Studio, kling: Emulator, runs: list[Run], project: str = "one", clips: int = 4) -> Run:
    """Start to make the clips of a film."""
    targets = [f"projects/{project}/videos/clip_{number:02d}.mp4" for number in range(1, clips + 1)]
    runs.append(start(studio, kling, studio.folder / f"{project}.log", *targets))
    return runs[-1]


def living(runs: list[Run]) -> dict[int, int]:
    """The processes of the runs."""
    return members_of({run.process.pid for run in runs})


def events(studio: Studio) -> list[Event]:
    """What the journal says."""
    return Journal(studio.folder / "projects/.takes").events()


def count(studio: Studio, name: str) -> int:
    """How often the journal has an event."""
    return sum(event.event == name for event in events(studio))


def test_random_kills_buy_nothing_twice(studio: Studio, kling: Emulator, groups: list[int]) -> None:
    """Two films share a store and a clip; whatever is killed whenever, both are completed, each clip paid once."""
    ordeal = Ordeal(studio, kling, ("one", "two"), SEED, groups)

    ordeal.go_on_for(KILLS)

    ordeal.check()


def test_an_answer_that_got_lost_stops_for_a_decision(paid: Studio, kling: Emulator) -> None:
    """When the answer to a submission is lost the run ends with 9, says the two commands, and never sends it again."""
    kling.fault("drop_after_accept", "kling")

    first, second = make(paid, kling), make(paid, kling)

    for run in (first, second):
        assert run.returncode == 9, run.stdout
        assert "`clipwright retake projects/one 01 --operation ID`" in run.stdout
        assert "`clipwright retake projects/one 01 --confirm-lost`" in run.stdout
        assert "Traceback" not in run.stdout
    assert len(kling.submissions()) == 1
    assert count(paid, "intended") == 1


def test_an_operation_that_the_user_found_is_resumed_for_nothing(paid: Studio, kling: Emulator) -> None:
    """After `retake --operation ID` the clip comes from that operation; what its worker had left is cleared away."""
    kling.fault("drop_after_accept", "kling")
    make(paid, kling)
    [order] = kling.submissions()
    store = paid.folder / "projects/.takes"
    attempt = events(paid)[0].attempt
    Journal(store).set_room_aside(attempt)
    (store / f"{attempt}.part.mp4").write_bytes(b"half a film")
    (store / f".{attempt}.part.4711.mp4").write_bytes(b"half a film")

    told = paid.clipwright("retake", "projects/one", "1", "--operation", order["id"])
    run = make(paid, kling)

    assert told.returncode == 0, told.stderr
    assert run.returncode == 0, run.stdout
    assert f"resuming operation {order['id']}, $0" in run.stdout
    assert len(kling.submissions()) == 1
    verify_clip(paid.folder / CLIP, None, 60)
    assert not [path.name for path in store.iterdir() if "part" in path.name or path.suffix == ".room"]


def test_what_the_user_gives_up_is_bought_once_more(paid: Studio, kling: Emulator) -> None:
    """After `retake --confirm-lost` the clip is submitted exactly once more, and then never again."""
    kling.fault("drop_before_accept", "kling")
    assert make(paid, kling).returncode == 9

    told = paid.clipwright("retake", "projects/one", "1", "--confirm-lost")
    second = make(paid, kling)
    (paid.folder / CLIP).unlink()
    third = make(paid, kling)

    assert told.returncode == 0, told.stderr
    assert (second.returncode, third.returncode) == (0, 0), second.stdout + third.stdout
    assert len(kling.submissions()) == 1
    assert [event.event for event in events(paid)] == ["intended", "lost", "intended", "submitted", "stored"]


def test_two_runs_that_want_the_same_clip_buy_it_once(paid: Studio, kling: Emulator, runs: list[Run]) -> None:
    """While one run waits for a clip another that wants the same waits with it, and both have it."""
    write_film(paid, "two", 1)
    kling.fault("slow", "kling", factor=3)

    for project in ("one", "two"):
        begin(paid, kling, runs, project, clips=1)
    codes = [run.process.wait() for run in runs]

    assert codes == [0, 0], [run.log.read_text() for run in runs]
    assert len(kling.submissions()) == 1
    films = [paid.path("videos/clip_01.mp4", project).read_bytes() for project in ("one", "two")]
    assert films[0] == films[1]


def test_orphaned_operations_keep_their_places(paid: Studio, kling: Emulator, runs: list[Run]) -> None:
    """What killed workers left open at the provider counts: another run waits for a place, and the cap holds."""
    write_film(paid, "two", 1)
    kling.fault("never", "kling", times=IN_FLIGHT)
    begin(paid, kling, runs)
    until(lambda: count(paid, "submitted") == IN_FLIGHT)
    kill(living(runs))

    other = begin(paid, kling, runs, "two", clips=2)
    until(lambda: "waiting for a free place" in other.log.read_text())
    assert len(kling.submissions()) == IN_FLIGHT
    kling.finish()
    assert other.process.wait() == 0, other.log.read_text()
    done = make(paid, kling, *(f"projects/one/videos/clip_0{number}.mp4" for number in range(1, 5)))

    assert done.returncode == 0, done.stdout
    assert len(kling.submissions()) == 5
    assert kling.report()["max_in_flight"]["kling"] == IN_FLIGHT


def test_nothing_is_given_up_while_it_is_being_bought(paid: Studio, kling: Emulator, runs: list[Run]) -> None:
    """While a worker deals with a clip the user's decision about it is refused in one line, and the clip comes."""
    kling.fault("never", "kling")
    run = begin(paid, kling, runs, clips=1)
    until(lambda: count(paid, "submitted") == 1)

    told = paid.clipwright("retake", "projects/one", "1", "--confirm-lost")
    kling.finish()

    assert run.process.wait() == 0, run.log.read_text()
    assert told.returncode == 1
    assert re.fullmatch(r"clip_01 is being bought by a run at this moment; .*\n", told.stderr)
    assert [event.event for event in events(paid)] == ["intended", "submitted", "stored"]
    assert len(kling.submissions()) == 1


def test_an_operation_belongs_to_one_clip(paid: Studio, kling: Emulator) -> None:
    """The id of an operation that made another clip is refused."""
    assert make(paid, kling, "projects/one/videos/clip_03.mp4").returncode == 0
    [order] = kling.submissions()
    kling.fault("drop_after_accept", "kling")
    assert make(paid, kling).returncode == 9

    told = paid.clipwright("retake", "projects/one", "1", "--operation", order["id"])

    assert told.returncode == 3
    assert f"operation {order['id']} is that of clip_03 in projects/one already" in told.stderr


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_who_is_asked_to_stop_writes_the_answer_down_first(
    paid: Studio, kling: Emulator, runs: list[Run], word: signal.Signals
) -> None:
    """Ctrl-C and SIGTERM while orders are sent leave nothing of which nobody knows."""
    run = begin(paid, kling, runs)
    until(lambda: count(paid, "intended") > 0)

    for pid in living(runs):
        os.kill(pid, word)
    run.process.wait()
    until(lambda: not living(runs))

    assert count(paid, "submitted") == count(paid, "intended")
    assert make(paid, kling).returncode == 0
    digests = [order["digest"] for order in kling.submissions()]
    assert len(digests) == len(set(digests))


def test_what_a_download_left_long_ago_is_pruned(paid: Studio) -> None:
    """Half a download of a day ago is deleted by `clipwright prune`, by whatever name its worker wrote it."""
    store = paid.folder / "projects/.takes"
    Journal(store).add(Event(event="chosen", fingerprint="f"))
    old = [store / "0123.part.mp4", store / ".0123.part.4711.mp4"]
    for path in old:
        path.write_bytes(b"half a film")
        os.utime(path, (0, 0))
    young = store / "4567.part.mp4"
    young.write_bytes(b"half a film")

    said = paid.clipwright("prune")

    assert said.returncode == 0, said.stderr
    assert [path.exists() for path in (*old, young)] == [False, False, True]
