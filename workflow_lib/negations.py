"""Words that say what is not there: a video model reads the noun and shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOTHING_MEANT = (
    r"no longer|no sooner|no matter|no doubt|no\.|no-nonsense|no one else's|no more than|no less|no wonder|no\b(?= ?\d)"
    r"|not (?:only|just|yet|far|long|unlike|least|to mention)\b|whether or not|or not\b|never-ending|nothing but"
    r"|not[- ]so[- ]|if not\b|why not|can(?:no|')t help"
)
_PHRASE = re.compile(
    rf"(?P<skip>\b(?:{_NOTHING_MEANT}))"
    r"|(?P<camera>\b(?:no|without(?: any)?) (?:camera )?(?:movements?|motion|moves?)\b(?! of))"
    r"|(?P<absent>\b(?:no one|nobody)\b)"
    r"|\b(?:no|without(?: any| an?| the)?|free of)\s+(?P<thing>[a-z][\w'-]*(?:[ /-](?:or |and )?[a-z][\w'-]*){0,3})"
    r"|\b(?:don't|do not|never)\s+(?:show|include|add|use|have|depict)\s+(?:any |the )?"
    r"(?P<shown>\w[\w'-]*(?:\s+\w[\w'-]*)?)"
    r"|(?P<verb>\b(?:do not|does not|don't|doesn't|must not|should not|shouldn't|never|isn't|aren't"
    r"|(?:is|are) not|not)\s+\w[\w'-]*(?:\s+(?!(?:the|an?|and|or)\b)\w[\w'-]*)?)"
    r"|(?P<order>(?:\A|[.;]\s+|,\s+)avoid(?:ing)?\s+(?P<avoided>[\w'-]+(?: [\w'-]+)?))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»")
_END_OF_NOUN = re.compile(
    r"[\s/]+(?:in|on|at|of|beyond|from|to|with|for|as|is|are|was|while|that|which|who|but|except|behind|inside|near|and"
    r"|or|the|a|an|his|her|its|their|other than|anywhere|visible|so|then|by|legible|readable|prominent|into|over|under"
    r"|through|after|before|during|around|between)\b.*",
    re.IGNORECASE,
)
_HAPPENING = re.compile(r"(?:^| )(?:shift|move|change|warp)s?$", re.IGNORECASE)
_PRONOUNS = frozenset(
    ["the", "a", "an", "his", "her", "its", "their", "them", "him", "it", "this", "that", "these", "those"]
)


@dataclass(frozen=True, slots=True)
class Negation:
    """A phrase that says what is not there; `unwanted` as a negative prompt names it, empty for what is not done."""

    words: str
    unwanted: str = ""
    is_camera: bool = False


def find(text: str) -> tuple[Negation, ...]:
    """The negations in `text`, in its order; what stands between quotation marks is said, not shown."""
    text = _QUOTED.sub(lambda quoted: "x" * len(quoted.group()), text.replace("\u2019", "'"))
    return tuple(_negation(match, text) for match in _PHRASE.finditer(text) if match["skip"] is None)


def _negation(match: re.Match[str], text: str) -> Negation:
    words = match.group().strip(" ,.;")
    if match["camera"] and "camera" in text.lower():
        return Negation(words, is_camera=True)
    if match["absent"]:
        return Negation(words, "people")
    if match["order"]:
        return Negation(words, _thing(match["avoided"]))
    if match["shown"]:
        return Negation(words, _thing(match["shown"]))
    if match["thing"]:
        thing = _thing(match["thing"])
        shown = words[: words.lower().rfind(thing.lower()) + len(thing)] if thing else words
        return Negation(shown, thing)
    return Negation(words)


def _thing(phrase: str) -> str:
    """The noun of what is not wanted; empty where something is not done (`without touching it`)."""
    thing = _END_OF_NOUN.sub("", phrase).strip()
    first = thing.split(" ")[0].lower() if thing else ""
    if (
        _HAPPENING.search(thing)
        or first in _PRONOUNS
        or (first.endswith("ing") and first not in {"lettering", "clothing", "writing", "building"})
    ):
        return ""
    return thing
