"""Plain film English: which camera move a sentence names, in which direction and how strongly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Family = Literal["push_in", "pull_out", "orbit", "tilt", "pan", "static", "sway"]
Direction = Literal["left", "right", "up", "down", ""]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A move as it was said; `strength` 1 when no word makes it slower or faster."""

    family: Family
    direction: Direction
    strength: float


_HOW = (
    r"(?:\W+(?:very|slowly|gently|smoothly|steadily|slightly|softly|quickly|gradually|straight|camera|shot|in))"
    r"{0,2}\W+"
)
_IN = r"(?:in|into|inwards?|closer|forwards?|towards?)\b"
_OUT = r"(?:out|outwards?|back|backwards?|away)\b"
_SIDE = r"(?:\W+\w+){0,3}?\W+(?:left|right|sideways)"

# said of nothing but a camera
_PLAIN: tuple[tuple[Family, str], ...] = (
    ("push_in", rf"\b(?:push|doll(?:y|i|ey)|zoom|truck)\w*{_HOW}{_IN}|\bpush-?in\b|\b(?:slow|crash|dolly) zoom\b"),
    ("pull_out", rf"\b(?:doll(?:y|i|ey)|zoom)\w*{_HOW}{_OUT}|\bpull-?(?:out|back)\b"),
    ("orbit", r"\borbit\w*|\barc(?:s|ing)? (?:shot|around|left|right)\b"),
    ("tilt", rf"\btilt\w*{_HOW}(?:up|down)\w*|\btilt(?:ing)? shot\b"),
    ("tilt", r"\b(?:crane|cranes|craning|jib|boom|pedestal)\w* (?:up|down|shot)\b"),
    ("pan", r"\bpan(?:s|ned|ning)?\b|\b(?:track|truck|slid|follow)(?:er|ing) shot\b"),
    ("pan", r"\btruck(?:s|ing)? (?:left|right)\b"),
    ("static", r"\bstatic\b|\blocked[- ]?(?:off|down)\b|\b(?:fixed|still|stationary|locked) (?:camera|shot|frame)\b"),
    ("static", r"\btripod\b|\b(?:no|without)(?: any)? (?:camera )?(?:movement|motion|moves?)\b"),
    ("sway", r"\bhand-?\s?held\b|\bshoulder[- ]cam\w*"),
)  # fmt: skip
# said of animals and water too: counts where a camera is named, or where the clause opens with it
_SHARED: tuple[tuple[Family, str], ...] = (
    ("push_in", rf"\b(?:mov|creep|glid|drift|eas|fl[iy]|travel|track)\w*{_HOW}{_IN}"),
    ("push_in", r"\bapproach\w*|\bclos(?:es|ing) in\b"),
    ("pull_out", rf"\b(?:pull|mov|eas|drift|fl[iy]|track|glid)\w*{_HOW}{_OUT}|\bretreat\w*|\bwiden\w*"),
    ("orbit", r"\bcircl\w*|\barc(?:s|ing)?\b|\brevolv\w*|\brotat\w*"),
    ("tilt", r"\b(?:ris|ascend|descend|lower|sink|look(?:s|ing)? (?:up|down)|tilt)\w*"),
    ("tilt", r"\b(?:mov|drift|glid)\w*\W+(?:up|down)\w*"),
    ("pan", rf"\b(?:slid|glid|drift|sweep|travel|mov|track)\w*{_SIDE}\w*"),
    ("pan", r"\b(?:track|follow|lateral|sweep)\w*"),
    ("static", r"\b(?:still|stationary|motionless|unmoving|fixed|locked)\b|\bholds?\b|\b(?:does not|doesn't) move\b"),
    ("sway", r"\bsway\w*|\bbreath\w*|\bwobbl\w*"),
)  # fmt: skip
_CAMERA = re.compile(r"\b(?:camera|shot|lens|drone|frame)\b")
_OPENING = re.compile(
    r"^\W*(?:(?:an?|the|then|and|now|we|very|extremely|\w+ly|slow|gentle|smooth|steady|subtle|soft|fast|quick|rapid"
    r"|slight|cinematic|wide|aerial|long|low|high|hand-?held|left|right)\W+)*$"
)
_NEGATION = re.compile(r"\b(?:no|not|never|without|don't|doesn't|avoid)\W+(?:\w+\W+)?$")
_STRENGTHS = (
    (0.35, r"\b(?:very|extremely|almost|barely) (?:slow|gentl|slight|subtl|still)\w*|\bbarely\b|\bimperceptibl\w*"),
    (0.6, r"\b(?:slow|gentl|subtl|slight|soft|creep|calm|drift|gradual|eas(?:es|ing))\w*"),
    (1.6, r"\b(?:fast|quick|rapid|swift|dramatic|whip|crash|sudden)\w*"),
)


def find_phrase(text: str) -> Phrase | None:
    """The first camera move that `text` names, sentence by sentence; None when it names none."""
    for sentence in re.split(r"[.;!\n]+", text.lower()):
        found = _first(sentence)
        if found is not None:
            family, start = found
            return Phrase(family, _direction(family, sentence, start), _strength(sentence))
    return None


def _first(sentence: str) -> tuple[Family, int] | None:
    hits = [hit for hit in _hits(sentence) if not _NEGATION.search(sentence[: hit[1]])]
    moving = [hit for hit in hits if hit[0] != "sway"]  # "handheld push in" is a push
    return min(moving or hits, key=lambda hit: hit[1], default=None)


def _hits(sentence: str) -> list[tuple[Family, int]]:
    plain = [(family, match.start()) for family, pattern in _PLAIN for match in re.finditer(pattern, sentence)]
    shared = [(family, match.start()) for family, pattern in _SHARED for match in re.finditer(pattern, sentence)]
    return plain + [hit for hit in shared if _is_about_camera(sentence, hit[1])]


def _is_about_camera(sentence: str, start: int) -> bool:
    clause = sentence[:start].rpartition(",")[2]
    return bool(_CAMERA.search(sentence) or _OPENING.match(clause))


def _direction(family: Family, sentence: str, start: int) -> Direction:
    if family == "tilt":
        return "down" if _says_down(sentence[start:]) else "up"
    if family in ("pan", "orbit"):
        return "left" if _says_left(sentence, start) else "right"
    return ""


def _says_down(rest: str) -> bool:
    found = re.search(r"\b(up|down|ris|rais|ascen|descen|lower|sink)", rest)
    return found is not None and found[1] in ("down", "descen", "lower", "sink")


def _says_left(sentence: str, start: int) -> bool:
    course = re.search(r"\b(?:left|right)[\s-]+to[\s-]+(?:the )?(left|right)", sentence)
    if course is not None:
        return course[1] == "left"
    turning = re.search(r"\b(counter|anti)?-?\s?clockwise", sentence)
    if turning is not None:
        return turning[1] is None
    named = re.search(r"\b(left|right)", sentence[start:]) or re.search(r"\b(left|right)", sentence[:start])
    return named is not None and named[1] == "left"


def _strength(sentence: str) -> float:
    return next((value for value, pattern in _STRENGTHS if re.search(pattern, sentence)), 1.0)
