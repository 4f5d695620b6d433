"""The JSON Schemas of the files that people write, made from the models that read them."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from workflow_lib import files
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.manifest import Manifest, Storyboard

_MODELS: dict[str, type[BaseModel]] = {
    "project.schema.json": Manifest,
    "storyboard.schema.json": Storyboard,
    "config.schema.json": Config,
}


def write(folder: Path) -> None:
    """Write every schema into `folder`."""
    for name, text in _texts().items():
        files.write_text(folder / name, text)


def check(folder: Path) -> None:
    """See that the schemas in `folder` are those of the models.

    Raises:
        InvalidInput: naming each file that differs.
    """
    stale = [name for name, text in _texts().items() if not _same(folder / name, text)]
    if stale:
        raise InvalidInput(
            [Problem(str(folder / name), "differs from its model", "run `make schemas`") for name in stale]
        )


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _texts() -> dict[str, str]:
    texts = {}
    for name, model in _MODELS.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        texts[name] = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    return texts
