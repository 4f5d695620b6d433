"""A request: everything that determines a result, and nothing else; its fingerprint finds the finished take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal

from workflow_lib import files
from workflow_lib.catalog import Backend, Service

Component = Literal["clips", "narration", "effects", "storyboard", "images"]
"""What of a film is paid for."""

MP3 = "mp3_44100_128"
"""What sound is delivered as: MP3 at 44.1 kHz and 128 kbit/s, which every plan of ElevenLabs gives."""

_NAMES = {
    "start": "picture",
    "end": "end keyframe",
    "width": "size",
    "height": "size",
    "fps": "frame rate",
    "seconds": "duration",
    "negative_prompt": "negative prompt",
    "aspect": "shape",
    "similarity_boost": "similarity",
    "words": "description",
    "cast": "look",
    "references": "reference picture",
    "image_size": "size",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every request has: who is asked, with which model, and for the how manieth take."""

    backend: Service
    model: str
    take: int

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return files.digest(self.as_dict())

    @property
    def length_s(self) -> float | None:
        """The length that is asked for, in seconds; None where it follows from the rest."""
        return None

    @property
    def amount(self) -> str:
        """How much is asked for, in words."""
        return f"{self.length_s:g} s" if self.length_s else ""

    @property
    def suffix(self) -> str:
        """How the name of the take's file ends."""
        return ".mp3"

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


@dataclass(frozen=True, kw_only=True)
class Request(Asked):
    """What is asked of a backend. `start`, `end`: digests of the pictures; `seconds`: the length that is asked for.

    The animatic is rendered for a film's `width`, `height` (pixels) and `fps` (such as `24` or `30000/1001`). A paid
    clip is conformed to them afterwards, so it is known by its `aspect` and `resolution` alone; it takes its aspect
    from its picture where that is empty.

    A picture's digest is that of its decoded pixels; that of a composite which we make is its recipe's, so that it is
    known before the composite is there and stays the same however the composite is drawn or stored.
    """

    backend: Backend
    prompt: str
    negative_prompt: str
    start: str | None
    end: str | None
    seconds: float
    width: int
    height: int
    fps: str
    seed: int | None
    aspect: str = ""
    resolution: str = ""

    @property
    def length_s(self) -> float | None:
        """The length that is asked for, in seconds."""
        return self.seconds

    @property
    def suffix(self) -> str:
        """How the name of the take's file ends."""
        return ".mp4"


@dataclass(frozen=True, kw_only=True)
class SpeechRequest(Asked):
    """A line that a paid voice speaks. None of its settings: as the voice is set up.

    The lines before and after it are sent, too, so that it is spoken in their tone, and are no part of it: an edited
    line would else be three purchases, and a reordered clip as many. How they colour it is the provider's chance, as
    what another seed would give.
    """

    backend: Service = "elevenlabs"
    take: int = 1
    component: Component = "narration"
    voice: str
    text: str
    stability: float | None
    similarity_boost: float | None
    style: float | None
    speed: float | None
    seed: int | None
    output_format: str = MP3

    @property
    def amount(self) -> str:
        """How much is asked for, in words."""
        return f"{len(self.text)} character{'' if len(self.text) == 1 else 's'}"


@dataclass(frozen=True, kw_only=True)
class EffectRequest(Asked):
    """A sound effect of `seconds`."""

    backend: Service = "elevenlabs"
    take: int = 1
    component: Component = "effects"
    text: str
    seconds: float
    output_format: str = MP3

    @property
    def length_s(self) -> float | None:
        """The length that is asked for, in seconds."""
        return self.seconds


@dataclass(frozen=True, kw_only=True)
class TextRequest(Asked):
    """A storyboard of `clips` clips that a model writes.

    `words`: the SHA-256 of the story and of what its user asks of it, not of how a model is told of them.
    `repairs`: the fingerprint of the request whose answer could not be used, where this one asks for
    a better one.
    """

    backend: Service = "gemini"
    take: int = 1
    component: Component = "storyboard"
    words: str
    clips: int
    repairs: str | None = None

    @property
    def amount(self) -> str:
        """How much is asked for, in words."""
        return f"{self.clips} clip{'' if self.clips == 1 else 's'}"

    @property
    def suffix(self) -> str:
        """How the name of the take's file ends."""
        return ".json"


@dataclass(frozen=True, kw_only=True)
class ImageRequest(Asked):
    """A picture that is drawn from words, and from `references`: how each of them is known, in their order.

    One that we draw is known by its own request, so that this is known before it is there; one of the user's by its
    pixels. `words`, `pose`, `style` and `cast` (name, look, colours) are the user's own: how a model is told of them is
    the program's, and a better way of telling buys nothing again. `last`: it ends a shot. `shape`: the frame's, such as
    `16:9`, empty for a cut-out; `image_size` such as `2K`. The picture is brought to the film's size afterwards.
    """

    backend: Service = "gemini"
    component: Component = "images"
    kind: str
    words: str
    pose: str
    style: str
    cast: list[list[str]]
    last: bool
    references: list[str]
    shape: str
    image_size: str

    @property
    def amount(self) -> str:
        """How much is asked for, in words."""
        return f"{self.image_size} {self.shape}".strip()

    @property
    def suffix(self) -> str:
        """How the name of the take's file ends; what is in it is told by its content."""
        return ".png"
