"""A storyboard without any model: the story's own sentences as lines, its own words as pictures, by simple rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflow_lib.drafting import figures, sentences, surroundings
from workflow_lib.drafting.figures import Figure
from workflow_lib.story import Brief

STYLE = "picture book illustration, ink outlines and soft watercolour, warm and plain"
_MOST_ACTION = 300
_MOST_POSE = 160
_NOWHERE = "open country"
_HEIGHTS = {"person": 0.62, "animal": 0.48, "bird": 0.34, "small": 0.24}
_PLACES = {1: ((0.46,), (0.56,)), 2: ((0.32, 0.70), (0.28, 0.66)), 3: ((0.22, 0.50, 0.78), (0.24, 0.52, 0.80))}
_GROUND = 0.92


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is known when a clip is drafted: where the story is, in which light, who is there, the camera before."""

    place: str
    light: str
    present: tuple[Figure, ...] = ()
    camera: str = ""


def draft(brief: Brief) -> dict[str, Any]:
    """The storyboard of `brief` as it is written down; the same for the same story."""
    told = sentences.paragraphs(brief.text)
    said = [sentence for _, listed in told for sentence in listed]
    headings = {listed[0]: heading for heading, listed in told if heading and listed}
    count = brief.asked.clips
    most = min(brief.most_characters(number) for number in range(1, count + 1))
    room = most - sentences.QUOTES
    grouped = sentences.lines(said, count, room) if room > 0 else [[] for _ in range(count)]
    text = " ".join(said)
    cast = figures.found_in(text)
    moment = _Moment(surroundings.place_of(text) or _NOWHERE, surroundings.light_of(said[0] if said else ""))
    clips = []
    for number, parts in enumerate(grouped, start=1):
        clip, moment = _clip(number, parts, brief, cast, moment)
        title = next((heading for first, heading in headings.items() if parts and first.startswith(parts[0])), "")
        clips.append({"title": title[:200], **clip} if title else clip)
    known = brief.written.characters
    looks = {one.name: {"look": one.look, "colours": one.colours} for one in cast if one.name not in known}
    return {"style": STYLE, "characters": looks, "clips": clips}


def _clip(
    number: int, parts: Sequence[str], brief: Brief, cast: Sequence[Figure], before: _Moment
) -> tuple[dict[str, Any], _Moment]:
    line = sentences.spoken(parts)
    text = line or f"{brief.written.title}"
    place = surroundings.place_of(text)
    seen = figures.seen_in(text, cast, before.present)
    light = surroundings.light_of(text) if surroundings.light_of(text) != "soft daylight" else before.light
    now = _Moment(
        place=place or before.place,
        light=light,
        present=tuple(seen) or before.present,
        camera=surroundings.camera_for(text, number, brief.asked.clips, before.camera),
    )
    clip: dict[str, Any] = {"prompt": _prompt(text, seen, now, new_place=number == 1 or bool(place))}
    if line:
        clip["narration"] = line
    sound = surroundings.sound_of(f"{text} {place}")
    clip |= {"sound_effect": sound} if sound else {}
    clip |= brief.details_of(number)
    if number in brief.asked.keyframes:
        return {**clip, "keyframes": _stills(text, seen, now)}, now
    return {**clip, "composite": _composite(text, seen, now, number)}, now


def _prompt(text: str, seen: Sequence[Figure], now: _Moment, *, new_place: bool) -> dict[str, str]:
    action, *after = sentences.sentences(_plain(text))
    framing = surroundings.framing_for(text, len(seen), new_place=new_place)
    who = ", ".join(one.look for one in seen)
    prompt = {
        "action": _short(action, _MOST_ACTION),
        "details": _short(f"{framing}{f'; {who}' if who else ''}", _MOST_ACTION),
        "sequence": _short(" ".join(after), _MOST_ACTION),
        "environment": f"{now.place}, {now.light}",
        "camera": now.camera,
    }
    return {name: value for name, value in prompt.items() if value}


def _composite(text: str, seen: Sequence[Figure], now: _Moment, number: int) -> dict[str, Any]:
    describe = (
        f"{_capital(now.place)}, {now.light}; seen from the level of the eye, with room in front; nobody is there"
    )
    composite: dict[str, Any] = {"background": {"describe": describe}}
    if seen:
        at = _PLACES[len(seen)][number % 2]
        composite["characters"] = [
            _placed(one, text, x, place) for place, (one, x) in enumerate(zip(seen, at, strict=True))
        ]
    return composite


def _placed(one: Figure, text: str, x: float, place: int) -> dict[str, Any]:
    told = next((part for part in sentences.sentences(_plain(text)) if one in figures.seen_in(part, [one], [])), text)
    placed: dict[str, Any] = {"character": one.name, "pose": _short(_plain(told), _MOST_POSE)}
    placed |= {"x": x, "y": _GROUND, "height": _HEIGHTS[one.kind]}
    # Who stands on the right looks back to the left.
    return {**placed, "flip": True} if place == 1 else placed


def _stills(text: str, seen: Sequence[Figure], now: _Moment) -> dict[str, Any]:
    parts = sentences.pieces(_plain(text), max(len(text) // 2, 40))
    names = [one.name for one in seen]
    around = f"{now.place}, {now.light}"
    stills = {}
    for side, words in (("start", parts[0]), ("end", parts[-1])):
        still: dict[str, Any] = {"describe": _short(f"{_capital(words)} In {around}; the {side} of the shot", 1000)}
        stills[side] = {**still, "characters": names} if names else still
    return stills


def _plain(text: str) -> str:
    return " ".join(text.translate(str.maketrans(dict.fromkeys('“”"'))).split())


def _short(text: str, most: int) -> str:
    """The text, or as many of its words as `most` characters hold."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:—-")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
