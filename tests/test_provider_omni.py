"""Promises of the Omni client, asked at the emulator: one interaction per submission, and no guessed outcome."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import provider_bench
import pytest
from conftest import draw
from emulator.client import Emulator
from hypothesis import example, given, settings
from hypothesis import strategies as st
from provider_bench import DOCUMENTED, JSON, STATUS, Anything, ended, nowhere, outcome

from workflow_lib.config import Config
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    InvalidInput,
    MissingKey,
    OutcomeUnknown,
    Refused,
    RetryLater,
)
from workflow_lib.providers import access, google, omni_answers
from workflow_lib.providers.base import Finished, Order, Provider, Running
from workflow_lib.providers.omni import Omni

SETTINGS = Config()
ORDER = Order(
    model=SETTINGS.omni_model,
    prompt="A finch turns its head. Slow pan right.",
    negative_prompt="",
    seconds=8.0,
    aspect="16:9",
    resolution="720p",
    seed=None,
    start=None,
    end=None,
)
KEY = "canary-gemini-7be21d04a9"


@pytest.fixture
def emulator(shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with empty books, and an environment that points to it."""
    return provider_bench.at(shared_emulator, tmp_path, monkeypatch)


@pytest.fixture
def client(emulator: Emulator) -> Provider:
    """The client of the emulated Gemini API."""
    assert emulator.url
    return access.open_provider("omni", SETTINGS)


