"""Words by Gemini, shaped by a JSON schema: the whole answer is kept as it came, whatever it says.

Whether it can be used is judged by who asked, from what is kept: an answer that was cut, blocked or makes no sense was
paid for like any other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workflow_lib.errors import OutcomeUnknown
from workflow_lib.providers import google
from workflow_lib.providers.base import Draft, Finished, TextOrder

if TYPE_CHECKING:
    from google.genai import Client

_MILLION = 1_000_000
_LONGEST_S = 540.0
"""How long an answer is waited for: a model that thinks long says nothing meanwhile."""


def draft(order: TextOrder) -> Draft:
    """The order as it is sent; nothing needs to be brought anywhere."""
    return Draft(order.request.model, order)


def asked(who: str, client: Client, draft: Draft) -> tuple[str | None, Finished]:
    """Send the request once; the id of the answer, if it has one, and the answer.

    Raises:
        RetryLater, Refused, Filtered, GenerationFailed: nothing was made.
        OutcomeUnknown: something may have been.
        TypeError: the draft is another provider's.
    """
    order = draft.body
    if not isinstance(order, TextOrder):
        raise TypeError("this draft is another provider's")
    from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

    # The client retries nothing; said again here, so that options for one call cannot change it.
    once = types.HttpOptions(timeout=int(_LONGEST_S * 1000), retry_options=types.HttpRetryOptions(attempts=1))
    settings = types.GenerateContentConfig(
        system_instruction=order.rules,
        temperature=order.temperature,
        max_output_tokens=order.most_tokens,
        response_mime_type="application/json",
        response_json_schema=dict(order.schema),
        http_options=once,
    )
    try:
        response = client.models.generate_content(model=order.request.model, contents=order.words, config=settings)
        value = response.model_dump(mode="json", exclude_none=True, by_alias=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the request may have been sent
        raise google.submission_error(who, draft.model, error, "the storyboard") from None
    value.pop("sdkHttpResponse", None)
    if not value:
        raise OutcomeUnknown(f"{who} may have accepted it: the answer holds nothing")
    name = value.get("responseId")
    return (name if isinstance(name, str) and name else None), _finished(value, order)


def _finished(value: dict[str, Any], order: TextOrder) -> Finished:
    """The answer as it is kept, and what its tokens cost; thoughts are billed as words are."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    # Models write half letters, which the client reads out of their words: they are kept as JSON escapes them.
    data = text.encode(errors="backslashreplace")
    usage = value.get("usageMetadata") or {}
    read = int(usage.get("promptTokenCount") or 0)
    written = int(usage.get("candidatesTokenCount") or 0) + int(usage.get("thoughtsTokenCount") or 0)
    if not read:
        return Finished(data=data)
    usd = (read * order.usd_in + written * order.usd_out) / _MILLION
    return Finished(data=data, usd=round(usd, 6), units=f"{read + written} tokens")
