"""What each model can make and what it costs; the figures carry the month in which they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Backend = Literal["animatic", "kling", "veo", "omni"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

Service = Literal["animatic", "kling", "veo", "omni", "elevenlabs", "gemini"]
"""Who can be asked: the backends of clips, who speaks and makes sound effects, who writes and draws."""

SERVICES: tuple[Service, ...] = get_args(Service)

_TYPICAL_S = {"kling": 120.0, "veo": 90.0, "omni": 90.0, "elevenlabs": 5.0, "gemini": 30.0}

ImagesMaker = Literal["gemini", "sketch"]
"""Who draws the pictures that are described in words."""

Drafter = Literal["gemini", "embedded"]
"""Who drafts storyboards: a model, or this program by itself, for nothing."""
ImageSize = Literal["1K", "2K", "4K"]
"""About how many pixels a drawn picture is wide or high."""

Painting = Literal["gemini", "sketch", "bought"]
"""Who draws in a film; bought: sketches, but what Gemini drew before is used, and nothing is asked for."""

PRICES_OF = "2026-11"
"""The month in which the prices were last compared with the vendors' pages."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a model accepts and its list price.

    `durations`: lengths in seconds, or None for any whole second (any length, for the animatic) between the two ends.
    `aspects`: what it draws without a picture, or always; None: any. `usd`: per second, by resolution in the order in
    which people ask for them, or under "" where there is no choice. `needs_picture`: it makes nothing from words alone.
    `longest_with_end`: where an end picture makes the longest clip shorter. `sounds`: its
    clips have a sound of their own.
    """

    durations: tuple[float, ...] | None
    shortest: float
    longest: float
    prompt_chars: int
    negative_chars: int
    usd: Mapping[str, float]
    aspects: tuple[str, ...] | None = None
    follows_picture: bool = False
    seeds: bool = False
    end_picture: bool = True
    needs_picture: bool = False
    only_longest_with: frozenset[str] = frozenset()
    paid: bool = True
    whole_seconds: bool = False
    longest_with_end: float | None = None
    sounds: bool = False

    def allows(self, seconds: float) -> bool:
        """Whether the model makes clips of exactly `seconds`."""
        if self.durations:
            return seconds in self.durations
        return self.shortest <= seconds <= self.longest and (not self.whole_seconds or seconds == int(seconds))

    def reaching(self, seconds: float) -> float | None:
        """The shortest length that holds `seconds`, to be trimmed; None when none does."""
        if seconds > self.longest:
            return None
        if self.durations:
            return min(length for length in self.durations if length >= seconds)
        whole = -(-seconds // 1) if self.whole_seconds else seconds
        return max(self.shortest, whole)

    def offers(self) -> str:
        """The lengths that can be asked for, in words."""
        if self.durations:
            return " or ".join(f"{length:g}" for length in self.durations) + " s"
        return f"{self.shortest:g} to {self.longest:g} s"

    def price_usd(self, seconds: float, resolution: str) -> float:
        """The list price of one clip in USD, rounded to a tenth of a cent."""
        return round(self.usd.get(resolution, next(iter(self.usd.values()))) * seconds, 3)


_WIDE = ("16:9", "9:16")


def _kling(usd_5_s: float, prompt: int = 2500, negative: int = 500, *, end: bool = False, text: bool = False) -> Model:
    return Model(
        (5.0, 10.0),
        5.0,
        10.0,
        prompt,
        negative,
        {"": usd_5_s / 5},
        aspects=("16:9", "9:16", "1:1"),
        follows_picture=True,
        end_picture=end,
        needs_picture=not text,
    )


def _kling_3(usd: float, durations: tuple[float, ...] | None, *, end: bool = False) -> Model:
    # Without sound, at 1080p.
    return Model(
        durations,
        durations[0] if durations else 3.0,
        durations[-1] if durations else 15.0,
        2500,
        0,
        {"": usd},
        aspects=("16:9", "9:16", "1:1"),
        end_picture=end,
        needs_picture=True,
        whole_seconds=True,
    )


def _veo(usd: Mapping[str, float]) -> Model:
    # Silent. With an end picture or above 720p only 8 s (providers' pages disagree on the first; 8 s is always safe).
    return Model(
        (4.0, 6.0, 8.0),
        4.0,
        8.0,
        2000,
        2000,
        usd,
        aspects=_WIDE,
        seeds=True,
        only_longest_with=frozenset({"end", "1080p", "4k"}),
    )


def _omni(usd: Mapping[str, float], longest: float = 10.0) -> Model:
    return Model(
        None, 3.0, longest, 2500, 0, usd, aspects=_WIDE, whole_seconds=True, longest_with_end=10.0, sounds=True
    )


MODELS: dict[Backend, dict[str, Model]] = {
    "animatic": {"animatic-1": Model(None, 0.5, 120.0, 2500, 2500, {"": 0.0}, seeds=True, paid=False)},
    "kling": {  # KIE.ai's Market pages; USD for 5 s
        "kling/v2-5-turbo-image-to-video-pro": _kling(0.21, end=True, text=True),
        "kling/v2-1-pro": _kling(0.25, 5000, end=True),
        "kling/v2-1-standard": _kling(0.125, 5000),
        "kling/v2-1-master-image-to-video": _kling(0.80, 5000),
        "kling-2.6/image-to-video": _kling(0.275, prompt=1000, negative=0),
        "kling-3.0/video": _kling_3(0.09, None, end=True),
        "kling/v3-turbo-image-to-video": _kling_3(0.1125, (5.0, 10.0)),
    },
    "veo": {  # Vertex, video without sound, USD a second
        "veo-3.1-generate-001": _veo({"720p": 0.20, "1080p": 0.20, "4k": 0.40}),
        "veo-3.1-fast-generate-001": _veo({"720p": 0.08, "1080p": 0.10, "4k": 0.25}),
        "veo-3.1-lite-generate-001": _veo({"720p": 0.03, "1080p": 0.05}),
    },
    "omni": {  # USD a second; always with sound
        "gemini-omni-1.2-flash": _omni({"720p": 0.07, "360p": 0.023, "1080p": 0.105, "4k": 0.21}, longest=15.0),
        "gemini-omni-1.1-flash": _omni({"720p": 0.10, "360p": 0.034, "1080p": 0.15, "4k": 0.30}),
        "gemini-omni-1.1-flash-preview": _omni({"720p": 0.10, "360p": 0.034, "1080p": 0.15, "4k": 0.30}),
    },
}

DEFAULT_MODELS: dict[Backend, str] = {backend: next(iter(models)) for backend, models in MODELS.items()} | {
    "veo": "veo-3.1-fast-generate-001"
}


SPEECH_USD: Mapping[str, float] = {  # ElevenLabs, USD for 1,000 characters
    "eleven_multilingual_v2": 0.10,
    "eleven_v3": 0.10,
    "eleven_flash_v2_5": 0.05,
    "eleven_flash_v2": 0.05,
    "eleven_turbo_v2_5": 0.05,
}
EFFECT_USD: Mapping[str, float] = {"eleven_text_to_sound_v2": 0.12}  # ElevenLabs, USD for one effect
IMAGE_USD: Mapping[str, Mapping[str, float]] = {  # Gemini's image models, USD for one picture
    "gemini-3-pro-image": {"1K": 0.134, "2K": 0.134, "4K": 0.24},
    "gemini-3.1-flash-image": {"1K": 0.067, "2K": 0.101, "4K": 0.151},
    "gemini-3.1-flash-lite-image": {"1K": 0.0336},
    "gemini-nano-banana-2.1": {"1K": 0.0336, "2K": 0.0504, "4K": 0.113},
}
IMAGE_ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""The shapes that Gemini draws."""

