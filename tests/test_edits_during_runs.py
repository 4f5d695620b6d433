"""Pictures that are edited while a run goes on: nothing is made of one picture, and bought, as if it were of another.

The jobs here are those of a run that began before the edit: the same scripts, started after it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Studio, draw
from drawn_films import MARA, POSED, drawn_film
from paid_films import Paid

from workflow_lib.takes import Store

SAID = "edited during the run; run the same command again"
COMPOSITE = "projects/film/assets/composites/clip_01.png"


def job(paid: Paid, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one job."""
    command = (sys.executable, f"scripts/{script}.py", "--project", "projects/film", *arguments)
    return paid.studio.run(*command, env=paid.emulator.environment(), stdin=subprocess.DEVNULL)


def picture_film(studio: Studio, x: float = 0.4) -> None:
    """Write a film of two clips that Kling makes: of a composite, and of a picture."""
    root = studio.path("", "film")
    draw(root / "assets/hill.png", "#507050")
    draw(root / "assets/bird.png", "#302020", (30, 20), figure=True)
    figures = [{"image": "assets/bird.png", "x": x, "y": 0.8, "height": 0.4}]
    clips = [
        {"prompt": "A bird.", "composite": {"background": "assets/hill.png", "characters": figures}},
        {"prompt": "A field."},
    ]
    film = {"title": "Pictures", "size": [128, 72], "fps": 12, "duration": 5, "backend": "kling", "clips": clips}
    studio.write(film, "film")


@pytest.mark.parametrize("rule", ["generate_clip", "submit_clip"])
def test_a_clip_is_not_bought_of_a_composite_of_before(paid: Paid, rule: str) -> None:
    """A clip whose recipe was edited after its composite was made is not bought of the old picture, but of the new."""
    picture_film(paid.studio)
    draw(paid.studio.path("assets/composites/clip_02.png", "film"), "#705030")
    paid.build(COMPOSITE)
    before = (paid.studio.folder / COMPOSITE).read_bytes()
    picture_film(paid.studio, x=0.8)

    done = job(paid, rule, "--clip", "01")

    assert done.returncode == 1, done.stdout
    assert f"{COMPOSITE}: {SAID}" in done.stdout
    assert paid.asked() == 0
    paid.build()
    assert paid.count() == 2
    assert (paid.studio.folder / COMPOSITE).read_bytes() != before
    assert "2 clips kept" in paid.plan("--forcerun", "assemble_film")


def test_a_composite_is_not_made_of_a_picture_of_before(paid: Paid) -> None:
    """A composite is not made of a background that is described otherwise by now."""
    drawn_film(paid.studio, images="sketch")
    paid.build(COMPOSITE)
    manifest = paid.studio.manifest()
    manifest["clips"][0]["composite"]["background"] = {"describe": "A storm at night"}
    paid.studio.write(manifest)

    done = job(paid, "compose_picture", "--clip", "01")

    assert done.returncode == 1, done.stdout
    assert f"assets/backgrounds/clip_01.png: {SAID}" in done.stdout


@pytest.mark.parametrize("backend", ["kling", "animatic"])
def test_a_clip_is_not_made_of_a_keyframe_of_before(paid: Paid, backend: str) -> None:
    """A clip is neither bought nor rendered of a keyframe that is described otherwise by now."""
    drawn_film(paid.studio, images="sketch", backend=backend)
    paid.build(*(f"projects/film/keyframes/clip_03_{side}.png" for side in ("start", "end")))
    manifest = paid.studio.manifest()
    manifest["clips"][2]["keyframes"]["end"]["describe"] = "A storm at night"
    paid.studio.write(manifest)

    done = job(paid, "generate_clip", "--clip", "03")

    assert done.returncode == 1, done.stdout
    assert f"keyframes/clip_03_end.png: {SAID}" in done.stdout
    assert (paid.asked(), paid.receipt(3)) == (0, {})


def test_a_picture_is_not_drawn_after_one_of_before(paid: Paid) -> None:
    """A figure in a pose is not bought after a character who is described otherwise by now."""
    drawn_film(paid.studio)
    paid.build(f"projects/film/{MARA}")
    bought = paid.emulator.report()["creates_seen"].get("gemini", 0)
    manifest = paid.studio.manifest()
    manifest["characters"]["mara"]["look"] = "a small girl"
    paid.studio.write(manifest)

    done = job(paid, "draw_picture", "--picture", f"projects/film/{POSED}")

    assert done.returncode == 1, done.stdout
    assert f"{MARA}: {SAID}" in done.stdout
    assert paid.emulator.report()["creates_seen"].get("gemini", 0) == bought


def test_a_picture_that_is_replaced_while_its_clip_waits_is_not_sent(paid: Paid) -> None:
    """A clip that waits does not buy, in the name of the picture that it had, what another picture gives."""
    picture_film(paid.studio)
    still = draw(paid.studio.path("assets/composites/clip_02.png", "film"), "#705030")
    listed = json.loads(paid.studio.clipwright("plan", "film", "--json").stdout)[0]["clips"]
    store = Store(paid.studio.folder / "projects/.takes")
    command = (sys.executable, "scripts/generate_clip.py", "--project", "projects/film", "--clip", "02")

    with store.alone(listed[1]["fingerprint"]):
        waiting = subprocess.Popen(
            command,
            cwd=paid.studio.folder,
            env=paid.emulator.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lock = store.folder / "locks" / f"{listed[1]['fingerprint']}.lock"
        while str(lock) not in _opened_by(waiting.pid) and waiting.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                waiting.wait(0.05)
        draw(still, "#203060")
    said, _ = waiting.communicate(timeout=60)

    assert waiting.returncode == 1, said
    assert f"{still.relative_to(paid.studio.folder)}: {SAID}" in said
    assert paid.asked() == 0


def _opened_by(pid: int) -> set[str]:
    """The files that a process has open."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found.add(str(link.readlink()))
    return found
