"""Narration and sound effects that cost money are bought once, said beforehand, and kept apart from free ones."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Studio
from emulator.client import Emulator
from media_samples import generate
from paid_films import FILM, Paid, check_readable, quicken
from spoken_films import (
    EFFECT_USD,
    EFFECTS,
    LINES,
    SOUNDS,
    asked,
    effect_of,
    line_of,
    lines_usd,
    sounds_bought,
    spoken_film,
    store,
)

from workflow_lib.media.probe import probe
from workflow_lib.media.voice import read_alignment

Bought = tuple[Studio, dict[str, Any], str]


@pytest.fixture(scope="module")
def spoken_once(tmp_path_factory: pytest.TempPathFactory, emulated_films: Path) -> Bought:
    """The film with three lines and effects, bought once, with what the emulator reported and what was printed."""
    made = Studio(tmp_path_factory.mktemp("spoken") / "studio").install()
    spoken_film(made)
    with Emulator(emulated_films) as running:
        said = Paid(made, running).build()
        return made, running.report(), said


@pytest.fixture
def spoken(spoken_once: Bought, emulator: Emulator, tmp_path: Path) -> Paid:
    """A copy of that film, at a provider that has sold nothing yet."""
    return Paid(spoken_once[0].copied(tmp_path / "studio"), emulator)


@pytest.fixture
def fresh(studio: Studio, emulator: Emulator) -> Paid:
    """A fresh installation with the film still to be bought."""
    spoken_film(studio)
    return Paid(studio, emulator)


def test_each_line_and_each_effect_is_bought_once(spoken_once: Bought) -> None:
    """The first build buys each line and effect once, within the cap, says what it cost, and the film is whole."""
    studio, report, said = spoken_once

    bought = Counter(order["prompt"] for order in report["submissions"])
    assert bought == Counter([*LINES, *EFFECTS])
    assert report["creates_seen"] == {"elevenlabs": 6}
    assert report["max_in_flight"]["elevenlabs"] <= 2
    assert report["usd"] == pytest.approx(3 * EFFECT_USD + lines_usd())
    assert report["leaked_keys"] == 0
    head = "0 clips kept, 3 to make, 3 lines to buy, 3 effects to buy, $0.37"
    assert head in said
    assert "clip_01 narration  elevenlabs  15 characters  buy $0.0015  new" in said
    assert "clip_01 effect  elevenlabs  0.5 s  buy $0.12  new" in said
    assert "cost $0.37" in said
    spoken = sum(probe(studio.folder / line_of(number)).duration_s for number in (1, 2, 3))
    assert probe(studio.path("final.mp4")).duration_s == pytest.approx(spoken + 3 * 0.5, abs=0.5)


def test_a_line_has_the_times_of_its_words(spoken_once: Bought) -> None:
    """Beside each line lies what the scratch voice gives, too: its words with their times, within the recording."""
    studio, _, _ = spoken_once

    for number, line in enumerate(LINES, start=1):
        wav = studio.folder / line_of(number)
        speech = read_alignment(wav.with_suffix(".json"))
        receipt = json.loads(wav.with_suffix(".json").read_text())
        assert [word.text for word in speech.words] == line.split()
        assert speech.duration_s == pytest.approx(probe(wav).duration_s, abs=0.01)
        ends = [word.end_s for word in speech.words]
        assert ends == sorted(ends)
        assert 0 <= speech.words[0].start_s < ends[-1] <= speech.duration_s
        assert (receipt["times"], receipt["outcome"], receipt["cost_usd"]) == ("told", "generated", len(line) / 10_000)


def test_an_effect_is_as_long_as_its_clip(spoken_once: Bought) -> None:
    """An effect is a WAV of the clip's length."""
    assert probe(spoken_once[0].folder / effect_of(2)).duration_s == pytest.approx(0.5, abs=0.1)


def test_a_second_run_buys_nothing(spoken: Paid) -> None:
    """The same command again finds nothing to do, without a key too."""
    done = spoken.studio.snakemake("--cores", "2", FILM)

    assert "Nothing to be done" in done.stdout


