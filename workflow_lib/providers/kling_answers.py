"""What KIE.ai says about a Kling task, read into the words of the contract. Nothing here asks anything.

Source: docs.kie.ai, Get Task Detail, and users' reports of the live API, read 2026-11.
"""

from __future__ import annotations

import json
import re

from workflow_lib import keys, kie
from workflow_lib.errors import Filtered, GenerationFailed, OutcomeUnknown, RetryLater, WorkflowError
from workflow_lib.providers.base import Finished, Running

USD_PER_CREDIT = 0.005
YOUNG_S = 60.0
"""How long a task that was just made may be unknown to the question how it stands (reported, not documented)."""

_WHO = "KIE.ai"
_LASTING = frozenset({400, 404, 422, 501, 505})
_UNKNOWN_TASK = frozenset({404, 422})
_FAILED = 501
_SERVER_ERROR = 500
_FLAGS = {1: "success", 2: "fail", 3: "fail"}
_MAX_ID = 200
_MAX_CREDITS = 1e6
_MODERATION = re.compile(
    r"moderat|(?<!case )(?<!case-)sensitive|nsfw|risk control|inappropriate|prohibited|flagged"
    r"|(content|safety|usage|community) (polic|guideline|filter|review|check|standard)"
    r"|violat\w*\b.{0,60}\b(polic|guideline|terms|standard|rules)|copyright",
    re.IGNORECASE,
)


def task(answer: kie.Answer) -> str:
    """Give the id of the task that createTask made; an id counts whatever else the answer says.

    Raises:
        RetryLater, Refused, Filtered, GenerationFailed: a parsed refusal, so there is no task.
        OutcomeUnknown: there may be one.
    """
    made = answer.data.get("taskId") if isinstance(answer.data, dict) else None
    if isinstance(made, str) and made.isprintable() and 0 < len(made.strip()) <= _MAX_ID:
        return made.strip()
    kie.check_account(answer, _WHO)
    said = f"{answer.code} {answer.message}"
    if answer.code == _SERVER_ERROR:
        raise RetryLater(f"{_WHO} did not accept the clip ({said})", answer.after_s)
    if answer.code in _LASTING:
        raise _lasting(answer.message, f"{_WHO} refused the clip ({said})")
    what = "the answer names no task" if answer.code == kie.OK else said if answer.code else answer.message
    raise OutcomeUnknown(f"{_WHO} may have accepted the clip: {what}; look at kie.ai/logs")


def standing(answer: kie.Answer, age_s: float) -> Running | Finished:
    """Read the answer of recordInfo about a task of `age_s` seconds.

    Raises:
        Filtered, GenerationFailed: the task is over.
        OutcomeUnknown: KIE does not know the task.
        RetryLater, Refused: the question failed.
    """
    kie.check_account(answer, _WHO)
    said = f"{answer.code} {answer.message}"
    if answer.code in _UNKNOWN_TASK or (answer.code == kie.OK and not isinstance(answer.data, dict)):
        if age_s < YOUNG_S:
            return Running("not yet known")
        raise OutcomeUnknown(f"{_WHO} does not know the task ({said}); look at kie.ai/logs")
    if answer.code == _FAILED:
        raise _lasting(answer.message, f"{_WHO} could not make the clip ({said})")
    if answer.code != kie.OK or not isinstance(answer.data, dict):
        raise RetryLater(f"{_WHO} did not say how the clip stands ({said})", answer.after_s)
    return _record(answer.data)


def _record(record: dict[str, object]) -> Running | Finished:
    flag = record.get("successFlag")
    state = record.get("state") or (_FLAGS.get(flag) if isinstance(flag, int) else None)
    charged = _credits(record)
    if state == "fail":
        raise _failure(record, charged)
    urls = _urls(record.get("resultJson")) or _urls(record.get("response"))
    # A success without addresses has been seen for a moment before they are there.
    if state != "success" or not urls:
        return Running(keys.scrub(state) if isinstance(state, str) else "unknown")
    if charged is None:
        return Finished(url=urls[0])
    return Finished(url=urls[0], usd=round(charged * USD_PER_CREDIT, 4), units=f"{charged:g} credits")


def _failure(record: dict[str, object], charged: float | None) -> WorkflowError:
    code, message = (record.get(name) for name in ("failCode", "failMsg"))
    said = keys.scrub(" ".join(str(part) for part in (code, message) if isinstance(part, str | int) and part))
    cost = f"; {charged:g} credits are named as its cost" if charged else ""
    return _lasting(said, f"{_WHO} could not make the clip ({said or 'no reason given'}){cost}")


def _lasting(said: str, text: str) -> WorkflowError:
    return Filtered(text) if _MODERATION.search(said) else GenerationFailed(text)


def _credits(record: dict[str, object]) -> float | None:
    number = record.get("creditsConsumed")
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    # A result that cost nothing is one that is not charged yet: the list price counts until it is known.
    return float(number) if 0 < number < _MAX_CREDITS else None


def _urls(result: object) -> list[str]:
    if isinstance(result, str):
        try:
            result = json.loads(result)
        except (ValueError, RecursionError):
            return []
    listed = result.get("resultUrls") if isinstance(result, dict) else None
    listed = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
    return [url for url in listed if isinstance(url, str) and url.startswith(("https://", "http://"))]
