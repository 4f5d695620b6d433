"""Captions: the words of a film's lines as timed text, broken as subtitles are, and the files that hold them."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from workflow_lib.media.letters import cells, clusters

MOST_CELLS = 42
"""The widest line, in cells of a Latin letter; a Chinese character takes two (the usual limit of subtitle guides)."""

MOST_LINES = 2
_MOST_S = 7.0  # a caption that stands longer is taken for a mistake
_PAUSE_S = 0.7  # a silence that ends a caption
_LINGER_S = 0.08  # how long a caption outlasts its last word
_LEAST_S = 0.04  # so that a caption is on at least one frame at 25 frames a second
_WASTE = 0.5  # how much an unfilled cell counts against a caption that ends inside a phrase
_SENTENCE_END = re.compile(r"[.?!\u2026\u3002\uff01\uff1f\u061f\u0964][\"'\u201d\u2019\u00bb)\]]*$")
_PHRASE_END = re.compile(r"[,;:\u2014\u2013\u060c\u061b\u3001\uff0c][\"'\u201d\u2019\u00bb)\]]*$")

Heard = tuple[str, float, float]
"""A word as it is written, and when it is heard, from and to, in seconds."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption: one or two `lines`, shown from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a part of one that is wider than a line; `glued`: it stands behind the one before without a space."""

    text: str
    start_s: float
    end_s: float
    glued: bool = False

    @property
    def cells(self) -> int:
        return cells(self.text)


def spread(text: str, seconds: float) -> list[Heard]:
    """The words of `text` as if they were spoken evenly over `seconds`: for a recording without an alignment."""
    words = text.split()
    whole = sum(map(len, words)) or 1
    at, found = 0, []
    for word in words:
        found.append((word, seconds * at / whole, seconds * (at + len(word)) / whole))
        at += len(word)
    return found


def completed(text: str, words: Sequence[Heard]) -> list[Heard]:
    """Every word of `text` as it is written, with the times of `words`, which a voice reported of what it said.

    Voices leave out words that they run together, and write numbers as they say them: what was not reported shares
    the time of the word before it, by letters.
    """
    tokens = text.split()
    if not tokens or not words:
        return []
    matcher = difflib.SequenceMatcher(None, [*map(_plain, tokens)], [_plain(word) for word, *_ in words], False)
    matched = {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}
    known = sorted(matched)
    if not known:
        start, end = words[0][1], words[-1][2]
        return [(word, start + begin, start + stop) for word, begin, stop in spread(text, end - start)]
    found: list[Heard] = []
    for place, after in zip([0, *known[1:]], [*known[1:], len(tokens)], strict=True):
        _, start, end = words[matched[place] if place in matched else matched[known[0]]]
        run = spread(" ".join(tokens[place:after]), end - start)
        found += [(word, start + begin, start + stop) for word, begin, stop in run]
    return found


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum()) or word


def from_words(words: Sequence[Heard], at_s: float = 0.0) -> list[Caption]:
    """The captions of a line whose recording starts at `at_s`: each from its first word to just after its last.

    A caption ends with a sentence, at a silence, or where its two lines are full, at a comma if one is near.
    """
    pieces = list(_in_order(piece for word in words for piece in _pieces(word)))
    groups = [group for sentence in _sentences(pieces) for group in _groups(sentence)]
    followers = [*(group[0].start_s for group in groups[1:]), math.inf]
    found: list[Caption] = []
    for group, following in zip(groups, followers, strict=False):
        start = group[0].start_s
        end = max(min(group[-1].end_s + _LINGER_S, following), start + _LEAST_S)
        found.append(Caption(at_s + start, at_s + end, _lines(group)))
    return found


