"""The pictures that Gemini's image models draw, and what they cost."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

from PIL import Image, ImageColor, ImageDraw

_USD = {
    "gemini-3.1-flash-lite-image": {"1K": 0.0336},
    "gemini-3.1-flash-image": {"512": 0.045, "1K": 0.067, "2K": 0.101, "4K": 0.151},
    "gemini-nano-banana-2.1": {"1K": 0.0336, "2K": 0.0504, "4K": 0.113},
    "gemini-3-pro-image": {"1K": 0.134, "2K": 0.134, "4K": 0.24},
}
_EDGES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_STEP = 16
_PLAIN = re.compile(r"one flat, even, pure \w+ \((#[0-9A-F]{6})\)")


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


def draw(aspect: str, size: str, seed: str, prompt: str = "") -> bytes:
    """A PNG whose colours follow from a digest; a figure before the plain colour that a prompt asks for, if it does."""
    width, height = dimensions(aspect, size)
    plain = _PLAIN.search(prompt)
    if plain is not None:
        return _png(_figure((width, height), plain[1], seed))
    image = Image.new("RGB", (width, height), f"#{seed[:6]}")
    pen = ImageDraw.Draw(image)
    pen.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=f"#{seed[6:12]}")
    pen.line((0, height, width, 0), fill=f"#{seed[12:18]}", width=height // 40)
    return _png(image)


def _figure(size: tuple[int, int], color: str, seed: str) -> Image.Image:
    """Nearly that colour, as models paint it, and before it something with a gap between its legs."""
    across, down = size
    behind = tuple(round(20 + 0.86 * value) for value in ImageColor.getrgb(color)[:3])
    image = Image.new("RGB", size, behind)
    pen = ImageDraw.Draw(image)
    muted = tuple(60 + int(seed[place : place + 2], 16) // 4 for place in (0, 0, 0))
    body = (muted[0] + int(seed[6:8], 16) // 6, muted[1], muted[2])
    pen.ellipse((across * 0.4, down * 0.1, across * 0.6, down * 0.3), fill=body)
    pen.rectangle((across * 0.35, down * 0.3, across * 0.65, down * 0.6), fill=muted)
    for left in (0.36, 0.54):
        pen.rectangle((across * left, down * 0.6, across * (left + 0.1), down * 0.9), fill=body)
    return image


def _png(image: Image.Image, kind: str = "PNG") -> bytes:
    held = io.BytesIO()
    image.save(held, kind, **({"compress_level": 1} if kind == "PNG" else {"quality": 90}))
    return held.getvalue()


def inline(content: bytes) -> dict[str, Any]:
    """The part of an answer that holds a picture."""
    return {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(content).decode()}}


def odd(parts: list[dict[str, Any]], shape: str) -> tuple[list[dict[str, Any]], str]:
    """What a model answers in place of the one picture that was asked for, and why it ended."""
    words, picture = parts[0], parts[-1]
    content = base64.b64decode(picture["inlineData"]["data"])
    drawn, other = Image.open(io.BytesIO(content)), inline(_png(Image.new("RGB", (640, 640), "#808080")))
    answers: dict[str, list[dict[str, Any]]] = {
        "other_size": [words, inline(_png(drawn.resize((640, 200))))],
        "jpeg": [words, inline(_png(drawn, "JPEG"))],
        "two": [other, words, picture],
        "thought": [picture, words, {**other, "thought": True}],
        "no_backdrop": [words, other],
        "not_image": [words, inline(b"<html><body>Please try again later.</body></html>")],
        "cut_short": [words, inline(content[: len(content) // 2])],
        "words": [{"text": "I cannot draw this."}],
    }
    return answers.get(shape, []), shape.upper() if shape in ("no_image", "image_safety") else "STOP"
