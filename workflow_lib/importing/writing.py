"""A storyboard as a project on disk: the manifest with its comments, and the pictures beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from workflow_lib import catalog, files, layout, yamlfile
from workflow_lib.catalog import Backend
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing.boards import USUAL_S, Board, Entry
from workflow_lib.layout import Project
from workflow_lib.manifest import Manifest

_HEAD = """\
# yaml-language-server: $schema={up}schemas/project.schema.json
# From {source}.
title: {title}
size: [1920, 1080]        # or aspect: "16:9" | "9:16" | "1:1"
fps: 24
backend: {backend:<17}# animatic (free, offline) | kling | veo | omni
duration: {duration:<16}# seconds of a clip
voice: scratch            # scratch (free, offline) | elevenlabs:<voice id>
clips:
"""
_NO_PICTURE = "\n    source: text\n"
_HINT = "            # no picture yet: put one at assets/composites/{label}.png and delete this line\n"


def manifest(board: Board, project: Project, source: str, title: str, backend: Backend) -> str:
    """The text of the manifest; it says what the board says, and nothing is asked of a backend yet.

    Raises:
        InvalidInput: the board makes no valid manifest.
    """
    model = catalog.model(backend, catalog.DEFAULT_MODELS[backend])
    seconds = board.seconds or model.reaching(USUAL_S) or model.longest
    text = _HEAD.format(
        up="../" * len(project.root.parts),
        source=ascii(source).strip("'\""),
        title=_scalar(title),
        backend=backend,
        duration=f"{seconds:g}",
    )
    before = ""
    for place, (clip, scene) in enumerate(zip(board.clips, board.scenes, strict=True), start=1):
        if scene != before:
            text += f"\n  # scene {' '.join(scene.split())}\n"
            before = scene
        written = _clip({key: value for key, value in clip.items() if (key, value) != ("duration", seconds)})
        number = clip.get("number", place)
        label = layout.label(number if isinstance(number, int) else place)
        text += written.replace(_NO_PICTURE, _NO_PICTURE.rstrip("\n") + _HINT.format(label=label))
    if len(text.encode()) > yamlfile.MAX_BYTES:
        what = f"makes a manifest of more than {yamlfile.MAX_BYTES // 1_000_000} MB"
        raise InvalidInput([Problem(source, what, "make two films of it")])
    yamlfile.validated(Manifest, yamlfile.parse(text, source), source)
    return text


def _clip(entry: Entry) -> str:
    lines = [line for key, value in entry.items() for line in _lines(key, value)]
    return "".join(f"  {'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(lines))


def _lines(key: str, value: object) -> list[str]:
    """The lines of one key, deeper ones set in."""
    if isinstance(value, Mapping):
        inner = [line for name, item in value.items() for line in _lines(str(name), item)]
        return [f"{key}:", *(f"  {line}" for line in inner)]
    return [f"{key}: {_scalar(value)}"]


def _scalar(value: object) -> str:
    """A text or a number as YAML on one line, plain where that is safe."""
    if isinstance(value, float):
        return f"{value:g}"
    dumped: Any = yaml.safe_dump(value, width=float("inf"), allow_unicode=True)
    plain = str(dumped).removesuffix("\n").removesuffix("\n...")
    # `1e5` is a text for the one that writes, and a number for the one that reads.
    is_bare_word = plain == value and " " not in plain
    return yamlfile.quoted(plain) if is_bare_word and yamlfile.parse(plain, "") != value else plain


def write(board: Board, project: Project, text: str) -> None:
    """Make the project's folder, whole or not at all.

    Raises:
        InvalidInput: there is something at its place.
        OutOfSpace: the disk is full or cannot be written.
    """
    refuse_existing(project)
    made = project.root.with_name(f".{project.root.name}.{os.getpid()}")
    try:
        with files.writing(project.root):
            (made / "assets" / "composites").mkdir(parents=True)
            for name, source in board.copies.items():
                target = made / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            files.write_text(made / project.manifest.name, text)
            refuse_existing(project)
            made.rename(project.root)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def refuse_existing(project: Project) -> None:
    """See that nothing is at the project's place.

    Raises:
        InvalidInput: something is.
    """
    if os.path.lexists(project.root):
        raise InvalidInput([Problem(str(project.root), "is already there", "choose another name")])


def titled(name: str) -> str:
    """A title from a project's or a file's name."""
    stem = Path(name).stem
    return stem.replace("_", " ").replace("-", " ").strip().title() or stem
