"""Prompts: five parts joined in their order, and where a prompt speaks of the camera."""

from __future__ import annotations

import re

from workflow_lib import action_words, camera_words

PARTS = ("action", "details", "sequence", "environment", "camera")

_CAMERA = re.compile(
    r"\b(?:(?:camera|cam|dolly|dollies)\b|push(?:es|ing)?[ -]?(?:in|forward)|pull(?:s|ing)?[ -]?(?:out|back|away)"
    r"|pan(?:s|ning)?\b(?=[ .,:;]|$)(?! of\b)|tilt(?:s|ing)?[ -]?(?:up|down)|zoom(?:s|ing)?\b|orbit(?:s|ing)?\b"
    r"|crane (?:up|down|shot)|track(?:s|ing)? (?:shot|left|right|in|out|forward|back)|truck(?:s|ing)? (?:left|right)"
    r"|static|locked[ -]off|handheld|(?:aerial|drone|wide|medium|establishing) shot|close[ -]up|(?:low|high)[ -]angle)",
    re.IGNORECASE,
)
_THEN = re.compile(r"\A(?:and |then )+", re.IGNORECASE)
_MOST_STEPS = 5


def join(parts: dict[str, str]) -> str:
    """One prompt of the five parts: the core action first, the camera last; each ends like a sentence."""
    return " ".join(_sentence(text) for text in (parts.get(name, "").strip() for name in PARTS) if text)


def camera_part(prompt: str) -> str:
    """The sentences of `prompt` that speak of the camera; empty when none does."""
    return " ".join(part for part in camera_words.SENTENCE.split(prompt) if _CAMERA.search(part))


def reordered(prompt: str) -> str | None:
    """`prompt` with its opening camera move put last, or None when it does not open with one.

    Kling weighs the beginning of a prompt most: the action belongs there.
    """
    return camera_last(prompt) if camera_words.opens_with_move(prompt) else None


def camera_last(prompt: str) -> str | None:
    """`prompt` with the move, framing and lens that it opens with put last; None where it does not, or says no more."""
    rest, moved = prompt.strip(), list[str]()
    for _ in range(_MOST_STEPS):
        camera, following = _opening(rest)
        if not camera:
            break
        moved.append(camera)
        rest = following
    if not moved or _is_camera_only(rest):
        return None
    return " ".join(_sentence(text) for text in (rest, *(text.strip(" ,;:-") for text in moved)))


def _is_camera_only(rest: str) -> bool:
    """Whether what would come first is about the camera too, or the second half of such a sentence."""
    said = _THEN.sub("", rest)
    first = camera_words.CLAUSE.split(camera_words.SENTENCE.split(said, maxsplit=1)[0], maxsplit=1)[0]
    if camera_words.opens_with_move(said) or not camera_words.content(said):
        return True
    return (said != rest or camera_words.is_camera(first)) and not action_words.actions(first)


def _opening(text: str) -> tuple[str, str]:
    """What `text` opens with about the camera, and what follows; the first is empty where it opens otherwise."""
    if camera_words.opens_with_move(said := _THEN.sub("", text)):
        text = said
    elif not camera_words.opens_with_framing(text):
        return "", text
    first, *others = camera_words.SENTENCE.split(text, maxsplit=1)
    framing = camera_words.FRAMING.match(first)
    if framing and first[framing.end() :].startswith(" of "):
        return framing.group(), text[framing.end() + len(" of ") :].strip()
    if others and not action_words.actions(first):
        return first, others[0].strip()
    return _clauses(text)


def _clauses(text: str) -> tuple[str, str]:
    """The leading clauses about the camera, and the rest; the first is empty when nothing or no action is left."""
    end = 0
    for gap in camera_words.CLAUSE.finditer(text):
        clause = text[end : gap.start()]
        if not camera_words.is_camera(clause) or action_words.actions(clause):
            break
        end = gap.end()
    camera, rest = camera_words.CLAUSE.sub(", ", text[:end]).strip(" ,"), text[end:].strip()
    return (camera, rest) if camera and rest else ("", text)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
