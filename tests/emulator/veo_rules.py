"""What Veo 3.1 on Vertex accepts, and its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from .fetching import Picture
from .google import Wrong, inline_picture, only
from .world import World

MODELS = ("veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001")
SIZES = {"720p": 720, "1080p": 1080, "4k": 2160}

_USD = {  # per second: silent, with sound
    ("generate", "720p"): (0.20, 0.40),
    ("generate", "1080p"): (0.20, 0.40),
    ("generate", "4k"): (0.40, 0.60),
    ("fast", "720p"): (0.08, 0.10),
    ("fast", "1080p"): (0.10, 0.12),
    ("fast", "4k"): (0.25, 0.30),
    ("lite", "720p"): (0.03, 0.05),
    ("lite", "1080p"): (0.05, 0.08),
}
_INSTANCE = {"prompt", "image", "lastFrame", "referenceImages"}
_PARAMETERS = {
    "sampleCount",
    "durationSeconds",
    "seed",
    "aspectRatio",
    "resolution",
    "personGeneration",
    "negativePrompt",
    "generateAudio",
    "storageUri",
    "fps",
    "enhancePrompt",
    "compressionQuality",
    "resizeMode",
}
_MOST_SEED = 4294967295
_MOST_SAMPLES = 4
_MOST_REFERENCES = 3
_PICTURES = {"image/png", "image/jpeg"}
_HOLDERS = ("bytesBase64Encoded", "gcsUri")

V = TypeVar("V", int, str)


@dataclass(frozen=True, slots=True)
class Video:
    """A request in order."""

    model: str
    prompt: str
    pictures: tuple[tuple[str, Picture], ...]
    duration: int
    aspect: str
    resolution: str
    samples: int
    sound: bool
    storage: str
    others: tuple[tuple[str, Any], ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        short = SIZES[self.resolution]
        return (short * 16 // 9, short) if self.aspect == "16:9" else (short, short * 16 // 9)

    @property
    def usd(self) -> float:
        """Its price: each sample is billed."""
        kind = next((kind for kind in ("fast", "lite") if kind in self.model), "generate")
        return _USD[kind, self.resolution][self.sound] * self.duration * self.samples


async def parse(world: World, model: str, body: dict[str, Any]) -> Video:
    """A video from the body of a request.

    Raises:
        Wrong: the server would refuse it.
    """
    if model not in MODELS:
        raise Wrong("NOT_FOUND", f"Publisher Model `publishers/google/models/{model}` was not found.")
    only(body, {"instances", "parameters", "labels"}, "request")
    instances = body.get("instances")
    if not isinstance(instances, list) or len(instances) != 1:
        raise Wrong("INVALID_ARGUMENT", "instances must hold exactly one instance.")
    instance = only(instances[0], _INSTANCE, "instances[0]")
    given = only(body.get("parameters", {}), _PARAMETERS, "parameters")
    prompt = instance.get("prompt", "")
    if not isinstance(prompt, str) or not (prompt or "image" in instance):
        raise Wrong("INVALID_ARGUMENT", "Either a prompt or an image is required.")
    video = Video(
        model=model,
        prompt=prompt,
        pictures=await _pictures(world, instance),
        duration=_choice(given, "durationSeconds", (4, 6, 8), 8),
        aspect=_choice(given, "aspectRatio", ("16:9", "9:16"), "16:9"),
        resolution=_choice(given, "resolution", tuple(SIZES), "720p"),
        samples=_integer(given, "sampleCount", 1, _MOST_SAMPLES, 1),
        sound=bool(_choice(given, "generateAudio", (True, False), True)),
        storage=_storage(given),
        others=_others(given),
    )
    _check_together(video)
    return video


async def _pictures(world: World, instance: dict[str, Any]) -> tuple[tuple[str, Picture], ...]:
    found: list[tuple[str, Picture]] = [
        (name, await inline_picture(world, instance[name], name, _HOLDERS, _PICTURES))
        for name in ("image", "lastFrame")
        if name in instance
    ]
    references = instance.get("referenceImages", [])
    if not isinstance(references, list) or len(references) > _MOST_REFERENCES:
        raise Wrong("INVALID_ARGUMENT", "referenceImages takes 3 images at most.")
    for reference in references:
        held = only(reference, {"image", "referenceType"}, "referenceImages")
        if str(held.get("referenceType", "")).upper() != "ASSET":
            raise Wrong("INVALID_ARGUMENT", "referenceType must be asset.")
        found.append(
            ("reference", await inline_picture(world, held.get("image"), "referenceImages", _HOLDERS, _PICTURES))
        )
    return tuple(found)


def _check_together(video: Video) -> None:
    """Refuse what is right alone and wrong together."""
    names = {name for name, _ in video.pictures}
    if "lastFrame" in names and "image" not in names:
        raise Wrong("INVALID_ARGUMENT", "lastFrame needs an image.")
    if "reference" in names and names & {"image", "lastFrame"}:
        raise Wrong("INVALID_ARGUMENT", "referenceImages cannot be combined with image or lastFrame.")
    long = names & {"lastFrame", "reference"} or video.resolution != "720p"
    if long and video.duration != 8:
        raise Wrong("INVALID_ARGUMENT", f"durationSeconds must be 8 for {', '.join(sorted(names))} {video.resolution}.")
    if video.resolution == "4k" and "lite" in video.model:
        raise Wrong("INVALID_ARGUMENT", "resolution 4k is not supported by this model.")


def _others(given: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The parameters that are not seen in our films, checked."""
    if given.get("enhancePrompt") is False:
        raise Wrong("INVALID_ARGUMENT", "enhancePrompt cannot be disabled for this model.")
    return (
        ("seed", _integer(given, "seed", 0, _MOST_SEED, 0) if "seed" in given else None),
        ("person", _choice(given, "personGeneration", ("allow_adult", "dont_allow"), "allow_adult")),
        ("resize", _choice(given, "resizeMode", ("pad", "crop", "PAD", "CROP"), "pad").lower()),
        ("negative", _text(given, "negativePrompt")),
        ("fps", _choice(given, "fps", (24,), 24)),
        (
            "quality",
            _choice(given, "compressionQuality", ("optimized", "lossless", "OPTIMIZED", "LOSSLESS"), "optimized"),
        ),
    )


def _choice(given: dict[str, Any], name: str, values: tuple[V, ...], default: V) -> V:
    value = given.get(name, default)
    for allowed in values:
        if type(value) is type(allowed) and value == allowed:
            return allowed
    raise Wrong("INVALID_ARGUMENT", f"{name} must be one of {', '.join(map(str, values))}, not {value!r}.")


def _integer(given: dict[str, Any], name: str, least: int, most: int, default: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Wrong("INVALID_ARGUMENT", f"{name} must be an integer from {least} to {most}.")
    return value


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise Wrong("INVALID_ARGUMENT", f"{name} must be a string.")
    return value


def _storage(given: dict[str, Any]) -> str:
    value = _text(given, "storageUri")
    if value and not value.startswith("gs://"):
        raise Wrong("INVALID_ARGUMENT", "storageUri must be a Cloud Storage URI.")
    return value
