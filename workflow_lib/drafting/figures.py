"""Who is in a story: names that come again, and in fables the animals and people who are called after what they are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Literal

Kind = Literal["person", "animal", "bird", "small"]

_PEOPLE = [
    "man", "woman", "boy", "girl", "child", "son", "daughter", "father", "mother", "wife", "husband", "king", "queen",
    "prince", "princess", "farmer", "shepherd", "hunter", "traveller", "miller", "woodman", "butcher", "physician",
    "doctor", "soldier", "master", "servant", "maid", "milkmaid", "fisherman", "merchant", "thief", "robber", "judge",
    "priest", "sailor", "gardener", "tanner", "baker", "blacksmith", "huntsman", "goatherd", "herdsman", "ploughman",
    "widow", "brother", "sister", "friend", "neighbour", "stranger", "bystander", "old_man", "old_woman",
    "philosopher", "poet", "painter", "astronomer", "athlete", "slave", "labourer", "bather", "charcoal-burner",
    "fuller", "cobbler", "potter", "nurse", "teacher", "captain", "fowler", "trumpeter", "rogue", "carpenter",
    "musician", "giant", "dwarf", "witch", "wizard",
]  # fmt: skip
_ANIMALS = [
    "fox", "wolf", "lion", "lioness", "bear", "ass", "donkey", "horse", "mule", "ox", "bull", "cow", "calf", "sheep",
    "lamb", "ram", "goat", "kid", "stag", "deer", "fawn", "dog", "hound", "cat", "ape", "monkey", "camel", "elephant",
    "pig", "boar", "leopard", "tiger", "hare", "rabbit", "tortoise", "crocodile", "dragon", "serpent", "snake",
    "viper", "dolphin", "whale", "fish",
]  # fmt: skip
_BIRDS = [
    "crow", "raven", "eagle", "hawk", "owl", "crane", "stork", "swan", "peacock", "goose", "hen", "cock", "lark",
    "nightingale", "swallow", "dove", "pigeon", "partridge", "kite", "jackdaw", "jay", "vulture", "sparrow", "thrush",
    "bat", "seagull", "duck", "rooster", "kingfisher",
]  # fmt: skip
_SMALL = [
    "mouse", "rat", "frog", "ant", "bee", "fly", "gnat", "grasshopper", "cricket", "beetle", "spider", "snail",
    "crab", "mole", "weasel", "lizard",
]  # fmt: skip
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_PEOPLE, "person"),
    **dict.fromkeys(_ANIMALS, "animal"),
    **dict.fromkeys(_BIRDS, "bird"),
    **dict.fromkeys(_SMALL, "small"),
}
_PLURALS = {
    "men": "man", "women": "woman", "children": "child", "wives": "wife", "wolves": "wolf", "mice": "mouse",
    "oxen": "ox", "geese": "goose", "calves": "calf", "thieves": "thief", "foxes": "fox", "asses": "ass",
    "flies": "fly", "cows": "cow", "sheep": "sheep", "deer": "deer",
}  # fmt: skip
_COLOURS = {
    "fox": "russet coat, white chest, black paws",
    "wolf": "dark grey coat, pale muzzle",
    "lion": "tawny gold, dark mane",
    "bear": "deep brown fur",
    "ass": "ash grey, pale muzzle",
    "donkey": "ash grey, pale muzzle",
    "dog": "brown and white",
    "cat": "grey with dark stripes",
    "crow": "blue black",
    "raven": "black",
    "goose": "white, orange bill and feet",
    "mouse": "soft brown grey",
    "frog": "moss green",
    "lamb": "cream white",
    "sheep": "cream white",
    "goat": "white and tan",
    "stag": "warm brown, pale antlers",
    "horse": "chestnut",
    "ox": "dun brown",
    "hare": "sandy brown",
    "ape": "dark brown",
    "tortoise": "olive and ochre shell",
    "eagle": "dark brown, golden head",
    "ant": "black",
    "lark": "streaked brown",
}
_CLOTHES = (
    "ochre tunic, brown hair",
    "slate blue cloak, dark hair",
    "brick red dress, chestnut hair",
    "moss green coat, grey hair",
    "cream linen, black hair",
    "plum shawl, fair hair",
)
_FUR = "natural colours of its kind"
_MOST = 4
_NEAR = 20  # characters before a name in which its article stands
_TWICE = 2
_MOST_LETTERS = 40  # of a name in a storyboard
_SPELT = str.maketrans({"æ": "ae", "ð": "d", "ø": "o", "þ": "th", "ß": "ss"})

_ARTICLE = r"(?:a|an|the|his|her|their|this|that|one|another|some|certain|old)"
_AFTER = re.compile(rf"\b{_ARTICLE}\s+((?:[A-Za-z]+(?:-[a-z]+)?(?:['\u2019]s)?\s*){{1,4}})", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:-[a-zà-ÿ]+)?")
_NAME = re.compile(r"(?<![.!?“\"'\u2018:]\s)(?<![“\"'\u2018])(?<!^)\b([A-ZÀ-Þ][a-zà-ÿ]{2,})\b")
_BEFORE = re.compile(rf"(?:{_ARTICLE}|of|in|those|these|my|our|your|no|every|each|two|three|many)\s+$", re.IGNORECASE)
_NOBODY = frozenset(
    [
    "the", "and", "but", "for", "you", "they", "she", "him", "her", "his", "its", "our", "your", "this", "that",
    "these", "those", "then", "when", "what", "why", "how", "who", "yes", "good", "one", "two", "all", "not", "nor",
    "yet", "now", "god", "gods", "heaven", "earth", "fortune", "sir", "madam", "lord", "january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday", "north", "south", "east", "west", "come", "here",
    "there", "well",
])  # fmt: skip
_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|his|their|them|himself|herself)\b", re.IGNORECASE)
_NO_LOOK = frozenset(
    [
    "certain", "other", "same", "last", "first", "next", "said", "own", "such", "poor", "unfortunate", "more",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody in a story: the name that refers to it, what it is, how it looks, its colours."""

    name: str
    noun: str
    kind: Kind
    look: str
    colours: str


