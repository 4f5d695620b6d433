"""What Veo, Omni and Gemini share: a client without retries, credentials, errors in the words of the contract.

Source: google-genai 3.4.0, read and run. Its client is given our transport: its own would follow a redirect with the
paid request and the key, and wait for ever.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from workflow_lib import http, keys
from workflow_lib.errors import (
    Filtered,
    GenerationFailed,
    MissingKey,
    OutcomeUnknown,
    Refused,
    RetryLater,
    WorkflowError,
)
from workflow_lib.providers.base import Draft, Order

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.genai import Client, types

TOKEN = "GOOGLE_OAUTH_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
PROJECT = keys.GOOGLE_PROJECT
GEMINI_URL = "https://generativelanguage.googleapis.com"
GEMINI_VERSION = "v1"

_TIMEOUT_S = 120.0
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_STORAGE = "https://storage.googleapis.com"
_PNG = b"\x89PNG\r\n\x1a\n"
_ACCOUNT = frozenset({401, 402, 403})
_UNSURE = frozenset({408, 499})
_FRONT_DOOR = frozenset({404, 405, 413, 414})
_BUSY = 429
_NOT_FOUND = 404
_CLIENT_ERRORS = range(400, 500)
_NO_ACCOUNT = re.compile(r"api.key (not valid|expired)|API_KEY_INVALID|prepay|credits? \w* ?depleted", re.IGNORECASE)
_MODERATION = re.compile(
    r"support code|violat|usage guideline|sensitive|moderat|responsible ai|\brai\b|prohibited|inappropriate"
    r"|(content|safety|usage) (polic|filter|setting)|safety reason|blocked",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Inline:
    """An order with its pictures' bytes: Google takes them within the request."""

    order: Order
    start: bytes | None = field(repr=False)
    end: bytes | None = field(repr=False)


def draft(order: Order, most_bytes: int) -> Draft:
    """Read the pictures of `order`.

    Raises:
        GenerationFailed: a picture has more than `most_bytes`.
    """
    start, end = (_read(path, most_bytes) for path in (order.start, order.end))
    return Draft(order.model, Inline(order, start, end))


def _read(path: Path | None, most_bytes: int) -> bytes | None:
    if path is None:
        return None
    if path.stat().st_size > most_bytes:
        raise GenerationFailed(f"{path} has more than {most_bytes / 1e6:g} MB, which Google does not take")
    return path.read_bytes()


def mime_type(picture: bytes) -> str:
    """Say what a PNG or JPEG is."""
    return "image/png" if picture.startswith(_PNG) else "image/jpeg"


@dataclass(frozen=True)
class GeminiAccess:
    """Google by an API key."""

    base_url: str
    key: str = field(repr=False)

    @property
    def account(self) -> str:
        """A digest of the address and the key."""
        return _digest(f"{self.base_url} {self.key}")

    @cached_property
    def client(self) -> Client:
        """A client that sends each request once."""
        from google import genai  # noqa: PLC0415 - half a second, for those who need it

        options = _options(self.base_url, GEMINI_VERSION)
        return genai.Client(enterprise=False, api_key=self.key, http_options=options)

    def headers(self) -> dict[str, str]:
        """The header that Google knows the account by."""
        return {"x-goog-api-key": self.key}


