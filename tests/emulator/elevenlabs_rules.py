"""What ElevenLabs accepts, and the three shapes of its errors."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from . import tones
from .tones import Format

SOUND_MODEL = "eleven_text_to_sound_v2"
EFFECT_USD = 0.12
_MOST_CHARACTERS = {
    "eleven_v3": 5_000,
    "eleven_multilingual_v2": 10_000,
    "eleven_flash_v2_5": 40_000,
    "eleven_turbo_v2_5": 40_000,
    "eleven_flash_v2": 30_000,
}
_TYPES = {400: "validation_error", 401: "authentication_error", 402: "payment_required", 429: "rate_limit_error"}

_Part = Annotated[float, Field(ge=0, le=1)]


class Wrong(Exception):
    """A request that is refused, with the whole answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class VoiceSettings(BaseModel):
    """How a voice speaks."""

    model_config = ConfigDict(extra="forbid")

    stability: _Part | None = None
    similarity_boost: _Part | None = None
    style: _Part | None = None
    use_speaker_boost: bool | None = None
    speed: Annotated[float, Field(ge=0.7, le=1.2)] | None = None


class Speech(BaseModel):
    """The body of a request for speech."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    model_id: str = "eleven_multilingual_v2"
    language_code: str | None = None
    voice_settings: VoiceSettings | None = None
    seed: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    previous_text: str | None = None
    next_text: str | None = None
    previous_request_ids: Annotated[list[str], Field(max_length=3)] | None = None
    next_request_ids: Annotated[list[str], Field(max_length=3)] | None = None
    apply_text_normalization: Literal["auto", "on", "off"] = "auto"
    pronunciation_dictionary_locators: Annotated[list[dict[str, str]], Field(max_length=3)] | None = None


class Effect(BaseModel):
    """The body of a request for a sound effect."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    duration_seconds: Annotated[float, Field(ge=0.5, le=30)] | None = None
    prompt_influence: _Part | None = None
    loop: bool = False
    model_id: str = SOUND_MODEL


def current(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error of today's shape."""
    detail = {"type": _TYPES.get(status, "api_error"), "code": code, "message": message, "status": code}
    return JSONResponse({"detail": {**detail, "request_id": secrets.token_hex(10)}}, status, headers)


def legacy(status: int, code: str, message: str) -> JSONResponse:
    """An error of the old shape."""
    return JSONResponse({"detail": {"status": code, "message": message}}, status)


def speech(raw: bytes) -> Speech:
    """A request for speech in order.

    Raises:
        Wrong: the server would refuse it.
    """
    try:
        return Speech.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise Wrong(_invalid(error)) from error


def effect(raw: bytes) -> Effect:
    """A request for a sound effect in order.

    Raises:
        Wrong: the server would refuse it.
    """
    try:
        return Effect.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise Wrong(_invalid(error)) from error


def _invalid(error: ValidationError) -> JSONResponse:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return JSONResponse({"detail": [{**problem, "loc": ["body", *problem["loc"]]} for problem in problems]}, 422)


def output_format(name: str) -> Format:
    """The format that is asked for.

    Raises:
        Wrong: there is no such format.
    """
    found = tones.parse(name)
    if found is None:
        problem = {"type": "enum", "loc": ["query", "output_format"], "msg": f"{name} is not sold", "input": name}
        raise Wrong(JSONResponse({"detail": [problem]}, 422))
    return found


def check(voice: str, wanted: Speech) -> None:
    """Refuse a voice or a model that does not exist, or that this text does not fit.

    A voice that begins with `missing` is one that does not exist.

    Raises:
        Wrong: the server would refuse it.
    """
    most = _MOST_CHARACTERS.get(wanted.model_id)
    if most is None:
        raise Wrong(current(400, "model_not_found", f"A model with id {wanted.model_id} does not exist"))
    if len(wanted.text) > most:
        raise Wrong(current(400, "max_character_limit_exceeded", f"{wanted.model_id} takes {most} characters at most"))
    if wanted.language_code and wanted.model_id == "eleven_multilingual_v2":
        raise Wrong(current(400, "unsupported_language", "eleven_multilingual_v2 takes no language_code"))
    if voice.startswith("missing"):
        raise Wrong(legacy(404, "voice_not_found", f"A voice with voice_id {voice} was not found"))


def check_effect(wanted: Effect, sound: Format) -> None:
    """Refuse what the model of effects cannot do.

    Raises:
        Wrong: the server would refuse it.
    """
    if wanted.model_id != SOUND_MODEL:
        raise Wrong(current(400, "model_not_found", f"A model with id {wanted.model_id} does not exist"))
    if sound.codec == "wav":
        raise Wrong(current(400, "invalid_output_format", "wav is sold for speech only"))


def speech_usd(wanted: Speech) -> float:
    """The price of speech."""
    return len(wanted.text) / 1000 * (0.05 if "flash" in wanted.model_id or "turbo" in wanted.model_id else 0.10)


def cost(wanted: Speech) -> int:
    """The credits of speech."""
    return -(-len(wanted.text) // 2) if "flash" in wanted.model_id or "turbo" in wanted.model_id else len(wanted.text)
