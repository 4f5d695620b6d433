"""Letters as readers see them: what belongs together, and how wide it is."""

from __future__ import annotations

import functools
import unicodedata

_JOINER = "\u200d"


def cells(text: str) -> int:
    """How wide `text` is, in cells of a Latin letter: marks take none, wide letters and emoji two."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_letter_cells, text))


@functools.lru_cache(maxsize=4096)
def _letter_cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def clusters(text: str) -> list[str]:
    """What a reader takes for one letter: a base with its marks, an emoji of several parts, a flag."""
    found: list[str] = []
    for letter in text:
        if found and (_continues(letter) or found[-1].endswith(_JOINER) or _is_flag_end(found[-1], letter)):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _continues(letter: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return is_skin_tone or letter == _JOINER or unicodedata.category(letter) in ("Mn", "Me", "Mc")


def _is_flag_end(before: str, letter: str) -> bool:
    return len(before) == 1 and all("\U0001f1e6" <= part <= "\U0001f1ff" for part in before + letter)