def lose_records(paid: Paid) -> None:
    """Lose all that Snakemake remembers."""
    shutil.rmtree(paid.studio.folder / ".snakemake")


def lose_lines(paid: Paid) -> None:
    """Lose one recording, and another with what lay beside it."""
    (paid.studio.folder / line_of(1)).unlink()
    (paid.studio.folder / line_of(2)).unlink()
    (paid.studio.folder / line_of(2)).with_suffix(".json").unlink()


def lose_sounds(paid: Paid) -> None:
    """Lose all that was spoken, and all effects."""
    shutil.rmtree(paid.studio.path("audio"))


def lose_film(paid: Paid) -> None:
    """Lose the film and all that it was joined from."""
    shutil.rmtree(paid.studio.path(".work"))
    paid.studio.path("final.mp4").unlink()


def change_prices(paid: Paid) -> None:
    """Pay more for both models."""
    quicken(paid.studio, prices={"eleven_multilingual_v2": 0.3, "eleven_text_to_sound_v2": 0.2})


def swap_clips(paid: Paid) -> None:
    """Have the clips in another order, so that each line has other neighbours."""
    manifest = paid.studio.manifest()
    paid.studio.write({**manifest, "clips": manifest["clips"][::-1]})


@pytest.mark.parametrize(
    ("changes", "arguments"),
    [
        ((lose_records, lose_lines), ()),
        ((lose_sounds, lose_film, change_prices), ("--forceall",)),
        ((swap_clips,), ()),
    ],
)
def test_nothing_is_bought_again(
    spoken: Paid, changes: tuple[Callable[[Paid], None], ...], arguments: tuple[str, ...]
) -> None:
    """Whatever is lost or changed beside the requests, the film is there again and nothing is asked for."""
    for change in changes:
        change(spoken)

    spoken.build(FILM, *arguments)

    assert asked(spoken) == 0
    assert "Nothing to be done" in spoken.build(FILM)


def test_the_times_outlive_the_recording(spoken: Paid) -> None:
    """A recording that is made again from its take has the times that were paid for."""
    receipt = (spoken.studio.folder / line_of(2)).with_suffix(".json")
    before = read_alignment(receipt)
    lose_sounds(spoken)

    spoken.build(line_of(2))

    assert read_alignment(receipt) == before
    assert json.loads(receipt.read_text())["times"] == "told"


def test_an_edited_line_is_one_purchase(spoken: Paid) -> None:
    """An edited line buys that line and not its neighbours, said beforehand; undone, its take is there for nothing."""
    manifest = spoken.studio.manifest()
    spoken.edit(2, narration="Another second line.")

    said = spoken.plan()
    spoken.build()
    first = sounds_bought(spoken)
    spoken.studio.write(manifest)
    undone = spoken.plan()
    spoken.build(line_of(2))

    assert "3 clips kept, 0 to make, 1 line to buy, $0.0020" in said
    assert "clip_02 narration  elevenlabs  20 characters  buy $0.0020  text changed" in said
    assert first == sounds_bought(spoken) == Counter({"Another second line.": 1})
    assert "1 line to reuse, $0.00" in undone
    assert asked(spoken) == 1


def test_settings_of_the_voice_are_part_of_a_line(spoken: Paid) -> None:
    """Another voice, model or setting is another line, said in words; effects are not touched."""
    said = spoken.plan(FILM, elevenlabs_stability=0.4)
    spoken.studio.write({**spoken.studio.manifest(), "voice": "elevenlabs:voice2"})
    other = spoken.plan(FILM, elevenlabs_model="eleven_flash_v2_5")

    assert "3 lines to buy, $0.0058" in said
    assert "buy $0.0015  stability changed" in said
    assert "3 lines to buy, $0.0029" in other
    assert "model changed, voice changed" in other
    assert "effect" not in other.partition("final.mp4: ")[2].partition("Reasons")[0]


def test_a_draft_costs_nothing(fresh: Paid) -> None:
    """The draft of a film with a paid voice speaks with the free one, without a key, and leaves the lines alone."""
    fresh.studio.build("projects/film/draft.mp4")

    assert asked(fresh) == 0
    assert not fresh.studio.path("audio").exists()


