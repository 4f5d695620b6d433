"""Promises of the Veo client, asked at the emulator: one operation per submission, and no outcome that is guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import provider_bench
import pytest
from conftest import draw
from emulator.client import Emulator
from google.genai import types
from google.oauth2.credentials import Credentials
from hypothesis import example, given, settings
from hypothesis import strategies as st
from provider_bench import DOCUMENTED, JSON, STATUS, Anything, anything, ended, nowhere, outcome

from workflow_lib.config import Config
from workflow_lib.errors import (
    BadMedia,
    Filtered,
    GenerationFailed,
    InvalidInput,
    MissingKey,
    OutcomeUnknown,
    Refused,
    RetryLater,
    WorkflowError,
)
from workflow_lib.providers import access, google, veo
from workflow_lib.providers.base import Finished, Order, Provider, Running
from workflow_lib.providers.veo import Veo

SETTINGS = Config()
ORDER = Order(
    model=SETTINGS.veo_model,
    prompt="A finch turns its head. Slow pan right.",
    negative_prompt="text",
    seconds=4.0,
    aspect="16:9",
    resolution="720p",
    seed=7,
    start=None,
    end=None,
)
TOKEN = "canary-vertex-5d94e0a6f1"  # noqa: S105 - the emulator's


@pytest.fixture
def emulator(shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with empty books, and an environment that points to it."""
    return provider_bench.at(shared_emulator, tmp_path, monkeypatch)


@pytest.fixture
def client(emulator: Emulator) -> Provider:
    """The client of the emulated Vertex."""
    assert emulator.url
    return access.open_provider("veo", SETTINGS)


@pytest.fixture(scope="module")
def asker(server: Anything) -> Veo:
    """A client of the server that says anything."""
    return _at(server.url)


def _at(url: str) -> Veo:
    credentials = Credentials(token="any-token")  # type: ignore[no-untyped-call] # noqa: S106 - nobody's
    return Veo(google.VertexAccess(url, "p", "us-central1", credentials))


def _submitted(client: Provider, prompt: str = ORDER.prompt) -> str:
    return client.submit(client.prepare(replace(ORDER, prompt=prompt), nowhere))


def test_a_clip_between_two_pictures_is_bought_once(client: Provider, emulator: Emulator, tmp_path: Path) -> None:
    """Prepared, submitted, polled by its name alone and fetched, a silent clip is bought with one request."""
    order = replace(ORDER, start=draw(tmp_path / "a.png"), end=draw(tmp_path / "b.png", "#800000"), seconds=8.0)

    operation = client.submit(client.prepare(order, nowhere))
    assert isinstance(client.poll(operation, 0.0), Running)
    finished = ended(access.open_provider("veo", SETTINGS), emulator, operation)
    assert isinstance(finished, Finished)
    client.fetch(finished, tmp_path / "clip.mp4")

    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    report = emulator.report()
    assert [(order["id"], round(order["usd"], 2)) for order in report["submissions"]] == [(operation, 0.64)]
    assert report["creates_seen"]["veo"] == 1


def test_an_address_where_nobody_listens_took_nothing() -> None:
    """Without a connection nothing was sent, so the order may be sent again."""
    nobody = _at("http://127.0.0.1:1")

    with pytest.raises(RetryLater, match="could not be reached"):
        nobody.submit(nobody.prepare(ORDER, nowhere))


def test_a_retired_model_is_named(client: Provider, emulator: Emulator) -> None:
    """A model that Vertex does not know is said to be retired, perhaps."""
    order = replace(ORDER, model="veo-3.0-generate-001")

    with pytest.raises(GenerationFailed, match=r"does not know veo-3\.0-generate-001: is the model retired"):
        client.submit(client.prepare(order, nowhere))
    assert emulator.submissions() == []


