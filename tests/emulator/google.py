"""What Google's APIs share: their errors, their keys, and the pictures within their requests."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .books import account_of
from .faults import Fault
from .fetching import Picture, Unusable, picture
from .replies import common_refusal, wait_header
from .world import World, bearer

_MOST_PICTURE_BYTES = 20_000_000
_KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_CODES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
_PLAIN_ALPHABET = str.maketrans("-_", "+/")
_REFUSED = {
    "refuse_401": ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    "refuse_402": ("RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
    "out_of_credits": ("RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
    "refuse_403": ("PERMISSION_DENIED", "The caller does not have permission."),
    "refuse_429": ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    "refuse_455": ("UNAVAILABLE", "The service is currently unavailable."),
    "refuse_500": ("INTERNAL", "An internal error has occurred."),
    "http_503": ("UNAVAILABLE", "The service is currently unavailable."),
    "error_after_accept": ("INTERNAL", "An internal error has occurred."),
    "poll_429": ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    "poll_500": ("INTERNAL", "An internal error has occurred."),
    "record_null": ("NOT_FOUND", "The operation was not found."),
}
MODERATED = (
    "The prompt could not be submitted. This prompt contains sensitive words that violate Google's Responsible AI "
    "practices. Try rephrasing the prompt. Support codes: 29310472"
)


class Wrong(Exception):
    """A request that is refused, with the whole answer."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    @property
    def answer(self) -> JSONResponse:
        """Google's error for it."""
        return error(self.status, self.message)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an account, through Vertex or with a key of the Gemini API."""

    account: str
    vertex: bool


def error(status: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Google's error."""
    code = _CODES[status]
    body = {"error": {"code": code, "message": message, "status": status, "details": []}}
    return JSONResponse(body, code, headers)


def scripted(fault: Fault) -> Response:
    """The answer to a request that fails as scripted."""
    return common_refusal(fault) or error(*_REFUSED[fault.at], wait_header(fault))


def caller(request: Request) -> Caller:
    """Who asks.

    Raises:
        Wrong: nobody that the server knows.
    """
    vertex = request.url.path.startswith("/vertex/")
    key = bearer(request) if vertex else request.headers.get("x-goog-api-key")
    if not key:
        raise Wrong("UNAUTHENTICATED", "Request is missing required authentication credential.")
    if key.startswith("invalid"):
        raise Wrong("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
    return Caller(account_of(key), vertex)


def parse(raw: bytes) -> dict[str, Any]:
    """The body of a request.

    Raises:
        Wrong: it is no JSON object.
    """
    try:
        body = json.loads(raw)
    except ValueError as problem:
        raise Wrong("INVALID_ARGUMENT", "Invalid JSON payload received.") from problem
    if not isinstance(body, dict):
        raise Wrong("INVALID_ARGUMENT", "Invalid JSON payload received. Root element must be a message.")
    return body


def only(given: object, known: set[str], where: str) -> dict[str, Any]:
    """An object that has no other keys than these.

    Raises:
        Wrong: it is no object, or has others.
    """
    if not isinstance(given, dict):
        raise Wrong("INVALID_ARGUMENT", f"{where} must be an object.")
    for name in given:
        if name not in known:
            raise Wrong("INVALID_ARGUMENT", f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}'.")
    return given


async def inline_picture(world: World, given: object, where: str, keys: tuple[str, ...], kinds: set[str]) -> Picture:
    """A picture from a request; `keys` are those that may hold its bytes or its gs:// address.

    Raises:
        Wrong: there is none, or it does not decode.
    """
    value = only(given, {*keys, "mimeType", "mime_type", "type"}, where)
    kind = value.get("mimeType", value.get("mime_type"))
    if kind not in kinds:
        raise Wrong("INVALID_ARGUMENT", f"{where}: unsupported mime type {kind!r}.")
    held = [value[key] for key in keys if key in value]
    if len(held) != 1 or not isinstance(held[0], str):
        raise Wrong("INVALID_ARGUMENT", f"{where}: exactly one of {', '.join(keys)} is required.")
    content = _bucket_file(world, held[0], where) if held[0].startswith("gs://") else _decoded(held[0], where)
    if len(content) > _MOST_PICTURE_BYTES:
        raise Wrong("INVALID_ARGUMENT", f"{where}: the image is larger than 20 MB.")
    try:
        return await picture(content, (_KINDS[str(kind)],))
    except Unusable as unusable:
        raise Wrong("INVALID_ARGUMENT", f"{where}: {unusable}.") from unusable


def _bucket_file(world: World, uri: str, where: str) -> bytes:
    stored = world.store.get("gcs/" + uri.removeprefix("gs://"))
    if stored is None:
        raise Wrong("INVALID_ARGUMENT", f"{where}: {uri} does not exist.")
    return stored.content


def _decoded(text: str, where: str) -> bytes:
    """The bytes behind base64 of either alphabet: Google's client sends the one for addresses."""
    try:
        return base64.b64decode(text.translate(_PLAIN_ALPHABET), validate=True)
    except binascii.Error as problem:
        raise Wrong("INVALID_ARGUMENT", f"{where}: Base64 decoding failed.") from problem
