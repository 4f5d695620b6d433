"""Gemini's generateContent, which answers at once: one request, one answer, and no way to ask for either again.

Source: ai.google.dev/api/generate-content, read 2026-11; google-genai 3.4.0. There is no operation, no idempotency key
and no history: an answer that gets lost is lost.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from workflow_lib import files
from workflow_lib.errors import OutcomeUnknown
from workflow_lib.providers import gemini_text, google
from workflow_lib.providers.base import Draft, Finished, Host, Running, TextOrder

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

    def prepare(self, order: TextOrder, host: Host) -> Draft:  # noqa: ARG002 - all goes within the request
        """Write the request; nothing is sent."""
        return Draft(order.request.model, order)

    def submit(self, draft: Draft) -> str:
        """Ask, and give the id that the answer carries. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: nothing was made.
            OutcomeUnknown: something may have been.
        """
        if not isinstance(draft.body, TextOrder):
            raise TypeError("a draft of another provider")
        name, finished = gemini_text.asked(_WHO, self.access.client, draft.body)
        # An answer without an id is here, all the same.
        operation = name or f"unnamed-{uuid.uuid4().hex[:12]}"
        self._answered[operation] = finished
        return operation

    def answer(self, operation: str) -> Finished | None:
        """Give the answer that `submit` has brought."""
        return self._answered.get(operation)

    def poll(self, operation: str, age_s: float) -> Running | Finished:  # noqa: ARG002 - there is nothing to wait for
        """Give the answer that `submit` has brought.

        Raises:
            OutcomeUnknown: another process has asked, and its answer did not reach the disk.
        """
        finished = self._answered.get(operation)
        if finished is None:
            raise OutcomeUnknown(f"{_WHO} keeps no answers")
        return finished

    def fetch(self, finished: Finished, to: Path) -> None:
        """Write the answer.

        Raises:
            OutOfSpace: the disk is full.
        """
        with files.atomic_path(to) as temporary:
            temporary.write_bytes(finished.data or b"")

    def cancel(self, operation: str) -> bool:  # noqa: ARG002 - what is asked for is made at once
        """Give False: there is nothing that goes on."""
        return False
