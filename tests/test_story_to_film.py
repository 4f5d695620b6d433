"""From a story to a film, by one command: words, pictures, clips of two backends, and one sum of all that was paid."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from paid_films import FILM, Paid, quicken, tiny_clip
from storied_films import PRICES, STORY, board_of

from workflow_lib.media.probe import probe

CLIPS, BETWEEN = 3, 2
"""How many clips the film has, and which of them goes from one keyframe to another."""


@pytest.fixture
def story(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A project of a story and no clips; Kling animates its composites, Veo what lies between keyframes."""
    quicken(studio, prices=PRICES, veo_poll_s=[0.1, 0.3])
    asked = {"clips": CLIPS, "keyframes": [BETWEEN], "keyframes_backend": "veo"}
    film = {"title": "A tale", "size": [192, 108], "fps": 8, "duration": 5, "backend": "kling", "trim": True}
    studio.write({**film, "story": asked})
    studio.path("story.md").write_text(STORY, encoding="utf-8")
    with Emulator(emulated_films, "--clip", str(tiny_clip(emulated_films))) as running:
        yield Paid(studio, running)


def test_one_command_goes_from_a_story_to_a_paid_film(story: Paid) -> None:
    """All is bought once, the ledger is the provider's own sum, and what is asked for again costs nothing."""
    before = story.plan()
    story.build()
    bought = story.emulator.report()
    after = story.plan()
    story.build("--forceall", FILM)

    clips = board_of(story.studio)["clips"]
    orders = Counter(order["provider"] for order in bought["submissions"])
    made = probe(story.studio.path("final.mp4"))
    told = json.loads(story.studio.clipwright("costs", "film", "--json").stdout)["costs"]
    assert "about 2 clips by kling" in before
    assert "about 1 clip by veo" in before
    assert [clip.get("backend") for clip in clips] == [None, "veo", None]
    assert (orders["kling"], orders["veo"]) == (CLIPS - 1, 1)
    assert orders["gemini"] == 1 + len(list(story.studio.path("assets").rglob("*.json"))) + 2
    assert made.duration_s > CLIPS * 4
    assert sum(cost["actual_usd"] for cost in told) == pytest.approx(bought["usd"], abs=1e-5)
    assert "Nothing to be done" in after
    assert story.emulator.report()["submissions"] == bought["submissions"]
