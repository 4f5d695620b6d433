"""The emulated Gemini, driven with Google's own client."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from emulator.client import Emulator
from emulator.sdk import client, png
from google import genai
from google.genai import errors, types
from PIL import Image
from pydantic import BaseModel


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The emulator with empty books."""
    shared_emulator.reset()
    return shared_emulator


class Shot(BaseModel):
    """A part of the answer."""

    prompt: str
    seconds: int


class Board(BaseModel):
    """What is asked of the text model."""

    title: str
    shots: list[Shot]


@pytest.fixture
def gemini(emulator: Emulator) -> Iterator[genai.Client]:
    """A client with a key."""
    with client(emulator) as made:
        yield made


@pytest.mark.parametrize("raw", [False, True])
def test_words_satisfy_their_schema(emulator: Emulator, gemini: genai.Client, *, raw: bool) -> None:
    """Structured answers validate, whichever way the schema is sent, and are the same each time."""
    schema = {"response_json_schema": Board.model_json_schema()} if raw else {"response_schema": Board}
    config = types.GenerateContentConfig(response_mime_type="application/json", **schema)
    answers = [
        gemini.models.generate_content(model="gemini-3.8-flash", contents="A bird. It flies.", config=config)
        for _ in range(2)
    ]

    assert answers[0].text == answers[1].text
    assert Board.model_validate_json(answers[0].text or "").shots
    assert emulator.report()["counts"] == {"gemini": 2}


def test_pictures_have_the_asked_size(emulator: Emulator, gemini: genai.Client) -> None:
    """An image model answers with a PNG of the asked aspect and size, at its price."""
    answer = gemini.models.generate_content(
        model="gemini-3-pro-image",
        contents=types.Content(
            role="user",
            parts=[types.Part(text="A bird."), types.Part.from_bytes(data=png(), mime_type="image/png")],
        ),
        config=types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K"),
        ),
    )
    drawn = [part.inline_data.data or b"" for part in answer.parts or [] if part.inline_data]

    with Image.open(io.BytesIO(drawn[-1])) as image:
        assert (image.format, image.size) == ("PNG", (2736, 1536))
    assert emulator.report()["usd"] == 0.134


def test_blocked_and_cut_answers(emulator: Emulator, gemini: genai.Client) -> None:
    """A blocked prompt has no candidates; an answer that is cut says so."""
    emulator.fault("filtered", "gemini")
    emulator.fault("truncated", "gemini")
    blocked = gemini.models.generate_content(model="gemini-3.8-flash", contents="A bird.")
    cut = gemini.models.generate_content(model="gemini-3.8-flash", contents="A bird.")

    assert blocked.candidates is None
    assert cut.candidates is not None
    assert str(cut.candidates[0].finish_reason) == "FinishReason.MAX_TOKENS"


def test_omni_is_no_text_model(gemini: genai.Client) -> None:
    """Models of the Interactions API refuse generateContent."""
    with pytest.raises(errors.ClientError, match="Interactions API"):
        gemini.models.generate_content(model="gemini-omni-1.1-flash", contents="A bird.")
