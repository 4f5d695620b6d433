"""What a video model will not understand in a prompt, and how to say it in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from workflow_lib import action_words, camera_words, catalog, contradictions, negations, prompts, reordering
from workflow_lib.camera_words import Move
from workflow_lib.catalog import Backend

Kind = Literal[
    "camera_first",
    "framing_first",
    "setting_first",
    "wrong_part",
    "two_moves",
    "many_actions",
    "negation",
    "too_long",
    "thin",
    "contradiction",
]

SECONDS_PER_ACTION = 2.5
"""What one action takes on the screen, beside the first; a clip that has less is flagged."""

_READ_CHARS = 6_000  # more than any model takes
_FEWEST_WORDS = 2
_SETTING_WORDS = 12
_SETTING = re.compile(
    r"\A(?:(?:int|ext)\b\.?|(?:an? |the |early |late |at |in |on )*(?:\w+ ){0,2}?"
    r"(?:dawn|dusk|sunrise|sunset|night|noon|midday|morning|afternoon|evening|twilight|interior|exterior|daylight"
    r"|golden hour|blue hour|overcast|moonlight)\b)",
    re.IGNORECASE,
)
_SCENE_HEADING = re.compile(r"(?:INT|EXT)\b\.?[^.\n]*\.\s", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?<=[.!?])\s+")
_SAYS_MORE = re.compile(
    r"\b\w{3,}[^s\W]s\b|\b(?:is|are|has|have|\w{3,}ing)\b|\b(?:he|she|it|they|we|who)\b", re.IGNORECASE
)
_ALIKE = (
    frozenset({"slide", "track"}),
    frozenset({"slide", "pan"}),
    frozenset({"track", "push in"}),
    frozenset({"track", "pull out"}),
    frozenset({"track", "orbit"}),
    frozenset({"zoom", "push in"}),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and what it is asked of; `where` is its place in its file (`clips[7].prompt`).

    `parts` holds one text under "", or the five parts by name. `seconds`: the length of the clip.
    """

    file: str
    where: str
    clip: str
    parts: Mapping[str, str]
    backend: Backend
    model: str
    seconds: float
    negative_prompt: str = ""

    @property
    def text(self) -> str:
        """The prompt as one text, as the model gets it."""
        return self.parts[""].strip() if "" in self.parts else prompts.join(dict(self.parts))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that could be said better: `file` and `place` where, `suggestion` what to write."""

    file: str
    place: str
    clip: str
    kind: Kind
    what: str
    suggestion: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.clip} {self.what}; {self.suggestion}"


def lint(asked: Asked) -> tuple[Finding, ...]:
    """What is wrong with a prompt, in the order of the rules; empty when nothing is."""
    return tuple(finding for rule in _RULES for finding in rule(asked))


def opening(text: str) -> tuple[str, str] | None:
    """What is wrong with a prompt that opens with a camera move, and what is better; None for any other."""
    better = reordering.reordered(text)
    return ("opens with the camera", f"better: {better}") if better else None


def _finding(asked: Asked, kind: Kind, what: str, suggestion: str, part: str = "") -> Finding:
    return Finding(asked.file, asked.where + (f".{part}" if part else ""), asked.clip, kind, what, suggestion)


def _order(asked: Asked) -> Iterator[Finding]:
    text = asked.parts.get("", "").strip()
    moved = opening(text)
    if moved:
        yield _finding(asked, "camera_first", *moved)
    elif camera_words.opens_with_framing(text):
        better = reordering.camera_last(text)
        if better:
            yield _finding(asked, "framing_first", "opens with the framing", f"better: {better}")
    else:
        yield from _setting(asked, text)


def _setting(asked: Asked, text: str) -> Iterator[Finding]:
    heading = _SCENE_HEADING.match(text)
    end = heading.end() if heading else 0
    gap = _FULL_STOP.search(text, max(0, end - 2))
    first, others = (text[: gap.start()], text[gap.end() :]) if gap else (text, "")
    if not others or not _SETTING.match(first) or len(first.split()) > _SETTING_WORDS:
        return
    if action_words.actions(first) or _SAYS_MORE.search(first):
        return
    rest, *camera = _cut_camera(others)
    better = " ".join((rest, first, *camera))
    yield _finding(asked, "setting_first", "opens with the setting", f"better: {better}")


def _cut_camera(text: str) -> list[str]:
    """`text` without its last sentence where that is the camera's, and that sentence."""
    sentences = prompts.SENTENCE.split(text)
    if len(sentences) > 1 and camera_words.is_camera(sentences[-1]):
        return [" ".join(sentences[:-1]), sentences[-1]]
    return [text]


def _wrong_part(asked: Asked) -> Iterator[Finding]:
    for part in prompts.PARTS[:-1]:
        text = asked.parts.get(part, "")
        for move in camera_words.moves(text):
            rest = _without(text, move)
            what = f'has the camera\'s "{move.words}" in `{part}`'
            left = f"`{part}: {rest}`, and" if rest else ""
            yield _finding(
                asked, "wrong_part", what, f"write {left} `camera: {move.words.lower()}`".replace("  ", " "), part
            )
            break
        else:
            if camera_words.opens_with_framing(text):
                better = "move the framing into `camera`"
                yield _finding(asked, "wrong_part", f"has a framing in `{part}`", better, part)


