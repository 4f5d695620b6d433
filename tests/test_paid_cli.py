"""The commands about money, on a film whose clips were bought at the emulator."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from conftest import Studio, draw
from emulator.client import Emulator

FILM = "projects/film/final.mp4"
QUICK = ("--config", "kling_poll_s=[0.1,0.3]")


def _write_film(studio: Studio) -> None:
    draw(studio.path("assets/composites/clip_01.png"), "#705030")
    draw(studio.path("assets/composites/clip_02.png"), "#305070")
    clips = [{"prompt": "A brown field. Slow push in."}, {"prompt": "A blue field. Slow push in."}]
    studio.write({"title": "Bought", "size": [128, 72], "fps": 12, "duration": 5, "backend": "kling", "clips": clips})


def _build(studio: Studio, emulator: Emulator, *arguments: str) -> tuple[int, str]:
    done = studio.run(*studio.command("--cores", "2", FILM, *QUICK, *arguments), env=emulator.environment())
    return done.returncode, done.stdout


def _say(studio: Studio, *arguments: str) -> tuple[int, str]:
    done = studio.clipwright(*arguments)
    return done.returncode, done.stdout + done.stderr


def _takes(studio: Studio, number: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(studio.clipwright("takes", "film", str(number), "--json").stdout)
    return found


@pytest.fixture(scope="module")
def bought_once(tmp_path_factory: pytest.TempPathFactory, shared_emulator: Emulator) -> tuple[Studio, Emulator]:
    """A film of two bought clips; not to be changed."""
    shared_emulator.reset()
    made = Studio(tmp_path_factory.mktemp("bought") / "studio").install()
    _write_film(made)
    code, said = _build(made, shared_emulator)
    assert code == 0, said
    return made, shared_emulator


@pytest.fixture
def bought(bought_once: tuple[Studio, Emulator], tmp_path: Path) -> tuple[Studio, Emulator]:
    """A copy of the bought film, and the emulator with nothing counted."""
    studio, emulator = bought_once
    emulator.reset()
    return studio.copied(tmp_path / "studio"), emulator


def test_costs_tell_what_was_charged_in_each_form(bought_once: tuple[Studio, Emulator]) -> None:
    """The table, the JSON and the CSV say the same: calls, units, listed and charged, and the film's total."""
    studio, _ = bought_once

    table = studio.clipwright("costs").stdout
    found = json.loads(studio.clipwright("costs", "film", "--json").stdout)
    lines = list(csv.DictReader(io.StringIO(studio.clipwright("costs", "--csv").stdout)))

    assert "$0.42" in table
    assert found["total_usd"] == {"projects/film": 0.42}
    assert [(line["calls"], line["units"], line["listed_usd"], line["actual_usd"]) for line in lines] == [
        ("2", "84 credits", "0.42", "0.42")
    ]


def test_costs_are_kept_when_a_project_is_deleted(bought: tuple[Studio, Emulator]) -> None:
    """What a deleted film has cost is still told."""
    studio, _ = bought
    shutil.rmtree(studio.path(""))

    found = json.loads(studio.clipwright("costs", "--json").stdout)

    assert found["total_usd"] == {"projects/film": 0.42}


def test_a_price_that_differs_from_the_list_is_a_warning(bought: tuple[Studio, Emulator]) -> None:
    """A clip that was charged more than its list price is named with both."""
    studio, emulator = bought
    model = "kling/v2-5-turbo-image-to-video-pro"
    (studio.folder / "config.yaml").write_text(f"kling_poll_s: [0.1, 0.3]\nprices: {{{model}: 0.02}}\n")
    manifest = studio.manifest()
    manifest["clips"][0]["prompt"] = "Another brown field."
    studio.write(manifest)

    code, said = _build(studio, emulator)
    told = studio.clipwright("costs").stderr

    assert code == 0, said
    assert "buy $0.10" in said
    assert "cost $0.21, listed at $0.10" in said
    assert "$0.52 was charged" not in told
    assert "warning: projects/film" in told
    assert "is listed" in told


def test_a_plan_warns_of_old_prices_and_of_a_small_budget(studio: Studio) -> None:
    """A dry run that would buy says when its prices are more than 90 days old, and what the run may spend."""
    _write_film(studio)

    said = studio.run(*studio.command("-n", FILM, "--config", "prices_of=2020-01", "budget_usd=0.3")).stdout

    assert re.search(r"prices are of 2020-01, \d+ days old", said)
    assert "this run may spend $0.30 of the $0.42 that are wanted (config.yaml: budget_usd); it will stop there" in said


def test_a_forced_plan_keeps_bought_clips(bought_once: tuple[Studio, Emulator]) -> None:
    """Forcing everything counts bought clips as kept, at no cost."""
    said = bought_once[0].planned(FILM, "--forceall")[1]

    assert f"{FILM}: 2 clips kept, 0 to make, $0.00" in said
    assert said.count("keep, $0") == 2


def test_clips_that_ask_for_the_same_are_priced_once(studio: Studio) -> None:
    """Two clips with the same picture and prompt are one purchase, and the plan says so."""
    _write_film(studio)
    manifest = studio.manifest()
    draw(studio.path("assets/composites/clip_02.png"), "#705030")
    manifest["clips"][1]["prompt"] = manifest["clips"][0]["prompt"]
    studio.write(manifest)

    assert f"{FILM}: 0 clips kept, 2 to buy, $0.21" in studio.planned(FILM)[1]


def test_a_retake_names_its_price_and_asks_first(bought: tuple[Studio, Emulator]) -> None:
    """Without anybody to ask, nothing is decided, and the price is told."""
    studio, _ = bought

    code, said = _say(studio, "retake", "film", "1")

    assert code == 2
    assert "take 2 will be bought for $0.21" in said
    assert "nothing was decided" in said.lower()
    assert studio.planned(FILM)[0] == {}


