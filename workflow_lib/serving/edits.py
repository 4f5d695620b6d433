"""Change a text in a YAML file that a person wrote: the value alone, all else byte for byte as it was."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from workflow_lib import complaints, yamlfile
from workflow_lib.errors import InvalidInput, Problem

_HEADER = re.compile(r"[|>][-+0-9]*(?P<rest>[ \t]+#[^\n]*)?[ \t]*\r?\n")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def replaced(text: str, path: Sequence[str | int], value: str, where: str) -> str:
    """`text` with `value` in the place of the text at `path`; the last key of `path` is added where it is missing.

    The way in which it is written is kept where it can be: plain, quoted, or as a block of lines.

    Raises:
        InvalidInput: it cannot be done without something else changing, as with a value that stands in several places.
    """
    before = yamlfile.parse(text, where)
    wanted = _with(before, path, value)
    if before == wanted:
        return text
    for changed in _ways(text, path, value, where):
        try:
            if yamlfile.parse(changed, where) == wanted:
                return changed
        except InvalidInput:
            continue
    what = "is written in a way that cannot be changed from here"
    raise InvalidInput([Problem(f"{where}: {complaints.dotted(path)}", what, "change it in an editor")])


def _with(whole: Any, path: Sequence[str | int], value: str) -> Any:  # noqa: ANN401 - whatever stands in the file
    if not path:
        return value
    # A copy of this level alone: what stands in several places (*name) would else change in all of them.
    found = copy.copy(whole)
    key, *rest = path
    found[key] = _with(found[key], rest, value) if rest else value
    return found


def _ways(text: str, path: Sequence[str | int], value: str, where: str) -> Iterator[str]:
    """What the file may be afterwards; the first that means what is wanted is taken."""
    parent = _at(yamlfile.compose(text, where), path[:-1])
    node = _child(parent, path[-1])
    if node is None:
        if isinstance(parent, yaml.MappingNode) and parent.value:
            yield from _added(text, parent, str(path[-1]), value)
        return
    if not isinstance(node, yaml.ScalarNode):
        return
    start, end = node.start_mark.index, _end(text, node)
    for written in _written(text, node, value):
        yield text[:start] + written + text[end:]


def _at(node: yaml.Node | None, path: Sequence[str | int]) -> yaml.Node | None:
    for key in path:
        node = _child(node, key)
    return node


def _child(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if 0 <= key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _end(text: str, node: yaml.ScalarNode) -> int:
    """Where a value ends: a block of lines with its last letter, not with the empty lines after it."""
    start, end = node.start_mark.index, node.end_mark.index
    return start + len(text[start:end].rstrip()) if node.style in ("|", ">") else int(end)


def _written(text: str, node: yaml.ScalarNode, value: str) -> Iterator[str]:
    simple = "\n" not in value and not _CONTROL.search(value)
    if node.style in ("|", ">"):
        yield from _block(text, node, value)
    elif not node.style and simple and value == value.strip():
        yield value
    elif node.style == "'" and simple:
        yield "'" + value.replace("'", "''") + "'"
    yield yamlfile.quoted(value)


def _block(text: str, node: yaml.ScalarNode, value: str) -> Iterator[str]:
    """The value as a block of lines, indented as the one before."""
    start, end = node.start_mark.index, _end(text, node)
    header = _HEADER.match(text, start)
    lines = value.split("\n")
    if header is None or _CONTROL.search(value) or not value.strip() or value != value.strip():
        return
    inside = [line for line in text[header.end() : end].splitlines() if line.strip()]
    indent = min((len(line) - len(line.lstrip(" ")) for line in inside), default=0)
    newline = "\r\n" if "\r\n" in header.group() else "\n"
    told = newline.join(f"{' ' * indent}{line}" if line.strip() else "" for line in lines)
    mark = ">-" if node.style == ">" and len(lines) == 1 else "|-"
    for sign in dict.fromkeys((mark[0], mark)):
        yield f"{sign}{header['rest'] or ''}{newline}{told}"


def _added(text: str, parent: yaml.MappingNode, key: str, value: str) -> Iterator[str]:
    """A key after the last one."""
    name, last = parent.value[-1]
    end = _end(text, last) if isinstance(last, yaml.ScalarNode) else last.end_mark.index
    simple = value and not _CONTROL.search(value) and "\n" not in value and value == value.strip()
    for written in ([value] if simple else []) + [yamlfile.quoted(value)]:
        if parent.flow_style:
            yield f"{text[:end]}, {key}: {written}{text[end:]}"
        else:
            # After what is said beside the last value.
            rest = text.find("\n", end)
            rest = len(text) if rest < 0 else rest
            yield f"{text[:rest]}\n{' ' * name.start_mark.column}{key}: {written}{text[rest:]}"