MOST_REFERENCES = 14
"""How many pictures may be sent along with a request for one."""

_SMALL_USD = 0.05
EFFECT_S = (0.5, 30.0)
"""The shortest and the longest effect that can be asked for, in seconds."""


def speech_usd(model: str, own: Mapping[str, float]) -> float:
    """What 1,000 characters cost with a voice model: the user's `own` price, else the catalogue's."""
    return own.get(model, SPEECH_USD.get(model, next(iter(SPEECH_USD.values()))))


def effect_usd(model: str, own: Mapping[str, float]) -> float:
    """What one effect costs: the user's `own` price, else the catalogue's."""
    return own.get(model, EFFECT_USD.get(model, next(iter(EFFECT_USD.values()))))


@dataclass(frozen=True, slots=True)
class TextPrice:
    """What a million tokens cost in USD, read and written, to the end of the day `until`; None: no end is announced."""

    usd_in: float
    usd_out: float
    until: date | None = None


_FLASH = (TextPrice(0.75, 3.75, date(2026, 12, 31)), TextPrice(1.50, 7.50))
TEXT_USD: Mapping[str, tuple[TextPrice, ...]] = {"gemini-3.8-flash": _FLASH}  # Google's price page, read 2026-11
TEXT_TOKENS = 65_536
"""How many tokens an answer may have, thoughts included."""


