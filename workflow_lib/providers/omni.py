"""Gemini Omni through Google's Interactions API: one interaction per clip, asked for once, in the background.

Source: ai.google.dev/gemini-api/docs/omni and docs.cloud.google.com, models/gemini/omni-1-2-flash, read 2026-11;
google-genai 3.4.0.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from workflow_lib import files, http, keys
from workflow_lib.errors import GenerationFailed, InvalidInput, OutcomeUnknown, Problem, Refused
from workflow_lib.providers import google, omni_answers
from workflow_lib.providers.base import Draft, Finished, Host, Order, Running

if TYPE_CHECKING:
    from google.genai import Client

_WHO = "Omni"
_PICTURE_BYTES = 20 * 1000 * 1000
_SHORTEST_S, _LONGEST_S, _LONGEST_12_S = 3.0, 10.0, 15.0
_ASPECTS = ("16:9", "9:16")
_RESOLUTIONS = ("360p", "720p", "1080p", "4k")
_ONE_SHOT = "One continuous shot, no cuts."
_FIRST = "<FIRST_FRAME> is the first frame of the video."
_BOTH = "<FIRST_FRAME> is the first and <LAST_FRAME> the last frame of the video."
_ID = re.compile(r"(?:projects/([\w.:-]+)/locations/([\w-]+)/interactions/)?([\w.:=+/~-]+)")
_FILE = re.compile(r"files/([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Omni:
    """An account of the Gemini API, or a project on Vertex."""

    access: google.GeminiAccess | google.VertexAccess

    @property
    def base_url(self) -> str:
        """The address that is asked."""
        return self.access.base_url

    @property
    def account(self) -> str:
        """A digest of the address and the key or project."""
        return self.access.account

    def prepare(self, order: Order, host: Host) -> Draft:  # noqa: ARG002 - pictures go within the request
        """Read the pictures; costs nothing.

        Raises:
            InvalidInput: Omni does not make such a clip.
            GenerationFailed: a picture has more than 20 MB.
        """
        _check(order)
        return google.draft(order, _PICTURE_BYTES)

    def submit(self, draft: Draft) -> str:
        """Start the interaction and return its id, on Vertex with its project. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: there is no interaction.
            OutcomeUnknown: there may be one.
        """
        if not isinstance(draft.body, google.Inline):
            raise TypeError("a draft of another provider")
        request = _request(draft.body, by_address=isinstance(self.access, google.GeminiAccess))
        client = self.access.client
        try:
            made = _create(client, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the request may have been sent
            made = _unread(error)
            if made is None:
                raise google.submission_error(_WHO, draft.model, error) from None
        if not isinstance(made, str) or not _ID.fullmatch(made):
            raise OutcomeUnknown(f"{_WHO} may have accepted the clip: the answer names no interaction")
        return f"{self._parent()}{made}"

    def poll(self, operation: str, age_s: float) -> Running | Finished:  # noqa: ARG002 - an id is known at once
        """Ask once how the interaction stands, and whether its file is ready.

        Raises:
            RetryLater, Refused: the question failed.
            Filtered, GenerationFailed: the interaction is over, without a clip.
            OutcomeUnknown: Google does not know the interaction, or its file is gone.
        """
        identity = self._id(operation)
        try:
            answer = self.access.client.interactions.with_raw_response.get(id=identity, stream=False)
        except Exception as error:  # noqa: BLE001 - no failed question ends an interaction
            raise google.question_error(_WHO, error) from None
        standing = omni_answers.standing(answer.http_response.content)
        if isinstance(standing, Finished) and standing.url is not None:
            return self._when_ready(standing, standing.url)
        return standing

    def _when_ready(self, finished: Finished, uri: str) -> Running | Finished:
        name = _FILE.search(uri)
        if name is None or not isinstance(self.access, google.GeminiAccess):
            return finished
        try:
            state = self.access.client.files.get(name=name.group()).state
        except Exception as error:  # noqa: BLE001 - no failed question ends an interaction
            raise google.file_error(_WHO, error) from None
        match state.name if state else "":
            case "FAILED":
                raise GenerationFailed(f"{_WHO} could not keep the clip that it made")
            case "PROCESSING":
                return Running("processing the file")
        return finished

    def fetch(self, finished: Finished, to: Path) -> None:
        """Write the clip: from the last poll, from Google's files, or from its bucket.

        Raises:
            RetryLater, Refused, OutcomeUnknown, BadMedia, OutOfSpace: as http.download says.
        """
        if finished.data is not None:
            with files.atomic_path(to) as temporary:
                temporary.write_bytes(finished.data)
            return
        http.download(self._address(finished.url or ""), to, who="Google", headers=self.access.headers())

    def cancel(self, operation: str) -> bool:
        """Ask Google to give the interaction up; whether it did.

        Raises:
            RetryLater, Refused, OutcomeUnknown: the question failed.
        """
        identity = self._id(operation)
        try:
            return self.access.client.interactions.cancel(id=identity).status == "cancelled"
        except Exception as error:  # noqa: BLE001 - see above
            raise google.question_error(_WHO, error) from None

    def _address(self, uri: str) -> str:
        name = _FILE.search(uri)
        if uri.startswith("gs://") and isinstance(self.access, google.VertexAccess):
            return google.bucket_url(uri)
        if name is not None and isinstance(self.access, google.GeminiAccess):
            return f"{self.base_url}/{google.GEMINI_VERSION}/{name.group()}:download?alt=media"
        raise OutcomeUnknown(f"{_WHO} named no place of the clip that can be read")

    def _parent(self) -> str:
        if isinstance(self.access, google.GeminiAccess):
            return ""
        return f"projects/{self.access.project}/locations/{self.access.location}/interactions/"

    def _id(self, operation: str) -> str:
        """Give the bare id of an interaction of this account.

        Raises:
            Refused: it was started with other credentials.
            OutcomeUnknown: it is no id.
        """
        parts = _ID.fullmatch(operation)
        if parts is None:
            raise OutcomeUnknown(f"{keys.scrub(operation)} is no interaction of {_WHO}")
        if operation.removesuffix(parts[3]) != self._parent():
            how = f"in the Google project {parts[1]}" if parts[1] else "with GEMINI_API_KEY"
            raise Refused(f"the clip was ordered from {_WHO} {how}: set the same again to fetch it")
        return str(parts[3])


def _check(order: Order) -> None:
    longest = _LONGEST_12_S if "-1.2-" in order.model and order.end is None else _LONGEST_S
    found = [
        (not _SHORTEST_S <= order.seconds <= longest, f"makes clips of {_SHORTEST_S:g} to {longest:g} s"),
        (order.end is not None and order.start is None, "needs a start keyframe where there is an end keyframe"),
        (order.aspect not in _ASPECTS, f"makes clips of {' and '.join(_ASPECTS)}"),
        (order.resolution not in ("", *_RESOLUTIONS), f"makes clips of {', '.join(_RESOLUTIONS)}"),
        (bool(order.negative_prompt), "takes no negative prompt"),
        (not order.prompt.strip(), "needs a prompt"),
    ]
    problems = [Problem(f"model {order.model}", text) for wrong, text in found if wrong]
    if problems:
        raise InvalidInput(problems)


def _request(inline: google.Inline, *, by_address: bool) -> dict[str, Any]:
    order = inline.order
    pictures = [picture for picture in (inline.start, inline.end) if picture is not None]
    shape = {
        "type": "video",
        "aspect_ratio": order.aspect,
        "duration": f"{order.seconds:g}s",
        "resolution": order.resolution or "720p",
    }
    return {
        "model": order.model,
        "input": [{"type": "text", "text": _prompt(order)}, *(_picture(picture) for picture in pictures)],
        "generation_config": {"video_config": {"task": "image_to_video" if pictures else "text_to_video"}},
        # On Vertex a clip by address needs a bucket; without one it comes with the last poll.
        "response_format": {**shape, "delivery": "uri"} if by_address else shape,
    }


def _prompt(order: Order) -> str:
    frames = "" if order.start is None else _FIRST if order.end is None else _BOTH
    return " ".join(part for part in (frames, order.prompt.strip(), _ONE_SHOT) if part)


def _picture(content: bytes) -> dict[str, str]:
    return {"type": "image", "mime_type": google.mime_type(content), "data": base64.b64encode(content).decode()}


def _create(client: Client, request: dict[str, Any]) -> object:
    # Without `background` the client would continue unfinished work by itself, with a paid request for each part.
    made = client.interactions.create(background=True, store=True, **request)
    return getattr(made, "id", None)


def _unread(error: Exception) -> object:
    """Give the id from an answer that the client could not read, a new kind of status or a wrong content type say."""
    body = getattr(error, "body", None)
    return body.get("id") if getattr(error, "status_code", None) == httpx.codes.OK and isinstance(body, dict) else None
