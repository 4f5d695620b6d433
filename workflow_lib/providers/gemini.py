"""Gemini by generateContent: the answer to the one request is the result itself, and is not to be had again.

Source: ai.google.dev/api/generate-content, read 2026-11; google-genai 3.4.0, read and run. There is no operation to
wait for, no idempotency key and no history: an answer that gets lost is lost.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_lib import files
from workflow_lib.errors import OutcomeUnknown
from workflow_lib.providers import gemini_images, google
from workflow_lib.providers.base import Draft, Finished, Host, ImageOrder, Running

if TYPE_CHECKING:
    from google.genai import types

_WHO = "Gemini"
_LONGEST_MS = 600_000  # the largest pictures take minutes


@dataclass(frozen=True, slots=True)
class Gemini:
    """An account of the Gemini API, or a project on Vertex."""

    access: google.GeminiAccess | google.VertexAccess
    _answered: dict[str, Finished] = field(default_factory=dict, repr=False)

    @property
    def base_url(self) -> str:
        """The address that is asked."""
        return self.access.base_url

    @property
    def account(self) -> str:
        """A digest of the address and the key or project."""
        return self.access.account

    def prepare(self, order: ImageOrder, host: Host) -> Draft:  # noqa: ARG002 - pictures go within the request
        """Read the pictures that go along; costs nothing.

        Raises:
            InvalidInput: Gemini does not take such an order.
            GenerationFailed: a picture is too large.
        """
        return gemini_images.draft(order)

    def submit(self, draft: Draft) -> str:
        """Ask once, and give the id that the answer carries. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: nothing was made.
            OutcomeUnknown: something may have been.
        """
        contents, config = gemini_images.contents(draft)
        try:
            answer = self._asked(draft.model, contents, config)
        except Exception as error:  # noqa: BLE001 - whatever it is, the request may have been sent
            raise google.submission_error(_WHO, draft.model, error, "the picture") from None
        finished = gemini_images.result(answer)
        operation = answer.response_id or f"unnamed-{uuid.uuid4().hex[:12]}"
        self._answered[operation] = finished
        return operation

    def _asked(self, model: str, contents: Any, config: dict[str, Any]) -> types.GenerateContentResponse:  # noqa: ANN401
        from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

        # Said again for this request: nothing that is paid for is ever sent twice by the library.
        options = types.HttpOptions(timeout=_LONGEST_MS, retry_options=types.HttpRetryOptions(attempts=1))
        told = types.GenerateContentConfig(http_options=options, **config)
        return self.access.client.models.generate_content(model=model, contents=contents, config=told)

    def answer(self, operation: str) -> Finished | None:
        """Give the result that `submit` has brought."""
        return self._answered.get(operation)

    def poll(self, operation: str, age_s: float) -> Running | Finished:  # noqa: ARG002 - there is nothing to wait for
        """Give the result that `submit` has brought.

        Raises:
            OutcomeUnknown: another process has brought it, and lost it.
        """
        finished = self._answered.get(operation)
        if finished is None:
            raise OutcomeUnknown(f"{_WHO} gives each answer once")
        return finished

    def fetch(self, finished: Finished, to: Path) -> None:
        """Write the result.

        Raises:
            OutcomeUnknown: there is none.
            OutOfSpace: the disk is full.
        """
        if finished.data is None:
            raise OutcomeUnknown(f"{_WHO} gives each answer once")
        with files.atomic_path(to) as temporary:
            temporary.write_bytes(finished.data)

    def cancel(self, operation: str) -> bool:  # noqa: ARG002 - what is asked for is made at once
        """Give False: there is nothing that goes on."""
        return False