def _without(text: str, move: Move) -> str:
    """`text` without the clause that holds a move; empty when it is the only one."""
    edges = [0, *(gap.start() for gap in re.finditer(r"[,.;]", text)), len(text)]
    begin = max(edge for edge in edges if edge <= move.start)
    end = min(edge for edge in edges if edge >= move.start + len(move.words))
    return (text[:begin] + text[end:]).strip(" ,.;")


def _two_moves(asked: Asked) -> Iterator[Finding]:
    text = asked.text[:_READ_CHARS]
    said = camera_words.moves(text)
    for place, move in enumerate(said):
        other = next((earlier for earlier in said[:place] if _compete(earlier, move, text)), None)
        if other is None:
            continue
        first, second = other.words, move.words
        if "static" in (other.family, move.family):
            what = f'asks for a camera that is still ("{first if other.family == "static" else second}") and that moves'
            what += f' ("{second if other.family == "static" else first}")'
            yield _finding(asked, "two_moves", what, "keep one of them")
        else:
            what = f'asks for two camera moves, "{first}" and "{second}"'
            yield _finding(asked, "two_moves", what, f'keep "{first}", and give "{second}" a clip of its own')
        return


def _compete(one: Move, other: Move, text: str) -> bool:
    if one.family == other.family:
        return bool(one.direction and other.direction and one.direction != other.direction)
    families = frozenset({one.family, other.family})
    if "dolly" in families:
        return "static" in families
    if families in _ALIKE:
        if re.search(r"\b(?:then|before)\b", text[one.start : other.start]):
            return True
        return bool(one.direction and other.direction and {one.direction, other.direction} == {"left", "right"})
    return True


def _many_actions(asked: Asked) -> Iterator[Finding]:
    text = asked.text[:_READ_CHARS]
    done = action_words.actions(text)
    most = 1 + int(asked.seconds / SECONDS_PER_ACTION)
    if len(done) <= most:
        return
    verbs = ", ".join(action.verb for action in done)
    cut = text[action_words.clause_start(text, done[most].start) :]
    what = f"wants {len(done)} actions in {asked.seconds:g} s ({verbs})"
    rest = " ".join(cut.split()[:8])
    yield _finding(asked, "many_actions", what, f'keep {most} at most, and begin another clip at "{rest} …"')


def _negation(asked: Asked) -> Iterator[Finding]:
    found = negations.find(asked.text[:_READ_CHARS])
    if not found:
        return
    said = ", ".join(f'"{item.words}"' for item in found)
    unwanted = list(dict.fromkeys(item.unwanted for item in found if item.unwanted))
    advice = [f'write "static camera" for "{item.words}"' for item in found if item.is_camera]
    if any(not item.unwanted and not item.is_camera for item in found):
        advice.append("say what is seen in its place")
    if unwanted and catalog.model(asked.backend, asked.model).negative_chars:
        line = ", ".join([asked.negative_prompt] * bool(asked.negative_prompt) + unwanted)
        advice.append(f"leave it out, and write `negative_prompt: {line}`")
    elif unwanted:
        advice.append(f"leave it out; {asked.model} takes no negative prompt, so say what is seen in its place")
    yield _finding(asked, "negation", f"says what is not there ({said}), which models tend to show", "; ".join(advice))


def _too_long(asked: Asked) -> Iterator[Finding]:
    most = catalog.model(asked.backend, asked.model).prompt_chars
    if len(asked.text) > most:
        what = f"has {len(asked.text)} characters; {asked.model} takes {most}"
        kept = asked.text[:most].rpartition(" ")[0][-30:]
        yield _finding(asked, "too_long", what, f'shorten it: what stands after "… {kept}" is too much')


def _thin(asked: Asked) -> Iterator[Finding]:
    said = camera_words.content(asked.text[:_READ_CHARS])
    if len(said) >= _FEWEST_WORDS or _is_other_script(asked.text):
        return
    what = f'says little more than "{" ".join(said)}"' if said else "says only what the camera does"
    yield _finding(asked, "thin", what, "say who does what, as in `A giant tortoise walks up the black slope`")


def _is_other_script(text: str) -> bool:
    """Whether words cannot be counted by the spaces between them."""
    return bool(re.search(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{4}", text))


def _contradiction(asked: Asked) -> Iterator[Finding]:
    pair = contradictions.find(asked.text[:_READ_CHARS])
    if pair:
        what = f'has "{pair[0]}" and "{pair[1]}" in one clip'
        better = "keep one of them, or say that one turns into the other"
        yield _finding(asked, "contradiction", what, better)


_RULES: tuple[Callable[[Asked], Iterator[Finding]], ...] = (
    _thin,
    _order,
    _wrong_part,
    _two_moves,
    _many_actions,
    _negation,
    _contradiction,
    _too_long,
)