def test_without_a_key_nothing_is_bought(fresh: Paid) -> None:
    """A missing key ends the run with exit code 4 before anything is bought, clips of another provider included."""
    manifest = fresh.studio.manifest()
    manifest["clips"][0] |= {"backend": "kling", "duration": 5}
    fresh.studio.write(manifest)
    fresh.emulator.env["ELEVENLABS_API_KEY"] = ""

    done = fresh.run("--cores", "2", FILM)

    assert done.returncode == 4
    assert "ELEVENLABS_API_KEY is not set; ElevenLabs needs it" in done.stdout
    assert fresh.count() == 0
    assert fresh.asked() == asked(fresh) == 0
    check_readable(done.stdout, fresh.emulator)


def test_nobody_makes_effects_unless_asked(fresh: Paid) -> None:
    """Without `effects`, an effect is silence: no job, no price and no purchase; a check says so."""
    manifest = fresh.studio.manifest()
    del manifest["effects"]
    fresh.studio.write(manifest)

    said = fresh.plan()
    checked = fresh.studio.clipwright("check")

    assert "generate_effect" not in said
    assert "3 lines to buy, $0.0058" in said
    assert "effects: not set, so that each `sound_effect` is silent" in checked.stderr
    assert "3 effects to buy" in fresh.plan(FILM, effects="elevenlabs")


def test_what_the_user_recorded_is_kept(fresh: Paid) -> None:
    """A line and an effect that the user put there are used as they are, cost nothing, and are never replaced."""
    own = [fresh.studio.folder / target for target in (line_of(1), effect_of(2))]
    for path in own:
        path.parent.mkdir(parents=True)
        generate(path, "-f", "lavfi", "-i", "sine=frequency=300:duration=1", "-c:a", "pcm_s16le")
    before = [path.read_bytes() for path in own]

    fresh.build()
    forced = fresh.run("--cores", "2", *SOUNDS, "--forceall")

    assert [path.read_bytes() for path in own] == before
    assert sounds_bought(fresh) == Counter([*LINES[1:], EFFECTS[0], EFFECTS[2]])
    assert forced.returncode == 1
    assert "put there by hand and kept; delete it to have it made" in forced.stdout
    assert "Nothing to be done" in fresh.build()


@pytest.mark.parametrize("name", ["budget_usd", "channel_budget_usd"])
def test_a_budget_is_never_passed(fresh: Paid, name: str) -> None:
    """Lines and effects count against each budget: the run ends with exit code 5, and without it the rest comes."""
    done = fresh.run("--cores", "2", *SOUNDS, **{name: 0.25})
    spent = fresh.emulator.report()["usd"]
    again = fresh.run("--cores", "2", *SOUNDS)

    assert done.returncode == 5, done.stdout
    assert "effect costs $0.12, and $0." in done.stdout
    assert "1 effect is left to buy, $0.12; raise the budget and run the same command again" in done.stdout
    assert spent <= 0.25
    assert again.returncode == 0, again.stdout
    assert set(sounds_bought(fresh).values()) == {1}
    check_readable(done.stdout, fresh.emulator)


def test_costs_are_told_by_component(spoken: Paid) -> None:
    """`costs` names lines and effects with their units and prices, and the total of the film."""
    found = json.loads(spoken.studio.clipwright("costs", "--json").stdout)

    told = {cost["component"]: (cost["calls"], cost["units"], cost["actual_usd"]) for cost in found["costs"]}
    characters = sum(map(len, LINES))
    assert told["narration"] == (3, f"{characters} characters", pytest.approx(lines_usd()))
    assert told["effects"] == (3, "60 credits", pytest.approx(3 * EFFECT_USD))
    assert found["total_usd"]["projects/film"] == pytest.approx(3 * EFFECT_USD + lines_usd(), abs=0.001)


