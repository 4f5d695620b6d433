"""Read a YAML file that a person wrote: safely, strictly, and with a place for every complaint."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from workflow_lib import complaints, files
from workflow_lib.errors import InvalidInput, Problem

MAX_BYTES = 2_000_000
MAX_NODES = 200_000
MAX_DEPTH = 1000

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_BRACKETS = re.compile(r"[\[\]{}]")

Model = TypeVar("Model", bound=BaseModel)
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _DuplicateKeyError(yaml.constructor.ConstructorError):
    pass


class _Loader(_Base):  # type: ignore[misc,valid-type]
    """YAML 1.2's plain scalars only: `16:9`, `no` and `2026-11-21` stay the text that the user sees."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001,FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise _DuplicateKeyError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
                seen.add(key.value)
        return dict(super().construct_mapping(node, deep=deep))


_PLAIN: dict[str, tuple[str, Iterable[str]]] = {
    "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:int": (r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    "tag:yaml.org,2002:float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    "tag:yaml.org,2002:null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "tag:yaml.org,2002:merge": (r"<<", "<"),
}
_Loader.yaml_implicit_resolvers = {}
for _tag, (_pattern, _first) in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_first))


def read(path: Path) -> object:
    """The value of the YAML file at `path`; None for an empty one.

    Raises:
        InvalidInput: the file is missing, not text, too large, not YAML, or expands to more than MAX_NODES values.
    """
    return parse(files.text_at(path, MAX_BYTES), str(path))


def parse(text: str, where: str) -> object:
    """The value of YAML `text`; `where` names it in errors."""
    _check_depth(text, where)
    try:
        # _Loader is a safe loader.
        value = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        raise InvalidInput([_syntax_problem(error, text, where)]) from error
    except (yaml.YAMLError, ValueError, RecursionError, IndexError, KeyError, AttributeError) as error:
        raise InvalidInput([Problem(where, f"is not readable YAML: {error}")]) from error
    if _size(value, {}, 0) > MAX_NODES:
        hint = "write the values out, or use fewer aliases (&name, *name)"
        raise InvalidInput([Problem(where, f"expands to more than {MAX_NODES} values", hint)])
    return value


def compose(text: str, where: str) -> yaml.Node | None:
    """The nodes of YAML `text`, which know where they stand in it; None for an empty one.

    Raises:
        InvalidInput: it is not YAML.
    """
    _check_depth(text, where)
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise InvalidInput([_syntax_problem(error, text, where)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidInput([Problem(where, f"is not readable YAML: {error}")]) from error


def quoted(text: str) -> str:
    """`text` between double quotes, on one line, as YAML reads it back."""
    written = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", written)


def _check_depth(text: str, where: str) -> None:
    """Refuse brackets within brackets without end, on which the parser itself would fail."""
    depth = itertools.accumulate(1 if found.group() in "[{" else -1 for found in _BRACKETS.finditer(text))
    if max(depth, default=0) > MAX_DEPTH:
        raise InvalidInput([Problem(where, f"has more than {MAX_DEPTH} open brackets", "close them")])


def _size(value: object, known: dict[int, int], depth: int) -> int:
    """How many values `value` holds when every alias is written out; past MAX_NODES it stops counting."""
    if not isinstance(value, dict | list):
        return 1
    # Deeper than any manifest, or a list that holds itself.
    if depth > 50 or known.get(id(value)) == -1:  # noqa: PLR2004
        return MAX_NODES + 1
    if id(value) not in known:
        known[id(value)] = -1
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = min(MAX_NODES + 1, 1 + sum(_size(part, known, depth + 1) for part in parts))
    return known[id(value)]


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, where: str) -> Problem:
    mark = error.problem_mark
    if mark is None:
        return Problem(where, f"is not readable YAML: {error.problem}")
    lines = text.splitlines() or [""]
    number = min(mark.line, len(lines) - 1)
    line, at = lines[number], f"{where}, line {number + 1}"
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in str(error.problem):
        return Problem(at, "is indented with a tab", "YAML wants spaces")
    if isinstance(error, _DuplicateKeyError):
        return Problem(at, str(error.problem), "keep one of them")
    return Problem(at, f"is not readable YAML: {error.problem}", f"near {line.strip()[:60]!r}" if line.strip() else "")


def validated(model: type[Model], value: object, where: str) -> Model:
    """`value` as a `model`.

    Raises:
        InvalidInput: with one problem a wrong key, each naming `where` and the key.
    """
    if not isinstance(value, Mapping):
        what = "is empty" if value is None else "is not a list of `key: value` lines"
        raise InvalidInput([Problem(where, what, "`clipwright new NAME` writes one to start from")])
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidInput(complaints.problems(error, model, where)) from error
