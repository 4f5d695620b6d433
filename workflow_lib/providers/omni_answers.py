"""What the Interactions API says about a clip, read into the words of the contract. Nothing here asks anything.

Source: ai.google.dev/gemini-api/docs/omni, read 2026-11, and users' reports of the live API: a refusal for safety is
`completed` with text alone. google-genai does not check what it passes on, so its answers are read from their JSON.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workflow_lib import keys
from workflow_lib.errors import Filtered, GenerationFailed, RetryLater, WorkflowError
from workflow_lib.providers import google
from workflow_lib.providers.base import Finished, Running

_WHO = "Omni"
_OVER = frozenset({"failed", "cancelled", "incomplete", "budget_exceeded"})
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rates:
    """USD for a million tokens."""

    read: float
    video: float
    text: float


_RATES_1_1 = Rates(1.50, 17.50, 9.00)
RATES = {"gemini-omni-1.1-flash": _RATES_1_1, "gemini-omni-1.1-flash-preview": _RATES_1_1}
"""The models whose price per token is known; read 2026-11. That of 1.2 is only known per second."""


def standing(body: bytes) -> Running | Finished:
    """Read how an interaction stands; a clip comes as base64 text or as an address.

    Raises:
        Filtered, GenerationFailed: it is over, without a clip.
        RetryLater: the answer says nothing.
    """
    found = _object(body)
    status = found.get("status")
    if not isinstance(status, str):
        raise RetryLater(f"{_WHO} gave an answer that cannot be read")
    if status in _OVER:
        raise _failure(found, status)
    return _result(found) if status == "completed" else Running(keys.scrub(status).replace("_", " "))


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _result(found: dict[str, Any]) -> Finished:
    usd, units = _cost(found)
    made = list(_made(found))
    for part in made:
        if part.get("type") == "video" and isinstance(part.get("data"), str) and part["data"]:
            return Finished(data=_decoded(part["data"]), usd=usd, units=units)
        if part.get("type") == "video" and isinstance(part.get("uri"), str) and part["uri"]:
            return Finished(url=part["uri"], usd=usd, units=units)
    words = _words(made)
    if words:
        raise Filtered(f"{_WHO} answered with words instead of a clip ({words})")
    raise GenerationFailed(f"{_WHO} ended without a clip")


def _made(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what the model put out, the last part first: earlier videos may be drafts."""
    for step in reversed(_objects(found.get("steps"))):
        if step.get("type") == "model_output":
            yield from reversed(_objects(step.get("content")))


def _words(made: list[dict[str, Any]]) -> str:
    texts = [part["text"] for part in reversed(made) if isinstance(part.get("text"), str)]
    return keys.scrub(" ".join(texts))


def _failure(found: dict[str, Any], status: str) -> WorkflowError:
    reasons = [error["message"] for error in _objects(found.get("errors")) if isinstance(error.get("message"), str)]
    said = keys.scrub("; ".join(reasons)) or _words(list(_made(found))) or "no reason given"
    return google.failure(said, f"{_WHO} could not make the clip ({status}: {said})")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise GenerationFailed(f"{_WHO} gave a clip that cannot be read") from None


def _cost(found: dict[str, Any]) -> tuple[float | None, str | None]:
    usage = found.get("usage")
    total = _count(usage, "total_output_tokens")
    if not total or not isinstance(usage, dict):
        return None, None
    rates = RATES.get(str(found.get("model")))
    return (None if rates is None else round(_usd(usage, rates), 4)), f"{total} output tokens"


def _usd(usage: dict[str, Any], rates: Rates) -> float:
    parts = _objects(usage.get("output_tokens_by_modality"))
    video = sum(_count(part, "tokens") for part in parts if str(part.get("modality")).lower() == "video")
    others = _count(usage, "total_output_tokens") - video + _count(usage, "total_thought_tokens")
    read = _count(usage, "total_input_tokens")
    return (read * rates.read + video * rates.video + others * rates.text) / _MILLION


def _count(values: object, name: str) -> int:
    number = values.get(name) if isinstance(values, dict) else None
    return number if isinstance(number, int) and 0 <= number < _MILLION * _MILLION else 0


def _objects(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
