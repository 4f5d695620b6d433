"""What every paid backend offers to the one door: prepare, submit once, poll, fetch, cancel.

A provider never retries a submission by itself, never sleeps between polls and never writes outside the file that
`fetch` is given. Vendors' errors end here; how a caller must take each one:

submit  RetryLater        a parsed refusal: nothing exists, the same order may be sent again (`after_s`: not before)
        Refused           the account is refused (key, credits): no further submission in this run
        Filtered          the content filter refused it: nothing exists, nothing is charged
        GenerationFailed  a parsed, lasting refusal: nothing exists
        OutcomeUnknown    anything else: an operation may exist
poll    RetryLater        the question failed, not the operation
        Refused           the account may not ask
        Filtered, GenerationFailed   the operation is over, without a result
        OutcomeUnknown    the provider does not know the operation, or its result is gone
fetch   RetryLater        the download failed; it may be tried again
        OutcomeUnknown    the result has expired
        BadMedia          what came is not a video
find    RetryLater        the question failed, or it is too early to tell
        OutcomeUnknown    it cannot be told
        Refused           the account may not ask
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from workflow_lib.requests import EffectRequest, ImageRequest, SpeechRequest, TextRequest

Host = Callable[[Path], str]
"""Uploads a picture (or finds it uploaded) and returns the public URL under which a provider can fetch it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is asked for. `start`, `end`: PNG or JPEG files that are ready to be sent; `seconds`: the length.

    `aspect` such as `16:9`, `resolution` such as `720p`; a field that the model does not take is None or empty.
    """

    model: str
    prompt: str
    negative_prompt: str
    seconds: float
    aspect: str
    resolution: str
    seed: int | None
    start: Path | None
    end: Path | None


@dataclass(frozen=True, slots=True)
class SpeechOrder:
    """A line that is to be spoken as the request says, and the lines before and after it; empty: there is none."""

    request: SpeechRequest
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EffectOrder:
    """A sound effect that is to be made, as the request says."""

    request: EffectRequest


@dataclass(frozen=True, slots=True)
class TextOrder:
    """Words that are asked for: the `rules` that hold, the `words` that are said, and the JSON `schema` of the answer.

    `most_tokens`: how long the answer may be; `usd_in`, `usd_out`: what a million tokens cost, read and written.
    """

    request: TextRequest
    rules: str = field(repr=False)
    words: str = field(repr=False)
    schema: Mapping[str, object] = field(repr=False)
    temperature: float
    most_tokens: int
    usd_in: float
    usd_out: float


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """A picture that is to be drawn as the request says, told as `prompt`; `aspect`: its proportions, such as `16:9`.

    `references`: PNG or JPEG files, in the request's order.
    """

    request: ImageRequest
    prompt: str
    aspect: str
    references: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An order ready to be sent: the pictures are where the provider can read them. Sending `body` is what costs."""

    model: str
    body: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Running:
    """The operation goes on; `stage` in the provider's own word, `percent` when it tells one."""

    stage: str
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The operation has a result: where it is (never written down, it may be signed), or the bytes themselves.

    `usd`: what was really charged, when the provider says so; `units`: the same in its own unit (`84 credits`).
    `notes`: what else came with the result and is to be kept beside it, such as the times of its words.
    """

    url: str | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    usd: float | None = None
    units: str | None = None
    notes: Mapping[str, object] | None = field(default=None, repr=False)


class Provider(Protocol):
    """One paid service at one address with one account."""

    @property
    def base_url(self) -> str:
        """The address that is asked; an operation is polled where it was submitted."""

    @property
    def account(self) -> str:
        """A digest that tells accounts apart and gives nothing away."""

    def prepare(self, order: Any, host: Host) -> Draft:  # noqa: ANN401 - each provider takes its own kind of order
        """Bring the pictures where the provider reads them; costs nothing.

        Raises:
            InvalidInput: the model does not take such an order.
            RetryLater, Refused, GenerationFailed: the pictures could not be brought there.
        """

    def submit(self, draft: Draft) -> str:
        """Send the order once and return the operation's id. This is what is paid for."""

    def poll(self, operation: str, age_s: float) -> Running | Finished:
        """Ask once how the operation stands; `age_s`: seconds since it was submitted."""

    def fetch(self, finished: Finished, to: Path) -> None:
        """Write the result to `to`, whole or not at all."""

    def cancel(self, operation: str) -> bool:
        """Ask the provider to give the operation up; False when it cannot."""


@runtime_checkable
class Remembering(Protocol):
    """A provider that can be asked what became of a submission whose answer was lost."""

    def find(self, request: Mapping[str, object], age_s: float, known: Collection[str]) -> str | None:
        """Give the id of the operation that `request`, sent `age_s` seconds ago, led to; None: there is none.

        `known`: the operations of other submissions, which it is not.
        """


@runtime_checkable
class Immediate(Protocol):
    """A provider whose answer to a submission is the result itself."""

    def answer(self, operation: str) -> Finished | None:
        """Give the result that came with the answer; None: it must be asked for, like any other."""
