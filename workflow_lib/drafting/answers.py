"""What a model's answer to a draft says: the words in it, why there are none, and the storyboard that they make.

Source of the shapes: ai.google.dev/api/generate-content, read 2026-11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workflow_lib import files, keys, plaintext
from workflow_lib.errors import BadMedia
from workflow_lib.story import Brief

Ending = Literal["whole", "cut", "refused", "empty"]
"""How an answer ended: as it should; at the limit of its length; kept back by the content filter; without a word."""

_FENCED = re.compile(r"\A```[a-zA-Z]*\s*\n(.*?)\n?```\Z", re.DOTALL)
_STOPPED = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED", "OTHER", ""})
_NAME = re.compile(r"[^a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """The words of an answer, how it ended, and the reason that the model gives."""

    text: str
    ending: Ending
    reason: str = ""


def check(path: Path) -> None:
    """See that a take is an answer at all, whatever it says.

    Raises:
        BadMedia: it is no JSON object.
    """
    if not files.read_json(path):
        raise BadMedia(f"{path.name} is no answer of a model")


def read(path: Path) -> Answer:
    """The answer that was kept at `path`."""
    value = files.read_json(path)
    feedback = value.get("promptFeedback")
    blocked = feedback.get("blockReason") if isinstance(feedback, dict) else None
    if blocked:
        return Answer("", "refused", keys.scrub(str(blocked)))
    candidates = value.get("candidates")
    first = candidates[0] if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict) else {}
    ended, text = str(first.get("finishReason") or ""), _words(first)
    if ended == "MAX_TOKENS":
        return Answer(text, "cut", ended)
    if ended not in _STOPPED:
        return Answer(text, "refused", keys.scrub(ended))
    return Answer(text, "whole" if text else "empty", keys.scrub(ended))


def _words(candidate: Mapping[str, Any]) -> str:
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    told = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return "".join(str(part["text"]) for part in told if part.get("text") and not part.get("thought")).strip()


def storyboard(answer: Answer, brief: Brief, wrong: list[str]) -> dict[str, Any]:
    """The storyboard of an answer as it is written down, unchecked; what keeps it from being one goes to `wrong`."""
    if answer.ending == "cut":
        wrong.append("it was cut off at the limit of its length; say the same with fewer words")
        return {}
    if answer.ending == "empty":
        wrong.append("it was empty")
        return {}
    fenced = _FENCED.match(answer.text)
    try:
        value = json.loads(fenced[1] if fenced else answer.text)
    except (ValueError, RecursionError) as error:
        wrong.append(f"it is not readable JSON: {keys.scrub(str(error))}")
        return {}
    if not isinstance(value, dict) or not isinstance(value.get("clips"), list):
        wrong.append("it is not a JSON object with a list of `clips`")
        return {}
    return _board(value, brief, wrong)


def _board(value: dict[str, Any], brief: Brief, wrong: list[str]) -> dict[str, Any]:
    names: dict[str, str] = {}
    characters: dict[str, Any] = {}
    listed = value.get("characters")
    for item in listed if isinstance(listed, list) else []:
        if not isinstance(item, dict) or not _text(item, "name"):
            wrong.append("characters: each needs a `name` and a `look`")
            continue
        name = names[_text(item, "name")] = _slug(_text(item, "name"))
        if name not in brief.written.characters:
            characters[name] = _kept({"look": _text(item, "look"), "colours": _text(item, "colours")})
    clips = [
        _clip(clip if isinstance(clip, dict) else {}, number, brief, names)
        for number, clip in enumerate(value["clips"], start=1)
    ]
    return {"style": _text(value, "style"), "characters": characters, "clips": clips}


def _clip(value: dict[str, Any], number: int, brief: Brief, names: Mapping[str, str]) -> dict[str, Any]:
    parts = ("action", "details", "sequence", "environment", "camera")
    clip: dict[str, Any] = {"prompt": _kept({name: _text(value, name) for name in parts})}
    clip |= _kept({"narration": _text(value, "narration"), "sound_effect": _text(value, "sound_effect")})
    clip |= brief.details_of(number)
    start, end = value.get("start"), value.get("end")
    if number in brief.asked.keyframes and isinstance(start, dict) and isinstance(end, dict):
        return {**clip, "keyframes": {"start": _still(start, names), "end": _still(end, names)}}
    if _text(value, "background"):
        return {**clip, "composite": _composite(value, names)}
    return {**clip, "source": "text"}


def _composite(value: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    composite: dict[str, Any] = {"background": {"describe": _text(value, "background")}}
    placed = value.get("placed")
    figures = [_figure(item, names) for item in placed if isinstance(item, dict)] if isinstance(placed, list) else []
    return {**composite, "characters": figures} if figures else composite


def _figure(item: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    name = _text(item, "character")
    figure: dict[str, Any] = {"character": names.get(name, _slug(name))}
    figure |= _kept({"pose": _text(item, "pose")})
    figure |= {key: item[key] for key in ("x", "y", "height") if key in item}
    return {**figure, "flip": True} if item.get("flip") is True else figure


def _still(value: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    listed = value.get("characters")
    seen = [names.get(str(name), _slug(str(name))) for name in listed] if isinstance(listed, list) else []
    still: dict[str, Any] = {"describe": _text(value, "describe")}
    return {**still, "characters": list(dict.fromkeys(seen))} if seen else still


def _text(value: Mapping[str, Any], name: str) -> str:
    """The text of a key on one line, without letters that no file can hold; empty where there is none."""
    given = value.get(name)
    return plaintext.clean(given)[0] if isinstance(given, str) else ""


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _slug(name: str) -> str:
    """A character's name as it can be written: `Old Man` is `old_man`."""
    return _NAME.sub("_", name.strip().lower()).strip("_-")[:40]
