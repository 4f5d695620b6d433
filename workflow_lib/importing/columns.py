"""What the columns of other people's storyboards are called, and which key of a clip each of them is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflow_lib.errors import InvalidInput, Problem

# In the order in which a column is taken where several would do.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "prompt": (
        "prompt", "video prompt", "motion prompt", "animation prompt", "i2v prompt", "image to video prompt",
        "prompt text", "video description", "motion description", "animation",
    ),
    "action": (
        "action", "prompt action", "actions", "what happens", "shot description", "scene description",
        "visual description",
        "description", "visual", "visuals", "shot", "video", "content", "beat", "picture description",
    ),
    "details": ("details", "prompt details", "detail"),
    "sequence": ("sequence", "prompt sequence", "what follows"),
    "environment": (
        "environment", "prompt environment", "setting", "location", "place", "light", "lighting", "weather",
        "time of day", "int ext",
    ),
    "camera": (
        "camera", "prompt camera", "camera movement", "camera move", "camera motion", "camera moves", "movement",
        "move", "shot type", "shot size", "framing", "angle", "camera angle", "lens",
    ),
    "narration": (
        "narration", "voice over", "voiceover", "vo", "v o", "narrator", "script", "text", "spoken", "line", "lines",
        "narration text", "voice over text",
    ),
    "duration": (
        "duration", "seconds", "length", "dur", "secs", "sec", "time", "timing", "runtime", "timecode", "clip length",
        "clip duration", "duration seconds",
    ),
    "image": (
        "image", "composite", "picture", "still", "background", "img", "image file", "image path", "picture file",
        "composite image", "composite background", "frame", "photo", "asset", "reference image", "image prompt",
    ),
    "start": (
        "first frame", "start frame", "start image", "start keyframe", "first image", "keyframe start",
        "keyframes start",
        "first keyframe", "start picture", "start", "ff", "first frame image", "first frame prompt", "keyframe",
    ),
    "end": (
        "last frame", "end frame", "end image", "end keyframe", "last image", "keyframe end", "keyframes end",
        "last keyframe", "end picture", "end", "lf", "final frame", "last frame image", "last frame prompt",
    ),
    "sound_effect": ("sound effect", "sound effects", "sfx", "sound", "sounds", "sound fx", "fx", "foley", "audio"),
    "negative_prompt": ("negative prompt", "negative", "neg prompt", "negatives", "neg", "avoid", "exclude"),
    "number": (
        "clip number", "shot number", "clip no", "shot no", "clip id", "shot id", "clip num", "shot num", "clip",
        "number",
        "no", "nr", "num", "index", "id", "order", "scene number", "scene no", "scene num", "scene id", "scene",
        "panel", "slide",
    ),
    "title": (
        "title", "chapter", "heading", "clip title", "scene title", "scene heading", "chapter title", "name", "slug",
    ),
    "seed": ("seed",),
    "backend": ("backend", "provider", "engine", "animator"),
    "model": ("model", "video model"),
    "take": ("take",),
    "transition": ("transition", "transition in"),
}  # fmt: skip
KEYS = tuple(_SYNONYMS)
SCENE_NAMES = frozenset({"scene", "scene number", "scene num", "scene no", "scene id", "scene title", "title", "name"})
IGNORED = "-"
SEVERAL = frozenset({"environment", "camera"})
"""Keys that more than one column may fill: their texts are joined."""

_UNIT = re.compile(r"\s+(?:s|sec|secs|seconds|in seconds|in s|optional|usd)$")
_BOTH = frozenset({"clip", "shot", "scene"})
_AUDIO = ("sound_effect", _SYNONYMS["sound_effect"].index("audio"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which columns fill each key, in their order, and which fill none; `audio`: the one that is spoken, or empty."""

    keys: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]
    audio: str = ""


