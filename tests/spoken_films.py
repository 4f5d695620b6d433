"""Films with a paid voice, for tests: free pictures, lines and effects bought at the emulator by real processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from conftest import SIZE, Studio
from paid_films import Paid, quicken

LINES = ("The first line.", "The second line, which is longer.", "The third.")
EFFECTS = ("waves on a beach", "gulls far away", "wind in the grass")
EFFECT_USD = 0.12
SETTINGS = {"elevenlabs_poll_s": [0.1, 0.3], "elevenlabs_settle_s": 2, "clip_timeout_s": 20}
"""Settings for an emulator that speaks at once."""


def lines_usd(lines: Sequence[str] = LINES) -> float:
    """What lines cost: a tenth of a cent for ten characters."""
    return sum(map(len, lines)) / 10_000


def spoken_film(
    studio: Studio,
    lines: Sequence[str] = LINES,
    effects: Sequence[str] = EFFECTS,
    project: str = "film",
    **keys: object,
) -> None:
    """Write a film of half a second a clip, with a paid line for each of `lines` and the paid `effects`."""
    quicken(studio, **SETTINGS)
    clips = [{"prompt": f"Clip {number}.", "source": "text", "narration": line} for number, line in enumerate(lines)]
    for clip, effect in zip(clips, effects, strict=False):
        clip["sound_effect"] = effect
    film = {"title": "Spoken", "size": list(SIZE), "fps": 12, "duration": 0.5, "voice": "elevenlabs:voice1"}
    studio.write({**film, "effects": "elevenlabs", **keys, "clips": clips}, project)


def line_of(number: int, project: str = "film") -> str:
    """The target of a line."""
    return f"projects/{project}/audio/narration/clip_{number:02d}.wav"


def effect_of(number: int, project: str = "film") -> str:
    """The target of an effect."""
    return f"projects/{project}/audio/sfx/clip_{number:02d}.wav"


SOUNDS = (*map(line_of, (1, 2, 3)), *map(effect_of, (1, 2, 3)))
"""All lines and effects of the film as targets."""


def asked(paid: Paid) -> int:
    """How many requests that cost money ElevenLabs has seen, refused ones included."""
    return int(paid.emulator.report()["creates_seen"].get("elevenlabs", 0))


def sounds_bought(paid: Paid) -> Counter[str]:
    """How often each line and each effect was bought."""
    return Counter(order["prompt"] for order in paid.emulator.submissions("elevenlabs"))


def store(paid: Paid) -> Path:
    """Where the takes are."""
    return paid.studio.folder / "projects/.takes"