@pytest.fixture
def on_vertex(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The client of the emulated Vertex, which is asked when there is no key."""
    assert emulator.url
    monkeypatch.delenv("GEMINI_API_KEY")
    return access.open_provider("omni", SETTINGS)


@pytest.fixture(scope="module")
def asker(server: Anything) -> Omni:
    """A client of the server that says anything."""
    return Omni(google.GeminiAccess(server.url, "any-key"))


def _submitted(client: Provider, prompt: str = ORDER.prompt) -> str:
    return client.submit(client.prepare(replace(ORDER, prompt=prompt), nowhere))


def _made(client: Provider, emulator: Emulator) -> Finished:
    finished = ended(client, emulator, _submitted(client))
    assert isinstance(finished, Finished)
    return finished


def test_a_clip_between_two_pictures_is_bought_once(client: Provider, emulator: Emulator, tmp_path: Path) -> None:
    """Prepared, submitted, polled by its id alone and fetched, a clip is bought with one request."""
    order = replace(ORDER, start=draw(tmp_path / "a.png"), end=draw(tmp_path / "b.png", "#800000"))

    operation = client.submit(client.prepare(order, nowhere))
    assert isinstance(client.poll(operation, 0.0), Running)
    finished = ended(access.open_provider("omni", SETTINGS), emulator, operation)
    assert isinstance(finished, Finished)
    client.fetch(finished, tmp_path / "clip.mp4")

    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    assert (finished.usd, finished.units) == (None, "46336 output tokens")
    report = emulator.report()
    assert [(order["id"], round(order["usd"], 2)) for order in report["submissions"]] == [(operation, 0.56)]
    assert report["creates_seen"]["omni"] == 1


def test_a_clip_on_vertex_comes_with_the_poll(on_vertex: Provider, emulator: Emulator, tmp_path: Path) -> None:
    """Without a key the project is asked, and its operation says so."""
    finished = _made(on_vertex, emulator)
    on_vertex.fetch(finished, tmp_path / "clip.mp4")

    assert finished.data is not None
    assert (tmp_path / "clip.mp4").read_bytes() == finished.data
    assert _submitted(on_vertex).startswith("projects/emulated-project/locations/global/interactions/")


def test_other_credentials_are_not_asked_for_an_interaction(
    client: Provider, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interaction of the Gemini API is not looked for on Vertex, nor the other way round: it would seem lost."""
    operation = _submitted(client)
    monkeypatch.delenv("GEMINI_API_KEY")
    on_vertex = access.open_provider("omni", SETTINGS)

    with pytest.raises(Refused, match="GEMINI_API_KEY"):
        on_vertex.poll(operation, 0.0)
    with pytest.raises(Refused, match="project emulated-project"):
        client.poll(_submitted(on_vertex), 0.0)
    assert emulator.report()["polls"].get("omni", 0) == 0


def test_an_address_where_nobody_listens_took_nothing() -> None:
    """Without a connection nothing was sent, so the order may be sent again."""
    nobody = Omni(google.GeminiAccess("http://127.0.0.1:1", "any-key"))

    with pytest.raises(RetryLater, match="could not be reached"):
        _submitted(nobody)


def test_a_wrong_key_is_refused(client: Provider, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google calls a wrong key an invalid argument; it stops the run all the same, and is not repeated."""
    monkeypatch.setenv("GEMINI_API_KEY", "invalid-key-1")

    with pytest.raises(Refused, match="check the key") as caught:
        _submitted(access.open_provider("omni", SETTINGS))
    assert "invalid-key-1" not in str(caught.value)
    assert emulator.submissions() == []
    assert client.account != access.open_provider("omni", SETTINGS).account


def test_the_filter_is_told_from_a_failure(client: Provider, emulator: Emulator) -> None:
    """Moderation, at once or as words in place of a clip, is Filtered; any other end without a clip is a failure."""
    emulator.faults(
        [
            {"at": "filtered", "provider": "omni", "match": "one", "shape": "submit"},
            {"at": "filtered", "provider": "omni", "match": "two"},
            {"at": "failed", "provider": "omni", "match": "three"},
        ]
    )

    with pytest.raises(Filtered, match="Support codes"):
        _submitted(client, "one")
    with pytest.raises(Filtered, match="words instead of a clip"):
        ended(client, emulator, _submitted(client, "two"))
    with pytest.raises(GenerationFailed, match="failed"):
        ended(client, emulator, _submitted(client, "three"))


@pytest.mark.parametrize(("name", "says"), [("a b", "is no interaction"), ("v1_unknown", "does not know")])
def test_an_unknown_interaction_is_an_unknown_outcome(client: Provider, name: str, says: str) -> None:
    """An interaction that Google does not know may have been paid for."""
    with pytest.raises(OutcomeUnknown, match=says):
        client.poll(name, 61.0)


def test_a_clip_whose_file_is_processed_is_not_over(
    emulated_films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A completed interaction is polled on until its file can be fetched."""
    with Emulator(emulated_films, "--scale", "0.8", "--operation-s", "1") as emulator:
        client = access_at(emulator, tmp_path, monkeypatch)
        operation = _submitted(client)
        seen = [client.poll(operation, 61.0)]
        until = time.monotonic() + 60
        while isinstance(seen[-1], Running) and time.monotonic() < until:
            seen.append(client.poll(operation, 61.0))

        assert Running("processing the file") in seen
        assert isinstance(seen[-1], Finished)


def access_at(emulator: Emulator, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Open the client of another emulator."""
    provider_bench.at(emulator, folder, monkeypatch)
    return access.open_provider("omni", SETTINGS)


def test_a_file_that_is_gone_is_gone(client: Provider, emulator: Emulator, server: Anything) -> None:
    """Google forbids files that it does not keep any more; the account is not to blame."""
    uri = "https://generativelanguage.googleapis.com/v1beta/files/abc123:download?alt=media"
    gone = Finished(url=uri)

    with pytest.raises(OutcomeUnknown, match="does not keep the clip"):
        client.fetch(gone, Path("clip.mp4"))
    with pytest.raises(OutcomeUnknown, match="no place"):
        client.fetch(Finished(url="https://elsewhere.example/clip.mp4"), Path("clip.mp4"))
    emulator.finish()
    server.say(b'{"error": {"code": 403, "message": "no such file", "status": "PERMISSION_DENIED"}}', 403)
    error = outcome(lambda: Omni(google.GeminiAccess(server.url, "any-key"))._when_ready(gone, uri), DOCUMENTED)  # noqa: SLF001 - a poll says the same in two steps
    assert isinstance(error, OutcomeUnknown)


def test_an_interaction_can_be_given_up(client: Provider, emulator: Emulator) -> None:
    """Cancelling says whether it worked; what is over cannot be cancelled."""
    operation = _submitted(client)

    assert client.cancel(operation)
    with pytest.raises(GenerationFailed, match="cancelled"):
        client.poll(operation, 0.0)
    done = _submitted(client)
    emulator.finish()
    assert not client.cancel(done)


def test_a_clip_in_a_bucket_is_read_with_the_projects_credentials(
    on_vertex: Provider, server: Anything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result by gs:// address is downloaded from Cloud Storage."""
    server.say(b"\0\0\0\x18ftypmp42")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)

    on_vertex.fetch(Finished(url="gs://bucket/a b.mp4"), tmp_path / "clip.mp4")

    assert (tmp_path / "clip.mp4").read_bytes() == b"\0\0\0\x18ftypmp42"
    assert server.keys == ["Bearer canary-vertex-5d94e0a6f1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 2.0},
        {"seconds": 16.0},
        {"seconds": 12.0, "start": Path("a.png"), "end": Path("b.png")},
        {"seconds": 12.0, "model": "gemini-omni-1.1-flash"},
        {"end": Path("b.png")},
        {"aspect": "1:1"},
        {"resolution": "480p"},
        {"negative_prompt": "text"},
        {"prompt": " "},
    ],
)
def test_what_omni_does_not_take_is_never_sent(changes: dict[str, Any], client: Provider) -> None:
    """An order that Omni would refuse, or ignore in part and charge, is refused before a picture is read."""
    with pytest.raises(InvalidInput, match="model gemini-omni"):
        client.prepare(replace(ORDER, **changes), nowhere)


def test_missing_settings_are_named(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key and without a project the error says what to set."""
    monkeypatch.delenv("GEMINI_API_KEY")
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT")

    with pytest.raises(MissingKey, match=r"GEMINI_API_KEY .* GOOGLE_CLOUD_PROJECT"):
        access.open_provider("omni", SETTINGS)
    monkeypatch.setenv("GOOGLE_API_KEY", "any-key")
    assert KEY not in repr(access.open_provider("omni", SETTINGS))
    assert emulator.submissions() == []


def test_googles_own_addresses_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without other settings Google's own hosts are asked; on Vertex at the one location that has Omni."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "us-central1")
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "any-token")
    assert access.open_provider("omni", SETTINGS).base_url == "https://aiplatform.googleapis.com"

    monkeypatch.setenv("GEMINI_API_KEY", "any-key")
    assert access.open_provider("omni", SETTINGS).base_url == "https://generativelanguage.googleapis.com"


def test_what_is_asked_is_what_is_documented(server: Anything, asker: Omni, tmp_path: Path) -> None:
    """The request runs in the background, asks for one shot, and names its pictures in order and by tags."""
    start, end = draw(tmp_path / "a.png"), draw(tmp_path / "b.png", "#800000")
    server.say(b"{}")

    outcome(lambda: asker.submit(asker.prepare(replace(ORDER, start=start, end=end), nowhere)), DOCUMENTED)

    sent = json.loads(server.received)
    words, first, last = sent["input"][0]["content"]
    assert words["text"] == (
        "<FIRST_FRAME> is the first and <LAST_FRAME> the last frame of the video. "
        "A finch turns its head. Slow pan right. One continuous shot, no cuts."
    )
    assert [base64.b64decode(part["data"]) for part in (first, last)] == [start.read_bytes(), end.read_bytes()]
    assert (sent["background"], sent["store"]) == (True, True)
    assert sent["generation_config"] == {"video_config": {"task": "image_to_video"}}
    assert sent["response_format"] == {
        "type": "video",
        "aspect_ratio": "16:9",
        "duration": "8s",
        "resolution": "720p",
        "delivery": "uri",
    }
    assert server.asked == 1


def test_a_continuation_is_never_bought(server: Anything, asker: Omni) -> None:
    """An answer that asks to be continued is polled on by its id, not continued with another paid request."""
    server.say(b'{"id": "v1_a", "status": "requires_continuation", "continuation_token": "t"}')

    assert asker.submit(asker.prepare(ORDER, nowhere)) == "v1_a"
    assert server.asked == 1


@pytest.mark.parametrize("answer", [b'{"id": "v1_a"}', b'{"id": "v1_a", "status": {}, "steps": 3}'])
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_an_id_counts_in_an_answer_that_cannot_be_read(server: Anything, asker: Omni, answer: bytes, kind: str) -> None:
    """An interaction that was paid for is not lost because the rest of its answer makes no sense."""
    server.say(answer, headers={"Content-Type": kind})

    assert asker.submit(asker.prepare(ORDER, nowhere)) == "v1_a"
    assert server.asked == 1


def test_the_cost_is_told_where_the_price_of_tokens_is_known() -> None:
    """For Omni 1.1 the tokens are priced; for others they are only counted."""
    usage = {
        "total_input_tokens": 1000,
        "total_output_tokens": 46336,
        "total_thought_tokens": 100,
        "output_tokens_by_modality": [{"modality": "video", "tokens": 46336}],
    }
    steps = [{"type": "model_output", "content": [{"type": "video", "data": "AAAA"}]}]
    done = {"id": "v1_a", "status": "completed", "usage": usage, "steps": steps}

    known, unknown = (
        omni_answers.standing(json.dumps({**done, "model": f"gemini-omni-{version}-flash"}).encode())
        for version in ("1.1", "1.2")
    )

    assert known == Finished(data=b"\0\0\0", usd=0.8133, units="46336 output tokens")
    assert unknown == Finished(data=b"\0\0\0", usd=None, units="46336 output tokens")


_CONTENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["video", "text", "image"]) | JSON},
    optional={
        "text": st.text(max_size=9) | JSON,
        "data": st.sampled_from(["AAAA", "?", ""]) | JSON,
        "uri": st.sampled_from(["files/abc", "gs://b/o"]) | JSON,
    },
)
_STEP = st.fixed_dictionaries(
    {"type": st.just("model_output") | JSON, "content": st.lists(_CONTENT, max_size=2) | JSON}
)
_INTERACTION = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just("v1_a") | JSON,
        "status": st.sampled_from(["completed", "failed", "in_progress", "requires_action"]) | JSON,
        "steps": st.lists(_STEP, max_size=2) | JSON,
        "errors": st.lists(st.fixed_dictionaries({"message": JSON}), max_size=2) | JSON,
        "usage": st.fixed_dictionaries({"total_output_tokens": JSON}) | JSON,
        "model": JSON,
    },
)
_BODY = st.binary(max_size=60) | (_INTERACTION | JSON).map(lambda value: json.dumps(value).encode())


@settings(deadline=None)
@given(body=_BODY, status=STATUS)
@example(body=b"null", status=200)
@example(body=b"[]", status=200)
@example(body=b"[]", status=404)
def test_whatever_a_server_says_is_paid_for_once(server: Anything, asker: Omni, body: bytes, status: int) -> None:
    """Any status with any body is an id or a documented error, and was asked for with one request."""
    server.say(body, status, {"Location": "/elsewhere"})

    assert outcome(lambda: asker.submit(asker.prepare(ORDER, nowhere)), DOCUMENTED)
    assert server.asked == 1


@settings(deadline=None)
@given(body=_BODY, status=STATUS)
@example(body=b"null", status=200)
@example(body=b"[]", status=200)
@example(body=b"[]", status=404)
def test_whatever_a_server_says_to_a_poll_is_documented(
    server: Anything, asker: Omni, body: bytes, status: int
) -> None:
    """Any status with any body is a standing or a documented error."""
    server.say(body, status)

    assert outcome(lambda: asker.poll("v1_a", 61.0), DOCUMENTED)
