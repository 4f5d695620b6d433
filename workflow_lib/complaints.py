"""What is wrong with a value that a person wrote, in that person's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from workflow_lib import forms
from workflow_lib.errors import Problem

Complaint = Mapping[str, Any]

_KEYS = "should be `key: value` lines"
_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "should be text",
    "string_too_short": "is empty",
    "model_type": _KEYS,
    "dict_type": _KEYS,
    "list_type": "should be a list",
    "bool_type": "should be true or false",
    "int_type": "should be a whole number",
    "float_type": "should be a number",
    "finite_number": "should be a number",
}


def problems(error: ValidationError, model: type[BaseModel], where: str) -> list[Problem]:
    """What pydantic found in `where`, one problem a key."""
    known = sorted(_field_names(model))
    found: dict[str, list[Complaint]] = {}
    for item in error.errors(include_url=False):
        if not _is_other_branch(item["type"], item.get("input")):
            key = dotted([part for part in item["loc"] if not _is_union_tag(part)])
            found.setdefault(key, []).append(item)
    return [_problem(f"{where}: {key}" if key else where, items, known) for key, items in found.items()]


def dotted(location: Iterable[str | int]) -> str:
    """A key as people write it: `clips[2].keyframes.start`, lists counted from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _problem(where: str, items: Sequence[Complaint], known: list[str]) -> Problem:
    first, kinds = items[0], {item["type"] for item in items}
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        return Problem(where, "is not a key that is known here", f"did you mean `{near[0]}`?" if near else "remove it")
    if {"string_type", "model_type"} <= kinds:
        return Problem(where, "should be text or `key: value` lines")
    return Problem(where, _said(first))


def _said(item: Complaint) -> str:
    kind, limits = item["type"], item.get("ctx", {})
    if kind == "string_too_long":
        return f"has {len(item['input'])} characters; {limits['max_length']} at most are taken"
    if kind == "string_pattern_mismatch":
        return forms.SAID[limits["pattern"]]
    if kind in ("too_short", "too_long"):
        least, most = limits.get("min_length"), limits.get("max_length")
        bound = f"at least {least}" if most is None else f"at most {most}"
        return f"should have {bound} values, not {limits['actual_length']}"
    text: str = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return _WORDS.get(kind) or (text[:1].lower() + text[1:]) or str(kind)


def _is_other_branch(kind: str, given: object) -> bool:
    """Whether the complaint comes from a kind of value that the user did not mean, such as text for a table."""
    if kind in ("string_type", "literal_error"):
        return isinstance(given, dict)
    return kind == "model_type" and isinstance(given, str)


def _is_union_tag(part: str | int) -> bool:
    """Pydantic names the tried member of a union in the location; users did not write that."""
    return isinstance(part, str) and (
        part[:1].isupper()
        or "[" in part
        or part.startswith("constrained-")
        or part in {"str", "int", "float", "dict", "list"}
    )


def _field_names(model: type[BaseModel], seen: set[type] | None = None) -> set[str]:
    seen = seen if seen is not None else set()
    if model in seen:
        return set()
    seen.add(model)
    names = {field.alias or name for name, field in model.model_fields.items()}
    for field in model.model_fields.values():
        for part in _models_in(field.annotation):
            names |= _field_names(part, seen)
    return names


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
