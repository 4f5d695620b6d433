"""Promises of the review page and the contact sheet as files: nothing is bought for them; when they are made."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from conftest import Studio, draw, small_film
from paid_films import Paid, until, worded_film
from PIL import Image

PAGE = "projects/film/review.html"
SHEET = "projects/film/contact_sheet.png"
NOTHING: Counter[str] = Counter()
BOTH = Counter(draw_review=1, draw_sheet=1)


@pytest.fixture(scope="module")
def looked_at_once(built_once: Studio, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The small film with its page and its sheet; not to be changed."""
    folder = tmp_path_factory.mktemp("looked") / "studio"
    shutil.copytree(built_once.folder, folder, symlinks=True)
    made = Studio(folder)
    made.build(PAGE, SHEET)
    return made


@pytest.fixture
def looked_at(looked_at_once: Studio, tmp_path: Path) -> Studio:
    """A copy of that."""
    return looked_at_once.copied(tmp_path / "studio")


def chips(studio: Studio, project: str = "film") -> list[str]:
    """How each clip stands, by the page."""
    text = studio.path("review.html", project).read_text()
    return re.findall(r'<p class="chips"><span class="chip \w+">([^<]+)</span>', text)


def test_a_page_of_a_film_without_clips_makes_and_buys_none(paid: Paid) -> None:
    """Asked for by its name, the page of a film that is not begun is one job, needs no key and buys nothing."""
    worded_film(paid.studio, ["A bird.", "A hill."], budget_usd=0.3)

    jobs, _ = paid.studio.planned(PAGE, SHEET)
    done = paid.studio.snakemake("--cores", "2", PAGE, SHEET)

    assert jobs == BOTH
    assert done.returncode == 0, done.stdout
    assert paid.asked() == 0
    assert not paid.studio.path("videos").exists()
    assert chips(paid.studio) == ["Missing", "Over budget"]
    assert "snakemake --cores all projects/film/videos/clip_01.mp4" in paid.studio.path("review.html").read_text()


def test_both_are_made_once(looked_at_once: Studio) -> None:
    """What shows what there is already is not made again."""
    assert looked_at_once.planned(PAGE, SHEET)[0] == NOTHING
    assert chips(looked_at_once) == ["Animatic"] * 4


def test_what_is_not_shown_makes_neither_again(looked_at: Studio) -> None:
    """A deleted .work, a comment and another order of keys are nothing that anybody sees."""
    shutil.rmtree(looked_at.path(".work"))
    shutil.rmtree(looked_at.folder / ".snakemake")
    written = dict(reversed(looked_at.manifest().items()))
    looked_at.write(written)
    path = looked_at.path("project.yaml")
    path.write_text(f"# a comment\n{path.read_text()}")

    assert looked_at.planned(PAGE, SHEET)[0] == NOTHING


def test_a_change_that_is_shown_makes_the_page_again(looked_at: Studio) -> None:
    """An edited line is on the page and not on the sheet; an edited prompt is on both, as out of date."""
    manifest = looked_at.manifest()
    manifest["clips"][1]["narration"] = "A new line."
    looked_at.write(manifest)
    line = looked_at.planned(PAGE, SHEET)[0]
    manifest["clips"][1]["prompt"] = "Another field. Slow push in."
    looked_at.write(manifest)
    prompt = looked_at.planned(PAGE, SHEET)[0]
    looked_at.build(PAGE, SHEET)

    assert line == Counter(draw_review=1)
    assert prompt == BOTH
    assert chips(looked_at) == ["Animatic", "Out of date", "Animatic", "Animatic"]
    assert looked_at.planned(PAGE, SHEET)[0] == NOTHING


def test_a_deleted_clip_is_missing_from_both_and_stays_so(looked_at: Studio) -> None:
    """What is gone is shown as gone, and not made for the sake of the page."""
    looked_at.path("videos/clip_02.mp4").unlink()
    looked_at.build(PAGE, SHEET)

    assert chips(looked_at)[1] == "Missing"
    assert not looked_at.path("videos/clip_02.mp4").exists()


def test_a_page_of_somebody_else_is_kept(looked_at: Studio) -> None:
    """A file that we did not write stays, even when it is forced, and is named."""
    looked_at.path("review.html").write_text("<p>my own page</p>")

    planned = looked_at.planned(PAGE)[0]
    forced = looked_at.snakemake("--cores", "1", "--force", PAGE)
    said = looked_at.clipwright("review", "film")

    assert planned == NOTHING
    assert forced.returncode == 1, forced.stdout
    assert f"{PAGE}: put there by hand and kept" in forced.stdout
    assert said.returncode == 3
    assert said.stderr == f"{PAGE}: was not made here and is kept (move it away to have it made)\n"
    assert looked_at.path("review.html").read_text() == "<p>my own page</p>"


