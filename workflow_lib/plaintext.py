"""Text of others on one line, without what no file, voice or picture can hold."""

from __future__ import annotations

import re
import unicodedata


def clean(text: str) -> tuple[str, bool]:
    """`text` in one line without what no file may hold, and whether it had such characters."""
    joined = re.sub(r"\s+", " ", text.replace("\u2028", " ").replace("\u2029", " ")).strip()
    kept = "".join(char for char in joined if not _is_harmful(char))
    return kept.strip(), kept != joined


def _is_harmful(char: str) -> bool:
    code = ord(char)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:  # noqa: PLR2004 (what Unicode calls no character)
        return True
    return unicodedata.category(char) in ("Cc", "Cs") or char in "\ufeff\u202a\u202b\u202d\u202e\u2066\u2067"
