"""Films of described pictures, for tests: drawn at the emulator by real processes, or sketched."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from conftest import SIZE, Studio
from paid_films import Paid, quicken

PICTURE_USD = 0.134
SETTINGS = {"gemini_poll_s": [0.1, 0.3], "gemini_image_size": "1K", "clip_timeout_s": 20}
MARA = "assets/characters/mara.png"
TOM = "assets/characters/tom.png"
BACKGROUND = "assets/backgrounds/clip_01.png"
POSED = "assets/characters/clip_02_1_mara.png"
START, END = "keyframes/clip_03_start.png", "keyframes/clip_03_end.png"
LAST = "keyframes/clip_04_end.png"


def cast() -> dict[str, Any]:
    """The two characters of the film."""
    return {
        "mara": {"look": "a tall woman with short hair", "colours": "red coat"},
        "tom": {"look": "an old man with a beard", "colours": "blue jacket"},
    }


def drawn_film(studio: Studio, project: str = "film", **keys: object) -> None:
    """Write a film of five clips: two composites, a pair of keyframes, one that continues it, one with Tom alone."""
    quicken(studio, **SETTINGS)
    clips: list[dict[str, Any]] = [
        {
            "prompt": "Mara stands by the sea.",
            "composite": {
                "background": {"describe": "A beach at dawn"},
                "characters": [{"character": "mara", "x": 0.5, "y": 0.9, "height": 0.6}],
            },
        },
        {
            "prompt": "Mara waves on the hill.",
            "composite": {
                "background": {"describe": "A green hill"},
                "characters": [{"character": "mara", "pose": "waves", "x": 0.4, "y": 0.9, "height": 0.6}],
            },
        },
        {
            "prompt": "Mara meets Tom in the town.",
            "keyframes": {
                "start": {"describe": "Mara comes out of a house", "characters": ["mara"]},
                "end": {"describe": "Mara and Tom shake hands", "characters": ["mara", "tom"]},
            },
        },
        {
            "prompt": "Night falls over the town.",
            "continue": True,
            "keyframes": {"end": {"describe": "The empty street at night"}},
        },
        {
            "prompt": "Tom sits in his room.",
            "composite": {
                "background": {"describe": "A small room"},
                "characters": [{"character": "tom", "x": 0.5, "y": 0.9, "height": 0.5}],
            },
        },
    ]
    film = {"title": "Drawn", "size": list(SIZE), "fps": 12, "duration": 5, "backend": "kling", "images": "gemini"}
    studio.write({**film, "style": "ink on paper", "characters": cast(), **keys, "clips": clips}, project)


def edit_look(paid: Paid, name: str, look: str) -> None:
    """Change how a character looks."""
    manifest = paid.studio.manifest()
    manifest["characters"][name]["look"] = look
    paid.studio.write(manifest)


def drawn(paid: Paid) -> int:
    """How many pictures were bought."""
    return len(paid.emulator.submissions("gemini"))


def asked(paid: Paid) -> int:
    """How many requests for pictures Gemini has seen, refused ones included."""
    return int(paid.emulator.report()["creates_seen"].get("gemini", 0))


def bought_twice(paid: Paid) -> Counter[str]:
    """What was bought more than once."""
    counted = Counter(order["digest"] for order in paid.emulator.submissions())
    return Counter({digest: count for digest, count in counted.items() if count > 1})


def target(name: str, project: str = "film") -> str:
    """A picture of a project as a target."""
    return f"projects/{project}/{name}"


def store(paid: Paid) -> Path:
    """Where the takes are."""
    return paid.studio.folder / "projects/.takes"
