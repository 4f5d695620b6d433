"""Prose as sentences, and sentences as lines that fit their clips: nothing is reworded, only left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TEXT, _NUMBER, _LINE = 0, 7, 8
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_MARKS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|^>\s?", re.MULTILINE)
_CLOSERS = "\"'”“\u2019\u2018)\\]»«\u203a」』】》\uff09"
_OPENERS = "\"'“„”\u2018\u201a(\\[«»\u2039¿¡「『【《\uff08"
_WIDE_STOPS = "。\uff01\uff1f｡"
# Greek asks with a semicolon; in Chinese and Japanese no space follows a stop.
_END = re.compile(
    rf"(?:(?<=[.!?…\u0589؟\u06d4।॥።{_WIDE_STOPS}])|(?<=[\u0370-\u03ff\u1f00-\u1fff];))(?:[{_CLOSERS}]|\s»)*\s+"
    rf"(?=(?:[{_OPENERS}—\u2013-]|(?<=[«—\u2013-])\s)*(?P<first>[^\W_]))"
    rf"|(?<=[{_WIDE_STOPS}])(?:[{_CLOSERS}]+(?=[“「『])|(?=[^\s…{_WIDE_STOPS}{_CLOSERS}]|[“「『]))"
)
_SHORT = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|No|vol|etc|e\.g|i\.e|(?P<initial>[^\W\d_]))\.$")
_CLAUSE = re.compile(r"(?<=[;:؛])\s+|(?<=—)\s*|(?<=[,،])\s+|(?<=[\uff0c\uff1b\uff1a、])\s*")
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]"
_WIDE_GAP = re.compile(rf"(?<=[\u3001-\u303f\uff01-\uff0f\uff1a-\uff20]) |(?<={_WIDE}) (?={_WIDE})")
_MOST_TRIED = 500  # sentences; more take seconds, and a film of them leaves most out anyway
QUOTES = 2
"""How many quotation marks `spoken` may add to a line."""

_OPEN, _CLOSE = "“", "”"


def paragraphs(text: str) -> list[tuple[str, list[str]]]:
    """The sentences of each paragraph with the heading above it, which is empty where there is none.

    A line of a few words without an end is a heading where it stands alone above a paragraph, as in a plain collection
    of tales, or below the number of its chapter; others are verse. A heading without a text below it is a paragraph.
    """
    blocks = list(_blocks(text))
    levels = [_TEXT, *(level for level, _ in blocks), None]
    found: list[tuple[str, list[str]]] = []
    heading = ""
    for (level, words), before, after in zip(blocks, levels, levels[2:], strict=False):
        if _is_heading(level, before, after):
            heading = words
        else:
            found.append((heading, sentences(words)))
            heading = ""
    return found


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """What stands between empty lines, with its level: `_TEXT`, 1 to 6 for a heading's marks, `_NUMBER` or `_LINE`."""
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and (marked := _HEADING.match(lines[0])):
            yield from _worded(len(marked[1]), marked[2])
            lines = lines[1:]
        yield from _worded(None, " ".join(lines))


def _worded(level: int | None, text: str) -> Iterator[tuple[int, str]]:
    """A block without its marks, at a level of its own where it has none; nothing where nothing is said in it."""
    words = " ".join(_MARKS.sub("", text).split())
    if any(letter.isalnum() for letter in words):
        yield _level(words) if level is None else level, words


def _level(words: str) -> int:
    """Whether words without marks are a text, a line as headings and verse are, or one as short as `Chapter 7`."""
    count = len(words.split())
    if not words[-1].isalnum() or len(words) >= 60 or count >= 10:  # noqa: PLR2004 - longer than headings are
        return _TEXT
    return _NUMBER if count <= 2 else _LINE  # noqa: PLR2004


def _is_heading(level: int, before: int | None, after: int | None) -> bool:
    """Whether a block is the heading of what comes `after` it, None at the end."""
    if level in (_NUMBER, _LINE):
        return after == _TEXT and before in (_TEXT, _NUMBER)
    return level != _TEXT and after is not None and (after == _TEXT or after > level)


def sentences(text: str) -> list[str]:
    """The sentences of a text in any script; a stop after `Mr` ends none, nor one before a small letter."""
    found: list[str] = []
    start = 0
    for gap in _END.finditer(text):
        if _may_begin(gap["first"]) and not _is_short(text[start : gap.start()]):
            found.append(text[start : gap.end()].strip())
            start = gap.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found


def _may_begin(letter: str | None) -> bool:
    """Whether a sentence may begin with a letter: in scripts that have no capitals, with any."""
    return letter is None or letter.title() == letter


