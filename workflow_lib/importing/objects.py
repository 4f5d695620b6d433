"""An object of a JSON storyboard as the cells of a row: each value is a text, and what is none is told by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflow_lib.errors import Problem
from workflow_lib.importing import cells, columns

_TEXTS = ("text", "line", "content", "description", "dialogue", "narration", "prompt", "words", "value")
_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the objects of a file; `mapped`: columns whose meaning the user named. It adds to `problems`."""

    file: str
    mapped: Mapping[str, str]
    problems: list[Problem]

    def row(self, item: Mapping[str, object], place: str) -> dict[str, str]:
        """The cells of an object at `place`; a nested one's are named by both keys, `keyframes start`."""
        return dict(self._cells(item, "", place))

    def _cells(self, item: Mapping[str, object], before: str, place: str) -> Iterator[tuple[str, str]]:
        for key, value in item.items():
            name = cells.name(f"{before}{key}")
            if isinstance(value, dict):
                yield from self._cells(value, f"{name} ", f"{place}.{cells.name(key)}")
            elif isinstance(value, list):
                yield name, self._joined(value, name, f"{place}.{cells.name(key)}")
            elif value is not None:
                yield name, _plain(value)

    def _joined(self, values: Sequence[object], name: str, place: str) -> str:
        """The texts of a list, as sentences where they are some; a column that means nothing may hold anything."""
        there = [value for value in values if value is not None]
        texts = [text for value in there if (text := _text(value)) is not None]
        if len(texts) < len(there) and columns.is_taken(name, self.mapped):
            of_lists = any(isinstance(value, list) for value in there)
            what = "lists" if of_lists else "objects, of which not each has one text"
            hint = f'write one text, or leave it out: --map "{name}=-"'
            self.problems.append(Problem(f"{self.file}: {place}", f"is a list of {what}", hint))
        are_sentences = all(text.endswith(_ENDS) for text in texts[:-1])
        return (" " if are_sentences or any(isinstance(value, dict) for value in there) else ", ").join(texts)


def _text(value: object) -> str | None:
    """The one text that a value is or has; None where it has none, or several."""
    if isinstance(value, dict):
        named = [value[key] for key in value if str(key).lower() in _TEXTS] if len(value) > 1 else list(value.values())
        return _plain(named[0]) if len(named) == 1 and not isinstance(named[0], dict | list | None) else None
    return None if isinstance(value, list) else _plain(value)


def _plain(value: object) -> str:
    """A text as it is, and a number or a truth as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value)
