"""What a model is asked for when it drafts a storyboard: the rules, the words, the schema of its answer, the price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflow_lib import catalog, files
from workflow_lib.catalog import TextPrice
from workflow_lib.config import Config
from workflow_lib.manifest import Look
from workflow_lib.requests import TextRequest
from workflow_lib.story import Brief

TEMPERATURE = 0.4
_TOKENS_A_CLIP = 700  # what a clip's JSON takes, with room; most take 300
_TOKENS_BESIDES = 4000  # characters and thoughts
MOST_CLIPS = (catalog.TEXT_TOKENS - _TOKENS_BESIDES) // _TOKENS_A_CLIP
"""How many clips fit into one answer."""

_BYTES_A_TOKEN = 3  # English takes four, other scripts less
_MOST_QUOTED = 40

_RULES = """\
You are the storyboard artist of short narrated films. You get a story, or a topic and a direction, and answer with one
JSON object that satisfies the schema: the film's style, its characters, and its list of clips, in the order in which
they are seen.

Characters. Define everybody who is seen more than once, and only them, in `characters`: a short lower-case name
(letters, digits, _ or -), a `look` that says in one or two sentences what it is and how it looks, without what it does,
and its `colours`. Afterwards refer to them by that name only, in every clip alike; never describe them again.

Clips. Exactly as many as you are asked for. Each one is a single continuous shot that can be made from a still picture.
- action: who does what; the core of the shot, first. details: gestures, faces, materials, the framing. sequence: what
  follows within the shot. environment: place, light, weather. camera: one plain move or "static camera"; vary it.
- narration: what the narrator says over the clip, and no more words than the clip's length has room for. The lines
  together tell the whole story, each a whole sentence or more, without references to clips or pictures.
- sound_effect: what is heard beside the narration, in a few words; empty for silence.
- background: what is seen behind the characters: place, light, mood, painted for the film's frame, without any of the
  characters in it.
- placed: who of the characters stands before the background, at most three, in the order in which they are painted.
  x and y are the middle of its bottom edge as fractions of the frame (y grows downwards), height is its height as a
  fraction of the frame's; on the ground y is about 0.9; who faces left in its picture can be turned with flip. pose:
  what it does at the beginning of the shot.
- start and end: only for the clips of which both are asked for: the whole still with which the shot begins, and the one
  with which it ends, each with the names of the characters in it. Such a clip has no background and nobody placed.

