"""The journal, the ledger and the store, killed before every call into the system and short of disk at every write."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from crashing import Ending, Mishap, befall
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from workflow_lib.budgets import Budgets
from workflow_lib.journal import Event, Journal, Name
from workflow_lib.ledger import Attempt, Ledger, State
from workflow_lib.takes import Store

REQUESTS = ("a" * 64, "b" * 64, "c" * 64)
PRICE = 0.42
EXAMPLES = 25
# Shrinking takes minutes, because each step is a process: leave Phase.shrink in only to look into a failure.
PHASES = (Phase.explicit, Phase.generate)
MEMORY = Path("/dev/shm")  # noqa: S108 - waiting for a real disk is most of the time, and shows nothing here
RANK: dict[State, int] = {"intended": 0, "open": 1}  # all others are final: 2
ENDS: tuple[Name, ...] = ("refused", "filtered", "failed", "cancelled", "lost")

mishaps = st.builds(
    Mishap,
    after=st.none() | st.integers(0, 30),
    room=st.none() | st.integers(0, 400),
    kept=st.floats(0, 1),
)


class Submissions(RuleBasedStateMachine):
    """Submissions of three requests in one store; `accepted` is what must never be forgotten, in its order."""

    @initialize()
    def begin(self) -> None:
        """An empty store."""
        self.folder = Path(tempfile.mkdtemp(prefix="states-", dir=MEMORY if MEMORY.is_dir() else None))
        self.store = Store(self.folder / ".takes")
        self.journal: Journal = self.store.journal
        self.accepted: list[Event] = []
        self.contents: dict[str, bytes] = {}
        self.ranks: dict[str, int] = {}
        self.count = 0
        # The room of a submission lies below the size that a full disk is simulated by.
        self.journal.add(Event(event="chosen", fingerprint="0" * 64, at="0", reason="x" * 6000))

    def teardown(self) -> None:
        """Nothing is left."""
        shutil.rmtree(self.folder)

    def new(self, event: Name, attempt: str, request: str, operation: str | None = None) -> Event:
        """An event with a time of its own, so that it is known again."""
        self.count += 1
        usd = PRICE if event == "intended" else None
        at = f"2026-11-21T00:00:00.{self.count:06d}+00:00"
        return Event(event=event, fingerprint=request, attempt=attempt, at=at, operation=operation, usd=usd)

    def add(self, event: Event, mishap: Mishap) -> Ending:
        """Add an event."""
        return self.do(lambda: self.journal.add(event), event, mishap)

    def do(self, step: Callable[[], object], event: Event, mishap: Mishap) -> Ending:
        """Take the step that writes `event`; one that a kill has cut off wrote it wholly or not at all."""
        ending = befall(step, self.journal.path, mishap)
        there = any((seen.event, seen.attempt, seen.at) == (event.event, event.attempt, event.at) for seen in self.seen)
        if ending == "refused":
            assert not there
        if ending == "done":
            assert there
        if there:
            self.accepted.append(event)
        return ending

    @property
    def seen(self) -> list[Event]:
        """What the journal says now."""
        return self.journal.events()

    def attempts(self, *states: State) -> list[Attempt]:
        """The submissions that stand so."""
        return [attempt for attempt in self.store.ledger().attempts() if attempt.state in states]

    @rule(request=st.sampled_from(REQUESTS), before=mishaps, sending=mishaps, after=mishaps, gives_back=st.booleans())
    def submit(self, request: str, before: Mishap, sending: Mishap, after: Mishap, *, gives_back: bool) -> None:
        """Set room aside, intend, send, write the id; each of them may be the last thing that happens."""
        ledger = self.store.ledger()
        if ledger.pending(request) or ledger.stored(request):
            return
        name = f"{self.count:016d}"
        if befall(lambda: self.journal.set_room_aside(name), self.journal.path, before) != "done":
            return
        intended = self.new("intended", name, request)
        budgets = Budgets(self.folder, lambda: [self.store.folder], channel_usd=1e6)
        if self.do(lambda: budgets.intend(self.store, intended), intended, sending) != "done":
            return
        # From here on money is spent: whatever the disk does, the id is kept.
        ending = self.add(self.new("submitted", name, request, f"task-{name}"), after)
        assert ending != "refused"
        if gives_back and ending == "done":
            self.journal.give_room_back(name)

    @precondition(lambda self: self.attempts("intended"))
    @rule(data=st.data(), kind=st.sampled_from(["submitted", *ENDS]), mishap=mishaps)
    def settle(self, data: st.DataObject, kind: Name, mishap: Mishap) -> None:
        """What becomes of a submission into the dark: a user knows its id, or nothing will come of it."""
        attempt = data.draw(st.sampled_from(self.attempts("intended")))
        operation = f"console-{attempt.id}" if kind == "submitted" else None
        self.add(self.new(kind, attempt.id, attempt.fingerprint, operation), mishap)

    @precondition(lambda self: self.attempts("open"))
    @rule(data=st.data(), kind=st.sampled_from(["timed_out", "filtered", "failed", "lost"]), mishap=mishaps)
    def end(self, data: st.DataObject, kind: Name, mishap: Mishap) -> None:
        """An operation ends without a take, or nobody waits for it any more."""
        attempt = data.draw(st.sampled_from(self.attempts("open")))
        self.add(self.new(kind, attempt.id, attempt.fingerprint, attempt.operation), mishap)

    @precondition(lambda self: self.attempts("open", "stored"))
    @rule(data=st.data(), mishap=mishaps, content=st.binary(min_size=1, max_size=50))
    def keep(self, data: st.DataObject, mishap: Mishap, content: bytes) -> None:
        """A result comes into the store, or one that had come there just before its worker died is adopted."""
        attempt = data.draw(st.sampled_from(self.attempts("open", "stored")))
        path = self.store.path(attempt.fingerprint)
        if attempt.state == "stored" and path.exists():
            return
        if not path.exists():
            path.with_suffix(".part.mp4").write_bytes(content)
        source = path if path.exists() else path.with_suffix(".part.mp4")
        before = self.stored(attempt.id)
        ending = befall(lambda: self.store.put(attempt, source), self.journal.path, mishap)
        assert path.exists() or ending != "done"
        if path.exists():
            self.contents[attempt.fingerprint] = path.read_bytes()
        now = [event for event in self.stored(attempt.id) if event not in before]
        assert len(now) == 1 if ending == "done" else len(now) <= int(ending == "killed")
        self.accepted += now

    def stored(self, attempt: str) -> list[Event]:
        """The `stored` events of a submission."""
        return [event for event in self.seen if (event.event, event.attempt) == ("stored", attempt)]

    @precondition(lambda self: self.attempts("stored"))
    @rule(data=st.data(), mishap=mishaps, is_lost=st.booleans())
    def lose_the_file(self, data: st.DataObject, mishap: Mishap, *, is_lost: bool) -> None:
        """Somebody deletes a take; it is fetched again, or given up."""
        attempt = data.draw(st.sampled_from(self.attempts("stored")))
        self.store.path(attempt.fingerprint).unlink(missing_ok=True)
        if is_lost:
            self.add(self.new("lost", attempt.id, attempt.fingerprint), mishap)

    @precondition(lambda self: self.attempts("open", "stored", "lost", "filtered"))
    @rule(data=st.data(), mishap=mishaps)
    def come_late(self, data: st.DataObject, mishap: Mishap) -> None:
        """A process that knew less writes what is long known: it opens nothing again."""
        attempt = data.draw(st.sampled_from(self.attempts("open", "stored", "lost", "filtered")))
        kind: Name = data.draw(st.sampled_from(["intended", "submitted", "timed_out", "refused"]))
        if attempt.state == "open" and kind == "refused":
            return
        late = self.new(kind, attempt.id, attempt.fingerprint, attempt.operation)
        befall(lambda: self.journal.add(late), self.journal.path, mishap)

    @invariant()
    def nothing_is_forgotten(self) -> None:
        """Whatever was accepted is seen once, in its order for each submission."""
        seen = self.seen
        counted = Counter((event.event, event.attempt, event.at) for event in seen)
        assert not [key for key, times in counted.items() if times > 1]
        for name in {event.attempt for event in self.accepted}:
            wanted = [event.at for event in self.accepted if event.attempt == name]
            assert [event.at for event in seen if event.attempt == name and event.at in wanted] == wanted

    @invariant()
    def what_is_read_on_is_what_is_there(self) -> None:
        """Who reads only what was added knows the same as who reads everything."""
        assert self.store.ledger().attempts() == Ledger(self.seen).attempts()

    @invariant()
    def the_ledger_adds_up(self) -> None:
        """Ids stay known, states never go backwards, money is never forgotten."""
        ledger = self.store.ledger()
        spent = 0.0
        for name in {event.attempt for event in self.accepted}:
            attempt = ledger.attempt(name)
            assert attempt is not None
            events = [event for event in self.accepted if event.attempt == name]
            ids = [event.operation for event in events if event.event == "submitted"]
            assert attempt.operation in (ids or [None])
            assert attempt.state == expected(events)
            rank = RANK.get(attempt.state, 2)
            assert rank >= self.ranks.get(name, 0)
            self.ranks[name] = rank
            spent += 0.0 if attempt.state in ("refused", "filtered", "failed", "cancelled") else PRICE
        assert ledger.spent_usd() >= spent - 1e-9

    @invariant()
    def takes_are_found(self) -> None:
        """A take that was stored and not deleted is found by its request, with its bytes."""
        ledger = self.store.ledger()
        for request in REQUESTS:
            pending = [attempt for attempt in ledger.of(request) if attempt.is_open]
            assert len(pending) <= 1
            take = self.store.find(request, ledger)
            is_stored = ledger.stored(request) is not None and self.store.path(request).exists()
            assert (take is not None) == is_stored
            if take is not None:
                assert take.path.read_bytes() == self.contents[request]


def expected(events: list[Event]) -> State:
    """The state that the accepted events of one submission leave it in."""
    state: State = "intended"
    for event in events[1:]:
        match event.event:
            case "submitted" | "timed_out":
                state = "open"
            case "stored" | "refused" | "filtered" | "failed" | "cancelled" | "lost" as final:
                state = final
            case other:
                raise AssertionError(other)
    return state


TestSubmissions = Submissions.TestCase
TestSubmissions.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    phases=PHASES,
    suppress_health_check=list(HealthCheck),
)


_ON_A_FULL_DISK = """
import sys
from pathlib import Path
from workflow_lib.errors import OutOfSpace
from workflow_lib.journal import Event
from workflow_lib.takes import Store

