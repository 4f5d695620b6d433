"""A request: everything that determines a clip, and nothing else; its fingerprint finds the finished take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from workflow_lib import files
from workflow_lib.catalog import Backend

_NAMES = {
    "start": "picture",
    "end": "end keyframe",
    "width": "size",
    "height": "size",
    "fps": "frame rate",
    "seconds": "duration",
    "negative_prompt": "negative prompt",
    "aspect": "shape",
}


@dataclass(frozen=True)
class Request:
    """What is asked of a backend. `start`, `end`: digests of the pictures; `seconds`: the length that is asked for.

    The animatic is rendered for a film's `width`, `height` (pixels) and `fps` (such as `24` or `30000/1001`). A paid
    clip is conformed to them afterwards, so it is known by its `aspect` and `resolution` alone; it takes its aspect
    from its picture where that is empty.

    A picture's digest is that of its decoded pixels; that of a composite which we make is its recipe's, so that it is
    known before the composite is there and stays the same however the composite is drawn or stored.
    """

    backend: Backend
    model: str
    prompt: str
    negative_prompt: str
    start: str | None
    end: str | None
    seconds: float
    width: int
    height: int
    fps: str
    seed: int | None
    take: int
    aspect: str = ""
    resolution: str = ""

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return files.digest(self.as_dict())

    def as_dict(self) -> dict[str, object]:
        """The request as plain values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def changes(self, old: Mapping[str, object]) -> tuple[str, ...]:
        """What differs from an `old` request, in words: `prompt changed`."""
        names = [
            _NAMES.get(field.name, field.name)
            for field in fields(self)
            if getattr(self, field.name) != old.get(field.name)
        ]
        return tuple(f"{name} changed" for name in dict.fromkeys(names))
