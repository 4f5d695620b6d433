"""What stands in a cell: lengths, numbers, backends; whatever it is, it comes out harmless."""

from __future__ import annotations

import re
from collections.abc import Callable

from workflow_lib import plaintext
from workflow_lib.catalog import BACKENDS, Backend

MOST_CHARS = 10_000
_NAME_CHARS = 80

_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:s|secs?|seconds?|\"|″|”)?\.?", re.IGNORECASE)
_MINUTES = re.compile(
    r"(?:(\d+)\s*(?:m|min|mins|minutes?))\s*(?:(\d+(?:[.,]\d+)?)\s*(?:s|secs?|seconds?)?)?", re.IGNORECASE
)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")
_RANGE = re.compile(r"\s*(?:-|\u2013|\u2014|to|\u2192)\s*")
_NUMBER = re.compile(r"(?:(?:scene|shot|clip|panel|no|nr)\b\.?\s*)?#?\s*0*(\d{1,12})(?:\.0*)?[.)]?", re.IGNORECASE)
_FORMULA = re.compile(r"[=+@\-][\w(\"'|].*", re.DOTALL)
_NARRATOR = re.compile(
    r"(?:narrator|narration|v\.?\s?o\.?|voice[\s-]?over)(?:\s*\((?:v\.?\s?o\.?|o\.?\s?s\.?)\))?\s*:", re.IGNORECASE
)
_TRANSITIONS = {"cut": "cut", "hard cut": "cut", "none": "cut", "crossfade": "crossfade", "cross fade": "crossfade"}
_TRANSITIONS |= {"dissolve": "crossfade", "cross dissolve": "crossfade", "fade": "dip", "dip": "dip"}
_TRANSITIONS |= {"dip to black": "dip", "fade to black": "dip", "fade through black": "dip"}


def name(text: object) -> str:
    """A column's name as it can be printed."""
    return plaintext.clean(str(text))[0][:_NAME_CHARS]


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula: a number or a list item is none."""
    return bool(_FORMULA.fullmatch(text)) and not re.match(r"[+\-]?\d|-\s|-\w+\s", text)


def narrator(text: str) -> str:
    """The label of the narrator with which a line begins, `Narrator:` or `VO:`; empty where it has none."""
    label = _NARRATOR.match(text)
    return label[0] if label else ""


def seconds(text: str) -> float | None:
    """A length in seconds: `10`, `10 s`, `0:10`, `1 min 5`, `0:05-0:15`; None for anything else."""
    ends = _RANGE.split(text)
    if len(ends) == 2 and (begin := _clock(ends[0])) is not None and (end := _clock(ends[1])) is not None:  # noqa: PLR2004
        return end - begin if end > begin else None
    if (clock := _clock(text)) is not None:
        return clock or None
    if minutes := _MINUTES.fullmatch(text):
        return 60 * float(minutes[1]) + _float(minutes[2] or "0") or None
    length = _LENGTH.fullmatch(text)
    return (_float(length[1]) or None) if length else None


def _clock(text: str) -> float | None:
    found = _CLOCK.fullmatch(text.strip())
    return 3600 * int(found[1] or 0) + 60 * int(found[2]) + _float(found[3]) if found else None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def number(text: str) -> int | None:
    """A whole number: `7`, `7.0`, `#7`, `Shot 07`; None for anything else."""
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def number_within(least: int, most: int) -> Callable[[str], int | None]:
    """What reads a whole number from `least` to `most`, and gives None for anything else."""

    def read(text: str) -> int | None:
        found = number(text)
        return found if found is not None and least <= found <= most else None

    return read


def backend(text: str) -> Backend | None:
    """A backend by the beginning of what people write: `Kling 2.5`, `veo 3`."""
    return next((name for name in BACKENDS if text.lower().startswith(name)), None)


def transition(text: str) -> str | None:
    """A transition by one of its names."""
    return _TRANSITIONS.get(re.sub(r"[\s_-]+", " ", text.lower()).strip())
