"""Veo 3.1 on Vertex AI: one operation per clip, asked for once; the clip comes with the last poll or in a bucket.

Source: docs.cloud.google.com, model-reference/veo-video-generation and models/veo/3-1-generate, read 2026-11;
google-genai 3.4.0. Snapshots of Google's pages disagree whether Veo 3.1 ends on 2026-11-17 or later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workflow_lib import files, http, keys
from workflow_lib.errors import Filtered, GenerationFailed, InvalidInput, OutcomeUnknown, Problem
from workflow_lib.providers import google
from workflow_lib.providers.base import Draft, Finished, Host, Order, Running

if TYPE_CHECKING:
    from google.genai import types

_WHO = "Veo"
_PICTURE_BYTES = 20 * 1000 * 1000
_DURATIONS = (4.0, 6.0, 8.0)
_LONGEST = 8.0
_ASPECTS = ("16:9", "9:16")
_RESOLUTIONS = ("720p", "1080p", "4k")
_SEEDS = range(1 << 32)
_NAME = re.compile(r"projects/[\w.:-]+/locations/[\w-]+/[\w./-]*operations/[\w.-]+")
_INVALID_ARGUMENT = 3


@dataclass(frozen=True, slots=True)
class Veo:
    """A project on Vertex."""

    access: google.VertexAccess

    @property
    def base_url(self) -> str:
        """The address that is asked."""
        return self.access.base_url

    @property
    def account(self) -> str:
        """A digest of the address and the project."""
        return self.access.account

    def prepare(self, order: Order, host: Host) -> Draft:  # noqa: ARG002 - pictures go within the request
        """Read the pictures; costs nothing.

        Raises:
            InvalidInput: Veo does not make such a clip.
            GenerationFailed: a picture has more than 20 MB.
        """
        _check(order)
        return google.draft(order, _PICTURE_BYTES)

    def submit(self, draft: Draft) -> str:
        """Start the operation and return its full name. This is what is paid for.

        Raises:
            RetryLater, Refused, Filtered, GenerationFailed: there is no operation.
            OutcomeUnknown: there may be one.
        """
        if not isinstance(draft.body, google.Inline):
            raise TypeError("a draft of another provider")
        source, config = _request(draft.body)
        models = self.access.client.models
        try:
            name = models.generate_videos(model=draft.model, source=source, config=config).name
        except Exception as error:  # noqa: BLE001 - whatever it is, the request may have been sent
            raise google.submission_error(_WHO, draft.model, error) from None
        if not name or not _NAME.fullmatch(name):
            raise OutcomeUnknown(f"{_WHO} may have accepted the clip: the answer names no operation")
        return name

    def poll(self, operation: str, age_s: float) -> Running | Finished:  # noqa: ARG002 - a name is known at once
        """Ask once how the operation stands.

        Raises:
            RetryLater, Refused: the question failed.
            Filtered, GenerationFailed: the operation is over, without a clip.
            OutcomeUnknown: Vertex does not know the operation.
        """
        from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

        if not _NAME.fullmatch(operation):
            raise OutcomeUnknown(f"{keys.scrub(operation)} is no operation of {_WHO}")
        asked = types.GenerateVideosOperation.model_validate({"name": operation})
        try:
            found = self.access.client.operations.get(asked)
        except Exception as error:  # noqa: BLE001 - no failed question ends an operation
            raise google.question_error(_WHO, error) from None
        return standing(found)

    def fetch(self, finished: Finished, to: Path) -> None:
        """Write the clip: from the last poll, or from its bucket with the same credentials.

        Raises:
            RetryLater, Refused, OutcomeUnknown, BadMedia, OutOfSpace: as http.download says.
        """
        if finished.data is not None:
            with files.atomic_path(to) as temporary:
                temporary.write_bytes(finished.data)
        elif finished.url is not None and finished.url.startswith("gs://"):
            http.download(google.bucket_url(finished.url), to, who="Cloud Storage", headers=self.access.headers())
        else:
            raise OutcomeUnknown(f"{_WHO} named no place of the clip that can be read")

    def cancel(self, operation: str) -> bool:  # noqa: ARG002 - nothing is documented
        """Give False: no way to give an operation up is documented."""
        return False


def _check(order: Order) -> None:
    long_only = order.end is not None or order.resolution in ("1080p", "4k")
    found = [
        (order.seconds not in _DURATIONS, "makes clips of 4, 6 or 8 s"),
        (
            long_only and order.seconds in _DURATIONS and order.seconds != _LONGEST,
            "makes clips of 8 s only with an end keyframe, or at 1080p and 4k",
        ),
        (order.end is not None and order.start is None, "needs a start keyframe where there is an end keyframe"),
        (order.aspect not in _ASPECTS, f"makes clips of {' and '.join(_ASPECTS)}"),
        (order.resolution not in ("", *_RESOLUTIONS), f"makes clips of {', '.join(_RESOLUTIONS)}"),
        ("lite" in order.model and order.resolution == "4k", "makes no clips of 4k"),
        (order.seed is not None and order.seed not in _SEEDS, "takes a seed from 0 to 4294967295"),
        (not order.prompt.strip(), "needs a prompt"),
    ]
    problems = [Problem(f"model {order.model}", text) for wrong, text in found if wrong]
    if problems:
        raise InvalidInput(problems)


def _request(inline: google.Inline) -> tuple[types.GenerateVideosSource, types.GenerateVideosConfig]:
    from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

    order = inline.order
    source = types.GenerateVideosSource(prompt=order.prompt, image=_image(inline.start))
    config = types.GenerateVideosConfig(
        number_of_videos=1,
        duration_seconds=round(order.seconds),
        aspect_ratio=order.aspect,
        resolution=order.resolution or "720p",
        last_frame=_image(inline.end),
        negative_prompt=order.negative_prompt or None,
        person_generation="allow_adult",
        generate_audio=False,
        seed=order.seed,
    )
    return source, config


def _image(picture: bytes | None) -> types.Image | None:
    from google.genai import types  # noqa: PLC0415 - half a second, for those who need it

    return None if picture is None else types.Image(image_bytes=picture, mime_type=google.mime_type(picture))


def standing(operation: types.GenerateVideosOperation) -> Running | Finished:
    """Read how an operation stands; the content filter shows in its error or in place of a video.

    Raises:
        Filtered, GenerationFailed: it is over, without a clip.
    """
    if not operation.done:
        return Running("running")
    if operation.error:
        raise _failure(operation.error)
    response = operation.response
    made = (response.generated_videos or []) if response else []
    video = made[0].video if made else None
    if video is not None and video.video_bytes:
        return Finished(data=video.video_bytes)
    if video is not None and video.uri:
        return Finished(url=video.uri)
    if response and (response.rai_media_filtered_count or response.rai_media_filtered_reasons):
        reasons = keys.scrub("; ".join(response.rai_media_filtered_reasons or [])) or "no reason given"
        raise Filtered(f"{_WHO}'s content filter kept the clip back ({reasons})")
    raise GenerationFailed(f"{_WHO} ended without a clip")


def _failure(error: dict[str, object]) -> Filtered | GenerationFailed:
    code, message = error.get("code"), error.get("message")
    reason = keys.scrub(message if isinstance(message, str) else "")
    text = f"{_WHO} could not make the clip ({code if isinstance(code, int) else '?'} {reason})"
    return google.failure(reason, text) if code == _INVALID_ARGUMENT else GenerationFailed(text)