def test_the_filter_is_told_from_a_failure(client: Provider, emulator: Emulator) -> None:
    """Moderation in each of its four forms is Filtered; any other end without a clip is a failure."""
    shapes = {"one": "submit", "two": "error", "three": "rai", "four": "text"}
    faults: list[dict[str, object]] = [
        {"at": "filtered", "provider": "veo", "match": match, "shape": shape} for match, shape in shapes.items()
    ]
    emulator.faults([*faults, {"at": "failed", "provider": "veo", "match": "five"}])

    with pytest.raises(Filtered, match="Support codes"):
        _submitted(client, "one")
    for match in ("two", "three", "four"):
        with pytest.raises(Filtered):
            ended(client, emulator, _submitted(client, match))
    with pytest.raises(GenerationFailed, match="13 Video generation failed"):
        ended(client, emulator, _submitted(client, "five"))


@pytest.mark.parametrize(
    "name", ["", "abc", "projects/p/locations/l/publishers/google/models/m/operations/", "../operations/a"]
)
def test_what_is_no_operation_is_not_asked_for(client: Provider, name: str) -> None:
    """A name that Vertex cannot know is refused here."""
    with pytest.raises(OutcomeUnknown, match="is no operation"):
        client.poll(name, 0.0)


def test_an_unknown_operation_is_an_unknown_outcome(client: Provider) -> None:
    """An operation that Vertex does not know may have been paid for."""
    operation = _submitted(client)

    with pytest.raises(OutcomeUnknown, match="does not know the operation"):
        client.poll(operation[:-4] + "0000", 61.0)


def _in_bucket(emulator: Emulator) -> Finished:
    """Put a film into the emulated bucket, as Veo does when it is told a place."""
    uri = "gs://bucket/a b/clip.mp4"
    credentials = Credentials(token=TOKEN)  # type: ignore[no-untyped-call]
    place = google.VertexAccess(emulator.env["GOOGLE_VERTEX_BASE_URL"], "p", "us-central1", credentials)
    source = types.GenerateVideosSource(prompt="x")
    config = types.GenerateVideosConfig(duration_seconds=4, output_gcs_uri="gs://bucket/a b")
    name = place.client.models.generate_videos(model=ORDER.model, source=source, config=config).name
    finished = ended(Veo(place), emulator, name or "")
    assert isinstance(finished, Finished)
    assert (finished.url or "").startswith(uri[:15])
    return finished


def test_a_clip_in_a_bucket_is_read_with_the_same_credentials(
    client: Provider, emulator: Emulator, tmp_path: Path
) -> None:
    """A result by gs:// address is downloaded from Cloud Storage; gone from there, it is gone."""
    finished = _in_bucket(emulator)

    client.fetch(finished, tmp_path / "clip.mp4")

    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    with pytest.raises(OutcomeUnknown, match="does not keep the clip"):
        client.fetch(Finished(url="gs://bucket/other.mp4"), tmp_path / "other.mp4")
    with pytest.raises(OutcomeUnknown, match="no place"):
        client.fetch(Finished(url="https://elsewhere.example/clip.mp4"), tmp_path / "other.mp4")


@pytest.mark.parametrize(
    ("fault", "error"),
    [("truncated", RetryLater), ("result_reset", RetryLater), ("html_result", BadMedia), ("expired", OutcomeUnknown)],
)
def test_a_broken_download_leaves_no_file(
    client: Provider, emulator: Emulator, tmp_path: Path, fault: str, error: type[WorkflowError]
) -> None:
    """A clip is there whole or not at all, and can be fetched again."""
    finished = _in_bucket(emulator)
    emulator.fault(fault, "gcs")

    with pytest.raises(error):
        client.fetch(finished, tmp_path / "films" / "clip.mp4")
    assert list((tmp_path / "films").glob("*")) == []
    client.fetch(finished, tmp_path / "films" / "clip.mp4")


