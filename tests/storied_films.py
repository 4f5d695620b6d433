"""Films that begin as a story, for tests: drafted at the emulator or by the embedded drafter, by real processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from conftest import SIZE, Studio
from paid_films import Paid, quicken

STORY = """\
# The Fox and the Goose

A hungry Fox came to the bank of a river. On the river swam a Goose with her young. The Fox asked the Goose to come \
nearer. The Goose looked at the Fox and stayed where she was. So the Fox went home as hungry as he had come.
"""
BOARD = "projects/film/storyboard.yaml"
WORDS_ONLY = "No pictures."
"""A direction that the emulator follows: each clip is made from its words alone."""

PRICES = {"gemini-3.8-flash": 0.75, "gemini-3.8-flash:written": 3.75}
"""What the emulator charges, whatever the day is."""


def storied_film(studio: Studio, text: str = STORY, project: str = "film", **keys: object) -> None:
    """Write a project of a story and no clips: three of two seconds each, made from words alone."""
    quicken(studio, prices=PRICES)
    story = {"clips": 3, "direction": WORDS_ONLY}
    film: dict[str, Any] = {"title": "A tale", "size": list(SIZE), "fps": 8, "duration": 2, "story": story}
    studio.write({**film, **keys}, project)
    studio.path("story.md", project).write_text(text, encoding="utf-8")


def board_of(studio: Studio, project: str = "film") -> dict[str, Any]:
    """The storyboard of a project as it stands."""
    value: dict[str, Any] = yaml.safe_load(studio.path("storyboard.yaml", project).read_text(encoding="utf-8"))
    return value


def drafts(paid: Paid) -> list[dict[str, Any]]:
    """The storyboards that were bought, repairs too."""
    return paid.emulator.submissions("gemini")


def asked(paid: Paid) -> int:
    """How many requests that cost money Gemini has seen, refused ones included."""
    return int(paid.emulator.report()["creates_seen"].get("gemini", 0))


def answers(paid: Paid) -> list[Path]:
    """The answers in the take store."""
    return sorted((paid.studio.folder / "projects/.takes").glob("*.json"))