def test_a_retake_buys_once_and_the_older_take_comes_back_for_free(bought: tuple[Studio, Emulator]) -> None:
    """A retake is one submission; choosing the first take again puts its bytes in place without another."""
    studio, emulator = bought
    video = studio.path("videos/clip_01.mp4")
    first = video.read_bytes()

    decided = _say(studio, "retake", "film", "1", "--yes")
    planned = json.loads(studio.clipwright("plan", "film", "--json").stdout)[0]
    code, said = _build(studio, emulator)
    second = video.read_bytes()
    names = [str(take["take"]) for take in _takes(studio, 1)]
    chosen = _say(studio, "takes", "film", "1", "--choose", names[0])
    again, text = _build(studio, emulator)

    assert decided[0] == 0
    assert [(clip["action"], clip["price_usd"]) for clip in planned["clips"]] == [("buy", 0.21), ("keep", 0.0)]
    assert (code, len(emulator.submissions())) == (0, 1), said
    assert second != first
    assert chosen[0] == 0, chosen[1]
    assert again == 0, text
    assert "reuse take, $0" in text
    assert video.read_bytes() == first
    assert studio.planned(FILM)[0] == {}


def test_a_take_that_is_not_there_cannot_be_chosen(bought_once: tuple[Studio, Emulator]) -> None:
    """A wrong name is invalid input and says how to list the takes."""
    code, said = _say(bought_once[0], "takes", "film", "1", "--choose", "ffffffff")

    assert code == 3
    assert "clip_01 has no take 'ffffffff'" in said
    assert "clipwright takes" in said


def test_nothing_is_settled_that_is_not_open(bought_once: tuple[Studio, Emulator]) -> None:
    """A finished clip has nothing to settle."""
    code, said = _say(bought_once[0], "retake", "film", "1", "--confirm-lost")

    assert code == 3
    assert "nothing that clip_01 asks for is open or unsettled" in said


def test_a_free_clip_has_no_retakes(built: Studio) -> None:
    """A rendered clip is made again by deleting it."""
    code, said = _say(built, "retake", "film", "1", "--yes")

    assert code == 3
    assert "clip_01 costs nothing (animatic)" in said


def test_what_goes_on_is_told_and_kling_cannot_cancel(bought: tuple[Studio, Emulator]) -> None:
    """An operation that timed out is shown as one that is resumed, and `cancel` says that Kling goes on."""
    studio, emulator = bought
    emulator.fault("never", "kling")
    manifest = studio.manifest()
    manifest["clips"][0]["prompt"] = "It never ends."
    studio.write(manifest)

    code, said = _build(studio, emulator, "clip_timeout_s=1")
    planned = json.loads(studio.clipwright("plan", "film", "--json").stdout)[0]["clips"][0]
    done = studio.run(sys.executable, "-m", "workflow_lib", "cancel", "film", env=emulator.environment())

    assert code == 8, said
    operation = emulator.submissions()[0]["id"]
    assert (planned["action"], planned["operation"], planned["price_usd"]) == ("resume", operation, 0.0)
    assert done.returncode == 1
    assert f"kling cannot give up operation {operation}" in done.stdout


def test_prune_keeps_takes_that_are_used_and_asks_before_it_deletes_others(bought: tuple[Studio, Emulator]) -> None:
    """Only a take that no film uses is named, with what it cost, and only --yes deletes it."""
    studio, _ = bought
    manifest = studio.manifest()
    del manifest["clips"][1]
    studio.write(manifest)
    store = studio.folder / "projects/.takes"

    plain = _say(studio, "prune")
    unasked = _say(studio, "prune", "--takes")
    before = len(list(store.glob("*.mp4")))
    done = _say(studio, "prune", "--takes", "--yes")

    assert plain[0] == 0
    assert unasked[0] == 2
    assert "1 takes that cost $0.21" in unasked[1]
    assert before == 2
    assert done[0] == 0
    assert len(list(store.glob("*.mp4"))) == 1


def test_a_clip_by_hand_is_bought_once(studio: Studio, shared_emulator: Emulator) -> None:
    """The wrapper script buys through the same door: the same order again is free, and other options are not."""
    shared_emulator.reset()
    draw(studio.folder / "a.png")
    (studio.folder / "config.yaml").write_text("kling_poll_s: [0.1, 0.3]\n")
    order = ["--image", "a.png", "--prompt", "A hill.", "--output", "out.mp4", "--backend", "kling"]

    def make(*options: str) -> tuple[int, str]:
        command = (sys.executable, "scripts/generate_video.py", *order, *options)
        done = studio.run(*command, env=shared_emulator.environment())
        return done.returncode, done.stdout

    first, second, other = make(), make(), make("--take", "2")

    assert [code for code, _ in (first, second, other)] == [0, 0, 0], (first, second, other)
    assert "out.mp4: reused, $0.00" in second[1]
    assert len(shared_emulator.submissions()) == 2


def test_a_clip_by_hand_takes_its_picture_from_an_address(studio: Studio, shared_emulator: Emulator) -> None:
    """An `--image` on the web is fetched; one that is not there is invalid input before anything is bought."""
    shared_emulator.reset()
    order = ["--prompt", "A hill.", "--output", "out.mp4", "--backend", "kling"]
    missing = f"{shared_emulator.url}/kie/nothing.png"

    done = studio.run(
        sys.executable, "scripts/generate_video.py", "--image", missing, *order, env=shared_emulator.environment()
    )

    assert done.returncode == 3
    assert f"--image: {missing} answers HTTP 404" in done.stdout
    assert shared_emulator.submissions() == []
