"""Prompts: five parts joined in their order, and where a prompt speaks of the camera."""

from __future__ import annotations

import re

PARTS = ("action", "details", "sequence", "environment", "camera")

_MOVES = (
    r"(?:camera|cam|dolly|dollies)\b",
    r"push(?:es|ing)?[ -]?(?:in|forward)",
    r"pull(?:s|ing)?[ -]?(?:out|back|away)",
    r"pan(?:s|ning)?\b(?=[ .,:;]|$)(?! of\b)",
    r"tilt(?:s|ing)?[ -]?(?:up|down)",
    r"zoom(?:s|ing)?\b",
    r"orbit(?:s|ing)?\b",
    r"crane (?:up|down|shot)",
    r"track(?:s|ing)? (?:shot|left|right|in|out|forward|back)",
    r"truck(?:s|ing)? (?:left|right)",
)
_FRAMINGS = (
    r"static|locked[ -]off|handheld|(?:aerial|drone|wide|medium|establishing) shot|close[ -]up|(?:low|high)[ -]angle"
)
_PACE = r"slow(?:ly)?|gentl[ey]|smooth|fast|quick|static|steady|cinematic|handheld"

_CAMERA = re.compile(rf"\b(?:{'|'.join(_MOVES)}|{_FRAMINGS})", re.IGNORECASE)
_OPENING = re.compile(rf"\A(?:the |an? )?(?:(?:{_PACE}),? )*(?:{'|'.join(_MOVES)})", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_CLAUSE = re.compile(r"\s*[,:]\s+|\s+(?:as|while)\s+")


def join(parts: dict[str, str]) -> str:
    """One prompt of the five parts: the core action first, the camera last; each ends like a sentence."""
    return " ".join(_sentence(text) for text in (parts.get(name, "").strip() for name in PARTS) if text)


def camera_part(prompt: str) -> str:
    """The sentences of `prompt` that speak of the camera; empty when none does."""
    return " ".join(part for part in _SENTENCE.split(prompt) if _CAMERA.search(part))


def reordered(prompt: str) -> str | None:
    """`prompt` with its opening camera move put last, or None when it does not open with one.

    Kling weighs the beginning of a prompt most: the action belongs there.
    """
    text = prompt.strip()
    if not _OPENING.match(text):
        return None
    splitter = _SENTENCE if len(_SENTENCE.split(text, maxsplit=1)) > 1 else _CLAUSE
    camera, *action = splitter.split(text, maxsplit=1)
    if not action or not action[0].strip():
        return None
    return f"{_sentence(action[0].strip())} {_sentence(camera.strip(' ,;:-'))}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