@dataclass(frozen=True)
class VertexAccess:
    """Google by a project in a location."""

    base_url: str
    project: str
    location: str
    credentials: Credentials = field(repr=False)

    @property
    def account(self) -> str:
        """A digest of the address and the project; tokens change by the hour."""
        return _digest(f"{self.base_url} {self.project}")

    @cached_property
    def client(self) -> Client:
        """A client that sends each request once."""
        from google import genai  # noqa: PLC0415 - half a second, for those who need it

        return genai.Client(
            enterprise=True,
            project=self.project,
            location=self.location,
            credentials=self.credentials,
            http_options=_options(self.base_url, "v1beta1"),
        )

    def headers(self) -> dict[str, str]:
        """The headers that Google knows the account by.

        Raises:
            Refused, RetryLater: the credentials could not be renewed.
        """
        from google.auth.transport.requests import Request  # noqa: PLC0415 - only for results in a bucket

        try:
            if not self.credentials.valid:
                self.credentials.refresh(Request())  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - each of google.auth's errors has its own module
            raise question_error("Google's sign-in", error) from None
        return {"Authorization": f"Bearer {self.credentials.token}"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _options(base_url: str, version: str) -> types.HttpOptions:
    from google.genai import types  # noqa: PLC0415 - see above

    return types.HttpOptions(
        base_url=base_url,
        api_version=version,
        timeout=int(_TIMEOUT_S * 1000),
        retry_options=types.HttpRetryOptions(attempts=1),
        httpx_client=http.client(_TIMEOUT_S),
    )


def vertex_url(location: str) -> str:
    """Give Google's own address of Vertex for `location`."""
    return f"https://{'' if location == 'global' else location + '-'}aiplatform.googleapis.com"


def vertex_credentials(what_for: str) -> Credentials:
    """Give the credentials for Vertex: the access token that is set, else the application default.

    Raises:
        MissingKey: there are none; says what to set.
    """
    import google.auth  # noqa: PLC0415 - only for Vertex
    from google.oauth2.credentials import Credentials as Token  # noqa: PLC0415 - only for Vertex

    if keys.value(TOKEN):
        return Token(token=keys.required(TOKEN, what_for))  # type: ignore[no-untyped-call]
    try:
        found, _project = google.auth.default(scopes=[_SCOPE])
    except google.auth.exceptions.DefaultCredentialsError:
        raise MissingKey(
            f"{what_for} needs Google credentials: set {TOKEN}, or GOOGLE_APPLICATION_CREDENTIALS to a key file, "
            "or run `gcloud auth application-default login`"
        ) from None
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What Google answered. `parsed`: it was Google's own error, not a gateway's page."""

    status: int | None
    parsed: bool
    text: str
    after_s: float | None


def said(error: Exception) -> Said:
    """Read an exception of google-genai by its attributes: it has two families of them, one of them private."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    body = getattr(error, "details", None) or getattr(error, "body", None)
    body = body[0] if isinstance(body, list) and len(body) == 1 else body
    inner = body.get("error") if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    response = getattr(error, "response", None)
    return Said(
        status if isinstance(status, int) else None,
        isinstance(inner, dict),
        keys.scrub(f"{status} {message}" if isinstance(message, str) else f"HTTP {status}"),
        http.retry_after(response) if isinstance(response, httpx.Response) else None,
    )


def submission_error(who: str, model: str, error: Exception, what: str = "the clip") -> WorkflowError:
    """Say what an exception of a paid request means.

    A refusal that Google itself worded proves that nothing exists; anything else does not.
    """
    unsigned, broken = _sign_in(who, error), _transport(error)
    if unsigned:
        return unsigned
    if broken:
        return http.submission_error(who, broken)
    answer = said(error)
    refused = answer.parsed and answer.status in _CLIENT_ERRORS and answer.status not in _UNSURE
    if not (refused or answer.status in _FRONT_DOOR):
        return OutcomeUnknown(f"{who} may have accepted {what}: {_what(error, answer)}")
    return _refusal(who, model, answer, what)


def _refusal(who: str, model: str, answer: Said, what: str) -> WorkflowError:
    text = f"{who} refused {what} ({answer.text})"
    if answer.status in _ACCOUNT or _NO_ACCOUNT.search(answer.text):
        return Refused(f"{who} refuses the account; check the key or credentials and the billing ({answer.text})")
    if answer.status == _BUSY:
        return RetryLater(text, answer.after_s)
    if answer.status == _NOT_FOUND:
        return GenerationFailed(f"{who} does not know {model}: is the model retired? ({answer.text})")
    return failure(answer.text, text)


def question_error(who: str, error: Exception) -> WorkflowError:
    """Say what an exception of a free request means."""
    unsigned = _sign_in(who, error)
    if unsigned:
        return unsigned
    answer = said(error)
    if answer.parsed and (answer.status in _ACCOUNT or _NO_ACCOUNT.search(answer.text)):
        return Refused(f"{who} refuses the account; check the key or credentials ({answer.text})")
    if answer.parsed and answer.status in (400, _NOT_FOUND):
        return OutcomeUnknown(f"{who} does not know the operation or its result ({answer.text})")
    return RetryLater(f"{who} did not answer: {_what(error, answer)}", answer.after_s)


def file_error(who: str, error: Exception) -> WorkflowError:
    """Say what an exception of a question about a result's file means: Google forbids files that are not there."""
    answer = said(error)
    if answer.parsed and answer.status in (403, _NOT_FOUND):
        return OutcomeUnknown(f"{who} does not keep the clip any more ({answer.text})")
    return question_error(who, error)


def failure(reason: str, text: str) -> Filtered | GenerationFailed:
    """Tell the content filter from other reasons; Google has no code of its own for it."""
    return Filtered(text) if _MODERATION.search(reason) else GenerationFailed(text)


def _transport(error: Exception) -> httpx.HTTPError | None:
    """Find the broken connection behind an error; one of the families hides it behind its own."""
    cause = error if isinstance(error, httpx.HTTPError) else error.__cause__
    return cause if isinstance(cause, httpx.HTTPError) else None


def _sign_in(who: str, error: Exception) -> WorkflowError | None:
    """Tell failed sign-ins: they come before anything is sent."""
    from google.auth import exceptions  # noqa: PLC0415 - loaded by the client that raised the error

    if isinstance(error, exceptions.TransportError):
        return RetryLater(f"{who} could not be asked: Google's sign-in did not answer")
    if isinstance(error, exceptions.GoogleAuthError):
        return Refused(f"{who} could not be asked: the Google credentials were refused; set {TOKEN} or sign in again")
    return None


def _what(error: Exception, answer: Said) -> str:
    return answer.text if answer.status else f"no answer that can be read ({type(error).__name__})"


def bucket_url(uri: str) -> str:
    """Give the address at which Cloud Storage serves `gs://bucket/name`; STORAGE_EMULATOR_HOST goes first."""
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    root = keys.base_url("STORAGE_EMULATOR_HOST", _STORAGE)
    return f"{root}/storage/v1/b/{quote(bucket, safe='')}/o/{quote(name, safe='')}?alt=media"
