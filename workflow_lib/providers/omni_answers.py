"""What the Interactions API says about a clip, read into the words of the contract. Nothing here asks anything.

Source: google-genai 3.4.0; users' reports of the live API: a refusal for safety is `completed` with text alone.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow_lib import keys
from workflow_lib.errors import Filtered, GenerationFailed, WorkflowError
from workflow_lib.providers import google
from workflow_lib.providers.base import Finished, Running

if TYPE_CHECKING:
    from google.genai.interactions import Interaction, Usage

_WHO = "Omni"
_OVER = frozenset({"failed", "cancelled", "incomplete", "budget_exceeded"})
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rates:
    """USD for a million tokens."""

    read: float
    video: float
    text: float


RATES = {"gemini-omni-1.1-flash": Rates(1.50, 17.50, 9.00)}
"""The models whose price per token is known; read 2026-11. That of 1.2 is only known per second."""


def standing(found: Interaction) -> Running | Finished:
    """Read how an interaction stands; a clip comes as base64 text or as an address.

    Raises:
        Filtered, GenerationFailed: it is over, without a clip.
    """
    status = str(found.status)
    if status in _OVER:
        raise _failure(found, status)
    if status != "completed":
        return Running(keys.scrub(status))
    video = found.output_video
    usd, units = _cost(found)
    if video is not None and video.data:
        return Finished(data=_decoded(str(video.data)), usd=usd, units=units)
    if video is not None and video.uri:
        return Finished(url=video.uri, usd=usd, units=units)
    if found.output_text:
        raise Filtered(f"{_WHO} answered with words instead of a clip ({keys.scrub(found.output_text)})")
    raise GenerationFailed(f"{_WHO} ended without a clip")


def _failure(found: Interaction, status: str) -> WorkflowError:
    reasons = "; ".join(str(error.message) for error in found.errors or [] if error.message)
    said = keys.scrub(reasons or found.output_text or "no reason given")
    return google.failure(said, f"{_WHO} could not make the clip ({status}: {said})")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise GenerationFailed(f"{_WHO} gave a clip that cannot be read") from None


def _cost(found: Interaction) -> tuple[float | None, str | None]:
    usage = found.usage
    if usage is None or not usage.total_output_tokens:
        return None, None
    units = f"{usage.total_output_tokens} output tokens"
    rates = RATES.get(str(found.model))
    return (None if rates is None else round(_usd(usage, rates), 4)), units


def _usd(usage: Usage, rates: Rates) -> float:
    made = usage.output_tokens_by_modality or []
    video = sum(part.tokens or 0 for part in made if str(part.modality).lower() == "video")
    others = (usage.total_output_tokens or 0) - video + (usage.total_thought_tokens or 0)
    read = usage.total_input_tokens or 0
    return (read * rates.read + video * rates.video + others * rates.text) / _MILLION
