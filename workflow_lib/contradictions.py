"""Times and weathers that cannot be in one shot; where a prompt says that they change, it is no contradiction."""

from __future__ import annotations

import re

_NOT_A_TIME = (
    r"(?![- ]?(?:blue|stand|club|gown|lamp|market|shift|train|bus|owl|sky print|tea|snack|colou?red|shoe|out))"
    r"(?<!night(?=[- ]light))"
)
_SAID: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"(?<!-)\b(?:{words})\b{_NOT_A_TIME}", re.IGNORECASE)
    for name, words in {
        "night": r"(?:at |by |in the |dark |starry |clear |moonlit )?night|midnight|night-?time|moonlit|moonlight",
        "dawn": r"dawn|sunrise|daybreak",
        "noon": r"noon|midday|noonday|high noon",
        "afternoon": r"afternoon",
        "dusk": r"dusk|sunset|sundown",
        "day": r"(?:broad|bright|full) daylight|blazing sun"
        r"|(?:bright|harsh|brilliant) (?:sun|sunlight|sunshine)|blue sky",
        "clear": r"cloudless(?: sky)?|clear (?:blue )?sky|blue sky|blazing sun|(?:bright|brilliant) sunshine",
        "overcast": r"overcast|(?:grey|gray|leaden) sky|downpour|pouring rain|torrential rain|blizzard|whiteout",
    }.items()
}
_EXCLUSIVE = (
    ("night", "dawn"), ("night", "noon"), ("night", "day"), ("night", "afternoon"), ("dawn", "noon"),
    ("dawn", "dusk"), ("dawn", "afternoon"), ("noon", "dusk"), ("clear", "overcast"),
)  # fmt: skip
_CHANGES = re.compile(
    r"\b(?:turn|becom|fad|chang|shift|pass|giv|melt|transition|transform|dissolv|grow|brighten|darken|dimm?)(?:s|es|ing|e|ed)?"
    r"\b|\b(?:break|clear|part|open|clos|ris|sett?)(?:s|es|ing|ed)\b|\b(?:night|darkness|dusk|dawn) (?:falls|comes)\b"
    r"|\b(?:until|then|later|after|before|time-?lapse|hyperlapse|from|follow\w*|day and night|night and day|reminds?"
    r"|as if|memor\w+|photo\w*|painting|poster|screen|between)\b",
    re.IGNORECASE,
)


def find(text: str) -> tuple[str, str] | None:
    """Two words of `text` that exclude each other, as they are written; None when there are none."""
    said = {name: match.group() for name, pattern in _SAID.items() if (match := pattern.search(text))}
    for one, other in _EXCLUSIVE:
        if one in said and other in said and not _CHANGES.search(text):
            return said[one], said[other]
    return None