store = Store(Path(sys.argv[1]) / ".takes")
add = lambda name, **more: store.journal.add(Event(event=name, fingerprint="f", attempt="a", **more))
store.folder.mkdir()
store.journal.set_room_aside("a")
add("intended", usd=0.42)

filler = Path(sys.argv[1]) / "filler"
with filler.open("wb", buffering=0) as stream:
    try:
        while stream.write(b"0" * 512):
            pass
    except OSError:
        pass
    # What is left of the journal's last block would still take some short lines.
    while True:
        try:
            store.journal.add(Event(event="chosen", fingerprint="f", reason="x" * 300))
        except OutOfSpace:
            break

add("submitted", operation="task-1")
store.journal.give_room_back("a")
assert store.ledger().attempt("a").operation == "task-1", store.journal.events()
try:
    store.journal.set_room_aside("b")
except OutOfSpace:
    store.journal.give_room_back("b")
else:
    raise SystemExit("there was room")

filler.unlink()
add("timed_out")
assert list(store.folder.glob("*.room")) == []
names = [event.event for event in store.journal.events() if event.attempt]
assert names == ["intended", "submitted", "timed_out"], names
attempt = store.ledger().attempt("a")
assert (attempt.state, attempt.operation) == ("open", "task-1"), attempt
print("kept")
"""


def test_the_id_of_a_paid_operation_survives_a_full_disk(tmp_path: Path) -> None:
    """On a real disk without a free byte the id goes into the room set aside, and into the journal once it can."""
    mounted = 'mount -t tmpfs -o size=256k none "$1" && shift && exec "$@"'
    probe = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this system does not let a test mount a small disk")

    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", mounted, "bash", tmp_path, sys.executable, "-c", _ON_A_FULL_DISK, tmp_path],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == "kept\n", done.stderr


def test_an_intent_never_waits_in_a_room(tmp_path: Path) -> None:
    """When only the room has space left, the intent is refused and nothing is sent."""
    journal = Journal(tmp_path)
    journal.add(Event(event="chosen", fingerprint="f", reason="x" * 6000))
    journal.set_room_aside("a")
    intended = Event(event="intended", fingerprint="f", attempt="a", usd=PRICE)

    ending = befall(lambda: journal.add(intended), journal.path, Mishap(room=10))

    assert ending == "refused"
    assert [event.event for event in journal.events()] == ["chosen"]


def test_an_event_is_seen_while_it_is_brought_into_the_journal(tmp_path: Path) -> None:
    """Who reads while an id moves from its room into the journal sees it in one of them."""
    journal = Journal(tmp_path)
    journal.add(Event(event="chosen", fingerprint="f", reason="x" * 6000))
    journal.set_room_aside("a")
    journal.add(Event(event="intended", fingerprint="f", attempt="a", usd=PRICE))
    submitted = Event(event="submitted", fingerprint="f", attempt="a", operation="task-1")
    assert befall(lambda: journal.add(submitted), journal.path, Mishap(room=10)) == "done"

    for after in range(40):
        copied = Journal(shutil.copytree(tmp_path, tmp_path.with_name(f"kept-{after}")))
        found = _read_with_a_pause(copied, after, Event(event="chosen", fingerprint="g"))
        assert [event.event for event in found if event.attempt] == ["intended", "submitted"]


def _read_with_a_pause(journal: Journal, after: int, added: Event) -> list[Event]:
    """The events as one reads them while another adds an event, before the n-th call into the system."""
    left = after

    def pause(_frame: object, event: str, called: object) -> None:
        nonlocal left
        if event != "c_call" or getattr(called, "__name__", "") not in ("open", "scandir", "read", "readall", "close"):
            return
        left -= 1
        if left == -1:
            sys.setprofile(None)
            journal.add(added)

    sys.setprofile(pause)
    try:
        return journal.events()
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("kept", range(1, 140, 3))
def test_a_torn_room_hides_nothing(tmp_path: Path, kept: int) -> None:
    """An event that a crash has torn in its room is not seen, and one that is written there later is."""
    journal = Journal(tmp_path)
    journal.add(Event(event="chosen", fingerprint="f", reason="x" * 6000))
    journal.set_room_aside("a")
    timed_out = Event(event="timed_out", fingerprint="f", attempt="a", reason="é" * 10, at="2026-11-21T00:00:00+00:00")
    room = tmp_path / "a.room"
    assert befall(lambda: journal.add(timed_out), journal.path, Mishap(room=0)) == "done"
    line = room.read_bytes().split(b"\n")[0]
    room.write_bytes(line[: min(kept, len(line) - 1)] + b"\n" * 4000)
    later = Event(event="submitted", fingerprint="f", attempt="a", operation="t", at="2026-11-21T00:00:01+00:00")

    assert befall(lambda: journal.add(later), journal.path, Mishap(room=0)) == "done"

    assert journal.events()[1:] == [later]