def test_the_token_does_not_follow_a_redirect_to_another_host(
    client: Provider, server: Anything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download that is sent to another host goes there without credentials."""
    with anything() as elsewhere:
        elsewhere.say(b"\0\0\0\x18ftypmp42")
        server.say(b"", 302, {"Location": f"{elsewhere.url}/film"})
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)

        client.fetch(Finished(url="gs://bucket/clip.mp4"), tmp_path / "clip.mp4")

        assert server.keys == [f"Bearer {TOKEN}"]
        assert elsewhere.keys == [None]
    assert (tmp_path / "clip.mp4").read_bytes() == b"\0\0\0\x18ftypmp42"


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 10.0},
        {"seconds": 6.0, "start": Path("a.png"), "end": Path("b.png")},
        {"seconds": 4.0, "resolution": "1080p"},
        {"seconds": 8.0, "end": Path("b.png")},
        {"aspect": "1:1"},
        {"resolution": "360p"},
        {"model": "veo-3.1-lite-generate-001", "seconds": 8.0, "resolution": "4k"},
        {"seed": -1},
        {"prompt": " "},
    ],
)
def test_what_veo_does_not_take_is_never_sent(changes: dict[str, Any], client: Provider) -> None:
    """An order that Veo would refuse, or change and charge, is refused before a picture is read."""
    with pytest.raises(InvalidInput, match=r"model veo-3\.1"):
        client.prepare(replace(ORDER, **changes), nowhere)


def test_missing_settings_are_named(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a project or credentials the error says what to set."""
    monkeypatch.delenv("GOOGLE_OAUTH_ACCESS_TOKEN")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "missing.json")

    with pytest.raises(MissingKey, match="GOOGLE_OAUTH_ACCESS_TOKEN"):
        access.open_provider("veo", SETTINGS)
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT")
    with pytest.raises(MissingKey, match="GOOGLE_CLOUD_PROJECT"):
        access.open_provider("veo", SETTINGS)
    assert emulator.submissions() == []


def test_googles_own_address_is_that_of_the_location(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without other settings the location's own host is asked."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "any-token")

    assert access.open_provider("veo", SETTINGS).base_url == "https://us-central1-aiplatform.googleapis.com"
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "global")
    assert access.open_provider("veo", SETTINGS).base_url == "https://aiplatform.googleapis.com"


def _signing_in_at(token_url: str, api_url: str) -> Veo:
    credentials = Credentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token="any",  # noqa: S106 - nobody's
        token_uri=token_url,
        client_id="any",
        client_secret="any",  # noqa: S106 - nobody's
    )
    return Veo(google.VertexAccess(api_url, "p", "us-central1", credentials))


def test_a_refused_sign_in_is_a_refused_account(server: Anything, tmp_path: Path) -> None:
    """Credentials that cannot be renewed stop the run, and nothing was sent; the same for a clip in a bucket."""
    with anything() as sign_in:
        sign_in.say(b'{"error": "invalid_grant", "error_description": "secret-detail"}', 400)
        client = _signing_in_at(sign_in.url, server.url)
        server.say(b"{}")

        for ask in (
            lambda: _submitted(client),
            lambda: client.poll("projects/p/locations/l/publishers/google/models/m/operations/a", 61.0),
            lambda: client.fetch(Finished(url="gs://b/o"), tmp_path / "clip.mp4"),
        ):
            with pytest.raises(Refused, match="credentials were refused") as caught:
                ask()
            assert "secret-detail" not in str(caught.value)
    assert server.asked == 0


def test_a_sign_in_that_does_not_answer_took_nothing(server: Anything) -> None:
    """Where the sign-in cannot be reached nothing was sent, so the order may be sent again."""
    server.say(b"{}")

    with pytest.raises(RetryLater, match="sign-in did not answer"):
        _submitted(_signing_in_at("http://127.0.0.1:1", server.url))
    assert server.asked == 0


