"""Pictures that do not come, come wrong, or nobody knows of: each is named, says what to do, and costs nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SIZE, Studio
from drawn_films import (
    BACKGROUND,
    END,
    MARA,
    PICTURE_USD,
    POSED,
    SETTINGS,
    TOM,
    asked,
    bought_twice,
    cast,
    drawn,
    drawn_film,
    store,
    target,
)
from emulator.client import KEYS, Emulator
from killed_runs import Typed
from paid_films import Paid, check_readable, quicken
from PIL import Image

KILLS = 3
BEACH, HILL = "A beach at dawn", "A green hill"
SECOND = "assets/backgrounds/clip_02.png"
_UNKNOWN = re.compile(r"(\S+\.png) was sent to gemini at \S+ and nobody knows whether it arrived")


def two_places(studio: Studio, **keys: object) -> None:
    """Write a free film of two clips with a described background each, the second with a character on it."""
    quicken(studio, **SETTINGS)
    figure = {"character": "mara", "x": 0.5, "y": 0.9, "height": 0.6}
    clips = [
        {"prompt": "Waves.", "composite": {"background": {"describe": BEACH}}},
        {"prompt": "Wind.", "composite": {"background": {"describe": HILL}, "characters": [figure]}},
    ]
    film = {"title": "Places", "size": list(SIZE), "fps": 12, "duration": 0.5, "images": "gemini"}
    studio.write({**film, "characters": {"mara": cast()["mara"]}, **keys, "clips": clips})


@pytest.fixture
def film(studio: Studio, emulator: Emulator) -> Paid:
    """A fresh installation with two pictures of places still to be bought."""
    two_places(studio)
    return Paid(studio, emulator)


def test_a_filtered_picture_stops_only_what_shows_it(film: Paid) -> None:
    """What the filter refuses is asked for once more, then named with what to do; the other clip is made."""
    film.emulator.fault("odd_picture", "gemini", times=None, match=BEACH, shape="image_safety")

    done = film.run("--cores", "2", *film.targets())
    again = film.run("--cores", "2", target("videos/clip_01.mp4"))

    assert (done.returncode, again.returncode) == (7, 7)
    check_readable(done.stdout, film.emulator)
    assert "IMAGE_SAFETY" in done.stdout
    assert (
        f"change clips[1].composite.background, or put a picture of your own at projects/film/{BACKGROUND}"
        in done.stdout
    )
    assert film.studio.path("videos/clip_02.mp4").exists()
    assert not film.studio.path("videos/clip_01.mp4").exists()
    assert asked(film) == 4  # twice for the one that is filtered
    assert "filtered before: change its text" in film.plan()


@pytest.mark.parametrize("shape", ["other_size", "jpeg", "two"])
def test_any_real_picture_is_brought_to_the_film(film: Paid, shape: str) -> None:
    """A picture of another size or kind becomes a PNG of exactly the film's size; an odd shape is said."""
    film.emulator.fault("odd_picture", "gemini", shape=shape)

    said = film.build(target(BACKGROUND))

    with Image.open(film.studio.path(BACKGROUND)) as image:
        assert (image.size, image.format) == (SIZE, "PNG")
    assert ("came as 640x200 where 16:9 was asked for" in said) == (shape == "other_size")
    assert drawn(film) == 1


@pytest.mark.parametrize(("shape", "says"), [("not_image", "not a picture"), ("cut_short", "decodes only in part")])
def test_a_spoilt_picture_is_kept_and_said(film: Paid, shape: str, says: str) -> None:
    """What was paid for and is no picture is kept; nothing is sent again until the user says so."""
    film.emulator.fault("odd_picture", "gemini", shape=shape)

    done = film.run("--cores", "1", target(BACKGROUND))
    again = film.run("--cores", "1", target(BACKGROUND))

    assert (done.returncode, again.returncode, asked(film)) == (1, 9, 1)
    assert says in done.stdout
    assert f"`clipwright retake projects/film {BACKGROUND} --confirm-lost`" in done.stdout
    assert f"{BACKGROUND} --confirm-lost`" in again.stdout
    assert [path for path in store(film).glob("*.png") if path.stat().st_size]
    settled = film.studio.clipwright("retake", "film", BACKGROUND, "--confirm-lost")
    assert settled.returncode == 0, settled.stderr
    film.build(target(BACKGROUND))
    assert drawn(film) == 2


@pytest.mark.parametrize("shape", ["empty", "words"])
def test_an_answer_without_a_picture_has_failed(film: Paid, shape: str) -> None:
    """An answer that holds no picture is a failure that says why; the next run asks again."""
    film.emulator.fault("odd_picture", "gemini", shape=shape)

    done = film.run("--cores", "1", target(BACKGROUND))
    film.build(target(BACKGROUND))

    assert done.returncode == 1
    assert "drew no picture" in done.stdout
    assert asked(film) == 2