def text_price(model: str, own: Mapping[str, float], on: date) -> TextPrice:
    """What a million tokens of a text model cost on a day; one that is not listed is taken to cost the dearest price.

    `own`: the user's prices; a model's own is for reading, that of `<model>:written` for writing.
    """
    dated = TEXT_USD.get(model, _FLASH[-1:])
    listed = next((price for price in dated if price.until is None or on <= price.until), dated[-1])
    return TextPrice(own.get(model, listed.usd_in), own.get(f"{model}:written", listed.usd_out))


def image_sizes(model: str) -> tuple[str, ...]:
    """The sizes that an image model draws; one that is not listed is taken to be like the first."""
    return tuple(IMAGE_USD.get(model) or next(iter(IMAGE_USD.values())))


def image_usd(model: str, size: str, own: Mapping[str, float]) -> float:
    """What one picture costs: the user's `own` price, else the catalogue's."""
    listed = IMAGE_USD.get(model) or next(iter(IMAGE_USD.values()))
    return own.get(model, listed.get(size, max(listed.values())))


def image_aspect(width: int, height: int) -> str:
    """The shape that Gemini draws which is nearest to a frame's."""

    def off(name: str) -> float:
        across, down = map(int, name.split(":"))
        ratio = width * down / (height * across)
        return max(ratio, 1 / ratio)

    return min(IMAGE_ASPECTS, key=off)


def remembers_operations(service: Service) -> bool:
    """Whether a service knows an operation afterwards: Gemini's answer is the result, and there is no other."""
    return service != "gemini"


def typical_s(service: str) -> float:
    """How many seconds an operation of a service usually takes, as long as none of the user's own tells."""
    return _TYPICAL_S.get(service, 120.0)


def priced(usd: float) -> str:
    """A sum of money as people read it: in cents, and below five cents in hundredths of a cent."""
    return f"${usd:.4f}" if 0 < usd < _SMALL_USD else f"${usd:.2f}"


def model(backend: Backend, name: str) -> Model:
    """The limits of a model; one that is not listed is taken to be like the backend's default."""
    models = MODELS[backend]
    return models.get(name) or models[DEFAULT_MODELS[backend]]


def is_paid(service: Service) -> bool:
    """Whether asking costs money."""
    return service != "animatic"


def aspect(width: int, height: int) -> str | None:
    """The usual name of a frame's shape, `16:9`; None for a shape without one."""
    for name in ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"):
        across, down = map(int, name.split(":"))
        if abs(width * down - height * across) <= 0.01 * width * down:
            return name
    return None