def test_a_new_token_is_the_same_account(client: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens change by the hour; the account is the project, and no token can be read in the client's texts."""
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "another-token")
    assert access.open_provider("veo", SETTINGS).account == client.account

    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other")
    assert access.open_provider("veo", SETTINGS).account != client.account
    assert TOKEN not in repr(client)


_PART = st.fixed_dictionaries(
    {},
    optional={
        "bytesBase64Encoded": st.sampled_from(["", "AAAA", "?"]) | JSON,
        "gcsUri": st.just("gs://b/o") | JSON,
        "mimeType": JSON,
    },
)
_OPERATION = st.fixed_dictionaries(
    {},
    optional={
        "name": JSON,
        "done": st.booleans() | JSON,
        "error": st.fixed_dictionaries({"code": st.just(3) | JSON, "message": JSON}) | JSON,
        "response": st.fixed_dictionaries(
            {},
            optional={
                "videos": st.lists(_PART, max_size=2) | JSON,
                "raiMediaFilteredCount": st.integers(0, 2) | JSON,
                "raiMediaFilteredReasons": st.lists(st.text(max_size=5), max_size=2) | JSON,
            },
        )
        | JSON,
    },
)
_BODY = st.binary(max_size=60) | (_OPERATION | JSON).map(lambda value: json.dumps(value).encode())


@settings(deadline=None, max_examples=60)
@given(body=_BODY, status=STATUS)
@example(body=b"null", status=200)
@example(body=b"[]", status=200)
@example(body=b"[]", status=404)
def test_whatever_a_server_says_is_paid_for_once(server: Anything, asker: Veo, body: bytes, status: int) -> None:
    """Any status with any body is a name or a documented error, and was asked for with one request."""
    server.say(body, status, {"Location": "/elsewhere"})

    assert outcome(lambda: asker.submit(asker.prepare(ORDER, nowhere)), DOCUMENTED)
    assert server.asked == 1


@settings(deadline=None, max_examples=100)
@given(body=_BODY, status=STATUS)
@example(body=b"null", status=200)
@example(body=b"[]", status=200)
@example(body=b"[]", status=404)
def test_whatever_a_server_says_to_a_poll_is_documented(server: Anything, asker: Veo, body: bytes, status: int) -> None:
    """Any status with any body is a standing or a documented error."""
    server.say(body, status)

    name = "projects/p/locations/l/publishers/google/models/m/operations/a"
    assert outcome(lambda: asker.poll(name, 61.0), DOCUMENTED)


def test_what_is_asked_is_what_is_documented(server: Anything, tmp_path: Path) -> None:
    """The request asks for one silent clip, with the pictures in it."""
    client = _at(server.url)
    server.say(b"{}")
    order = replace(ORDER, start=draw(tmp_path / "a.png"), end=draw(tmp_path / "b.png"), seconds=8.0)

    outcome(lambda: client.submit(client.prepare(order, nowhere)), DOCUMENTED)

    sent = json.loads(server.received)
    assert sent["parameters"] == {
        "sampleCount": 1,
        "durationSeconds": 8,
        "seed": 7,
        "aspectRatio": "16:9",
        "resolution": "720p",
        "personGeneration": "allow_adult",
        "negativePrompt": "text",
        "generateAudio": False,
    }
    assert set(sent["instances"][0]) == {"prompt", "image", "lastFrame"}


def test_a_picture_that_is_too_large_is_never_sent(client: Provider, tmp_path: Path) -> None:
    """Google's limit of 20 MB is checked here."""
    (tmp_path / "a.png").write_bytes(bytes(20_000_001))

    with pytest.raises(GenerationFailed, match="20 MB"):
        client.prepare(replace(ORDER, start=tmp_path / "a.png"), nowhere)


def test_a_veo_operation_cannot_be_given_up(client: Provider) -> None:
    """No way to cancel is documented, and the client says so."""
    assert not client.cancel("any")
    assert veo.standing(types.GenerateVideosOperation()) == Running("running")