No text, letters or watermarks in any picture. Nothing that is not in the story or follows from it.
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request with all that is said in it; `most_tokens` of the answer; `usd` is the most that it can cost."""

    request: TextRequest
    rules: str = field(repr=False)
    words: str = field(repr=False)
    schema: dict[str, object] = field(repr=False)
    most_tokens: int
    price: TextPrice
    usd: float


def draft(brief: Brief, config: Config, on: date) -> Asking:
    """What a model is asked for to draft the storyboard of `brief`."""
    return _asking(brief, config, on, _words(brief), None)


def repair(brief: Brief, config: Config, on: date, first: TextRequest, answer: str, wrong: Sequence[str]) -> Asking:
    """What it is asked for when its `answer` could not be used, with what was `wrong` about it."""
    listed = [f"- {line}" for line in wrong[:_MOST_QUOTED]]
    listed += [f"- and {len(wrong) - _MOST_QUOTED} more like these"] if len(wrong) > _MOST_QUOTED else []
    told = [
        _words(brief),
        "",
        "# Your last answer",
        "",
        answer or "(it was empty)",
        "",
        "# What is wrong with it",
        "",
        *listed,
        "",
        "Answer again with the whole storyboard, with each of these put right and all else as it was.",
    ]
    return _asking(brief, config, on, "\n".join(told), first.fingerprint)


def _asking(brief: Brief, config: Config, on: date, words: str, repairs: str | None) -> Asking:
    schema = schema_for(brief)
    count = brief.asked.clips
    most = min(catalog.TEXT_TOKENS, _TOKENS_BESIDES + _TOKENS_A_CLIP * count)
    # What the user says, and not how a model is told of it: a better way of telling buys nothing again.
    said = files.digest({"text": brief.text, "manifest": _said(brief), "keyframe_s": brief.keyframe_s})
    request = TextRequest(model=config.gemini_text_model, take=1, words=said, clips=count, repairs=repairs)
    price = catalog.text_price(request.model, config.prices, on)
    read = math.ceil(len((_RULES + words + files.canonical_json(schema)).encode()) / _BYTES_A_TOKEN)
    usd = math.ceil((read * price.usd_in + most * price.usd_out) / 100) / 10_000
    return Asking(request, _RULES, words, schema, most, price, usd)


def _said(brief: Brief) -> dict[str, object]:
    written, asked = brief.written, brief.asked
    return {
        "title": written.title,
        "frame": written.frame(),
        "duration": written.duration,
        "style": written.style,
        "characters": {name: [look.look, look.colours] for name, look in written.characters.items()},
        "direction": asked.direction.strip(),
        "keyframes": sorted(set(asked.keyframes)),
    }


def _words(brief: Brief) -> str:
    written, asked = brief.written, brief.asked
    width, height = written.frame()
    lines = [
        f"Title: {written.title}",
        f"Number of clips: exactly {asked.clips}",
        f"Frame: {width} x {height} pixels",
        f"Length of a clip: {written.duration:g} seconds; its narration has {brief.most_words(0)} words at most",
    ]
    between = sorted(set(asked.keyframes))
    if between:
        listed = ", ".join(map(str, between))
        lines.append(f"Clips with a start and an end still: {listed}; all others have a background")
    if brief.keyframe_s and between:
        most = brief.most_words(between[0])
        lines.append(f"Those are {brief.keyframe_s:g} seconds long; their narration has {most} words at most")
    if written.style:
        lines.append(f"Style, to be kept word by word: {written.style}")
    if written.characters:
        lines.append("Characters that are defined already; use these names and do not define them again:")
        lines += [f"- {_known(name, look)}" for name, look in written.characters.items()]
    if asked.direction:
        lines += ["", "# Direction", "", asked.direction.strip()]
    return "\n".join([*lines, "", "# Story", "", brief.text])


def _known(name: str, look: Look) -> str:
    colours = f" ({look.colours})" if look.colours else ""
    return f"{name}: {look.look}{colours}"


def _text(what: str, most: int) -> dict[str, object]:
    return {"type": "string", "description": f"{what}; {most} characters at most"}


def _object(properties: Mapping[str, object], *optional: str) -> dict[str, object]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def schema_for(brief: Brief) -> dict[str, object]:
    """The JSON schema of the answer, in the words that the models take: no references, no patterns."""
    names: dict[str, object] = {"type": "array", "items": {"type": "string"}, "description": "names of characters"}
    fraction: dict[str, object] = {"type": "number"}
    placed = _object(
        {
            "character": {"type": "string", "description": "its name"},
            "pose": _text("what it does", 300),
            "x": fraction,
            "y": fraction,
            "height": fraction,
            "flip": {"type": "boolean"},
        }
    )
    still = _object({"describe": _text("what is seen in it", 1000), "characters": names})
    clip = {
        "action": _text("who does what", 400),
        "details": _text("gestures, framing", 400),
        "sequence": _text("what follows", 400),
        "environment": _text("place, light, weather", 400),
        "camera": _text("one camera move", 100),
        "narration": _text("what the narrator says", max(1, brief.most_characters(0))),
        "sound_effect": _text("what is heard", 200),
        "background": _text("what is seen behind the characters", 1000),
        "placed": {"type": "array", "items": placed, "maxItems": 3},
    }
    optional = ["background", "placed", "sound_effect", "sequence"]
    if brief.asked.keyframes:
        clip |= {"start": still, "end": still}
        optional += ["start", "end"]
    look = _object(
        {
            "name": {"type": "string", "description": "lower-case letters, digits, _ or -"},
            "look": _text("what it is and how it looks", 500),
            "colours": _text("its colours", 200),
        }
    )
    count = brief.asked.clips
    return _object(
        {
            "style": _text("how all pictures are drawn", 400),
            "characters": {"type": "array", "items": look, "maxItems": 12},
            "clips": {"type": "array", "items": _object(clip, *optional), "minItems": count, "maxItems": count},
        }
    )