def _in_order(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """The pieces with times that never go back: aligners round, and some report a word before the one ahead of it."""
    reached = 0.0
    for piece in pieces:
        reached = max(piece.start_s, reached)
        yield replace(piece, start_s=reached, end_s=max(piece.end_s, reached))


def _pieces(word: Heard) -> Iterator[_Piece]:
    text, start, end = word
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
    if not text.strip():
        return
    parts = _broken(text) if cells(text) > MOST_CELLS else [text]
    at = 0
    for part in parts:
        begin, at = at, at + len(part)
        letter_s = (end - start) / len(text)
        yield _Piece(part, start + begin * letter_s, start + at * letter_s, glued=begin > 0)


def _broken(text: str) -> list[str]:
    """A word wider than a line, in parts of half a line: two of them fill one, however the word begins."""
    parts = [""]
    for cluster in clusters(text):
        if parts[-1] and cells(parts[-1] + cluster) > MOST_CELLS // 2:
            parts.append("")
        parts[-1] += cluster
    return parts


def _sentences(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    if not pieces:
        return
    sentence = [pieces[0]]
    for before, piece in pairwise(pieces):
        is_pause = piece.start_s - before.end_s > _PAUSE_S
        if not piece.glued and (is_pause or _SENTENCE_END.search(before.text)):
            yield sentence
            sentence = []
        sentence.append(piece)
    yield sentence


def _groups(sentence: Sequence[_Piece]) -> list[Sequence[_Piece]]:
    """`sentence` in captions of even length: the cheapest way to part it, found from its end."""
    count = len(sentence)
    best: list[tuple[float, int]] = [(0.0, count)] * (count + 1)
    for start in reversed(range(count)):
        ways = []
        for end in range(start + 1, count + 1):
            group = sentence[start:end]
            if end > start + 1 and not _fits(group):
                break
            ways.append((_cost(group, is_last=end == count) + best[end][0], end))
        best[start] = min(ways)
    groups, at = [], 0
    while at < count:
        groups.append(sentence[at : best[at][1]])
        at = best[at][1]
    return groups


def _fits(group: Sequence[_Piece]) -> bool:
    if group[-1].end_s - group[0].start_s > _MOST_S:
        return False
    return all(cells(line) <= MOST_CELLS for line in _lines(group))


def _cost(group: Sequence[_Piece], *, is_last: bool) -> float:
    """Each caption costs as much as a full one leaves empty, so that there are few of them, and evenly filled."""
    whole = MOST_CELLS * MOST_LINES
    empty = (whole - min(whole, cells(_text(group)))) / whole
    at_phrase = is_last or bool(_PHRASE_END.search(group[-1].text))
    return 1.0 + empty**2 + (0.0 if at_phrase else _WASTE)


def _text(group: Sequence[_Piece]) -> str:
    return "".join(piece.text if piece.glued else f" {piece.text}" for piece in group).strip()


def _lines(group: Sequence[_Piece]) -> tuple[str, ...]:
    """One line, or two that are as even as can be, the break after a comma if one is near the middle."""
    whole = _text(group)
    if cells(whole) <= MOST_CELLS or len(group) == 1:
        return (whole,)
    ways = [(_text(group[:at]), _text(group[at:])) for at in range(1, len(group))]
    return min(ways, key=_unevenness)


def _unevenness(lines: tuple[str, str]) -> float:
    first, second = map(cells, lines)
    over = max(0, max(first, second) - MOST_CELLS)
    return abs(first - second) + 1000 * over - (8 if _PHRASE_END.search(lines[0]) else 0)


def srt(found: Iterable[Caption]) -> str:
    """`found` as SubRip text."""
    return "".join(
        f"{number}\n{_time(cue.start_s, ',')} --> {_time(cue.end_s, ',')}\n{_body(cue.lines)}\n\n"
        for number, cue in enumerate(found, start=1)
    )


def _body(lines: Sequence[str]) -> str:
    # An arrow would be read as a line of times.
    return "\n".join(lines).replace("-->", "\u2192")


def vtt(found: Iterable[Caption]) -> str:
    """`found` as WebVTT text."""
    escapes = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
    return "WEBVTT\n\n" + "".join(_vtt_block(cue, escapes) for cue in found)


def _vtt_block(cue: Caption, escapes: dict[int, str]) -> str:
    text = "\n".join(cue.lines).translate(escapes)
    return f"{_time(cue.start_s, '.')} --> {_time(cue.end_s, '.')}\n{text}\n\n"


def _time(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    rest, milliseconds = divmod(whole, 1000)
    minutes, second = divmod(rest, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}{mark}{milliseconds:03d}"