def plain(name: str) -> str:
    """A column's name without case, punctuation, underscores and units: `Voice-over (VO)` is `voice over vo`."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip().replace("#", " number "))
    text = re.sub(r"[\W_]+", " ", text.lower()).strip()
    return _UNIT.sub("", text)


def known(names: Iterable[str], mapped: Mapping[str, str], *keys: str) -> int:
    """How many of the names are known; of `keys`, prompts included with actions, where any are given."""
    wanted = {"action" if key == "prompt" else key for key in keys}
    found = (_key(name, mapped) for name in names)
    return sum(1 for key in found if key and (not keys or {"prompt": "action"}.get(key, key) in wanted))


def is_taken(name: str, mapped: Mapping[str, str]) -> bool:
    """Whether a column could fill a key of a clip."""
    return _key(name, mapped) not in (None, IGNORED)


def _key(name: str, mapped: Mapping[str, str]) -> str | None:
    if plain(name) in mapped:
        return mapped[plain(name)]
    return _rank(name)[0]


def _rank(name: str) -> tuple[str | None, int]:
    """The key that a name means, and its place among the names for it."""
    asked = plain(name)
    # `Voice-over (VO)`, `Narration text`: what stands in brackets explains.
    for text in (asked, plain(re.sub(r"[(\[].*?[)\]]", " ", name))):
        for key, synonyms in _SYNONYMS.items():
            if text in synonyms:
                return key, synonyms.index(text)
    return None, 0


def keys_of(name: str) -> tuple[str, ...]:
    """The keys that a column could be."""
    key, _ = _rank(name)
    return ("number", "title", "action") if plain(name) in _BOTH else (key,) if key else ()


def understood(names: Sequence[str], values: Mapping[str, Sequence[str]], mapped: Mapping[str, str]) -> Meaning:
    """What the columns of a file mean; `values`: their cells, which tell a shot's number from its description.

    A column `Audio` is what is spoken, as in scripts of two columns, where no other column is the narration.
    """
    ranked: dict[str, list[tuple[int, str]]] = {}
    unused = []
    for name in names:
        key, rank = (mapped[plain(name)], -1) if plain(name) in mapped else _rank(name)
        if rank >= 0 and plain(name) in _BOTH:
            key = _number_or_words(plain(name), values.get(name, ()))
        if key is None or key == IGNORED:
            unused += [name] * (key is None)
            continue
        ranked.setdefault(key, []).append((rank, name))
    audio = "" if "narration" in ranked else _audio(ranked)
    if audio:
        ranked["narration"] = [(0, audio)]
    keys = {}
    for key, found in ranked.items():
        found.sort(key=lambda item: item[0])
        kept = [name for _, name in found] if key in SEVERAL else [found[0][1]]
        keys[key] = tuple(kept)
        unused += [name for _, name in found if name not in kept]
    return Meaning(keys, tuple(name for name in names if name in unused), audio)


def _audio(ranked: dict[str, list[tuple[int, str]]]) -> str:
    """The first column that is called Audio, taken from among the sound effects; empty where there is none."""
    key, rank = _AUDIO
    found = next((item for item in ranked.get(key, ()) if item[0] == rank), None)
    if found is None:
        return ""
    ranked[key].remove(found)
    if not ranked[key]:
        del ranked[key]
    return found[1]


def _number_or_words(name: str, cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(len(cell.strip()) <= len("Scene 12.10b") and any(c.isdigit() for c in cell) for cell in filled)
    if 2 * numbers > len(filled) or not filled:
        return "number"
    return "title" if name == "scene" else "action"


def mapping(pairs: Sequence[str]) -> dict[str, str]:
    """`column=key` pairs as a mapping of plain names.

    Raises:
        InvalidInput: a pair is none, or its key is no key of a clip.
    """
    found, problems = {}, []
    for pair in pairs:
        column, equals, key = pair.rpartition("=")
        name = key.strip().lower().replace(" ", "_")
        if not equals or not column.strip():
            problems.append(Problem(f"--map {pair}", "is no COLUMN=KEY", 'as in --map "Regie=camera"'))
        elif name not in (*KEYS, IGNORED):
            near = difflib.get_close_matches(name, KEYS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"keys are {', '.join(KEYS)}, and - for none"
            problems.append(Problem(f"--map {pair}", f"{key!r} is no key of a clip", hint))
        else:
            found[plain(column)] = name
    if problems:
        raise InvalidInput(problems)
    return found