def test_the_command_writes_the_page_at_once(studio: Studio) -> None:
    """`clipwright review` says where the page is, and Snakemake finds nothing to do about it."""
    small_film(studio)

    done = studio.clipwright("review", "film", "--sheet")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{PAGE}\n{SHEET}\n"
    assert studio.planned(PAGE, SHEET)[0] == NOTHING


def test_a_film_is_looked_at_while_it_is_made(paid: Paid) -> None:
    """While a run waits for a provider both ways to look work beside it, and say so."""
    worded_film(paid.studio, ["It takes long."])
    paid.emulator.fault("never", "kling", times=None)

    with paid.running([paid.command("--cores", "1", "projects/film/videos/clip_01.mp4")]) as runs:
        until(lambda: paid.in_flight() == 1, runs)
        by_rule = paid.studio.snakemake("--cores", "1", PAGE)
        rule = chips(paid.studio)
        by_command = paid.studio.clipwright("review", "film")
    runs[0].communicate()

    assert by_rule.returncode == 0, by_rule.stdout
    assert by_command.returncode == 0, by_command.stderr
    assert rule == chips(paid.studio) == ["Being made"]
    assert paid.asked() == 1


def test_the_draft_is_shown_where_there_is_no_clip_yet(paid: Paid) -> None:
    """A film that is not bought is looked at by its draft, which is marked as that."""
    worded_film(paid.studio, ["A bird."])
    paid.studio.build("projects/film/.work/draft/clips/clip_01.mp4")

    paid.studio.build(PAGE)

    text = paid.studio.path("review.html").read_text()
    assert chips(paid.studio) == ["Missing"]
    assert 'src=".work/draft/clips/clip_01.mp4"' in text
    assert '<span class="mark on">Draft</span>' in text


def test_a_clip_that_the_film_leaves_out_is_marked(paid: Paid) -> None:
    """With on_filtered: skip the refused clip says that it is not in the film."""
    worded_film(paid.studio, ["What the filter refuses."])
    paid.emulator.fault("filtered", "kling", times=None)
    done = paid.make(on_filtered="skip")

    paid.studio.build(PAGE, "--config", "on_filtered=skip")

    assert done.returncode == 0, done.stdout
    assert '<span class="chip warn">Left out</span>' in paid.studio.path("review.html").read_text()


def test_a_backend_of_the_command_line_is_in_the_next_step(paid: Paid) -> None:
    """A film that is built with --config backend=… is told to go on with it."""
    worded_film(paid.studio, ["A bird."], backend="animatic", duration=5)

    done = paid.studio.clipwright("review", "film", "--config", "backend=kling")

    assert done.returncode == 0, done.stderr
    text = paid.studio.path("review.html").read_text()
    assert "snakemake --cores all projects/film/videos/clip_01.mp4 --config backend=kling" in text
    assert paid.studio.planned(PAGE, "--config", "backend=kling")[0] == NOTHING


@pytest.mark.parametrize("size", [(128, 72), (72, 128), (96, 96)])
def test_the_sheet_has_the_film_s_shape(studio: Studio, size: tuple[int, int]) -> None:
    """A tile for each clip in story order: the picture it starts from where there is no clip, else a plain one."""
    colors = ("#c02020", "#20c020", "#2020c0")
    for number, color in enumerate(colors, start=1):
        draw(studio.path(f"assets/composites/clip_{number:02d}.png"), color, size)
    clips = [*({"prompt": f"Field {number}."} for number in (1, 2, 3)), {"prompt": "Words.", "source": "text"}]
    studio.write({"title": "Shapes", "size": list(size), "fps": 12, "duration": 1, "clips": clips})

    studio.build(SHEET)
    with Image.open(studio.path("contact_sheet.png")) as opened:
        sheet = opened.convert("RGB")
    tiles = [_box(sheet, channel) for channel in range(3)]

    assert all(abs(width / height - size[0] / size[1]) < 0.05 for _, _, width, height in tiles)
    assert tiles[0][1] <= tiles[1][1] <= tiles[2][1]
    assert tiles[0][0] < tiles[1][0] or tiles[0][1] < tiles[1][1]
    assert len({tile[:2] for tile in tiles}) == 3


def _box(sheet: Image.Image, channel: int) -> tuple[int, int, int, int]:
    """Where that colour is strong: left, top, width and height."""
    bands = sheet.split()
    others = [band.point(lambda value: 255 if value < 90 else 0) for band in bands]
    mask = bands[channel].point(lambda value: 255 if value > 95 else 0)
    for other, band in enumerate(others):
        if other != channel:
            mask = Image.composite(mask, Image.new("L", mask.size, 0), band)
    box = mask.getbbox()
    assert box is not None
    return box[0], box[1], box[2] - box[0], box[3] - box[1]
