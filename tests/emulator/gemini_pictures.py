"""The pictures that Gemini's image models draw, and what they cost."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

_USD = {
    "gemini-3.1-flash-lite-image": {"1K": 0.0336},
    "gemini-3.1-flash-image": {"512": 0.045, "1K": 0.067, "2K": 0.101, "4K": 0.151},
    "gemini-nano-banana-2.1": {"1K": 0.0336, "2K": 0.0504, "4K": 0.113},
    "gemini-3-pro-image": {"1K": 0.134, "2K": 0.134, "4K": 0.24},
}
_EDGES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_STEP = 16


def price(model: str, size: str) -> float | None:
    """The price of one picture; None where the model has no such size, or is no image model."""
    return _USD.get(model, {}).get(size)


def is_image_model(model: str) -> bool:
    """Whether a model draws."""
    return model in _USD


def dimensions(aspect: str, size: str) -> tuple[int, int]:
    """Width and height: the area of the size's square in the asked aspect."""
    across, down = (int(part) for part in aspect.split(":"))
    factor = (across / down) ** 0.5
    edge = _EDGES[size]
    return round(edge * factor / _STEP) * _STEP, round(edge / factor / _STEP) * _STEP


def draw(aspect: str, size: str, seed: str) -> bytes:
    """A PNG whose colours follow from a digest."""
    width, height = dimensions(aspect, size)
    image = Image.new("RGB", (width, height), f"#{seed[:6]}")
    pen = ImageDraw.Draw(image)
    pen.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=f"#{seed[6:12]}")
    pen.line((0, height, width, 0), fill=f"#{seed[12:18]}", width=height // 40)
    held = io.BytesIO()
    image.save(held, "PNG", compress_level=1)
    return held.getvalue()
