"""What Gemini's generateContent accepts for words and for pictures, and its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import gemini_pictures
from .fetching import Picture
from .google import Wrong, inline_picture, only
from .world import World

_TEXT_MODELS = (
    "gemini-3.8-flash",
    "gemini-3.7-flash",
    "gemini-3.6-flash",
    "gemini-3.5-flash",
    "gemini-3.5-flash-lite",
)
_MOST_PICTURES = 14
_PICTURES = {"image/png", "image/jpeg", "image/webp"}
_BODY = {"contents", "systemInstruction", "generationConfig", "safetySettings", "labels", "tools", "toolConfig"}
_CONFIG = {
    "temperature",
    "topP",
    "topK",
    "seed",
    "maxOutputTokens",
    "stopSequences",
    "candidateCount",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseModalities",
    "imageConfig",
    "thinkingConfig",
}
_IMAGE = {"aspectRatio", "imageSize"}
_VERTEX_IMAGE = _IMAGE | {"personGeneration", "outputMimeType", "imageOutputOptions"}


@dataclass(frozen=True, slots=True)
class Content:
    """A request in order; `aspect` and `size` only for pictures."""

    model: str
    prompt: str
    system: str
    pictures: tuple[Picture, ...]
    config: dict[str, Any]
    draws: bool
    aspect: str
    size: str
    usd: float | None

    @property
    def schema(self) -> dict[str, Any] | None:
        """The schema that the answer has to satisfy."""
        found: dict[str, Any] | None = self.config.get("responseSchema") or self.config.get("responseJsonSchema")
        return found


def prompt_of(body: dict[str, Any]) -> str:
    """The words of a request, in order or not."""
    texts = [part["text"] for part in _parts(body.get("contents")) if isinstance(part.get("text"), str)]
    return "\n".join(texts)


async def parse(world: World, model: str, body: dict[str, Any], *, vertex: bool) -> Content:
    """A request for content from its body.

    Raises:
        Wrong: the server would refuse it.
    """
    draws = gemini_pictures.is_image_model(model)
    _check_model(model, draws=draws)
    only(body, _BODY, "request")
    config = only(body.get("generationConfig", {}), _CONFIG, "generation_config")
    _check_config(config, draws=draws)
    image = only(config.get("imageConfig", {}), _VERTEX_IMAGE if vertex else _IMAGE, "image_config")
    size, aspect = str(image.get("imageSize", "1K")), str(image.get("aspectRatio", "1:1"))
    usd = gemini_pictures.price(model, size) if draws else None
    if draws and (usd is None or aspect not in gemini_pictures.ASPECTS):
        raise Wrong("INVALID_ARGUMENT", f"{model} draws no {aspect} in {size}.")
    prompt = prompt_of(body)
    if not prompt.strip():
        raise Wrong("INVALID_ARGUMENT", "contents must not be empty.")
    return Content(
        model=model,
        prompt=prompt,
        system=prompt_of({"contents": [body.get("systemInstruction")]}),
        pictures=await _pictures(world, body["contents"]),
        config=config,
        draws=draws,
        aspect=aspect,
        size=size,
        usd=usd,
    )


def _check_model(model: str, *, draws: bool) -> None:
    if model.startswith("gemini-omni"):
        raise Wrong("INVALID_ARGUMENT", f"{model} only supports the Interactions API.")
    if not draws and model not in _TEXT_MODELS:
        raise Wrong("NOT_FOUND", f"models/{model} is not found, or is not supported for generateContent.")


def _check_config(config: dict[str, Any], *, draws: bool) -> None:
    if not draws and "imageConfig" in config:
        raise Wrong("INVALID_ARGUMENT", "image_config is not supported by this model.")
    if draws and "IMAGE" not in config.get("responseModalities", ["TEXT", "IMAGE"]):
        raise Wrong("INVALID_ARGUMENT", "This model needs IMAGE in response_modalities.")
    schema = "responseSchema" in config or "responseJsonSchema" in config
    if schema and config.get("responseMimeType") != "application/json":
        raise Wrong("INVALID_ARGUMENT", "response_schema needs response_mime_type application/json.")


def _parts(contents: object) -> list[dict[str, Any]]:
    turns = [turn for turn in contents if isinstance(turn, dict)] if isinstance(contents, list) else []
    return [part for turn in turns for part in turn.get("parts", []) if isinstance(part, dict)]


async def _pictures(world: World, contents: object) -> tuple[Picture, ...]:
    given = [part.get("inlineData", part.get("inline_data")) for part in _parts(contents)]
    given = [held for held in given if held is not None]
    if len(given) > _MOST_PICTURES:
        raise Wrong("INVALID_ARGUMENT", f"At most {_MOST_PICTURES} images are taken.")
    return tuple([await inline_picture(world, held, "inline_data", ("data",), _PICTURES) for held in given])
