"""What Gemini Omni accepts through the Interactions API, and its price."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .fetching import Picture
from .google import Wrong, inline_picture, only
from .world import World

TOKENS_PER_S = 5792
SIZES = {"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160}

_USD_1_1 = {"360p": 0.034, "720p": 0.10, "1080p": 0.15, "4k": 0.30}
_USD_1_2 = {"360p": 0.023, "720p": 0.07, "1080p": 0.105, "4k": 0.21}
_GEMINI_MODELS = {"gemini-omni-1.1-flash": _USD_1_1, "gemini-omni-1.2-flash": _USD_1_2}
_VERTEX_MODELS = {"gemini-omni-1.1-flash-preview": _USD_1_1, "gemini-omni-1.2-flash": _USD_1_2}
_LONGEST_S = {"1.1": 10, "1.2": 15}
_LONGEST_WITH_LAST_S = 10
_SHORTEST_S = 3
_TASKS = {"text_to_video": (0, 0), "image_to_video": (1, 2), "reference_to_video": (1, 5)}
_BODY = {"model", "input", "background", "store", "stream", "generation_config", "response_format", "labels"}
_FORMAT = {"type", "aspect_ratio", "duration", "resolution", "delivery", "gcs_uri", "mime_type"}
_PICTURES = {"image/png", "image/jpeg", "image/webp"}
_DURATION = re.compile(r"([0-9]{1,3})s")


@dataclass(frozen=True, slots=True)
class Clip:
    """A request in order."""

    model: str
    prompt: str
    pictures: tuple[Picture, ...]
    task: str
    duration: int
    aspect: str
    resolution: str
    delivery: str
    bucket: str
    background: bool
    usd: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        short = SIZES[self.resolution]
        return (short * 16 // 9, short) if self.aspect == "16:9" else (short, short * 16 // 9)


def prompt_of(body: dict[str, Any]) -> str:
    """The words of a request, in order or not."""
    given = body.get("input")
    if isinstance(given, str):
        return given
    return "\n".join(part["text"] for part in _parts(given) if isinstance(part.get("text"), str))


async def parse(world: World, body: dict[str, Any], *, vertex: bool) -> Clip:
    """A clip from the body of a request.

    Raises:
        Wrong: the server would refuse it.
    """
    only(body, _BODY, "request")
    model = body.get("model")
    prices = (_VERTEX_MODELS if vertex else _GEMINI_MODELS).get(str(model))
    if prices is None:
        raise Wrong("NOT_FOUND", f"Model {model} is not found or does not support interactions.")
    background = body.get("background", False)
    if background is True and body.get("store", True) is not True:
        raise Wrong("INVALID_ARGUMENT", "background requires store to be true.")
    wanted = only(body.get("response_format"), _FORMAT, "response_format")
    if wanted.get("type") != "video":
        raise Wrong("INVALID_ARGUMENT", "response_format.type must be video for this model.")
    pictures = await _pictures(world, body.get("input"))
    task = _task(body.get("generation_config", {}), len(pictures))
    resolution = _choice(wanted, "resolution", tuple(SIZES), "720p")
    duration = _duration(wanted, str(model), last=task == "image_to_video" and len(pictures) > 1)
    return Clip(
        model=str(model),
        prompt=_prompt(body),
        pictures=pictures,
        task=task,
        duration=duration,
        aspect=_choice(wanted, "aspect_ratio", ("16:9", "9:16"), "16:9"),
        resolution=resolution,
        delivery=_choice(wanted, "delivery", ("inline", "uri"), "inline"),
        bucket=_bucket(wanted, vertex=vertex),
        background=background is True,
        usd=prices[resolution] * duration,
    )


def _parts(given: object) -> list[dict[str, Any]]:
    """The content of an input: a list of contents, or of steps that hold them."""
    if not isinstance(given, list):
        return []
    steps = [value for value in given if isinstance(value, dict)]
    held = [value.get("content", []) if value.get("type") == "user_input" else [value] for value in steps]
    return [part for parts in held if isinstance(parts, list) for part in parts if isinstance(part, dict)]


def _prompt(body: dict[str, Any]) -> str:
    prompt = prompt_of(body)
    if not prompt.strip():
        raise Wrong("INVALID_ARGUMENT", "The input must contain a text.")
    return prompt


async def _pictures(world: World, given: object) -> tuple[Picture, ...]:
    found = []
    for part in _parts(given):
        if part.get("type") == "image":
            found.append(await inline_picture(world, part, "input.image", ("data", "uri"), _PICTURES))
        elif part.get("type") != "text":
            raise Wrong("INVALID_ARGUMENT", f"input: unsupported content type {part.get('type')!r}.")
    return tuple(found)


def _task(config: object, pictures: int) -> str:
    """The task; other keys beside it are ignored, as the real server does."""
    given = only(config, {"video_config"}, "generation_config").get("video_config", {})
    if not isinstance(given, dict):
        raise Wrong("INVALID_ARGUMENT", "generation_config.video_config must be an object.")
    task = given.get("task", "image_to_video" if pictures else "text_to_video")
    if task not in _TASKS:
        raise Wrong("INVALID_ARGUMENT", f"video_config.task must be one of {', '.join(_TASKS)}, not {task!r}.")
    least, most = _TASKS[task]
    if not least <= pictures <= most:
        raise Wrong("INVALID_ARGUMENT", f"{task} takes {least} to {most} images, not {pictures}.")
    return str(task)


def _duration(wanted: dict[str, Any], model: str, *, last: bool) -> int:
    value = wanted.get("duration", "10s")
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    longest = next(longest for version, longest in _LONGEST_S.items() if version in model)
    longest = min(longest, _LONGEST_WITH_LAST_S) if last else longest
    if found is None or not _SHORTEST_S <= int(found[1]) <= longest:
        raise Wrong("INVALID_ARGUMENT", f"duration must be a string from {_SHORTEST_S}s to {longest}s, not {value!r}.")
    return int(found[1])


def _choice(wanted: dict[str, Any], name: str, values: tuple[str, ...], default: str) -> str:
    value = wanted.get(name, default)
    if not isinstance(value, str) or value not in values:
        raise Wrong("INVALID_ARGUMENT", f"{name} must be one of {', '.join(values)}, not {value!r}.")
    return value


def _bucket(wanted: dict[str, Any], *, vertex: bool) -> str:
    value = wanted.get("gcs_uri", "")
    if not vertex and value:
        raise Wrong("INVALID_ARGUMENT", "gcs_uri is not supported by the Gemini API.")
    if vertex and wanted.get("delivery") == "uri" and not str(value).startswith("gs://"):
        raise Wrong("INVALID_ARGUMENT", "delivery uri needs a gcs_uri.")
    return str(value)