def found_in(text: str) -> list[Figure]:
    """The figures of a story, those who are named most first; four at most."""
    nouns, first = Counter[str](), dict[str, str]()
    for match in _AFTER.finditer(text):
        noun, how = _noun(match[1].split())
        if noun:
            first.setdefault(noun, how)
    for word in _WORD.findall(text):
        noun = _singular(word)
        if noun in _KINDS and word[0].isupper():
            first.setdefault(noun, "")
        if noun in first:
            nouns[noun] += 1
    names = _names(text)
    often = [noun for noun, count in nouns.most_common() if count >= _TWICE]
    often += [noun for noun in nouns if noun not in often][: max(0, _TWICE - len(often))]
    chosen = sorted([*often, *names], key=lambda noun: -(nouns[noun] or names.get(noun, 0)))[:_MOST]
    found = [_figure(noun, first.get(noun, ""), place) for place, noun in enumerate(chosen)]
    return list({figure.name: figure for figure in reversed(found)}.values())[::-1]


def _noun(words: Sequence[str]) -> tuple[str, str]:
    """The person or animal that the words after an article name, and how: `old` of `old shepherd Dog said`."""
    how: list[str] = []
    for word in words:
        noun = _singular(word)
        if noun in _KINDS:
            return noun, " ".join(how)
        if word.endswith(("\u2019s", "'s")):
            how = []
        elif not word.islower():
            break
        else:
            how.append(word)
    return "", ""


def _names(text: str) -> dict[str, int]:
    """Words with a capital in the middle of sentences, at least twice, and never after an article: proper names."""
    counted: Counter[str] = Counter()
    articled: set[str] = set()
    for match in _NAME.finditer(text):
        word = match[1]
        if word.lower() in _NOBODY or _singular(word) in _KINDS:
            continue
        if _BEFORE.search(text[max(0, match.start() - _NEAR) : match.start()]):
            articled.add(word)
        counted[word] += 1
    return {
        word: count
        for word, count in counted.items()
        if count >= _TWICE and word not in articled and not (word.endswith("s") and word[:-1] in counted)
    }


def _figure(noun: str, how: str, place: int) -> Figure:
    if noun not in _KINDS:
        name = _plain(noun)
        look = f"{noun}, a figure of the story, a whole figure with a calm, open face"
        return Figure(name, noun, "person", look, _CLOTHES[place % len(_CLOTHES)])
    kind = _KINDS[noun]
    words = [word for word in how.split() if word not in _NO_LOOK and word not in ("a", "an", "the")]
    described = " ".join([*words[-2:], noun])
    article = "an" if described[0] in "aeiou" else "a"
    manner = "in simple country clothes of long ago" if kind == "person" else "true to life, with lively eyes"
    colours = _COLOURS.get(noun, _CLOTHES[place % len(_CLOTHES)] if kind == "person" else _FUR)
    return Figure(noun.replace("-", "_"), noun, kind, f"{article} {described}, {manner}", colours)


def _plain(noun: str) -> str:
    """The name by which a storyboard refers to somebody: small letters without accents."""
    letters = unicodedata.normalize("NFKD", noun.lower().translate(_SPELT))
    return "".join(letter for letter in letters if letter in ascii_lowercase)[:_MOST_LETTERS] or "somebody"


def seen_in(line: str, figures: Sequence[Figure], before: Sequence[Figure]) -> list[Figure]:
    """Who is in a line: those whom it names, in this order; who was there `before`, where it says only he or they."""
    words = [_singular(word) for word in _WORD.findall(line)]
    places = {figure: words.index(figure.noun.lower()) for figure in figures if figure.noun.lower() in words}
    named = sorted(places, key=lambda figure: places[figure])
    if named:
        return named[:3]
    return list(before[:2]) if _PRONOUN.search(line) else []


def _singular(word: str) -> str:
    low = word.lower()
    if low in _PLURALS:
        return _PLURALS[low]
    return low[:-1] if low.endswith("s") and low not in _KINDS and low[:-1] in _KINDS else low
