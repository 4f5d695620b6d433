"""Speech and sound effects by ElevenLabs: the answer to the one request is the sound itself.

Source: elevenlabs.io/docs, API reference, read 2026-11. There is no operation to wait for and no idempotency key.
Speech is kept in the account's history, from where it is had again for nothing; effects are not known to be.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from workflow_lib import files, http
from workflow_lib.errors import OutcomeUnknown, RetryLater
from workflow_lib.providers import elevenlabs_answers as answers
from workflow_lib.providers.base import Draft, EffectOrder, Finished, Host, Running, SpeechOrder
from workflow_lib.providers.elevenlabs_answers import WHO, Past
from workflow_lib.requests import SpeechRequest

_READ_S = 300.0  # the longest line takes minutes to speak
_PAGE = 1000
_MOST_PAGES = 50
_CLOCKS_S = 24 * 3600.0  # by which the clock here may have been off when something was sent
_OFF_S = 12 * 3600.0  # by which it may be off now: further back nothing is looked for
_SETTINGS = ("stability", "similarity_boost", "style", "speed")


@dataclass(frozen=True, slots=True)
class _Post:
    path: str
    json: Mapping[str, object] = field(repr=False)
    output_format: str
    speaks: bool


@dataclass(frozen=True, slots=True)
class ElevenLabs:
    """An account at ElevenLabs. `settle_s`: seconds after which speech that was sent is in the history, or never is."""

    base_url: str
    key: str = field(repr=False)
    settle_s: float
    _answered: dict[str, Finished] = field(default_factory=dict, repr=False)

    @property
    def account(self) -> str:
        """A digest of the address and the key."""
        return hashlib.sha256(f"{self.base_url} {self.key}".encode()).hexdigest()[:12]

    def prepare(self, order: SpeechOrder | EffectOrder, host: Host) -> Draft:  # noqa: ARG002 - sounds have no pictures
        """Write the request; nothing is sent."""
        request = order.request
        if isinstance(order, SpeechOrder):
            path = f"/v1/text-to-speech/{order.request.voice}/with-timestamps"
            return Draft(request.model, _Post(path, _speech(order), request.output_format, speaks=True))
        effect = {"text": request.text, "model_id": request.model, "duration_seconds": order.request.seconds}
        return Draft(request.model, _Post("/v1/sound-generation", effect, request.output_format, speaks=False))

    def submit(self, draft: Draft) -> str:
        """Ask for the sound, and give the id that the answer carries. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: nothing was made.
            OutcomeUnknown: something may have been.
        """
        post = draft.body
        if not isinstance(post, _Post):
            raise TypeError("this draft is another provider's")
        with http.submitting(WHO), self._client(_READ_S) as client:
            response = client.post(post.path, json=post.json, params={"output_format": post.output_format})
        if response.status_code != httpx.codes.OK:
            raise answers.refusal(response)
        finished = (answers.speech if post.speaks else answers.effect)(response)
        operation = answers.operation(response)
        if operation is None and finished is None:
            raise OutcomeUnknown(f"{WHO} may have accepted it: the answer holds no sound and no id")
        # A sound without an id is here, all the same.
        operation = operation or f"unnamed-{uuid.uuid4().hex[:12]}"
        if finished is not None:
            self._answered[operation] = finished
        return operation

    def answer(self, operation: str) -> Finished | None:
        """Give the sound that `submit` has brought; None where it could not be read."""
        return self._answered.get(operation)

    def poll(self, operation: str, age_s: float) -> Running | Finished:
        """Give the sound that `submit` has brought, else where the history has it.

        Raises:
            RetryLater, Refused: the question failed.
            OutcomeUnknown: it is not in the history, or the key may not read that.
        """
        finished = self._answered.pop(operation, None)
        if finished is not None:
            return finished
        for past in self._history(age_s + _CLOCKS_S):
            if past.is_called(operation):
                units = f"{past.characters} characters" if past.characters else None
                return Finished(url=f"{self.base_url}/v1/history/{past.id}/audio", units=units)
        if age_s < self.settle_s:
            return Running("not yet in the history")
        raise OutcomeUnknown(f"{WHO} does not have it in its history, which keeps no sound effects")

    def fetch(self, finished: Finished, to: Path) -> None:
        """Write the sound, or fetch it from the history.

        Raises:
            RetryLater, OutcomeUnknown, BadMedia, OutOfSpace: as http.download says.
        """
        if finished.data is not None:
            with files.atomic_path(to) as temporary:
                temporary.write_bytes(finished.data)
            return
        if finished.url is None:
            raise OutcomeUnknown(f"{WHO} named no place of the sound")
        http.download(finished.url, to, who=WHO, headers=self._headers())

    def cancel(self, operation: str) -> bool:  # noqa: ARG002 - what is asked for is made at once
        """Give False: there is nothing that goes on."""
        return False

    def find(self, request: Mapping[str, object], age_s: float, known: Collection[str]) -> str | None:
        """Look in the history for the speech of `request`, by its text, voice, model and time.

        Raises:
            RetryLater: the question failed, or it is too early to tell.
            Refused: the account may not ask.
            OutcomeUnknown: it is an effect, the history is empty and may be switched off, or the key may not read it.
        """
        if request.get("component") != "narration":
            raise OutcomeUnknown(f"{WHO} keeps no history of sound effects")
        sent, has_any = time.time() - age_s, False
        alike = []
        for past in self._history(age_s + _CLOCKS_S):
            has_any = True
            if past.at >= sent - _CLOCKS_S and _is_of(past, request) and not any(map(past.is_called, known)):
                alike.append(past)
        if alike:
            return min(alike, key=lambda past: abs(past.at - sent)).operation
        if age_s < self.settle_s:
            raise RetryLater(f"it is not in the history of {WHO} yet")
        if not has_any:
            raise OutcomeUnknown(f"the history of {WHO} is empty, perhaps because the account keeps none")
        return None

    def _history(self, age_s: float) -> Iterator[Past]:
        """What was made in the last `age_s` seconds, newest first, and one more that is older if there is any.

        Raises:
            RetryLater, Refused: the question failed.
            OutcomeUnknown: there is too much of it, or the key may not read it.
        """
        since, after = time.time() - age_s, None
        for _ in range(_MOST_PAGES):
            page, after = self._page(after)
            for past in page:
                yield past
                if past.at < since:
                    return
            if after is None:
                return
        raise OutcomeUnknown(f"the history of {WHO} has more than {_PAGE * _MOST_PAGES} entries since then")

    def _page(self, after: str | None) -> tuple[list[Past], str | None]:
        params: dict[str, str | int] = {"page_size": _PAGE} | ({"start_after_history_item_id": after} if after else {})
        with http.asking(WHO), self._client(30.0) as client:
            response = client.get("/v1/history", params=params)
        if abs(off_s := http.clock_off_s(response)) > _OFF_S:
            raise OutcomeUnknown(f"the clock of this machine is {off_s / 3600:+.0f} hours off that of {WHO}: set it")
        if response.status_code != httpx.codes.OK:
            raise answers.asked_in_vain(response)
        return answers.history(response)

    def _headers(self) -> dict[str, str]:
        return {"xi-api-key": self.key}

    def _client(self, read_s: float) -> httpx.Client:
        client = http.client(read_s)
        client.base_url = httpx.URL(self.base_url)
        client.headers.update(self._headers())
        return client


def _speech(order: SpeechOrder) -> dict[str, object]:
    request: SpeechRequest = order.request
    settings = {name: value for name in _SETTINGS if (value := getattr(request, name)) is not None}
    wanted = {
        "voice_settings": settings or None,
        "seed": request.seed,
        "previous_text": order.before or None,
        "next_text": order.after or None,
    }
    sent = {name: value for name, value in wanted.items() if value is not None}
    return {"text": request.text, "model_id": request.model, **sent}


def _is_of(past: Past, request: Mapping[str, object]) -> bool:
    same = (past.voice, past.model) == (request.get("voice"), request.get("model"))
    return same and past.text.split() == str(request.get("text")).split()
