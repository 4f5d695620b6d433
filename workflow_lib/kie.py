"""The envelope in which every answer of KIE.ai comes, and what its codes mean for the account.

Source: docs.kie.ai, Getting Started and Common API, read 2026-11.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import httpx

from workflow_lib import http, keys
from workflow_lib.errors import Refused, RetryLater

KEY = "KIE_API_KEY"

OK = 200
BUSY = frozenset({429, 455})
_FIREWALL = re.compile(rb"\s*error code: 10\d\d\s*")
_ACCOUNT = {
    401: f"the key is wrong or may not do this: check {KEY} in the console of kie.ai",
    402: f"there are not enough credits: top up the account of {KEY} at kie.ai",
    403: f"the key may not be used from here: check the permissions and the IP list of {KEY} in the console of kie.ai",
    433: f"the key has reached its own credit limit: raise the limit of {KEY} in the console of kie.ai",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of KIE. `code`: the envelope's, None when there was no envelope; `message`: one clean line."""

    code: int | None
    message: str
    data: object
    after_s: float | None


def headers(key: str) -> dict[str, str]:
    """The header that KIE knows the account by."""
    return {"Authorization": f"Bearer {key}"}


def read(response: httpx.Response) -> Answer:
    """Read whatever came; the HTTP status does not count where there is an envelope (it is 200 even for errors)."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    after_s = http.retry_after(response)
    code = _number(body.get("code")) if isinstance(body, dict) else None
    if not isinstance(body, dict) or code is None:
        return _bare(response, after_s)
    text = body.get("msg") or body.get("message") or ""
    return Answer(code, keys.scrub(text if isinstance(text, str) else ""), body.get("data"), after_s)


def _bare(response: httpx.Response, after_s: float | None) -> Answer:
    # Cloudflare's own refusal (1010: the client, 1015: too many calls, 1020: a rule) comes before KIE sees anything.
    if response.status_code in (403, 429) and _FIREWALL.fullmatch(response.content):
        return Answer(response.status_code, f"from the firewall before it: {response.text.strip()}", None, after_s)
    return Answer(None, f"HTTP {response.status_code} without KIE's envelope", None, after_s)


def check_account(answer: Answer, who: str) -> None:
    """Let pass what says nothing about the account.

    Raises:
        Refused: the key or its credits; says what to do.
        RetryLater: too many calls, or maintenance.
    """
    if answer.code in _ACCOUNT:
        raise Refused(f"{who} refuses the account, {_ACCOUNT[answer.code]} ({answer.code} {answer.message})")
    if answer.code in BUSY:
        raise RetryLater(f"{who} is busy ({answer.code} {answer.message})", answer.after_s)


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else None
