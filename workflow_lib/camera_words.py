"""Camera English: which moves a prompt asks for, which framings, and how much of its beginning is about the camera."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workflow_lib import prompts
from workflow_lib.prompts import PACE

Family = Literal["push in", "pull out", "dolly", "slide", "track", "pan", "tilt", "crane", "orbit", "zoom", "static"]


@dataclass(frozen=True, slots=True)
class Move:
    """A camera move as it was said: `words`, from `start` in the text; `direction` empty where none is named."""

    family: Family
    direction: str
    words: str
    start: int


CLAUSE = re.compile(r"\s*[,:]\s+|\s+(?:as|while)\s+")

_HOW = (
    r"(?:[ -]+(?:very |slowly |gently |smoothly |steadily |slightly |softly |quickly |gradually |subtly |straight )"
    r"{0,2})"
)
_IN = r"(?:in|into|inwards?|closer|forwards?|towards?)\b"
_OUT = r"(?:out|outwards?|back|backwards?|away)\b"
_SIDE = (
    r"(?:to the )?(?:left|right|sideways|laterally|leftward|rightward|left-to-right|right-to-left|parallel|alongside)\b"
)

# A noun or an order: "slow push in", "a gentle tilt-up", "Pan left".
_NAMED: tuple[tuple[Family, str], ...] = (
    ("push in", rf"(?:push|dolly){_HOW}?{_IN}|(?:forward|inward) (?:dolly|push|tracking|track)\b"),
    ("pull out", rf"(?:pull|dolly){_HOW}?{_OUT}|(?:backward|reverse) (?:dolly|pull|tracking)\b"),
    ("zoom", r"zoom(?:ing)?(?:[ -]?(?:in|out|into|on))?\b(?! (?:lens|call|level|meeting|window))"),
    (
        "orbit",
        r"(?:circular|orbiting|orbital) (?:dolly|move|movement|shot)\b|orbit(?:ing)?(?: shot| around| left| right)",
    ),
    ("orbit", r"arc (?:shot|around|left|right)\b|360[- ]degree (?:orbit|rotation|turn)\b"),
    ("slide", rf"(?:lateral|sideways|rightward|leftward) (?:dolly|slide|truck|drift|move|tracking)\b|dolly {_SIDE}"),
    ("slide", rf"(?:slide|truck) {_SIDE}|dolly (?:rightward|leftward)\b"),
    ("tilt", r"tilt(?:ing)?[ -]?(?:up|down)\w*|tilting shot\b"),
    ("crane", r"(?:crane|jib|boom|pedestal)[ -](?:up|down|shot)\b"),
    ("pan", rf"(?:lateral |right-to-left |left-to-right )?pan\b(?! (?:of|flute|pipe|lid)\b)(?: {_SIDE})?"),
    ("track", r"(?:tracking|trucking|follow(?:ing)?|steadicam) shot\b|tracking (?:left|right|forward|backward)\w*"),
    ("dolly", r"dolly (?:shot|move)\b"),
)
# What a camera does: "the camera gently pans right", "the camera makes a short arc".
_DONE: tuple[tuple[Family, str], ...] = (
    ("push in", rf"(?:push|mov|creep|glid|drift|eas|fl[iy]|travel|track|truck|doll)\w*{_HOW}(?:\w+ )?{_IN}"),
    ("push in", r"approach\w*|clos(?:es|ing) in\b|push-?in\b"),
    ("pull out", rf"(?:pull|mov|eas|drift|fl[iy]|track|glid|doll)\w*{_HOW}{_OUT}|retreat\w*|pull-?(?:back|out)\b"),
    ("zoom", r"zoom\w*"),
    ("orbit", r"orbit\w*|circl(?:e|es|ing)\b|arc(?:s|ing)?\b|revolv\w*|rotat\w*"),
    ("crane", r"cran(?:e|es|ing)\b(?: (?:up|down))?|(?:ris|ascend|descend|lower)(?:e?s|ing)\b"),
    ("tilt", r"tilt(?:s|ing)?\b(?: \w+ly| back)?(?: (?:up|down)\w*)?"),
    ("pan", rf"pan(?:s|ning)?\b(?: \w+ly)?(?: {_SIDE})?"),
    ("slide", rf"(?:slid|truck|drift|glid|mov|doll)\w*{_HOW}{_SIDE}|slid(?:e|es|ing)\b"),
    ("track", r"track(?:s|ing)?\b|follow(?:s|ing)?\b"),
    ("dolly", r"doll(?:y|ies|ying)\b"),
)
_STATIC = re.compile(
    r"\b(?:static (?:camera|shot|frame|tripod|[a-z-]+ (?:[a-z-]+ )?shot)"
    r"|locked[ -]off(?: (?:camera|shot|tripod))?|locked(?:-down)? camera"
    r"|camera (?:holds|remains|stays) steady(?= with)"
    r"|camera (?:is |remains |stays |holds )(?:completely |perfectly |fully )?(?:static|locked|still|fixed|stationary)"
    r"|(?:fixed|stationary|unmoving) camera|no camera (?:movement|motion|moves?))\b|(?<=, )static(?=[.,;])",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:\A|[.;:,(\u2014\u2013]\s*|\b(?:as|while|and|then|when)\s+)(?:the |our )?"
    r"(?:camera|cam|shot|lens|drone|gimbal)(?=[ ,])"
    r"(?: (?:then|now|also|just|makes?|performs?|does|executes?|begins?|starts?|continues?|ends? with|to|an?|the|with"
    r"|\w+ly|[a-z]+ [a-z]+ with))*",
    re.IGNORECASE,
)
# Between what the camera does first and what it does next.
_NEXT = re.compile(
    rf"(?:,|\band|\bthen|\bbefore|\binto|\bwith|\bwhile|\ban?)\s+(?:(?:then|an?) )*{PACE}*\Z", re.IGNORECASE
)
_THEN = re.compile(
    rf"\bthen {PACE}*(?P<words>(?P<verb>pan|tilt|zoom|crane|orbit)(?:s|ing)?(?: back| \w+ly)?"
    r" (?:up|down|in|out|left|right|away|around|across|to)\b)",
    re.IGNORECASE,
)
_FAMILIES: dict[str, Family] = {"pan": "pan", "tilt": "tilt", "zoom": "zoom", "crane": "crane", "orbit": "orbit"}
_BREAK = re.compile(
    r"[.;!?()]|\b(?:as|when|because)\b|\bto (?:follow|keep|reveal|show|frame|emphasi[sz]e|match|include)\b"
    r"|\b(?:while|and|then)\b,? (?=(?:the|an?|his|her|their|he|she|they|it)\b(?! (?:slow|gentle|subtle|small"
    r"|short|smooth|push|tilt|pan|slight|quick|lateral|camera)))",
    re.IGNORECASE,
)
_LEADING = re.compile(rf"(?:\A|[.;!?,:(\u2014\u2013]\s*|\b(?:and|then|with|while|a|an|the)\s+){PACE}*\Z", re.IGNORECASE)
_PACED = re.compile(rf"{PACE}\Z", re.IGNORECASE)
_NEAR = 150  # characters before a move in which its adjectives stand
_SAID_OF_CAMERA = re.compile(r"\b(?:camera|shot|lens|close[ -]?up|\d+ ?mm)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|not|never|without|don't|doesn't|avoid)\W+(?:\w+\W+)?\Z", re.IGNORECASE)

_SIZE = (
    r"(?:an?|the|extreme|extremely|slight|slightly|very|tight|tighter|medium|wide|wider|full|full-body|long|close|high|low|low-light"
    r"|eye|level|angle|angled|overhead|top|down|side|on|front|frontal|rear|back|facing|profile|three|quarter|two|one|over"
    r"|the-shoulder|shoulder|pov|point|of|view|bird|birds|bird's|worm's|dutch|macro|aerial|drone|establishing|insert"
    r"|detail|group|master|oblique|tabletop|table|ground|floor|waist|knee|hip|chest|height|desk|counter|lens|telephoto"
    r"|static|steady|handheld|hand|held|style|feel|dynamic|cinematic|tracking|steadicam|centered|centred|symmetrical|backlit"
    r"|corner|position|locked|off|reverse|crane|to|ground|room|subjective|slow|intimate|opening|closing|beauty)"
)
_FRAME_NOUN = r"(?:shots?|close[ -]?ups?|angle|pov|two-shot|three-shot|framing|viewpoint|over-the-shoulder|medium-wide)"
FRAMING = re.compile(
    rf"\A(?:{_SIZE}[ -]+){{0,9}}?{_FRAME_NOUN}\b(?! of (?:espresso|whisk|vodka|rum|tequila))|\A\d+ ?mm\b", re.IGNORECASE
)
_LITTLE = re.compile(
    r"the|an|of|in|on|at|to|and|or|then|with|from|into|over|along|across|around|by|for|it|its|is|are|that|this|left|right"
    r"|up|down|out|back|again|static|steady|camera|cam|shot|lens|drone|handheld|very|slow(?:ly)?|gent(?:le|ly)"
    r"|smooth(?:ly)?|subtl[ey]|slight(?:ly)?|quick(?:ly)?|fast|cinematic|returns?|holds?|moves?|focus|while|as|forward|backward",
    re.IGNORECASE,
)
_GLASS = re.compile(
    r"\b\d+ ?mm\b|\bdepth of field\b|\b(?:macro|telephoto|anamorphic) lens\b|\brack focus\b", re.IGNORECASE
)


def moves(text: str) -> tuple[Move, ...]:
    """The camera moves that `text` asks for, in its order; what people and things do is not among them."""
    found: list[Move] = []
    for start, sentence in _sentences(text):
        found += [dataclasses.replace(move, start=start + move.start) for move in _in_sentence(sentence)]
    return tuple(found)


def opens_with_framing(text: str) -> bool:
    """Whether the first words of `text` are a shot size, an angle or a lens."""
    return bool(FRAMING.match(text.strip()))


def content(text: str) -> tuple[str, ...]:
    """The words of `text` that are neither about the camera nor little words."""
    for words in {move.words for move in moves(text)}:
        text = text.replace(words, " ")
    text = _GLASS.sub(" ", text)
    said = " ".join(FRAMING.sub(" ", clause.strip()) for clause in re.split(r"[.;!?,:]\s*|\s+(?:as|while)\s+", text))
    return tuple(word for word in re.findall(r"\w{2,}", said) if not _LITTLE.fullmatch(word))


def is_camera(clause: str) -> bool:
    """Whether a clause without an action speaks of the camera: a move, a framing or a lens."""
    text = clause.strip()
    return bool(
        prompts.opens_with_move(text)
        or opens_with_framing(text)
        or _GLASS.search(text)
        or _STATIC.search(text)
        or _in_sentence(text)
        or re.match(r"(?:the )?camera\b", text, re.IGNORECASE)
    )


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for gap in prompts.SENTENCE.finditer(text):
        yield start, text[start : gap.start()]
        start = gap.end()
    yield start, text[start:]


def _in_sentence(sentence: str) -> list[Move]:
    hits = [*_still(sentence), *_named(sentence), *_done(sentence)]
    hits = [
        hit
        for hit in hits
        if hit.family == "static" or not _NEGATED.search(sentence, max(0, hit.start - _NEAR), hit.start)
    ]
    kept: list[Move] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -len(hit.words))):
        if not kept or hit.start >= kept[-1].start + len(kept[-1].words):
            kept.append(hit)
    return kept


def _still(sentence: str) -> list[Move]:
    return [Move("static", "", found.group(), found.start()) for found in _STATIC.finditer(sentence)]


def _named(sentence: str) -> list[Move]:
    about_camera = bool(
        _SAID_OF_CAMERA.search(sentence) or prompts.opens_with_move(sentence) or FRAMING.match(sentence)
    )
    hits = []
    for family, pattern in _NAMED:
        for found in re.finditer(rf"\b(?:{pattern})", sentence, re.IGNORECASE):
            start = found.start()
            before = max(0, start - _NEAR), start
            if not _LEADING.search(sentence, *before):
                continue
            if "-" in found.group() or not sentence[:start].strip() or _PACED.search(sentence, *before) or about_camera:
                hits.append(_move(family, found.group(), found.start()))
    return hits


def _done(sentence: str) -> list[Move]:
    hits = []
    for subject in _SUBJECT.finditer(sentence):
        end = _BREAK.search(sentence, subject.end())
        scene = sentence[: end.start() if end else len(sentence)]
        at = subject.end()
        while (hit := _next_done(scene, at, first=at == subject.end())) is not None:
            hits.append(hit)
            at = hit.start + len(hit.words)
        if hits:
            hits += [
                _move(_FAMILIES[after["verb"].lower()], after["words"], after.start("words"))
                for after in _THEN.finditer(sentence, at)
            ]
    return hits


def _next_done(scene: str, at: int, *, first: bool) -> Move | None:
    best: Move | None = None
    for family, pattern in _DONE:
        for found in re.finditer(rf"\b(?:{pattern})", scene[at:], re.IGNORECASE):
            gap = scene[at : at + found.start()]
            fits = re.fullmatch(rf"[\s,]*{PACE}*", gap, re.IGNORECASE) if first else None
            if not fits and not _NEXT.search(gap):
                continue
            if best is None or at + found.start() < best.start:
                best = _move(family, found.group(), at + found.start())
            break
    return best


def _move(family: Family, words: str, start: int) -> Move:
    named = re.search(
        r"left-to-right|right-to-left|left|right|\bup|down|\bin\b|\bout\b|ris|ascend|descend|lower", words.lower()
    )
    said = named.group() if named else ""
    course = {"left-to-right": "right", "right-to-left": "left", "ris": "up", "ascend": "up"}
    course |= {"descend": "down", "lower": "down"}
    direction = course.get(said, said)
    return Move(family, direction if family in ("slide", "pan", "tilt", "crane", "zoom", "orbit") else "", words, start)
