"""What ElevenLabs says, read into the words of the contract. Nothing here asks anything.

Source: elevenlabs.io/docs, API reference and errors, and help.elevenlabs.io on 400, 401 and 429, read 2026-11. Errors
come in three shapes, and a status alone says little: 401 is also an empty quota.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from workflow_lib import http, keys
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    OutcomeUnknown,
    Refused,
    RetryLater,
    WorkflowError,
)
from workflow_lib.providers.base import Finished

KEY = "ELEVENLABS_API_KEY"
WHO = "ElevenLabs"

_BUSY = frozenset(
    {"too_many_concurrent_requests", "concurrent_limit_exceeded", "rate_limit_exceeded", "system_busy"},
)
_EMPTY = frozenset({"quota_exceeded", "insufficient_credits"})
_NOT_ALLOWED = "missing_permissions"
_ACCOUNT_STATUS = frozenset({401, 402, 403})
_TOO_MANY = 429
_SERVER = 500
_MAX_ID = 200
_MAX_DIGITS = 8
_LATEST_S = 1e11  # seconds since the epoch, or in a recording
_TIMES = ("characters", "character_start_times_seconds", "character_end_times_seconds")


@dataclass(frozen=True, slots=True)
class Past:
    """One generation in the history; `at`: seconds since the epoch."""

    id: str
    request: str
    voice: str
    model: str
    text: str
    at: float
    characters: int | None

    @property
    def operation(self) -> str:
        """The id by which it was answered when it was made; its own where the history does not tell."""
        return self.request or self.id

    def is_called(self, operation: str) -> bool:
        """Whether an id is that of this generation."""
        return operation in (self.id, self.request)


def refusal(response: httpx.Response) -> WorkflowError:
    """What an answer that is no success means for a request that costs money.

    RetryLater, Refused, Filtered, GenerationFailed: nothing was made. OutcomeUnknown: something may have been.
    """
    code, message = _detail(response)
    said = keys.scrub(f"{response.status_code} {code or ''} {message or ''}")
    if code is None or (response.status_code >= _SERVER and code not in _BUSY):
        return OutcomeUnknown(f"{WHO} may have accepted it ({said})")
    if code in _BUSY or response.status_code == _TOO_MANY:
        return RetryLater(f"{WHO} is busy ({said})", http.retry_after(response))
    if code in _EMPTY:
        what = f"its quota is used up: raise it, or wait for the next period, in the account of {KEY}"
        return Refused(f"{WHO} refuses the account, {what} ({said})")
    if response.status_code in _ACCOUNT_STATUS:
        return Refused(f"{WHO} refuses the account: check {KEY} and its plan at elevenlabs.io ({said})")
    if "policy" in code or "moderat" in code:
        return Filtered(f"{WHO} refused the text ({said})")
    return GenerationFailed(f"{WHO} refused it ({said})")


def asked_in_vain(response: httpx.Response) -> WorkflowError:
    """What an answer that is no success means for a question, which is free."""
    code, _ = _detail(response)
    if code == _NOT_ALLOWED:
        # A key that may speak need not be one that may look back.
        return OutcomeUnknown(f"the key may not read the history of {WHO}: allow it there, for {KEY}")
    error = refusal(response)
    if isinstance(error, Refused | RetryLater):
        return error
    return RetryLater(f"{WHO} did not say what became of it (HTTP {response.status_code})")


def _detail(response: httpx.Response) -> tuple[str | None, str]:
    """The code and the message of an error, whichever shape it has; no code when it is none of ElevenLabs'."""
    body = _object(response.content)
    detail = body.get("detail")
    if isinstance(detail, str):
        return "", detail
    if isinstance(detail, list):
        return "invalid_request", "; ".join(_problem(item) for item in detail[:5])
    if not isinstance(detail, dict):
        return None, ""
    code = next((detail[name] for name in ("code", "status") if isinstance(detail.get(name), str)), "")
    message = detail.get("message")
    return str(code), message if isinstance(message, str) else ""


def _problem(item: object) -> str:
    if not isinstance(item, dict):
        return ""
    place = item.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    return f"{where}: {item.get('msg')}"


def operation(response: httpx.Response) -> str | None:
    """The id of what was made; None when the answer names none."""
    name = str(response.headers.get("request-id", "")).strip()
    return name if name.isprintable() and 0 < len(name) <= _MAX_ID and " " not in name else None


def speech(response: httpx.Response) -> Finished | None:
    """The recording in an answer, with the time of each character; None when none can be read from it."""
    body = _object(response.content)
    try:
        data = base64.b64decode(body["audio_base64"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        return None
    found = alignment(body.get("alignment"))
    notes = {"alignment": found} if found else None
    return Finished(data=data, units=_units(response, "characters"), notes=notes) if data else None


def effect(response: httpx.Response) -> Finished | None:
    """The effect in an answer; None when it is something else."""
    kind = str(response.headers.get("content-type", ""))
    if not kind.startswith("audio/") or not response.content:
        return None
    return Finished(data=response.content, units=_units(response, "credits"))


def alignment(value: object) -> dict[str, list[Any]] | None:
    """The times of the characters as they were sent; None when they do not fit together.

    Three lists of equal length: the characters, and when each begins and ends in seconds.
    """
    if not isinstance(value, dict):
        return None
    characters, starts, ends = (value.get(name) for name in _TIMES)
    if not (isinstance(characters, list) and isinstance(starts, list) and isinstance(ends, list)):
        return None
    fits = len(characters) == len(starts) == len(ends) > 0
    if not fits or not all(isinstance(letter, str) for letter in characters):
        return None
    if not all(_is_time(moment) for moment in (*starts, *ends)):
        return None
    # A letter beyond the first 65,536 may come in two halves, which no file can hold; the times stay.
    whole = [letter.encode(errors="ignore").decode() for letter in characters]
    return dict(zip(_TIMES, (whole, starts, ends), strict=True))


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST_S


def history(response: httpx.Response) -> tuple[list[Past], str | None]:
    """A page of the history, newest first, and the id after which the next page begins; None: there is none.

    Raises:
        RetryLater: the answer cannot be read.
    """
    body = _object(response.content)
    listed = body.get("history")
    if not isinstance(listed, list):
        raise RetryLater(f"{WHO} gave a history that cannot be read")
    found = [past for item in listed if isinstance(item, dict) and (past := _past(item)) is not None]
    last = body.get("last_history_item_id")
    return found, last if body.get("has_more") is True and isinstance(last, str) and last else None


def _past(item: Mapping[str, object]) -> Past | None:
    name, at = item.get("history_item_id"), item.get("date_unix")
    if not isinstance(name, str) or not name or not _is_time(at):
        return None
    texts = [item.get(key) for key in ("request_id", "voice_id", "model_id", "text")]
    request, voice, model, text = (value if isinstance(value, str) else "" for value in texts)
    before, after = item.get("character_count_change_from"), item.get("character_count_change_to")
    counted = after - before if isinstance(before, int) and isinstance(after, int) else None
    return Past(name, request, voice, model, text, float(str(at)), counted)


def _units(response: httpx.Response, unit: str) -> str | None:
    cost = str(response.headers.get("character-cost", "")).strip()
    return f"{int(cost)} {unit}" if cost.isdecimal() and cost.isascii() and len(cost) <= _MAX_DIGITS else None


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
