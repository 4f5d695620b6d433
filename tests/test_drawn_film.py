"""Described pictures are drawn once, said beforehand, and drawn again only where what they show has changed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import SIZE, Studio, draw
from drawn_films import (
    BACKGROUND,
    END,
    LAST,
    MARA,
    PICTURE_USD,
    POSED,
    START,
    TOM,
    asked,
    bought_twice,
    drawn,
    drawn_film,
    edit_look,
    target,
)
from emulator.client import Emulator
from paid_films import CLIP_USD, FILM, Paid, tiny_clip
from PIL import Image

from workflow_lib.media.probe import probe

Bought = tuple[Studio, dict[str, Any], str, str]
_LINE = re.compile(r"^  (\S+)  (?:gemini|kling)  .*?  (buy|reuse take|keep|resume)", re.MULTILINE)
PICTURES = {BACKGROUND, MARA, TOM, POSED, START, END, LAST}
PICTURES |= {"assets/backgrounds/clip_02.png", "assets/backgrounds/clip_05.png"}


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory: pytest.TempPathFactory, emulated_films: Path) -> Bought:
    """The film, bought once, with what the emulator reported and what was said before and while it was made."""
    made = Studio(tmp_path_factory.mktemp("drawn") / "studio").install()
    drawn_film(made)
    with Emulator(emulated_films, "--clip", str(tiny_clip(emulated_films))) as running:
        paid = Paid(made, running)
        return made, running.report(), paid.plan(), paid.build()


@pytest.fixture
def film(drawn_once: Bought, emulated_films: Path, tmp_path: Path) -> Any:  # noqa: ANN401 - a generator of Paid
    """A copy of that film, at a provider that has sold nothing yet."""
    studio = drawn_once[0].copied(tmp_path / "studio")
    with Emulator(emulated_films, "--clip", str(tiny_clip(emulated_films))) as running:
        yield Paid(studio, running)


@pytest.fixture
def planned(drawn_once: Bought, shared_emulator: Emulator, tmp_path: Path) -> Paid:
    """A copy of that film of which only dry runs are made."""
    return Paid(drawn_once[0].copied(tmp_path / "studio"), shared_emulator)


def to_buy(said: str) -> set[str]:
    """What a dry run says is bought."""
    return {name for name, deed in _LINE.findall(said) if deed == "buy"}


def test_all_is_said_before_it_is_bought_once(drawn_once: Bought) -> None:
    """The dry run names each picture and clip with its price; a picture that several clips show is bought once."""
    studio, _, plan, said = drawn_once
    clips = {f"clip_{number:02d}" for number in range(1, 6)}

    assert to_buy(plan) == PICTURES | clips
    assert f"5 to buy, 9 pictures to buy, ${9 * PICTURE_USD + 5 * CLIP_USD:.2f}" in plan
    assert f"cost ${9 * PICTURE_USD + 5 * CLIP_USD:.2f}" in said
    costs = json.loads(studio.clipwright("costs", "film", "--json").stdout)["costs"]
    assert {(cost["component"], cost["calls"]) for cost in costs} == {("images", 9), ("clips", 5)}


def test_pictures_are_of_the_film_and_cut_out(drawn_once: Bought) -> None:
    """Backgrounds and keyframes have exactly the film's size; characters stand on nothing, with their receipts."""
    studio = drawn_once[0]

    for name in (BACKGROUND, START, END, LAST):
        with Image.open(studio.path(name)) as image:
            assert (image.size, image.mode, image.format) == (SIZE, "RGB", "PNG")
    for name in (MARA, TOM, POSED):
        with Image.open(studio.path(name)) as image:
            assert image.mode == "RGBA"
            alpha = image.getchannel("A")
            assert (alpha.getpixel((0, 0)), alpha.getextrema()) == (0, (0, 255))
    receipt = json.loads(studio.path(END).with_suffix(".json").read_text())
    assert (receipt["outcome"], receipt["cost_usd"], receipt["backend"]) == ("generated", PICTURE_USD, "gemini")
    assert len(receipt["request"]["references"]) == 3  # Mara, Tom and the shot's start


def prompt_only(film: Paid) -> None:
    """Edit what happens in a clip."""
    film.edit(2, prompt="Mara waves slowly on the hill.")


