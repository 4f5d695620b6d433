"""What a provider takes back, a user settles, or a moved folder hides is neither paid twice nor forgotten."""

from __future__ import annotations

import http.server
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import Studio
from emulator.client import KEYS, Emulator
from paid_films import Paid, quicken, tiny_clip, until, worded_film
from provider_bench import in_thread

from workflow_lib import clock
from workflow_lib.errors import WorkflowError
from workflow_lib.journal import Event
from workflow_lib.slots import Slots, Tenant
from workflow_lib.takes import Store

ORDER = ("--prompt", "A hill.", "--output", "out.mp4", "--backend", "kling")


class Fickle(http.server.ThreadingHTTPServer):
    """A KIE that says of one task first that it is there, and later that its filter refused it; it counts orders."""

    def __init__(self, film: bytes | None) -> None:
        super().__init__(("127.0.0.1", 0), _Fickle)
        self.film, self.orders, self.questions, self.repents_after = film, 0, 0, 1
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Fickle(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        kie = self.server
        assert isinstance(kie, Fickle)
        kie.orders += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"taskId": f"task{kie.orders}"})

    def do_GET(self) -> None:
        kie = self.server
        assert isinstance(kie, Fickle)
        if urlsplit(self.path).path == "/film.mp4":
            self._send(200 if kie.film else 503, kie.film or b"")
            return
        kie.questions += 1
        if kie.questions > kie.repents_after:
            self._say({"state": "fail", "failCode": "400", "failMsg": "content moderation"})
        else:
            self._say({"state": "success", "resultJson": json.dumps({"resultUrls": [f"{kie.url}/film.mp4"]})})

    def _say(self, data: dict[str, str]) -> None:
        self._send(200, json.dumps({"code": 200, "msg": "success", "data": data}).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has
        """Say nothing."""


@pytest.fixture
def fickle(emulated_films: Path, request: pytest.FixtureRequest) -> Iterator[Fickle]:
    """Such a server; with the parameter True it gives the film away, once it is asked for it."""
    film = tiny_clip(emulated_films).read_bytes() if request.param else None
    with Fickle(film) as server, in_thread(server):
        yield server


def by_hand(studio: Studio, env: dict[str, str], *options: str) -> tuple[int, str]:
    """Run the wrapper script."""
    done = studio.run(sys.executable, "scripts/generate_video.py", *ORDER, *options, env=env)
    return done.returncode, done.stdout


@pytest.mark.parametrize("fickle", [False], indirect=True)
def test_a_result_that_is_taken_back_is_not_bought_again(studio: Studio, fickle: Fickle) -> None:
    """Done at first, then filtered while its download fails: the operation is kept, and nothing more is ordered."""
    quicken(studio)

    code, said = by_hand(studio, {**KEYS, "KIE_BASE_URL": fickle.url})

    assert code == 1, said
    assert "operation task1 is paid for and kept: run again to fetch its result, $0" in said
    assert fickle.orders == 1


@pytest.mark.parametrize("fickle", [True], indirect=True)
def test_a_paid_take_that_is_gone_and_filtered_by_now_is_asked_about(studio: Studio, fickle: Fickle) -> None:
    """A take was paid for and its file is lost; when the provider refuses it by now, the user decides."""
    quicken(studio)
    env = {**KEYS, "KIE_BASE_URL": fickle.url}
    assert by_hand(studio, env)[0] == 0
    for path in (studio.folder / ".takes").glob("*.mp4"):
        path.unlink()

    code, said = by_hand(studio, env)

    assert code == 9, said
    assert "--confirm-lost` to buy it anew" in said
    assert fickle.orders == 1


@pytest.mark.parametrize("way", [("--confirm-lost",), ("--operation", "task_of_mine")])
def test_what_a_run_deals_with_is_not_settled_by_hand(
    studio: Studio, shared_emulator: Emulator, way: tuple[str, ...]
) -> None:
    """While another process deals with a clip, nobody gives its submission up or names its operation."""
    shared_emulator.reset()
    shared_emulator.fault("drop_after_accept", "kling")
    quicken(studio)
    assert by_hand(studio, shared_emulator.environment())[0] == 9
    store = Store(studio.folder / ".takes")
    (sent,) = store.ledger().attempts()

    with store.alone(sent.fingerprint):
        code, said = by_hand(studio, shared_emulator.environment(), *way)

    assert code == 1, said
    assert "is being bought by a run at this moment" in said
    assert store.ledger().attempts() == [sent]
    assert len(shared_emulator.submissions()) == 1


def test_an_operation_of_another_clip_is_not_named_by_hand(studio: Studio, shared_emulator: Emulator) -> None:
    """An id that is known already is refused, as `retake --operation` does."""
    shared_emulator.reset()
    quicken(studio)
    assert by_hand(studio, shared_emulator.environment())[0] == 0
    shared_emulator.fault("drop_after_accept", "kling")
    assert by_hand(studio, shared_emulator.environment(), "--take", "2")[0] == 9
    known = shared_emulator.submissions()[0]["id"]

    code, said = by_hand(studio, shared_emulator.environment(), "--take", "2", "--operation", known)

    assert code == 3, said
    assert f"operation {known} is that of out" in said


def test_what_went_on_meanwhile_is_not_settled(tmp_path: Path) -> None:
    """A submission whose answer has come since it was looked at is not given up."""
    store = Store(tmp_path / ".takes")
    store.journal.add(Event(event="intended", fingerprint="f" * 64, attempt="a", backend="kling"))
    (seen,) = store.ledger().attempts()
    store.journal.add(seen.event("stored", file="film.mp4"))

    with pytest.raises(WorkflowError, match="clip_01 went on meanwhile"), store.settling(seen, "clip_01"):
        store.journal.add(seen.event("lost"))

    assert [attempt.state for attempt in store.ledger().attempts()] == ["stored"]


def test_another_take_is_not_wanted_of_what_is_still_open(paid: Paid) -> None:
    """While an operation goes on, `retake` and `takes --choose` say how it is collected or given up first."""
    worded_film(paid.studio, ["A wave."])
    paid.emulator.fault("never", "kling")
    assert paid.make(clip_timeout_s=1).returncode == 8
    operation = paid.emulator.submissions()[0]["id"]

    again = paid.studio.clipwright("retake", "film", "1", "--yes")
    older = paid.studio.clipwright("takes", "film", "1", "--choose", "abc")

    for done in (again, older):
        assert done.returncode == 3, done.stderr
        assert f"operation {operation} for clip_01 is not settled" in done.stderr
        assert "--confirm-lost" in done.stderr
    assert "1 to resume" in paid.plan()
    paid.emulator.finish()
    paid.build("projects/film/videos/clip_01.mp4")
    assert paid.count() == 1


def test_the_limit_holds_in_a_folder_that_was_moved(paid: Paid, tmp_path: Path) -> None:
    """What was at the provider before the folder was moved still has its place."""
    quicken(paid.studio, kling_max_in_flight=1)
    worded_film(paid.studio, ["A wave."], "one")
    worded_film(paid.studio, ["A storm."], "two")
    paid.emulator.fault("never", "kling")
    paid.build("projects/one/submitted.txt")
    shutil.move(paid.studio.folder, tmp_path / "moved")
    moved = Paid(Studio(tmp_path / "moved"), paid.emulator)

    said = moved.build("projects/two/submitted.txt")

    assert "1 found no place there" in said
    assert paid.count() == paid.in_flight() == 1


def test_an_operation_that_goes_on_has_a_place_again(tmp_path: Path) -> None:
    """Where the places were deleted, who watches an operation on takes one, beyond the limit if need be."""
    slots = Slots(tmp_path / "slots", 1, lambda _: False)
    other = slots.take(str(tmp_path))
    assert other is not None

    place = slots.take_anyway(Tenant(str(tmp_path), "open", clock.now()))

    assert place is not None
    assert slots.take_anyway(Tenant(str(tmp_path), "open", clock.now())) is None, "somebody watches it"
    other.leave()
    assert slots.take(str(tmp_path)) is None
    place.leave()
    assert slots.take(str(tmp_path)) is not None


def test_a_take_that_is_shown_or_wanted_by_a_run_is_not_pruned(paid: Paid) -> None:
    """`prune --takes` keeps what a clip shows after its prompt was edited, and what `--config backend=` has bought."""
    worded_film(paid.studio, ["A wave.", "A storm."], backend="animatic", duration=5)
    paid.build("projects/film/videos/clip_01.mp4", "projects/film/videos/clip_02.mp4", backend="kling")
    paid.studio.path("videos/clip_02.mp4").unlink()
    paid.studio.path("videos/clip_02.json").unlink()
    paid.edit(1, prompt="A calm sea.")

    done = paid.studio.clipwright("prune", "--takes", "--yes")

    assert "every paid take is in use" in done.stdout, done.stdout
    assert len(paid.takes()) == 2


def test_no_take_is_pruned_while_a_film_is_being_built(paid: Paid) -> None:
    """A run that goes on may be buying what no film shows yet."""
    worded_film(paid.studio, ["A wave."])
    paid.build("projects/film/videos/clip_01.mp4")
    paid.emulator.fault("never", "kling")
    paid.edit(1, prompt="Another wave.")
    with paid.running([paid.command("--cores", "2", *paid.targets())]) as runs:
        until(lambda: paid.in_flight() == 1, runs)

        done = paid.studio.clipwright("prune", "--takes", "--yes")
        paid.emulator.finish()
        runs[0].communicate(timeout=200)

    assert done.returncode == 1, done.stdout
    assert "projects/film is being built; no paid take was deleted" in done.stderr
    assert len(paid.takes()) == 2
