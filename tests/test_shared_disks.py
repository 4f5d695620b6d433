"""Hosts that share a disk without the kernel's locks: nothing is bought twice, whatever their clocks say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import two_hosts
from conftest import REPO, Studio
from emulator.client import Emulator
from killing import IN_FLIGHT, decide, emulator_of_tiny_films, settle_in, until, write_film
from two_hosts import Host

from workflow_lib import clock, leases, locking
from workflow_lib.errors import InvalidInput, NotAlone
from workflow_lib.generate.turn import Turn
from workflow_lib.journal import Event, Journal
from workflow_lib.slots import Slot, Slots, Tenant
from workflow_lib.takes import Store

LEASE_S = 2.0
TAKER = (sys.executable, str(REPO / "tests/leasing.py"))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder whose locks are leases."""
    folder = tmp_path / "shared"
    folder.mkdir()
    locking.agree([folder], "lease", LEASE_S)
    return folder


@pytest.fixture
def pair(shared: Path, tmp_path: Path) -> Iterator[list[Host]]:
    """Two hosts that use the folder, one with its clock a minute ahead."""
    two_hosts.require()
    with two_hosts.hosts(shared, tmp_path / "hosts") as started:
        yield started


def test_the_locks_of_the_kernel_do_not_reach_the_other_host(pair: list[Host]) -> None:
    """What is tried here is a disk on which flock lets two hosts in at once, and `auto` finds that out."""
    locks = (
        "import fcntl,sys; f=open('lock','ab'); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); print('in', flush=True)"
    )
    first = pair[0].start(sys.executable, "-c", f"{locks}; sys.stdin.read()", stdin=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == "in\n"

    second = pair[1].start(sys.executable, "-c", locks).communicate()[0]
    first.communicate()
    chosen = "from workflow_lib import locking; from pathlib import Path; print(locking._best(Path('.'))[0])"
    told = (
        pair[1].start(sys.executable, "-c", f"import sys; sys.path.insert(0, {str(REPO)!r}); {chosen}").communicate()[0]
    )

    assert second == "in\n"
    assert told == "lease\n"


def test_one_host_at_a_time_holds_a_lease(pair: list[Host], tmp_path: Path) -> None:
    """Six processes on two hosts, of which some are killed while they hold it, are never inside together."""
    oracle = str(tmp_path / "oracle")
    takers = [pair[number % 2].start(*TAKER, "a.lock", oracle, "30") for number in range(4)]
    for host in pair:
        victim = host.start(*TAKER, "a.lock", oracle, "100000", start_new_session=True)
        assert victim.stdout is not None
        assert victim.stdout.readline() == "mine\n"
        os.killpg(victim.pid, signal.SIGKILL)
        victim.communicate()

    said = [taker.communicate(timeout=120)[0] for taker in takers]

    assert said == ["mine\n" * 30] * 4


def test_a_silent_host_is_given_up_after_a_lease_time_and_not_before(pair: list[Host]) -> None:
    """A host that loses power holds its lease until it was watched, silent, for a lease time."""
    first = pair[0].start(sys.executable, "-c", _SLEEPER, str(REPO), "a.lock", stdin=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == "mine\n"
    pair[0].die()
    first.wait(timeout=60)
    began = time.monotonic()

    said = pair[1].start(*TAKER, "a.lock", "/dev/null", "1").communicate(timeout=60)[0]

    first.communicate()
    assert said == "mine\n"
    assert time.monotonic() - began >= LEASE_S


def test_a_living_holder_is_not_given_up(shared: Path) -> None:
    """Who holds a lease for several lease times keeps it, whatever time it is for who waits."""
    held = locking.take(shared / "a.lock")
    try:
        end = time.monotonic() + 2 * LEASE_S
        while time.monotonic() < end:
            assert leases.take(shared / "a.lock.lease", LEASE_S) is None
            time.sleep(0.05)
        assert held.is_mine()
    finally:
        held.release()


def test_who_was_given_up_knows_it_when_he_wakes(shared: Path) -> None:
    """A process that slept for longer than a lease time does not believe any more that it is alone."""
    sleeper = subprocess.Popen(
        (sys.executable, "-c", _SLEEPER, str(REPO), str(shared / "a.lock")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert sleeper.stdout is not None
    assert sleeper.stdout.readline() == b"mine\n"
    sleeper.send_signal(signal.SIGSTOP)
    with locking.held(shared / "a.lock") as hold:
        sleeper.send_signal(signal.SIGCONT)

        said = sleeper.communicate(b"go on\n")[0]

        assert said == b"lost\n"
        assert hold.is_mine()


def test_a_place_that_went_to_another_host_is_not_written_over(shared: Path) -> None:
    """A process that slept with a place at a provider says so when it wakes, and the new tenant stays counted."""
    folder = shared / "slots"
    sleeper = subprocess.Popen(
        (sys.executable, "-c", _TENANT, str(REPO), str(folder)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert sleeper.stdout is not None
    assert sleeper.stdout.readline() == b"mine\n"
    sleeper.send_signal(signal.SIGSTOP)
    slots = Slots(folder, 1, lambda _: True)
    given: list[Slot] = []
    until(lambda: _takes(slots, str(shared), given))
    (place,) = given
    place.write(Tenant(str(shared), "its", clock.now()))
    sleeper.send_signal(signal.SIGCONT)

    said = sleeper.communicate(b"go on\n")[0]

    assert said == b"lost\n"
    assert place.is_mine()
    assert '"its"' in (folder / "1.slot").read_text()


def _takes(slots: Slots, store: str, given: list[Slot]) -> bool:
    """Take a place, if there is one by now."""
    place = slots.take(store)
    given += [place] if place is not None else []
    return bool(given)


_TENANT = """
import sys; sys.path.insert(0, sys.argv[1])
from workflow_lib.errors import NotAlone
from workflow_lib.slots import Slots, Tenant
place = Slots(__import__("pathlib").Path(sys.argv[2]), 1, lambda _: True).take("here")
print("mine", flush=True)
sys.stdin.readline()
try:
    place.write(Tenant("here", "mine", 0.0))
    print("written", flush=True)
except NotAlone:
    print("lost", flush=True)
"""
_SLEEPER = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from workflow_lib import locking
with locking.held(Path(sys.argv[2])) as hold:
    print("mine", flush=True)
    sys.stdin.readline()
    print("mine" if hold.is_mine() else "lost", flush=True)
"""


def test_a_dead_process_of_this_host_is_known_at_once(shared: Path) -> None:
    """After a kill -9 on one host nobody waits for a lease time."""
    taker = subprocess.Popen((*TAKER, str(shared / "a.lock"), "/dev/null", "1000000"), stdout=subprocess.PIPE)
    assert taker.stdout is not None
    taker.stdout.readline()
    taker.kill()
    taker.communicate()

    began = time.monotonic()
    locking.take(shared / "a.lock").release()

    assert time.monotonic() - began < LEASE_S / 2


@pytest.mark.parametrize("first", ["auto", "flock", "lease"])
def test_what_the_first_process_decides_holds_for_all(tmp_path: Path, first: locking.Wanted) -> None:
    """The choice stands in the folder; who asks for another one is told what to do."""
    locking.agree([tmp_path], first, LEASE_S)
    locking.agree([tmp_path], "auto", LEASE_S)

    record = locking.record_of(tmp_path / "projects/.takes/journal.lock")

    assert record is not None
    assert record.mode == ("lease" if first == "lease" else "flock")
    with pytest.raises(InvalidInput, match=r"when no run goes on on any host, delete .*locking"):
        locking.agree([tmp_path], "flock" if first == "lease" else "lease", LEASE_S)


def test_the_clock_is_that_of_the_disk(pair: list[Host]) -> None:
    """What two hosts write down as the time is the same, though their clocks differ by a minute."""
    tell = "import sys, time; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
    tell += "from workflow_lib import clock, locking; locking.record_of(Path('x').absolute()); "
    tell += "print(clock.now(), time.time())"

    told = [host.start(sys.executable, "-c", tell, str(REPO)).communicate()[0].split() for host in pair]

    assert abs(float(told[0][0]) - float(told[1][0])) < 5
    assert float(told[1][1]) - float(told[0][1]) > 50
    assert abs(clock.now() - time.time()) < 2


def test_who_wakes_up_too_late_sends_nothing(shared: Path) -> None:
    """Of two processes that believe that a request is theirs to send, one sends it; the other says that it did not."""
    store = Store(shared / "projects/.takes")
    with store.alone("f" * 64) as hold:
        turns = [Turn(hold, store, 0), Turn(hold, store, 0)]
        intents = [
            Event(event="intended", fingerprint="f" * 64, attempt=name, backend="kling", claim=turn.number)
            for name, turn in zip(("early", "late"), turns, strict=True)
        ]
        for intent in intents:
            store.journal.add(intent)

        slot = Slots(shared / "slots", 1, lambda _: False).take(str(store.folder))
        assert slot is not None

        turns[0].claim(intents[0], slot)
        with pytest.raises(NotAlone):
            turns[1].claim(intents[1], slot)

    states = {attempt.id: attempt.state for attempt in store.ledger().attempts()}
    assert states == {"early": "intended", "late": "refused"}


def test_what_was_never_sent_is_known_where_it_is_claimed(shared: Path) -> None:
    """A submission that was meant and not claimed is given up for good; one that may have been sent never is."""
    store = Store(shared / "projects/.takes")
    for number, name in enumerate(("meant", "sent")):
        store.journal.add(Event(event="intended", fingerprint=name * 16, attempt=name, claim=number))
    store.journal.add(Event(event="intended", fingerprint="o" * 64, attempt="of a time without claims"))
    store.claim("sent" * 16, 1)

    found = {attempt.id: store.void(attempt) for attempt in store.ledger().attempts()}

    assert found == {"meant": True, "sent": False, "of a time without claims": False}
    assert not store.claim("meant" * 16, 0)


@pytest.fixture
def kling(emulated_films: Path) -> Iterator[Emulator]:
    """The emulator, with tiny films that take 1.2 s."""
    with emulator_of_tiny_films(emulated_films) as running:
        yield running


def _completed(host: Host, command: Sequence[str], kling: Emulator) -> tuple[int, str]:
    again = host.start(*command, "projects/one/final.mp4", env=kling.environment())
    said = again.communicate(timeout=240)[0]
    return again.returncode, said


def test_two_hosts_buy_nothing_twice(studio: Studio, kling: Emulator, tmp_path: Path) -> None:
    """Films that share a clip are built on two hosts; one loses power in the middle, the other one completes both."""
    two_hosts.require()
    settle_in(studio, locking="auto", lease_s=3)
    wanted = {prompt for project in ("one", "two") for prompt in write_film(studio, project, 1)}
    journal = Journal(studio.folder / "projects/.takes")
    command = (sys.executable, "-m", "snakemake", "--cores", "2")
    with two_hosts.hosts(studio.folder, tmp_path / "hosts", kling.url) as (first, second):
        runs = [
            host.start(*command, f"projects/{project}/final.mp4", env=kling.environment())
            for host, project in ((first, "one"), (second, "two"))
        ]
        until(lambda: sum(event.event == "submitted" for event in journal.events()) >= 3)
        first.die()
        runs[0].communicate()

        said = runs[1].communicate(timeout=240)[0]
        assert runs[1].returncode == 0, said
        code, said = _completed(second, command, kling)
        if code == 9:
            # The power went between a submission and its answer, which is for the user to decide.
            assert decide(studio, kling, said), said
            code, said = _completed(second, command, kling)

    assert code == 0, said
    report = kling.report()
    assert json.loads((studio.folder / ".clipwright/locking").read_text())["mode"] == "lease"
    orders = report["submissions"]
    assert sorted(order["prompt"] for order in orders) == sorted(wanted)
    assert report["max_in_flight"]["kling"] <= IN_FLIGHT