def another_background(film: Paid) -> None:
    """Want another picture of one place."""
    composite = film.studio.manifest()["clips"][0]["composite"]
    film.edit(1, composite={**composite, "background": {**composite["background"], "take": 2}})


def other_style(film: Paid) -> None:
    """Draw all of it in another way."""
    film.studio.write({**film.studio.manifest(), "style": "oil on canvas"})


def own_picture(film: Paid) -> None:
    """Put a picture where a described one lies."""
    draw(film.studio.path(BACKGROUND), "#224466")


def lose_receipts(film: Paid) -> None:
    """Lose what lies beside the pictures."""
    for path in (*film.studio.path("assets").rglob("*.json"), *film.studio.path("keyframes").glob("*.json")):
        path.unlink()


def save_anew(film: Paid) -> None:
    """Save pictures in another program, which keeps the pixels alone."""
    for name in (BACKGROUND, MARA, START):
        with Image.open(film.studio.path(name)) as image:
            bare = Image.frombytes(image.mode, image.size, image.tobytes())
        bare.save(film.studio.path(name))


def lose_pictures(film: Paid) -> None:
    """Lose everything that was drawn and composed."""
    shutil.rmtree(film.studio.path("assets"))
    shutil.rmtree(film.studio.path("keyframes"))


def lose_records(film: Paid) -> None:
    """Lose all that Snakemake remembers."""
    shutil.rmtree(film.studio.folder / ".snakemake")


def swap_clips(film: Paid) -> None:
    """Have the first and the last clip in each other's place."""
    manifest = film.studio.manifest()
    clips = manifest["clips"]
    film.studio.write({**manifest, "clips": [clips[4], *clips[1:4], clips[0]]})


def raise_prices(film: Paid) -> None:
    """Pay more for pictures."""
    config = film.studio.folder / "config.yaml"
    config.write_text(config.read_text() + "\nprices: {gemini-3-pro-image: 0.5}\n")


def forget_maker(film: Paid) -> None:
    """Leave to the keys who draws."""
    manifest = film.studio.manifest()
    del manifest["images"]
    film.studio.write(manifest)


def look_of_mara(film: Paid) -> None:
    """Change how one character looks."""
    edit_look(film, "mara", "a tall woman with long hair")


def look_of_tom(film: Paid) -> None:
    """Change how the other one looks."""
    edit_look(film, "tom", "an old man without a beard")


@pytest.mark.parametrize(
    ("change", "pictures", "clips"),
    [
        (look_of_mara, {MARA, POSED, START, END, LAST}, {1, 2, 3, 4}),
        (look_of_tom, {TOM, END, LAST}, {3, 4, 5}),
        (prompt_only, set(), {2}),
        (another_background, {BACKGROUND}, {1}),
        (own_picture, set(), {1}),
        (other_style, PICTURES, {1, 2, 3, 4, 5}),
        (lose_receipts, set(), set()),
        (save_anew, set(), set()),
        (lose_pictures, set(), set()),
        (lose_records, set(), set()),
        (swap_clips, set(), set()),
        (raise_prices, set(), set()),
        (forget_maker, set(), set()),
    ],
)
def test_an_edit_costs_what_shows_it(
    planned: Paid, change: Callable[[Paid], None], pictures: set[str], clips: set[int]
) -> None:
    """What an edit leads to is known before anything is drawn: the pictures and clips that show it, and no other."""
    change(planned)

    said = planned.plan()

    assert to_buy(said) == pictures | {f"clip_{number:02d}" for number in clips}, said
    total = PICTURE_USD * len(pictures) + CLIP_USD * len(clips)
    assert not total or f"${total:.2f} (spent so far" in said, said


def test_an_edited_look_is_bought_as_was_said_and_undone_for_nothing(film: Paid) -> None:
    """A run buys what the dry run has named; the old look again, and the new one once more, cost nothing."""
    before = film.studio.manifest()
    look_of_tom(film)
    after = film.studio.manifest()
    wanted = to_buy(film.plan())

    film.build()

    assert (drawn(film), len(film.emulator.submissions("kling"))) == (3, 3)
    assert wanted == {TOM, END, LAST, "clip_03", "clip_04", "clip_05"}
    assert not bought_twice(film)
    film.studio.write(before)
    film.build(target(LAST), target("videos/clip_05.mp4"))
    film.studio.write(after)
    assert to_buy(film.plan()) == set()
    assert (asked(film), film.count()) == (3, 6)