def test_a_figure_before_no_plain_colour_is_said(film: Paid) -> None:
    """A character that cannot be cut out is kept as it came, and said so; it is not bought again."""
    film.emulator.fault("odd_picture", "gemini", shape="no_backdrop")

    done = film.run("--cores", "1", target(MARA))
    again = film.run("--cores", "1", target(MARA))

    assert (done.returncode, again.returncode, asked(film)) == (1, 1, 1)
    assert "there is no plain coloured backdrop" in done.stdout
    assert f"put it at projects/film/{MARA}" in done.stdout


def test_nobody_knows_and_the_user_decides(film: Paid) -> None:
    """A lost answer ends with 9 and the command that settles it; nothing is sent again before that."""
    film.emulator.fault("drop_after_accept", "gemini")

    done = film.run("--cores", "1", target(BACKGROUND))
    again = film.run("--cores", "1", target(BACKGROUND))

    assert (done.returncode, again.returncode, asked(film)) == (9, 9, 1)
    assert f"`clipwright retake projects/film {BACKGROUND} --confirm-lost`" in done.stdout
    assert "nobody knows whether it was bought" in film.plan(target(BACKGROUND))
    assert film.studio.clipwright("retake", "film", BACKGROUND, "--confirm-lost").returncode == 0
    film.build(target(BACKGROUND))
    assert drawn(film) == 2


def test_money_and_keys_are_looked_at_first(film: Paid) -> None:
    """Over budget, without a key and with a refused one nothing is drawn, and the exit code says which."""
    over = film.run("--cores", "1", target(BACKGROUND), budget_usd=PICTURE_USD / 2)
    keyless = film.studio.snakemake("--cores", "1", target(BACKGROUND))
    film.emulator.fault("refuse_401", "gemini", times=None)
    refused = film.run("--cores", "1", target(BACKGROUND), target(SECOND))

    assert (over.returncode, keyless.returncode, refused.returncode) == (5, 4, 6)
    assert "GEMINI_API_KEY is not set; Gemini needs it" in keyless.stdout
    assert drawn(film) == 0


def test_wrong_descriptions_are_named_together(studio: Studio) -> None:
    """A character that nobody defined and a reference that is not there are one error with all places."""
    two_places(studio)
    manifest = studio.manifest()
    manifest["characters"]["mara"]["reference"] = "assets/none.png"
    manifest["clips"][0]["composite"]["background"]["characters"] = ["maria"]
    studio.write(manifest)

    done = studio.clipwright("check", "film")

    assert done.returncode == 3
    assert "clips[1].composite.background.characters: names 'maria', who is not among `characters`" in done.stderr
    assert "did you mean 'mara'?" in done.stderr
    assert "characters.mara.reference: projects/film/assets/none.png is not there" in done.stderr


def test_nothing_secret_is_kept(film: Paid) -> None:
    """No key and no picture as text is in any file that drawing has written, nor in what was said."""
    film.emulator.fault("refuse_429", "gemini")
    film.emulator.fault("odd_picture", "gemini", match=HILL, shape="cut_short")

    done = film.run("--cores", "2", "--verbose", "--show-failed-logs", *film.targets())

    texts = [
        path
        for path in film.studio.folder.rglob("*")
        if path.is_file() and path.suffix not in (".png", ".mp4", ".pyc", ".ttf")
    ]
    for content in (done.stdout.encode(), *(path.read_bytes() for path in texts)):
        assert not [key for key in KEYS.values() if key.startswith("canary") and key.encode() in content]
    for path in (*film.studio.path("").rglob("*.json*"), *store(film).glob("*.json*")):
        assert not re.search(rb"[A-Za-z0-9+/]{200,}", path.read_bytes()), path


@pytest.fixture
def slow(studio: Studio, emulated_films: Path) -> Iterator[Paid]:
    """A film of many pictures still to be drawn."""
    drawn_film(studio, backend="animatic", duration=0.5)
    with Emulator(emulated_films) as running:
        yield Paid(studio, running)


PICTURES = [target(name) for name in (END, POSED, BACKGROUND, SECOND, TOM)]


def settle(paid: Paid, said: str) -> int:
    """Do as a user does who is asked; how many pictures that had been drawn he gave up."""
    names = sorted(set(_UNKNOWN.findall(said)))
    for name in names:
        done = paid.studio.clipwright("retake", "film", name.split("film/")[-1], "--confirm-lost")
        assert done.returncode == 0, done.stderr
    return len(names)


def test_random_kills_draw_nothing_twice(slow: Paid, groups: list[int]) -> None:
    """Jobs and runs are killed at random; in the end all is there, and no picture was bought twice unasked."""
    given_up = Typed(slow, PICTURES, groups).survive(KILLS, settle, most_events=4)

    assert bought_twice(slow).total() - len(bought_twice(slow)) <= given_up
    assert drawn(slow) <= 7 + given_up


def test_a_picture_that_has_come_is_never_lost(film: Paid, groups: list[int]) -> None:
    """A job that died between its answer and its book-keeping, at each step of it, has its picture kept for nothing."""
    film.build(target(BACKGROUND))

    Typed(film, [target(BACKGROUND)], groups).forget_and_build(film.studio.path(BACKGROUND))

    assert asked(film) == 1