def _is_short(text: str) -> bool:
    """Whether a text ends with the stop of a shortened word or of an initial."""
    found = _SHORT.search(text.rstrip())
    return found is not None and (found["initial"] is None or found["initial"].isupper())


def pieces(sentence: str, most: int) -> list[str]:
    """A sentence in parts of `most` characters at most: at its clauses, else between words."""
    if len(sentence) <= most:
        return [sentence]
    found: list[str] = []
    for clause in _CLAUSE.split(sentence):
        for part in [clause] if len(clause) <= most else _by_words(clause, most):
            if found and len(found[-1]) + 1 + len(part) <= most:
                found[-1] += f" {part}"
            elif part:
                found.append(part)
    return found


def _by_words(clause: str, most: int) -> list[str]:
    found: list[str] = []
    for word in clause.split():
        for part in (word[at : at + most] for at in range(0, len(word), max(1, most))):
            if found and len(found[-1]) + 1 + len(part) <= most:
                found[-1] += f" {part}"
            else:
                found.append(part)
    return found


def lines(told: Sequence[str], count: int, most: int) -> list[list[str]]:
    """The sentences `told` as the lines of `count` clips, each of `most` characters at most, as even as can be.

    Where they are too long together, sentences are left out at even distances. Where they are too few, they are parted
    at their clauses; where that is not enough, the last clips have none.
    """
    kept = _most_that_fit(told, count, most)
    parts = [part for sentence in kept for part in pieces(sentence, most)]
    grouped = _evenly(parts, count, most)
    while len(grouped) < count and (split := _split_longest(grouped)):
        grouped = split
    return grouped + [[] for _ in range(count - len(grouped))]


def _most_that_fit(told: Sequence[str], count: int, most: int) -> list[str]:
    """As many of the sentences as fit: at even distances, then short ones in between where there is room left."""
    parts = [pieces(sentence, most) for sentence in told]

    def fits(places: Sequence[int]) -> bool:
        return _groups([part for place in places for part in parts[place]], most) <= count

    low, high = 0, len(told)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(_spread(len(told), middle)) else (low, middle - 1)
    if not low:
        # Not even one sentence fits whole: as much of the first as there is room for.
        return [" ".join(parts[0][:count])] if told else []
    chosen = _spread(len(told), low)
    if len(told) <= _MOST_TRIED:
        for place in sorted(set(range(len(told))) - set(chosen), key=lambda at: len(told[at])):
            more = sorted([*chosen, place])
            chosen = more if fits(more) else chosen
    return [told[place] for place in chosen]


def _spread(there: int, count: int) -> list[int]:
    """The places of so many out of those that are there, at even distances, the first and the last among them."""
    if count >= there:
        return list(range(there))
    if count <= 1:
        return list(range(count))
    return [round(place * (there - 1) / (count - 1)) for place in range(count)]


def _groups(parts: Sequence[str], most: int) -> int:
    return len(_packed(parts, most))


def _packed(parts: Sequence[str], most: int) -> list[list[str]]:
    found: list[list[str]] = []
    for part in parts:
        if found and len(" ".join(found[-1])) + 1 + len(part) <= most:
            found[-1].append(part)
        else:
            found.append([part])
    return found


def _evenly(parts: Sequence[str], count: int, most: int) -> list[list[str]]:
    """The fewest characters for the longest line, in at most `count` lines."""
    low, high = max(map(len, parts), default=1), most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _groups(parts, middle) <= count else (middle + 1, high)
    return _packed(parts, low)


def _split_longest(grouped: list[list[str]]) -> list[list[str]] | None:
    """One line more: the longest one that can be parted is, where it has several sentences or clauses."""
    for place in sorted(range(len(grouped)), key=lambda at: -len(" ".join(grouped[at]))):
        group = grouped[place]
        if len(group) == 1:
            text = group[0]
            group = pieces(text, max(len(text) * 2 // 3, 20)) if len(text) > 40 else group  # noqa: PLR2004 - a clause
        if len(group) > 1:
            middle = min(range(1, len(group)), key=lambda at: abs(len(" ".join(group[:at])) * 2 - len(" ".join(group))))
            return [*grouped[:place], group[:middle], group[middle:], *grouped[place + 1 :]]
    return None


def spoken(parts: Sequence[str]) -> str:
    """The line that parts of a story make, with no quotation mark without its other half.

    Chinese and Japanese parts have no space between them.
    """
    text = _WIDE_GAP.sub("", " ".join(parts)).strip()
    marks = [letter for letter in text if letter in (_OPEN, _CLOSE)]
    opens = _OPEN if marks and marks[0] == _CLOSE else ""
    closes = _CLOSE if marks and marks[-1] == _OPEN else ""
    return f"{opens}{text}{closes}"
