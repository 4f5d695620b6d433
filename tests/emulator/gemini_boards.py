"""Storyboards as a model writes them: from the words of the brief, with as many clips as are asked for."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

_STORY = "# Story\n\n"
_REPAIR = "\n\n# Your last answer"
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b([A-Z][a-z]{2,})\b", re.MULTILINE)
_MOVES = ("slow push in", "slow pan right", "static camera", "slow pull out")


def is_asked(schema: dict[str, Any] | None) -> bool:
    """Whether a schema is that of a storyboard."""
    return schema is not None and {"characters", "clips"} <= set(schema.get("properties", {}))


def text(prompt: str, flaw: str = "") -> str:
    """The words of an answer; `flaw`: what is wrong with it."""
    if flaw == "empty_answer":
        return ""
    if flaw == "no_json":
        return "Certainly! Here is the storyboard: {clips: many}"
    board = _board(prompt)
    if flaw == "fewer_clips":
        board["clips"].pop()
    if flaw == "long_lines":
        board["clips"][0]["narration"] = "And so on it went for a long while, " * 10 + "to the end."
    if flaw == "unknown_character":
        board["clips"][-1]["placed"] = [
            {"character": "nobody_knows", "pose": "waving", "x": 0.5, "y": 0.9, "height": 0.5, "flip": False}
        ]
        board["clips"][-1]["background"] = "An empty road."
    if flaw == "half_letter":
        board["clips"][0]["action"] += " \ud83d\u0000"
    words = json.dumps(board, ensure_ascii=flaw == "half_letter", indent=1)
    return f"```json\n{words}\n```" if flaw == "fenced" else words


def _board(prompt: str) -> dict[str, Any]:
    head, _, told = prompt.partition(_STORY)
    told = told.partition(_REPAIR)[0]
    count, words = _number(r"exactly (\d+)", head), _number(r"narration has (\d+) words", head)
    names = [name for name, _ in Counter(_NAME.findall(told)).most_common(2)] or ["Traveller"]
    names = [*names, "Bystander"][:3]
    sentences = [" ".join(part.split()) for part in _SENTENCE.split(told) if part.strip()] or ["A story."]
    between = re.search(r"start and an end still: ([\d, ]+)", head)
    keyframes = {int(number) for number in between[1].split(",")} if between else set()
    plain = "no pictures" in head.lower()
    clips = [
        _clip(number, sentences[(number - 1) % len(sentences)], words, names, number in keyframes, plain)
        for number in range(1, count + 1)
    ]
    looks = [{"name": name, "look": f"{name}, a figure in a tale", "colours": "russet and white"} for name in names]
    return {"style": "flat gouache, warm colours", "characters": looks, "clips": clips}


def _clip(number: int, told: str, words: int, names: list[str], between: bool, plain: bool) -> dict[str, Any]:  # noqa: FBT001
    line = " ".join(told.split()[:words])
    clip: dict[str, Any] = {
        "action": line,
        "details": "medium shot, lively faces",
        "sequence": "they turn to each other",
        "environment": "a country road in the morning",
        "camera": _MOVES[number % len(_MOVES)],
        "narration": line,
        "sound_effect": "birdsong",
    }
    if between:
        stills = {
            side: {"describe": f"The {side} of: {line}", "characters": [names[0].lower()]} for side in ("start", "end")
        }
        return {**clip, **stills}
    if plain:
        return clip
    name = names[number % len(names)]
    placed = {"character": name, "pose": "looking up", "x": 0.5, "y": 0.9, "height": 0.5, "flip": number % 2 == 0}
    return {**clip, "background": f"A country road, seen for: {line}", "placed": [placed]}


def _number(pattern: str, words: str) -> int:
    found = re.search(pattern, words)
    return int(found[1]) if found else 3
