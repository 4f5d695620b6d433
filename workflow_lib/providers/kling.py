"""Kling through KIE.ai: one task per clip, asked for once.

Source: docs.kie.ai, Market pages and Get Task Detail, read 2026-11. KIE has no idempotency key and no list of tasks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from workflow_lib import http, kie
from workflow_lib.errors import GenerationFailed, OutcomeUnknown
from workflow_lib.providers import kling_answers, kling_models
from workflow_lib.providers.base import Draft, Finished, Host, Order, Running

_WHO = "KIE.ai"
_OWN_HOSTS = ("aiquickdraw.com", "redpandaai.co", "kie.ai")


@dataclass(frozen=True, slots=True)
class Kling:
    """An account at KIE.ai."""

    base_url: str
    key: str = field(repr=False)

    @property
    def account(self) -> str:
        """A digest of the address and the key."""
        return hashlib.sha256(f"{self.base_url} {self.key}".encode()).hexdigest()[:12]

    def prepare(self, order: Order, host: Host) -> Draft:
        """Bring the pictures to a host; costs nothing.

        Raises:
            InvalidInput: the model does not make such a clip.
            GenerationFailed: a picture is larger than Kling takes.
            RetryLater, Refused, GenerationFailed: no host took the pictures.
        """
        kling_models.check(order)
        pictures = [path for path in (order.start, order.end) if path is not None]
        for path in pictures:
            if path.stat().st_size > kling_models.PICTURE_BYTES:
                raise GenerationFailed(f"{path} has more than 10 MB, which Kling does not take; make it smaller")
        body = kling_models.body(order, [host(path) for path in pictures])
        return Draft(str(body["model"]), body)

    def submit(self, draft: Draft) -> str:
        """Make the task and return its id. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: there is no task.
            OutcomeUnknown: there may be one.
        """
        with http.submitting(_WHO), self._client() as client:
            response = client.post("/api/v1/jobs/createTask", json=draft.body)
        return kling_answers.task(kie.read(response))

    def poll(self, operation: str, age_s: float) -> Running | Finished:
        """Ask once how the task stands.

        Raises:
            RetryLater, Refused: the question failed.
            Filtered, GenerationFailed: the task is over, without a clip.
            OutcomeUnknown: KIE does not know the task.
        """
        with http.asking(_WHO), self._client(30.0) as client:
            response = client.get("/api/v1/jobs/recordInfo", params={"taskId": operation})
        return kling_answers.standing(kie.read(response), age_s)

    def fetch(self, finished: Finished, to: Path) -> None:
        """Download the clip; where it has just expired, ask KIE once for another address of it.

        Raises:
            RetryLater, OutcomeUnknown, BadMedia, OutOfSpace: as http.download says.
        """
        if finished.url is None:
            raise OutcomeUnknown(f"{_WHO} named no address of the clip")
        try:
            http.download(finished.url, to, who=_WHO)
        except OutcomeUnknown:
            fresh = self._fresh_url(finished.url)
            if fresh is None:
                raise
            http.download(fresh, to, who=_WHO)

    def cancel(self, operation: str) -> bool:  # noqa: ARG002 - KIE has no way to do it
        """Give False: KIE cannot give a task up."""
        return False

    def _fresh_url(self, url: str) -> str | None:
        host = urlsplit(url).hostname or ""
        if not (
            host == urlsplit(self.base_url).hostname or f".{host}".endswith(tuple(f".{own}" for own in _OWN_HOSTS))
        ):
            return None
        with http.asking(_WHO), self._client(30.0) as client:
            answer = kie.read(client.post("/api/v1/common/download-url", json={"url": url}))
        usable = answer.code == kie.OK and isinstance(answer.data, str) and answer.data.startswith("http")
        return str(answer.data) if usable else None

    def _client(self, read_s: float = 120.0) -> httpx.Client:
        client = http.client(read_s)
        client.base_url = httpx.URL(self.base_url)
        client.headers.update(kie.headers(self.key))
        return client