def test_what_was_bought_is_had_again_for_nothing(film: Paid) -> None:
    """With pictures, records, clips and keys lost, models told in other words and all forced, nothing is bought."""
    film.studio.reword("prompting.py", "One frame of a film.", "One character, alone:", "whole figure")
    lose_pictures(film)
    lose_records(film)
    shutil.rmtree(film.studio.path("videos"))
    keys = {name: "" for name in film.emulator.env if name.endswith("_KEY") or name.startswith("GOOGLE_CLOUD")}
    film.emulator.env.update(keys)
    forget_maker(film)

    film.build("--forceall", target("videos/clip_02.mp4"), target("videos/clip_03.mp4"))

    assert (asked(film), film.count()) == (0, 0)
    assert json.loads(film.studio.path(POSED).with_suffix(".json").read_text())["outcome"] == "reused"


def test_without_a_key_new_pictures_are_sketched_and_bought_ones_stay(film: Paid) -> None:
    """Where nobody says who draws and no key is set, free clips get sketches, but for what was bought before."""
    forget_maker(film)
    another_background(film)
    film.studio.write({**film.studio.manifest(), "backend": "animatic"})

    free = film.studio.snakemake("-n", FILM)
    film.studio.write({**film.studio.manifest(), "backend": "kling"})
    paid = film.studio.snakemake("--cores", "1", target("videos/clip_01.mp4"))

    assert "1 picture to sketch, $0.00" in free.stdout
    assert paid.returncode == 4
    assert "GEMINI_API_KEY is not set; Gemini needs it" in paid.stdout
    assert "`images: sketch`" in paid.stdout


def test_another_take_of_a_picture_and_back(film: Paid) -> None:
    """`retake` of a picture is one purchase and its dependants; the older take is put back for nothing."""
    done = film.studio.clipwright("retake", "film", BACKGROUND, "--yes")
    assert (done.returncode, "take 2 will be bought for $0.13" in done.stdout) == (0, True), done.stderr
    assert to_buy(film.plan()) == {BACKGROUND, "clip_01"}
    film.build(target(BACKGROUND))
    listed = json.loads(film.studio.clipwright("takes", "film", BACKGROUND, "--json").stdout)

    film.studio.clipwright("takes", "film", f"projects/film/{BACKGROUND}", "--choose", listed[0]["take"])

    assert [take["wanted"] for take in listed] == [False, True]
    assert (drawn(film), to_buy(film.plan())) == (1, set())


def test_a_picture_put_there_by_hand_is_kept(film: Paid) -> None:
    """A picture of the user's at a described one's place is used, even when its description changes."""
    own_picture(film)
    content = film.studio.path(BACKGROUND).read_bytes()
    composite = film.studio.manifest()["clips"][0]["composite"]
    film.edit(1, composite={**composite, "background": {"describe": "A beach at noon"}})

    film.build(target("videos/clip_01.mp4"))

    assert film.studio.path(BACKGROUND).read_bytes() == content
    assert (drawn(film), film.count()) == (0, 1)


def test_a_draft_is_sketched_without_a_key(studio: Studio) -> None:
    """A draft of a film with paid pictures and clips asks nobody, and leaves nothing where the paid ones will lie."""
    drawn_film(studio)

    said = studio.build("projects/film/draft.mp4")

    assert probe(studio.path("draft.mp4")).duration_s == pytest.approx(25, abs=0.5)
    assert not studio.path("assets").exists()
    assert not studio.path("keyframes").exists()
    assert studio.path(f".work/draft/{POSED}").exists()
    assert "9 pictures to sketch" in said
    assert "Nothing to be done" in studio.build("projects/film/draft.mp4")


def test_sketches_give_way_to_pictures(film: Paid) -> None:
    """With `images: sketch` the pictures are sketched in their places; with `gemini` they come back, as bought."""
    before = film.studio.path(BACKGROUND).read_bytes()
    film.build(target(BACKGROUND), target(MARA), images="sketch")
    sketched = film.studio.path(BACKGROUND).read_bytes()

    film.build(target(BACKGROUND), target(MARA), images="gemini")

    assert sketched != before
    assert film.studio.path(BACKGROUND).read_bytes() == before
    assert drawn(film) == 0
