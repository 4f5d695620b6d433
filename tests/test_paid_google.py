"""A film whose clips come from Veo and Omni, at the emulator."""

from __future__ import annotations

import shutil

from conftest import Studio, draw
from emulator.client import Emulator

from workflow_lib import receipts

FILM = "projects/film/final.mp4"
QUICK = ("--config", "veo_poll_s=[0.1,0.3]", "omni_poll_s=[0.1,0.3]")


def _write_film(studio: Studio) -> None:
    for name, color in (("dawn", "#203060"), ("noon", "#a08040"), ("dusk", "#603020")):
        draw(studio.path(f"keyframes/{name}.png"), color)
    draw(studio.path("assets/field.png"), "#507050")
    clips = [
        {
            "prompt": "Dawn becomes noon. Static camera.",
            "keyframes": {"start": "keyframes/dawn.png", "end": "keyframes/noon.png"},
        },
        {
            "prompt": "Noon becomes dusk. Static camera.",
            "keyframes": {"end": "keyframes/dusk.png"},
            "continue": True,
            "backend": "omni",
            "duration": 4,
        },
        {"prompt": "A field in the wind.", "composite": "assets/field.png", "duration": 5, "trim": True},
        {"prompt": "Rain on a field.", "source": "text", "backend": "omni", "duration": 3},
    ]
    studio.write({"title": "Google", "size": [128, 72], "fps": 24, "duration": 8, "backend": "veo", "clips": clips})


def test_a_film_of_veo_and_omni_is_bought_once(studio: Studio, emulator: Emulator) -> None:
    """Keyframes, a still, a trimmed clip and words alone: one submission each, the film complete, and none again."""
    _write_film(studio)
    command = studio.command("--cores", "1", FILM, *QUICK)

    first = studio.run(*command, env=emulator.environment())
    bought = [(order["provider"], round(order["usd"], 2)) for order in emulator.submissions()]
    shutil.rmtree(studio.path("videos"))
    shutil.rmtree(studio.folder / ".snakemake")
    planned = studio.planned(FILM)[1]
    second = studio.run(*command, env=emulator.environment())

    assert first.returncode == 0, first.stdout
    assert sorted(bought) == [("omni", 0.21), ("omni", 0.28), ("veo", 0.48), ("veo", 0.64)]
    assert f"{FILM}: 20.0 s" in first.stdout
    assert planned.count("reuse take, $0") == 4
    assert second.returncode == 0, second.stdout
    assert len(emulator.submissions()) == 4


def test_filtered_clips_of_google_have_stand_ins(studio: Studio, emulator: Emulator) -> None:
    """However Veo and Omni show that their filter refused a clip, its outcome is `filtered`, the film complete."""
    _write_film(studio)
    for shape, match in (("rai", "Dawn"), ("error", "A field")):
        emulator.fault("filtered", "veo", times=None, shape=shape, match=match)
    emulator.fault("filtered", "omni", times=None, match="Noon")
    emulator.fault("filtered", "omni", times=None, match="Rain", shape="submit")

    done = studio.run(*studio.command("--cores", "1", FILM, *QUICK), env=emulator.environment())
    found = [receipts.read(studio.path(f"videos/clip_{number:02d}.json")) for number in range(1, 5)]
    again = studio.planned(FILM)[0]

    assert done.returncode == 0, done.stdout
    assert [receipt.outcome if receipt else None for receipt in found] == ["filtered"] * 4
    assert all(receipt and receipt.reason for receipt in found)
    assert again == {}
