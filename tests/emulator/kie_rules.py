"""What KIE.ai accepts for a Kling task: the fields of each model, their limits and their price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CREDIT_USD = 0.005
CREDITS = {"5": 42, "10": 84}
PICTURE_BYTES = 10_000_000
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")

_PROMPT = 2500
_NEGATIVE = 500
_ASPECTS = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
_SHORT_EDGE = 720
_COMMON = {"prompt", "duration", "negative_prompt", "cfg_scale"}
MODELS = {
    "kling/v2-5-turbo-image-to-video-pro": _COMMON | {"image_url", "tail_image_url"},
    "kling/v2-5-turbo-text-to-video-pro": _COMMON | {"aspect_ratio"},
}


class Wrong(Exception):
    """A request that is refused: the envelope's code and message."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


@dataclass(frozen=True, slots=True)
class Task:
    """A request in order, its pictures not yet fetched."""

    model: str
    prompt: str
    negative_prompt: str
    cfg_scale: float
    duration: str
    aspect: str | None
    pictures: tuple[str, ...]


def parse(body: object) -> Task:
    """A task from the body of a request.

    Raises:
        Wrong: the server would refuse it.
    """
    if not isinstance(body, dict):
        raise Wrong(400, "The request body is not a JSON object")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Wrong(422, "The model cannot be null")
    if model not in MODELS:
        raise Wrong(422, f"The page does not exist or is not published: {model}")
    given = body.get("input")
    if not isinstance(given, dict):
        raise Wrong(422, "The input cannot be null")
    if unknown := set(given) - MODELS[model]:
        raise Wrong(422, f"input has no field {', '.join(sorted(unknown))}")
    return Task(
        model=model,
        prompt=_text(given, "prompt", _PROMPT, required=True),
        negative_prompt=_text(given, "negative_prompt", _NEGATIVE),
        cfg_scale=_scale(given.get("cfg_scale", 0.5)),
        duration=_one_of(given, "duration", tuple(CREDITS), "5"),
        aspect=_one_of(given, "aspect_ratio", tuple(_ASPECTS), "16:9") if "text-to-video" in model else None,
        pictures=_pictures(given) if "image-to-video" in model else (),
    )


def _text(given: Mapping[str, Any], name: str, most: int, *, required: bool = False) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise Wrong(422, f"{name} must be a string")
    if required and not value.strip():
        raise Wrong(500, f"{name} is required")
    if len(value) > most:
        raise Wrong(422, f"{name} exceeds {most} characters")
    return value


def _one_of(given: Mapping[str, Any], name: str, values: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or value not in values:
        raise Wrong(422, f"{name} is not within the range of allowed options: {', '.join(values)} (a string)")
    return value


def _scale(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Wrong(422, "cfg_scale must be a number from 0 to 1")
    if abs(value * 10 - round(value * 10)) > 1e-6:
        raise Wrong(422, "cfg_scale has a step of 0.1")
    return float(value)


def _pictures(given: Mapping[str, Any]) -> tuple[str, ...]:
    first = _text(given, "image_url", 5000, required=True)
    last = _text(given, "tail_image_url", 5000)
    return (first, last) if last else (first,)


def frame_size(task: Task, picture: tuple[int, int] | None) -> tuple[int, int]:
    """The size of the result: of the aspect that was asked for, else of the first picture's."""
    if picture is None:
        return _ASPECTS[task.aspect or "16:9"]
    width, height = picture
    factor = _SHORT_EDGE / min(width, height)
    return round(width * factor / 2) * 2, round(height * factor / 2) * 2
