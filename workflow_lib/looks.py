"""What words say about how something looks: whether it is a person or which kind of animal, its colours, its pose."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["person", "child", "quadruped", "turtle", "bird", "fish", "snake", "boat", "robot"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("turtle", "tortoise turtle terrapin crab beetle snail"),
    ("bird", "bird finch gull albatross owl eagle hawk raven crow sparrow penguin duck goose swan heron parrot robin"),
    ("fish", "fish shark whale dolphin salmon trout tuna seal"),
    ("snake", "snake serpent eel worm dragon lizard iguana"),
    ("quadruped", "dog cat horse fox wolf bear deer cow bull goat sheep lamb lion tiger elephant donkey pig hare"),
    ("quadruped", "rabbit mouse rat hound puppy kitten pony mule camel monkey ape hedgehog badger squirrel"),
    ("boat", "boat ship sailboat raft canoe barge steamer"),
    ("robot", "robot android automaton machine drone"),
    ("child", "child boy girl kid baby toddler schoolboy schoolgirl"),
)  # fmt: skip

_COLOURS = {
    "black": "#26262b", "white": "#f2efe8", "grey": "#8c8f93", "gray": "#8c8f93", "silver": "#b9bec4",
    "red": "#b8392f", "crimson": "#9c1f33", "scarlet": "#c8342a", "orange": "#d9822b", "yellow": "#e3bd45",
    "gold": "#cfa13a", "golden": "#cfa13a", "green": "#4d7d4a", "emerald": "#2e7d5b", "olive": "#77783f",
    "lime": "#9bbf45", "moss": "#66753f", "jade": "#4f9479", "blue": "#3f6796", "navy": "#26365c",
    "turquoise": "#4aa3a0", "teal": "#347878", "cyan": "#5bb3c0", "indigo": "#41407c", "purple": "#6f4b87",
    "violet": "#7a5a9c", "magenta": "#b0407f", "pink": "#d98ca0", "brown": "#78543a", "tan": "#c09a6b",
    "beige": "#d8c7a3", "cream": "#ece0c4", "sand": "#d2b98a", "chestnut": "#80482c", "auburn": "#7e3a26",
    "ochre": "#b98a3c", "copper": "#a5643b", "bronze": "#8a6a3a", "rust": "#9a4f2c", "ivory": "#eee6d2",
}  # fmt: skip

_GREENS = frozenset(
    (
        "green",
        "emerald",
        "olive",
        "lime",
        "moss",
        "jade",
        "teal",
        "turquoise",
        "leaf",
        "leafy",
        "grass",
        "mint",
        "khaki",
    )
)
_PINKS = frozenset(
    ("magenta", "pink", "purple", "violet", "fuchsia", "lilac", "lavender", "crimson", "rose", "mauve", "plum", "red")
)
_WORD = re.compile(r"[a-z]+")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")

GREEN, MAGENTA, BLUE = "#00FF00", "#FF00FF", "#0000FF"


def words_of(text: str) -> list[str]:
    """The words of a text in small letters."""
    return _WORD.findall(text.lower())


def kind_of(look: str) -> Kind:
    """What a look describes: the kind that its words name first; a person where they name none."""
    for word in words_of(look):
        for kind, names in _KINDS:
            if word in names.split() or word.removesuffix("s") in names.split():
                return kind
    return "person"


def colours_of(text: str) -> list[str]:
    """The colours that a text names, as `#rrggbb`, in its order."""
    named = [_COLOURS[word] for word in words_of(text) if word in _COLOURS]
    return [*_HEX.findall(text), *named]


def key_colour(text: str) -> str:
    """The colour before which a figure can be cut out: one that its words do not name."""
    words = set(words_of(text))
    if not words & _GREENS:
        return GREEN
    return BLUE if words & _PINKS else MAGENTA
