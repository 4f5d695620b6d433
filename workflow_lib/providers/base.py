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
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

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
    """

    url: str | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    usd: float | None = None
    units: str | None = None


class Provider(Protocol):
    """One paid backend at one address with one account."""

    @property
    def base_url(self) -> str:
        """The address that is asked; an operation is polled where it was submitted."""

    @property
    def account(self) -> str:
        """A digest that tells accounts apart and gives nothing away."""

    def prepare(self, order: Order, host: Host) -> Draft:
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