def test_plans_and_states_tell_of_sounds(spoken: Paid) -> None:
    """`plan` and `status` say how each line and effect stands."""
    spoken.edit(3, narration="A third line.")

    [planned] = json.loads(spoken.studio.clipwright("plan", "film", "--json").stdout)
    [state] = json.loads(spoken.studio.clipwright("status", "film", "--json").stdout)

    assert planned["price_usd"] == state["to_spend_usd"] == 0.0013
    assert [clip["narration"]["action"] for clip in planned["clips"]] == ["keep", "keep", "buy"]
    assert [clip["effect"]["action"] for clip in planned["clips"]] == ["keep"] * 3
    assert [(clip["narration"], clip["effect"]) for clip in state["clips"]] == [
        ("done", "done"),
        ("done", "done"),
        ("waiting", "done"),
    ]
    assert "clip_03 narration" in spoken.studio.clipwright("plan", "film").stdout


def test_another_take_of_a_line(spoken: Paid) -> None:
    """`retake --of narration` buys one more take of that line; an older one is chosen again for nothing."""
    wav = spoken.studio.folder / line_of(1)
    old = json.loads(spoken.studio.clipwright("takes", "film", "1", "--of", "narration", "--json").stdout)

    told = spoken.studio.clipwright("retake", "film", "1", "--of", "narration", "--yes")
    planned = spoken.plan()
    spoken.build(line_of(1))
    takes = json.loads(spoken.studio.clipwright("takes", "film", "1", "--of", "narration", "--json").stdout)
    chosen = spoken.studio.clipwright("takes", "film", "1", "--of", "narration", "--choose", old[0]["take"])
    spoken.build(line_of(1))

    assert "clip_01 narration: take 2 will be bought for $0.0015 by the next run" in told.stdout
    assert "1 line to buy, $0.0015" in planned
    assert "another take chosen" in planned
    assert sounds_bought(spoken) == Counter({LINES[0]: 1})
    assert [take["wanted"] for take in takes] == [False, True]
    assert chosen.returncode == 0, chosen.stderr
    assert json.loads(wav.with_suffix(".json").read_text())["outcome"] == "reused"
    assert asked(spoken) == 1


def test_takes_that_no_film_uses_are_pruned_whole(spoken: Paid) -> None:
    """`prune --takes` keeps what a film speaks, and deletes an old line with what lay beside it."""
    spoken.edit(1, narration="Another first line.")
    spoken.build(line_of(1))
    before = sorted(path.name for path in store(spoken).glob("*.mp3"))

    done = spoken.studio.clipwright("prune", "--takes", "--yes")
    after = sorted(path.name for path in store(spoken).glob("*.mp3"))

    assert "clip_01 narration" in done.stdout
    assert (len(before), len(after)) == (7, 6)
    assert len(list(store(spoken).glob("*.json"))) == 3
    assert "Nothing to be done" in spoken.build(*SOUNDS)


def test_a_lost_take_is_had_again(spoken_once: Bought, emulated_films: Path, tmp_path: Path) -> None:
    """A take that is gone from the store is fetched from the provider's history for nothing."""
    studio = Studio(tmp_path / "studio").install()
    spoken_film(studio, effects=())
    with Emulator(emulated_films) as running:
        paid = Paid(studio, running)
        paid.build(line_of(1))
        shutil.rmtree(studio.path("audio"))
        for take in store(paid).glob("*.mp3"):
            take.unlink()
        planned = paid.plan(line_of(1))
        paid.build(line_of(1))
        report = running.report()

    assert spoken_once[2]
    assert "resume operation" in planned
    assert report["creates_seen"] == {"elevenlabs": 1}
    assert report["downloads"] == {"elevenlabs": 1}
    receipt = json.loads((studio.folder / line_of(1)).with_suffix(".json").read_text())
    assert receipt["times"] == "told"


def test_what_has_no_text_is_not_made(fresh: Paid) -> None:
    """An effect that no clip describes, asked for by its name, is refused in one line with exit code 3."""
    fresh.edit(1, sound_effect="")

    done = fresh.run("--cores", "2", effect_of(1))

    assert done.returncode == 3
    assert f"clips[1]: has nothing from which {effect_of(1)} could be made" in done.stdout
    check_readable(done.stdout, fresh.emulator)
