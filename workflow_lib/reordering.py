"""A prompt with what it opens with about the camera put last, where the action leaves it room."""

from __future__ import annotations

import re

from workflow_lib import action_words, camera_words, prompts

_THEN = re.compile(r"\A(?:and |then )+", re.IGNORECASE)
_MOST_STEPS = 5


def reordered(prompt: str) -> str | None:
    """`prompt` with its opening camera move put last, or None when it does not open with one.

    Kling weighs the beginning of a prompt most: the action belongs there.
    """
    return camera_last(prompt) if prompts.opens_with_move(prompt) else None


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
    return " ".join(prompts.sentence(text) for text in (rest, *(text.strip(" ,;:-") for text in moved)))


def _is_camera_only(rest: str) -> bool:
    """Whether what would come first is about the camera too, or the second half of such a sentence."""
    said = _THEN.sub("", rest)
    first = camera_words.CLAUSE.split(prompts.SENTENCE.split(said, maxsplit=1)[0], maxsplit=1)[0]
    if prompts.opens_with_move(said) or not camera_words.content(said):
        return True
    return (said != rest or camera_words.is_camera(first)) and not action_words.actions(first)


def _opening(text: str) -> tuple[str, str]:
    """What `text` opens with about the camera, and what follows; the first is empty where it opens otherwise."""
    if prompts.opens_with_move(said := _THEN.sub("", text)):
        text = said
    elif not camera_words.opens_with_framing(text):
        return "", text
    first, *others = prompts.SENTENCE.split(text, maxsplit=1)
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
