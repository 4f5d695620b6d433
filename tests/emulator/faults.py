"""Scripted failures: which go wrong, where, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

REFUSALS = (
    "drop_before_accept",
    "html_answer",
    "http_503",
    "out_of_credits",
    "refuse_401",
    "refuse_402",
    "refuse_403",
    "refuse_429",
    "refuse_455",
    "refuse_500",
)
LOST_ANSWERS = ("drop_after_accept", "error_after_accept", "html_after_accept", "no_id")
FATES = ("failed", "filtered", "never", "slow")
POLLS = ("empty_urls_once", "poll_429", "poll_500", "poll_html", "poll_reset", "record_null")
RESULTS = ("expired", "html_result", "result_reset", "truncated")
UPLOADS = ("catbox_412", "upload_refused", "upload_reset")
ANSWERS = ("fenced", "half_letter", "fewer_clips", "long_lines", "unknown_character", "empty_answer", "no_json")
ODD_PICTURES = ("odd_picture",)
KINDS = frozenset((*ANSWERS, *REFUSALS, *LOST_ANSWERS, *FATES, *POLLS, *RESULTS, *UPLOADS, *ODD_PICTURES))

_PICTURE_SHAPES = (
    *("other_size", "jpeg", "two", "thought", "empty", "words", "no_image", "image_safety", "not_image", "cut_short"),
    "no_backdrop",
)
SHAPES = ("submit", "error", "rai", "text", *_PICTURE_SHAPES)
PROVIDERS = frozenset(
    ("kling", "veo", "omni", "gemini", "elevenlabs", "kie", "catbox", "litterbox", "gcs", "notion", "webhook"),
)
_KEYS = {"at", "provider", "times", "match", "shape", "factor", "retry_after"}


@dataclass(slots=True)
class Fault:
    """One kind of failure at one provider, `times` times (None: always), for prompts that contain `match`."""

    at: str
    provider: str
    times: int | None = 1
    match: str = ""
    shape: str = ""
    factor: float = 10.0
    retry_after: float | None = None

    def __post_init__(self) -> None:
        if self.at not in KINDS:
            raise ValueError(f"no fault is called {self.at!r}; there are {', '.join(sorted(KINDS))}")
        if self.provider not in PROVIDERS:
            raise ValueError(f"no provider is called {self.provider!r}; there are {', '.join(sorted(PROVIDERS))}")
        if self.shape and self.shape not in SHAPES:
            raise ValueError(f"no shape is called {self.shape!r}; there are {', '.join(SHAPES)}")

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Fault:
        """A fault from its JSON.

        Raises:
            ValueError: a key or a value that no fault has.
        """
        if unknown := set(value) - _KEYS:
            raise ValueError(f"unknown key {', '.join(sorted(unknown))}; there are {', '.join(sorted(_KEYS))}")
        if missing := {"at", "provider"} - set(value):
            raise ValueError(f"missing key {', '.join(sorted(missing))}")
        return cls(**value)


@dataclass(slots=True)
class Faults:
    """The failures that are still to happen, in the order in which they were scripted."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, provider: str, prompt: str, kinds: Iterable[str], shape: str | None = None) -> Fault | None:
        """The first failure that applies, one time less of it left; None when all goes well."""
        for fault in self.waiting:
            if (
                fault.provider == provider
                and fault.at in kinds
                and fault.match in prompt
                and (shape is None or fault.shape == shape)
            ):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self.waiting.remove(fault)
