"""Main actions: the verbs by which somebody or something does one thing after another in a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflow_lib import camera_words

_VERBS = """
    accept add adjust aim align apply approach arrange arrive assemble balance bend bite blow board bounce bow
    brace break bring brush build burst button buy call carry carve cast catch chase chop circle clap clean
    clear click climb clip close collapse collect comb cook cover crack crash crawl cross crouch cry cut dance
    dash descend dig dip dive drag draw drink drive drop dry duck dump eat embrace emerge empty enter erase
    escape exit explode fall feed fetch fight fill fire flap flee flick flip float fly fold gallop gather grab
    greet grip hammer hand hang hit hoist hop hug hurl insert jog jump kick kiss knead kneel knit knock land
    laugh lay leap leave lick lie lift light load lock lower march mark mix mount mop nudge offer open pack
    paint park pass pat peel perch pet pick pin pinch place plant play plug plunge point polish pop pounce pour
    press pull pump punch push put race raise reach rearrange release remove replace retrieve retreat return
    ride ring rinse rip rise roll rotate rub run rush sail scatter scoop scrape scratch scream screw scroll seal
    seize serve set shake shape sharpen shoot shout shut sing sip sit sketch skip slam slap sleep slice slide
    smash snap snatch sniff spill spin splash spray spread sprint sprinkle squat squeeze stack stamp stand steer
    step stir strap stretch strike strum stroll stuff surface sweep swim swing switch take tap taste tear throw
    tie tighten tilt topple toss trace transform trim trip tuck tug tumble turn twist type unbutton uncap unfold
    unlock unpack unroll unscrew untie unwrap unzip wade walk wash wave whisk whisper wipe withdraw wrap write
    yank zip
    """.split()  # noqa: SIM905 (a table)
_PLURAL_SUBJECTS = r"they|both|we|all (?:three|four|of them)|(?:two|three|four|five|\w+s) (?:both|together|each)"
_NOT_A_VERB_AFTER = frozenset(
    """
    the his her its their our my your this that these those of in on with by for at from into onto to under over
    two three four five six several few many some no any each every small slow quick short long light careful
    gentle first last next final heavy front back soft brisk more such other own between without synchronized
    deliberate
    """.split()  # noqa: SIM905 (a table)
)


def _third_person(verb: str) -> str:
    if re.search(r"(?:s|x|z|ch|sh)$", verb):
        return f"{verb}es"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}s"


_FORMS = {_third_person(verb): verb for verb in _VERBS}
_NOUNS_TOO = frozenset(
    """
    lights leaves hands stands steps turns marks presses strums hits taps lifts falls rings waves washes clips
    drops plants plays fires pats paints prints locks tears cuts rolls seals types shapes parks marches runs
    rides drinks cooks sails surfaces boards straps loads buttons screws stamps sketches points reaches packs
    stacks plates crosses knocks bites dips tilts pumps races flips brushes combs draws drags slides swings
    shoots feeds folds pinches plugs dances jumps kicks kisses laughs shouts cries catches covers flies floats
    sweeps rises scratches sheds sits spills splashes spreads sprays strikes strokes swims throws trims trips
    twists walks wipes yawns
    """.split()  # noqa: SIM905 (a table)
)
_SUBJECTS = frozenset("he she it who then b c d".split())  # noqa: SIM905
_OBJECTS = frozenset(
    """
    the a an his her its their it him them one two up down off to away back forward out over into onto toward
    towards across around through slowly slightly gently carefully quickly briefly again once twice past
    steadily along inward outward behind beside aside half
    """.split()  # noqa: SIM905 (a table)
)
_WEATHER = frozenset("rain snow light sunlight dusk night darkness mist fog ash dust".split())  # noqa: SIM905
_BESIDE = re.compile(r"\b(?:as|while|when|where|which|who|that|until|so|because)\b[^.;,]*\Z", re.IGNORECASE)
_MINOR = re.compile(r"\s+(?:\w+ ){0,3}(?:breath|look|moment|beat|pause|nod|smile|glance|sip)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")
_THEN = re.compile(r"(?:and |then )+", re.IGNORECASE)
_EDGE = re.compile(r"[.;,:!?—]\s+|\b(?:and|while|as|until)\s+", re.IGNORECASE)
_THEY_DO = re.compile(rf"\b(?:{_PLURAL_SUBJECTS})\s+(?:then |\w+ly )*(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that is done: its verb as it is written, from `start` in the text."""

    verb: str
    start: int


def actions(text: str) -> tuple[Action, ...]:
    """The main actions in `text`, in its order: verbs of movement and handling, not looks, nods or smiles.

    What the camera does is none of them.
    """
    text = _without_camera(text)
    found = {match.start(1): match.group(1) for match in _THEY_DO.finditer(text) if match.group(1).lower() in _VERBS}
    before = ""
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word in _FORMS and _is_verb(before, word, text[match.end() :]) and not _BESIDE.search(text[: match.start()]):
            found[match.start()] = match.group()
        before = "," if text[match.end() : match.end() + 1] in tuple(".;:!?,") else word
    return tuple(Action(verb, start) for start, verb in sorted(found.items()))


def _without_camera(text: str) -> str:
    for move in camera_words.moves(text):
        end = move.start + len(move.words)
        text = text[: move.start] + " " * (end - move.start) + text[end:]
    return text


def _is_verb(before: str, word: str, rest: str) -> bool:
    if before in _NOT_A_VERB_AFTER or before in _WEATHER or before.endswith(("'s", "\u2019s")) or _MINOR.match(rest):
        return False
    following = _WORD.match(rest.lstrip(" ")) if rest.startswith(" ") else None
    next_word = following.group().lower() if following else ""
    if word in _NOUNS_TOO:
        return before in _SUBJECTS or next_word in _OBJECTS
    return next_word != "of"


def clause_start(text: str, at: int) -> int:
    """Where the clause begins that holds what stands at `at`."""
    edges = [edge.end() for edge in _EDGE.finditer(text, 0, at)]
    start = edges[-1] if edges else 0
    then = _THEN.match(text, start)
    return then.end() if then else start
