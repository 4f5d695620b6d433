"""Pictures by Gemini's image models: what is sent, and what the answer holds. Nothing here asks anything.

Source: ai.google.dev/gemini-api/docs/image-generation, read 2026-11; google-genai 3.4.0, read and run. Models that
think send pictures on the way: the last one that is no thought counts. PNG or JPEG come, whatever they are called.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflow_lib import catalog, keys
from workflow_lib.errors import Filtered, GenerationFailed, InvalidInput, Problem
from workflow_lib.providers import google
from workflow_lib.providers.base import Draft, Finished, ImageOrder

if TYPE_CHECKING:
    from google.genai import Client, types

_WHO = "Gemini"
_LONGEST_MS = 600_000  # the largest pictures take minutes
_PICTURE_BYTES = 7 * 1000 * 1000
_FILTERED = frozenset(
    {
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "BLOCKLIST",
        "RECITATION",
        "IMAGE_RECITATION",
        "SPII",
        "NO_IMAGE",
    }
)


@dataclass(frozen=True, slots=True)
class _Asked:
    order: ImageOrder
    references: tuple[bytes, ...] = field(repr=False)


def draft(order: ImageOrder) -> Draft:
    """Read the pictures of `order`.

    Raises:
        InvalidInput: more pictures go along than Gemini takes.
        GenerationFailed: one is too large.
    """
    most = catalog.MOST_REFERENCES
    if len(order.references) > most:
        what = f"{len(order.references)} pictures would go along, and {most} at most are taken"
        raise InvalidInput([Problem(f"model {order.request.model}", what, "name fewer characters")])
    for path in order.references:
        if path.stat().st_size > _PICTURE_BYTES:
            raise GenerationFailed(f"{path} has more than {_PICTURE_BYTES / 1e6:g} MB, which Gemini does not take")
    return Draft(order.request.model, _Asked(order, tuple(path.read_bytes() for path in order.references)))


def asked(who: str, client: Client, draft: Draft) -> tuple[str | None, Finished]:
    """Send the request once; the id of the answer, if it has one, and the picture that came with it.

    Raises:
        RetryLater, Refused, Filtered, GenerationFailed: nothing was made.
        OutcomeUnknown: something may have been.
        TypeError: the draft is another provider's.
    """
    from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

    sent, settings = _contents(draft)
    # Said again for this request: nothing that is paid for is ever sent twice by the library.
    options = types.HttpOptions(timeout=_LONGEST_MS, retry_options=types.HttpRetryOptions(attempts=1))
    told = types.GenerateContentConfig(http_options=options, **settings)
    try:
        answer = client.models.generate_content(model=draft.model, contents=sent, config=told)
    except Exception as error:  # noqa: BLE001 - whatever it is, the request may have been sent
        raise google.submission_error(who, draft.model, error, "the picture") from None
    return answer.response_id, _result(answer)


def _contents(draft: Draft) -> tuple[Any, dict[str, Any]]:
    """What is sent, and the settings beside it."""
    from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

    body = draft.body
    if not isinstance(body, _Asked):
        raise TypeError("this draft is another provider's")
    request = body.order.request
    shape = types.ImageConfig(aspect_ratio=body.order.aspect, image_size=request.image_size)
    parts = [types.Part(text=body.order.prompt)]
    parts += [types.Part.from_bytes(data=data, mime_type=google.mime_type(data)) for data in body.references]
    config = {"response_modalities": ["TEXT", "IMAGE"], "image_config": shape}
    return types.Content(role="user", parts=parts), config


def _result(answer: types.GenerateContentResponse) -> Finished:
    """The picture that an answer holds, whatever it is.

    Raises:
        Filtered: the content filter kept it back.
        GenerationFailed: there is none.
    """
    drawn = [data for data in _pictures(answer) if data]
    if drawn:
        return Finished(data=drawn[-1], units="1 picture")
    raise _without_picture(answer)


def _pictures(answer: types.GenerateContentResponse) -> list[bytes | None]:
    parts = [
        part for candidate in answer.candidates or [] if candidate.content for part in candidate.content.parts or []
    ]
    return [part.inline_data.data for part in parts if part.inline_data is not None and not part.thought]


def _without_picture(answer: types.GenerateContentResponse) -> Filtered | GenerationFailed:
    blocked = answer.prompt_feedback.block_reason if answer.prompt_feedback else None
    if blocked is not None:
        return Filtered(f"{_WHO} refused what was asked for: {_name(blocked)}")
    reasons = [_name(item.finish_reason) for item in answer.candidates or [] if item.finish_reason is not None]
    kept_back = next((reason for reason in reasons if reason in _FILTERED), None)
    if kept_back is not None:
        return Filtered(f"{_WHO} kept the picture back: {kept_back}")
    said = keys.scrub(" ".join(_texts(answer)))
    why = ", ".join([*reasons, *([f"it said: {said}"] if said else [])]) or "its answer is empty"
    return GenerationFailed(f"{_WHO} drew no picture ({why}); run again, or change what is described")


def _texts(answer: types.GenerateContentResponse) -> list[str]:
    parts = [
        part for candidate in answer.candidates or [] if candidate.content for part in candidate.content.parts or []
    ]
    return [part.text for part in parts if part.text and not part.thought]


def _name(reason: object) -> str:
    return str(getattr(reason, "value", reason))
