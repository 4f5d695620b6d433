"""Prompts: five parts joined in their order, and where a prompt speaks of the camera."""

from __future__ import annotations

import re

PARTS = ("action", "details", "sequence", "environment", "camera")

SENTENCE = re.compile(r"(?<=[.!?;])\s+")
PACE = (
    r"(?:(?:very|slow(?:ly)?|gent(?:le|ly)|subt(?:le|ly)|smooth(?:ly)?|slight(?:ly)?|steady|steadily|quick(?:ly)?|fast"
    r"|rapid(?:ly)?|swift(?:ly)?|gradual(?:ly)?|soft(?:ly)?|small|short|brief(?:ly)?|long|tiny|micro|minimal|controlled"
    r"|careful(?:ly)?|cinematic|dramatic(?:ally)?|sudden(?:ly)?|continuous(?:ly)?|symmetrical|whip|crash|hand-?held"
    r"|gimbal|drone|camera|final|\d+ ?%|\d+(?:[- ]degree)?),?[ -]+)"
)
"""Words for how a camera moves, any number of them."""

_CAMERA = re.compile(
    r"\b(?:(?:camera|cam|dolly|dollies)\b|push(?:es|ing)?[ -]?(?:in|forward)|pull(?:s|ing)?[ -]?(?:out|back|away)"
    r"|pan(?:s|ning)?\b(?=[ .,:;]|$)(?! of\b)|tilt(?:s|ing)?[ -]?(?:up|down)|zoom(?:s|ing)?\b|orbit(?:s|ing)?\b"
    r"|crane (?:up|down|shot)|track(?:s|ing)? (?:shot|left|right|in|out|forward|back)|truck(?:s|ing)? (?:left|right)"
    r"|static|locked[ -]off|handheld|(?:aerial|drone|wide|medium|establishing) shot|close[ -]up|(?:low|high)[ -]angle)",
    re.IGNORECASE,
)
_OPENING_MOVE = re.compile(
    r"\A(?!(?:the|an?) pan\b(?! (?:left|right|across|over|from|to|around|along|up|down)))"
    rf"(?:the |an? )?(?:static,? )?{PACE}*(?:(?:camera|cam)\b|doll(?:y|ies|ying)\b"
    r"|push(?:es|ing)?[ -]?(?:in|forward)|pull(?:s|ing)?[ -]?(?:out|back|away)"
    r"|pan(?:s|ning)?\b(?=[ .,:;]|$)(?! (?:of|flute|pipe|lid)\b)|tilt(?:s|ing)?[ -]?(?:up|down)|zoom(?:s|ing)?\b"
    r"|orbit(?:s|ing)?\b|crane (?:up|down|shot)|track(?:s|ing)? (?:shot|left|right|in|out|forward|back)"
    r"|truck(?:s|ing)? (?:left|right))",
    re.IGNORECASE,
)


def join(parts: dict[str, str]) -> str:
    """One prompt of the five parts: the core action first, the camera last; each ends like a sentence."""
    return " ".join(sentence(text) for text in (parts.get(name, "").strip() for name in PARTS) if text)


def camera_part(prompt: str) -> str:
    """The sentences of `prompt` that speak of the camera; empty when none does."""
    return " ".join(part for part in SENTENCE.split(prompt) if _CAMERA.search(part))


def opens_with_move(text: str) -> bool:
    """Whether the first words of `text` are a camera move."""
    return bool(_OPENING_MOVE.match(text.strip()))


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
