"""Title cards: the words of a clip that has no picture, set on a dark warm ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workflow_lib.media.fonts import Face, face_for

_LINES = 7
_LARGEST, _SMALLEST, _STEP = 92, 34, 2
_HEADING_SIZE = 27
_LEADING = 1.38
_MARGIN = 0.13
_TALLEST = 0.56
_TRACKING = 0.28
_INK, _ACCENT = (242, 234, 220), (206, 164, 102)
_LIGHT, _DARK = (58.0, 42.0, 32.0), (17.0, 12.0, 10.0)
_GRAIN = 1.1


@dataclass(frozen=True, slots=True)
class _Setting:
    """Text broken into lines for one size, in pixels."""

    face: Face
    size: int
    lines: tuple[str, ...]

    @property
    def leading(self) -> float:
        return self.size * _LEADING


def draw_card(text: str, size: tuple[int, int], *, heading: str = "") -> Image.Image:
    """Draw `text` (at most seven lines, then an ellipsis) under `heading` in small spaced capitals, as RGB.

    Characters that no font at hand can show become their base letters, or dots.
    """
    card = _ground(size)
    pen = ImageDraw.Draw(card)
    unit = min(size) / 1080
    setting = _set(text, size, unit)
    left = size[0] * _MARGIN
    block = len(setting.lines) * setting.leading
    top = (size[1] - block) / 2 + (34 * unit if heading.strip() else 0)
    if heading.strip():
        _draw_heading(pen, heading, (left, top - 92 * unit), unit)
    pen.rectangle((left, top - 34 * unit, left + 96 * unit, top - 34 * unit + max(1, 3 * unit)), fill=_ACCENT)
    font = setting.face.font(setting.size)
    for number, line in enumerate(setting.lines):
        pen.text((left, top + number * setting.leading), line, font=font, fill=_INK)
    return card


def _draw_heading(pen: ImageDraw.ImageDraw, heading: str, at: tuple[float, float], unit: float) -> None:
    size = max(6, round(_HEADING_SIZE * unit))
    face = face_for(heading.upper())
    font, x = face.font(size), at[0]
    for letter in face.showable(heading.upper()):
        pen.text((x, at[1]), letter, font=font, fill=_ACCENT)
        x += font.getlength(letter) + size * _TRACKING


def _set(text: str, size: tuple[int, int], unit: float) -> _Setting:
    """The largest setting that fits; at the smallest size the text is cut."""
    face = face_for(text)
    words = face.showable(text)
    width, height = size[0] * (1 - 2 * _MARGIN), size[1] * _TALLEST
    for points in range(_LARGEST, _SMALLEST - 1, -_STEP):
        pixels = max(6, round(points * unit))
        setting = _Setting(face, pixels, _wrapped(words, face.font(pixels), width))
        if len(setting.lines) <= _LINES and len(setting.lines) * setting.leading <= height:
            return setting
    most = max(1, min(_LINES, int(height / setting.leading)))
    return _Setting(face, setting.size, _cut_off(setting.lines, most, face.font(setting.size), width))


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> tuple[str, ...]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        pieces = _broken(word, font, width)
        lines += pieces if lines[-1] else []
        lines = lines if lines[-1] else pieces
    return tuple(lines)


def _broken(word: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """A word that is wider than a line, in pieces that are not."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and font.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut_off(lines: tuple[str, ...], most: int, font: ImageFont.FreeTypeFont, width: float) -> tuple[str, ...]:
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and font.getlength(f"{last}\u2026") > width:
        last = last[:-1]
    return (*lines[: most - 1], f"{last.rstrip(' ,.;:')}\u2026")


def _ground(size: tuple[int, int]) -> Image.Image:
    """A glow in the upper left that falls off to the corners; grain keeps dark tones from banding."""
    across, down = np.linspace(0, 1, size[0])[None, :], np.linspace(0, 1, size[1])[:, None]
    distance = np.hypot((across - 0.3) * 0.9, (down - 0.38) * 1.1)
    light = np.exp(-((distance / 0.62) ** 2)) * (1 - 0.35 * np.hypot(across - 0.5, down - 0.5) ** 2 / 0.5)
    grain = np.random.default_rng(0).normal(0, _GRAIN, (size[1], size[0]))
    planes = [dark + (bright - dark) * light + grain for bright, dark in zip(_LIGHT, _DARK, strict=True)]
    return Image.fromarray(np.clip(np.stack(planes, axis=-1) + 0.5, 0, 255).astype(np.uint8))
