"""Where a scene is, in which light, what is heard there, and how the camera looks at it: from the scene's own words."""

from __future__ import annotations

import re

_PLACES = [
    "river", "stream", "brook", "pond", "lake", "sea", "shore", "beach", "bank", "well", "fountain", "bridge", "road",
    "path", "street", "town", "city", "village", "market", "house", "home", "cottage", "farm", "farmyard", "barn",
    "stable", "kitchen", "room", "chamber", "palace", "castle", "temple", "garden", "vineyard", "orchard", "field",
    "meadow", "pasture", "hill", "mountain", "rock", "cliff", "cave", "hole", "den", "forest", "wood", "wilderness",
    "desert", "island", "ship", "boat", "harbour", "tree", "hedge", "trellis", "vine", "nest", "roof", "wall", "door",
    "gate", "window", "shop", "workshop", "mill", "dairy", "tavern", "inn", "court", "prison", "corn", "wheat",
    "grass",
]  # fmt: skip
_WHERE = re.compile(
    r"\b(?:in|into|on|at|by|near|under|over|along|beside|through|across|towards?|from|behind|before|round|up)\s+"
    r"((?:a|an|the|his|her|their|its|some)\s+(?:[a-z-]+\s+){0,3}?(?:" + "|".join(_PLACES) + r")s?"
    r"(?:\s+of\s+(?:a|an|the|his|her|their)\s+[a-z]+)?)\b",
    re.IGNORECASE,
)
_VAGUE = frozenset(
    {
        "bank",
        "corn",
        "court",
        "door",
        "grass",
        "home",
        "house",
        "mill",
        "nest",
        "roof",
        "room",
        "tree",
        "wall",
        "well",
        "wheat",
        "window",
    }
)
_BARE = re.compile(r"\b(" + "|".join(place for place in _PLACES if place not in _VAGUE) + r")s?\b", re.IGNORECASE)
_OWN = re.compile(r"^(?:his|her|their|its|some)\b", re.IGNORECASE)
_LIGHTS = (
    (r"\b(?:night|moon|dark|midnight)\w*", "night, soft moonlight"),
    (r"\b(?:morning|dawn|sunrise)\b", "early morning, low golden light"),
    (r"\b(?:evening|sunset|dusk)\b", "evening, long warm shadows"),
    (r"\b(?:storm|thunder|tempest|lightning)\w*", "storm, dark racing clouds"),
    (r"\b(?:rain|wet)\w*", "grey rain"),
    (r"\b(?:snow|winter|frost)\w*", "winter, pale cold light"),
    (r"\b(?:heat|summer|noon|hot)\b", "the heat of noon, a bleached sky"),
)
_SOUNDS = (
    (r"\b(?:river|stream|brook|water|pond)\b", "water flowing"),
    (r"\b(?:sea|shore|beach|waves)\b", "waves on a shore"),
    (r"\b(?:storm|thunder|tempest)\b", "thunder and wind"),
    (r"\bwind\b", "wind"),
    (r"\b(?:fire|burn\w*|roast\w*)\b", "a crackling fire"),
    (r"\b(?:crowd|market|people|town|village)\b", "voices of people, some way off"),
    (r"\b(?:sheep|lambs?|flock)\b", "sheep bleating"),
    (r"\b(?:dogs?|hounds?)\b", "a dog barking"),
    (r"\b(?:forest|wood|trees?|field|meadow|pasture|grass)\b", "birdsong and leaves in a light wind"),
)
_SPEECH = re.compile(r"[“\"]|\b(?:said|cried|asked|replied|answered|shouted|told|called)\b")
_MOTION = re.compile(
    r"\b(?:ran|went|came|walk\w*|driv\w*|drove|rode|follow\w*|fled|flew|jump\w*|leap\w*|hurr\w*|set out|carr\w+)\b"
)
_UPWARDS = re.compile(r"\b(?:up|high|tree|mountain|hill|sky|roof|tower|climb\w*|above)\b")
_MOVES = {
    "speech": ("slow push in", "gentle push in", "static camera"),
    "motion": ("slow pan right", "slow pan left", "gentle pan right"),
    "upwards": ("slow tilt up", "gentle tilt up", "slow push in"),
    "still": ("slow push in", "slow pull out", "slow pan right", "gentle tilt up"),
}


def place_of(text: str) -> str:
    """Where a text plays, in its own words: `the bank of a river`; empty where it does not say."""
    found = _WHERE.search(text)
    if found:
        return _OWN.sub("the", " ".join(found[1].split()))
    named = _BARE.search(text)
    return f"a {named[1].lower()}" if named else ""


def light_of(text: str) -> str:
    """The light and weather of a text; plain daylight where it does not say."""
    return next((light for pattern, light in _LIGHTS if re.search(pattern, text, re.IGNORECASE)), "soft daylight")


def sound_of(text: str) -> str:
    """What is heard in a text; empty where it names nothing that sounds."""
    return next((sound for pattern, sound in _SOUNDS if re.search(pattern, text, re.IGNORECASE)), "")


def camera_for(text: str, number: int, count: int, before: str) -> str:
    """The camera's move of a clip, never that of the clip `before`: out at first, and at the end."""
    if number in (1, count):
        moves: tuple[str, ...] = ("slow pull out", "slow push in")
    elif _MOTION.search(text):
        moves = _MOVES["motion"]
    elif _SPEECH.search(text):
        moves = _MOVES["speech"]
    else:
        moves = _MOVES["upwards" if _UPWARDS.search(text) else "still"]
    turned = moves[number % len(moves) :] + moves[: number % len(moves)] if number not in (1, count) else moves
    return next(move for move in turned if move != before)


def framing_for(text: str, seen: int, *, new_place: bool) -> str:
    """How close a clip is seen."""
    if new_place or seen == 0:
        return "wide shot"
    if _SPEECH.search(text) and seen == 1:
        return "close shot"
    return "medium shot"
