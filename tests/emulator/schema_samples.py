"""Values that satisfy a JSON schema, the same for the same schema and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_LISTED = 3
_DEEPEST = 20
_FORMATS = {"date": "2026-11-21", "date-time": "2026-11-21T12:00:00Z", "time": "12:00:00Z"}

Schema = Mapping[str, Any]


class Sampler:
    """Fills schemas with the words of a request."""

    def __init__(self, root: Schema, words: Sequence[str]) -> None:
        self.root = root
        self.words = words or ("A word.",)
        self.used = 0

    def sample(self) -> Any:  # noqa: ANN401
        """A value that satisfies the whole schema.

        Raises:
            ValueError: the schema is too deep, or uses what the models do not take.
        """
        return self._value(self.root, 0)

    def _value(self, schema: Schema, depth: int) -> Any:  # noqa: ANN401
        if depth > _DEEPEST:
            raise ValueError("the schema is too deep")
        if "$ref" in schema:
            return self._value(self._referred(str(schema["$ref"])), depth + 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for several in ("anyOf", "any_of", "oneOf", "allOf"):
            if schema.get(several):
                return self._value(schema[several][0], depth + 1)
        return self._typed(schema, depth)

    def _referred(self, reference: str) -> Schema:
        found: Any = self.root
        for step in reference.removeprefix("#").strip("/").split("/"):
            if not isinstance(found, Mapping) or step not in found:
                raise ValueError(f"the schema has no {reference}")
            found = found[step]
        value: Schema = found
        return value

    def _typed(self, schema: Schema, depth: int) -> Any:  # noqa: ANN401
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = str(kind[0] if isinstance(kind, list) else kind).lower()
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "boolean":
                return True
            case "null":
                return None
            case "string":
                return self._string(schema)
            case _:
                raise ValueError(f"the schema has the unknown type {kind}")

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        """All that is required, and what else can be filled within the depth."""
        properties: Mapping[str, Schema] = schema.get("properties", {})
        return {name: self._value(part, depth + 1) for name, part in properties.items()}

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least, most = _bound(schema, "minItems", "min_items"), _bound(schema, "maxItems", "max_items")
        count = max(_LISTED, int(least or 0))
        count = count if most is None else min(count, int(most))
        items: Schema = schema.get("items", {"type": "string"})
        return [self._value(items, depth + 1) for _ in range(count)]

    def _string(self, schema: Schema) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[str(schema["format"])]
        words = self.words[self.used % len(self.words)]
        self.used += 1
        least, most = _bound(schema, "minLength", "min_length"), _bound(schema, "maxLength", "max_length")
        while len(words) < (least or 0):
            words = f"{words} {words}"
        return words if most is None else words[: int(most)]


def _bound(schema: Schema, *names: str) -> float | None:
    """A limit; Google writes whole numbers as strings."""
    return next((float(schema[name]) for name in names if schema.get(name) is not None), None)


def _number(schema: Schema, *, whole: bool) -> float:
    least, most = _bound(schema, "minimum", "exclusiveMinimum"), _bound(schema, "maximum", "exclusiveMaximum")
    if "exclusiveMinimum" in schema and least is not None:
        least += 1 if whole else 1e-6
    value = least if least is not None else min(1.0, most) if most is not None else 1.0
    return int(value) if whole else value
