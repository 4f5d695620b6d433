"""Gemini as who draws: one request a picture, whatever comes back, and nothing that is paid for sent twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from emulator.client import KEYS, Emulator
from emulator.sdk import png
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from provider_bench import JSON, OLD_S, Anything, anything, at, nowhere, outcome

from workflow_lib.config import Config
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    InvalidInput,
    MissingKey,
    OutcomeUnknown,
    Refused,
    RetryLater,
    WorkflowError,
)
from workflow_lib.providers import access
from workflow_lib.providers.base import Finished, ImageOrder, Provider
from workflow_lib.providers.gemini import Gemini
from workflow_lib.requests import ImageRequest

NO_SUBMISSION = (RetryLater, Refused, Filtered, GenerationFailed, OutcomeUnknown)


@pytest.fixture
def emulator(shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with empty books, in an empty folder."""
    return at(shared_emulator, tmp_path, monkeypatch)


@pytest.fixture
def gemini(emulator: Emulator) -> Provider:
    """An account in good order."""
    opened = access.open_provider("gemini", Config())
    assert opened.base_url == emulator.env["GOOGLE_GEMINI_BASE_URL"]
    return opened


@pytest.fixture(scope="module")
def server() -> Iterator[Anything]:
    """A server that says anything."""
    with anything() as running:
        yield running


def order(prompt: str = "A hill at noon.", references: tuple[Path, ...] = (), **changes: Any) -> ImageOrder:  # noqa: ANN401
    """A picture to be drawn."""
    request = ImageRequest(
        model="gemini-3-pro-image",
        take=1,
        kind="background",
        words=prompt,
        pose="",
        style="",
        cast=[],
        last=False,
        references=["x"] * len(references),
        shape="16:9",
        image_size="1K",
    )
    return ImageOrder(replace(request, **changes), prompt, "16:9", references)


def drawn(provider: Provider, wanted: ImageOrder) -> bytes:
    """What comes for an order."""
    operation = provider.submit(provider.prepare(wanted, nowhere))
    finished = provider.poll(operation, OLD_S)
    assert isinstance(finished, Finished)
    return finished.data or b""


def test_a_picture_comes_with_the_answer(gemini: Provider, emulator: Emulator, tmp_path: Path) -> None:
    """One request draws a picture of the asked shape and size after the pictures that go along, at its price."""
    reference = tmp_path / "one.png"
    reference.write_bytes(png())

    first, other = drawn(gemini, order(references=(reference,))), drawn(gemini, order())

    with Image.open(io.BytesIO(first)) as image:
        assert image.size == (1360, 768)
    assert first != other
    report = emulator.report()
    assert (report["creates_seen"]["gemini"], report["usd"]) == (2, 0.268)


@pytest.mark.parametrize(
    ("shape", "size"), [("other_size", (640, 200)), ("two", (1360, 768)), ("thought", (1360, 768))]
)
def test_the_last_picture_that_is_no_thought_counts(
    gemini: Provider, emulator: Emulator, shape: str, size: tuple[int, int]
) -> None:
    """Pictures on the way and thoughts are passed over; a picture of another size is one all the same."""
    emulator.fault("odd_picture", "gemini", shape=shape)

    with Image.open(io.BytesIO(drawn(gemini, order()))) as image:
        assert image.size == size


@pytest.mark.parametrize(
    ("shape", "error", "says"),
    [
        ("image_safety", Filtered, "IMAGE_SAFETY"),
        ("no_image", Filtered, "NO_IMAGE"),
        ("empty", GenerationFailed, "drew no picture"),
        ("words", GenerationFailed, "I cannot draw this"),
    ],
)
def test_an_answer_without_a_picture_says_why(
    gemini: Provider, emulator: Emulator, shape: str, error: type[WorkflowError], says: str
) -> None:
    """What the filter keeps back is filtered; any other answer without a picture has failed; each is asked for once."""
    emulator.fault("odd_picture", "gemini", shape=shape)

    with pytest.raises(error, match=says):
        drawn(gemini, order())
    assert emulator.report()["creates_seen"]["gemini"] == 1


def test_a_blocked_prompt_is_filtered(gemini: Provider, emulator: Emulator) -> None:
    """A prompt that is refused has no candidates, and is filtered."""
    emulator.fault("filtered", "gemini")

    with pytest.raises(Filtered, match="PROHIBITED_CONTENT"):
        drawn(gemini, order())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse_429", RetryLater),
        ("refuse_401", Refused),
        ("refuse_402", Refused),
        ("refuse_403", Refused),
        ("refuse_500", OutcomeUnknown),
        ("http_503", OutcomeUnknown),
        ("html_answer", OutcomeUnknown),
        ("drop_before_accept", OutcomeUnknown),
        ("drop_after_accept", OutcomeUnknown),
        ("error_after_accept", OutcomeUnknown),
    ],
)
def test_only_a_parsed_refusal_proves_that_nothing_was_drawn(
    gemini: Provider, emulator: Emulator, fault: str, error: type[WorkflowError]
) -> None:
    """Google's own refusals prove it; all else is not known; nothing is ever sent twice by the library."""
    emulator.fault(fault, "gemini", times=None)

    with pytest.raises(error):
        drawn(gemini, order())
    assert emulator.report()["creates_seen"]["gemini"] == 1


def test_too_many_pictures_are_refused_before_anything_is_sent(
    gemini: Provider, emulator: Emulator, tmp_path: Path
) -> None:
    """More than 14 pictures that go along are an error in the project."""
    reference = tmp_path / "one.png"
    reference.write_bytes(png())

    with pytest.raises(InvalidInput, match="14 at most"):
        gemini.prepare(order(references=(reference,) * 15), nowhere)
    assert "gemini" not in emulator.report()["creates_seen"]


def test_vertex_takes_the_place_of_a_key(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key of the Gemini API a Google project is asked, at its one location; without both a key is missing."""
    monkeypatch.delenv("GEMINI_API_KEY")
    assert drawn(access.open_provider("gemini", Config()), order())
    assert emulator.report()["counts"] == {"gemini": 1}

    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT")
    with pytest.raises(MissingKey, match="GEMINI_API_KEY"):
        access.open_provider("gemini", Config())


def test_an_answer_is_given_once(gemini: Provider) -> None:
    """Another process cannot have a picture again: what became of it is not known."""
    with pytest.raises(OutcomeUnknown):
        gemini.poll("an-id-of-another-process", OLD_S)
    assert isinstance(gemini, Gemini)
    assert KEYS["GEMINI_API_KEY"] not in repr(gemini)


@given(body=JSON.map(lambda value: __import__("json").dumps(value).encode()) | st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_answer_has_an_outcome(server: Anything, body: bytes) -> None:
    """Whatever a server answers with 200, the outcome is a picture, a documented error, and one request."""
    from workflow_lib.providers import google  # noqa: PLC0415

    server.say(body)
    provider = Gemini(google.GeminiAccess(server.url, "canary-key"))

    outcome(lambda: drawn(provider, order()), NO_SUBMISSION)

    assert server.asked == 1
