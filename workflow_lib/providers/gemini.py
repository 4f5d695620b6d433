"""Gemini by generateContent: the answer to the one request is the result itself, and is not to be had again.

Source: ai.google.dev/api/generate-content, read 2026-11; google-genai 3.4.0, read and run. There is no operation to
wait for, no idempotency key and no history: an answer that gets lost is lost.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from workflow_lib import files
from workflow_lib.errors import OutcomeUnknown
from workflow_lib.providers import gemini_images, gemini_text, google
from workflow_lib.providers.base import Draft, Finished, Host, ImageOrder, Running, TextOrder

_WHO = "Gemini"


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

    def prepare(self, order: TextOrder | ImageOrder, host: Host) -> Draft:  # noqa: ARG002 - all goes within the request
        """Read the pictures that go along; costs nothing.

        Raises:
            InvalidInput: Gemini does not take such an order.
            GenerationFailed: a picture is too large.
        """
        return gemini_text.draft(order) if isinstance(order, TextOrder) else gemini_images.draft(order)

    def submit(self, draft: Draft) -> str:
        """Ask once, and give the id that the answer carries. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: nothing was made.
            OutcomeUnknown: something may have been.
        """
        ask = gemini_text.asked if isinstance(draft.body, TextOrder) else gemini_images.asked
        name, finished = ask(_WHO, self.access.client, draft)
        # An answer without an id is here, all the same.
        operation = name or f"unnamed-{uuid.uuid4().hex[:12]}"
        self._answered[operation] = finished
        return operation

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
