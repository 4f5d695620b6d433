"""A paid film is bought once: no loss, edit of the code or other command line buys a clip that was bought."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Studio, draw
from paid_films import CLIP_USD, FILM, Paid, quicken, worded_film
from PIL import Image

from workflow_lib.media.verify import verify_clip

KLING = "kling/v2-5-turbo-image-to-video-pro"


def paint(path: Path) -> None:
    """Change one pixel of a picture."""
    image = Image.open(path)
    image.putpixel((3, 3), (1, 2, 3))
    image.save(path)


def save_again(path: Path) -> None:
    """Write the same pixels with another compression and without the texts of the file."""
    Image.open(path).copy().save(path, compress_level=1)


def test_each_clip_is_bought_once(bought_once: tuple[Studio, dict[str, Any], str]) -> None:
    """The first build buys each clip once, joins the film and says what it cost."""
    studio, report, said = bought_once

    assert Counter(order["prompt"] for order in report["submissions"]) == Counter(
        clip["prompt"] for clip in studio.manifest()["clips"]
    )
    assert report["counts"] == report["creates_seen"] == {"kling": 4}
    assert report["max_in_flight"]["kling"] <= 5
    assert report["leaked_keys"] == 0
    assert report["usd"] == pytest.approx(4 * CLIP_USD)
    assert "projects/film/final.mp4: 20.0 s, 128x72, cost $0.84" in said
    verify_clip(studio.path("final.mp4"), None, 20 * 12)


def test_a_second_run_buys_nothing(bought: Paid) -> None:
    """The same command again finds nothing to do, without a key too."""
    done = bought.studio.snakemake("--cores", "2", FILM)

    assert "Nothing to be done" in done.stdout
    assert bought.asked() == 0


def lose_records(paid: Paid) -> None:
    """Lose all that Snakemake remembers."""
    shutil.rmtree(paid.studio.folder / ".snakemake")


def lose_videos(paid: Paid) -> None:
    """Lose the clips and their receipts."""
    shutil.rmtree(paid.studio.path("videos"))


def lose_work(paid: Paid) -> None:
    """Lose the film and all that it was joined from, digests included."""
    shutil.rmtree(paid.studio.path(".work"))
    paid.studio.path("final.mp4").unlink()


def comment_everything(paid: Paid) -> None:
    """Add a comment to every file of code."""
    folder = paid.studio.folder
    for path in [folder / "Snakefile", *(folder / "rules").iterdir(), *folder.glob("*/**/*.py")]:
        if path.is_file():
            path.write_text(path.read_text() + "\n# a comment\n")


def change_prices(paid: Paid) -> None:
    """Pay more for a second of the model."""
    quicken(paid.studio, prices={KLING: 0.2})


def change_rate(paid: Paid) -> None:
    """Ask for the film at another frame rate."""
    paid.studio.write({**paid.studio.manifest(), "fps": 10})


def save_still(paid: Paid) -> None:
    """Save a composite of the user with other bytes."""
    save_again(paid.studio.path("assets/composites/clip_02.png"))


def save_composed(paid: Paid) -> None:
    """Save a composite of ours with other bytes, and without what we wrote into its file."""
    save_again(paid.studio.path("assets/composites/clip_01.png"))


@pytest.mark.parametrize(
    ("changes", "arguments"),
    [
        ((lose_records, comment_everything), ()),
        ((lose_records, comment_everything), ("--workflow-profile", "none")),
        ((lose_videos,), ("--config", "kling_max_in_flight=2")),
        ((lose_videos, lose_work), ("--workflow-profile", "none")),
        ((change_prices, lose_work), ("--forceall",)),
        ((change_rate,), ()),
        ((save_still, save_composed), ()),
        ((save_composed, lose_videos), ()),
    ],
)
def test_nothing_is_bought_again(
    bought: Paid, changes: tuple[Callable[[Paid], None], ...], arguments: tuple[str, ...]
) -> None:
    """Whatever is lost or changed beside the requests, the film is there again and nothing is asked for."""
    for change in changes:
        change(bought)

    bought.build(FILM, *arguments)

    assert bought.asked() == 0
    assert set(bought.outcomes().values()) <= {"generated", "reused"}
    assert len(bought.outcomes()) == 4
    assert "Nothing to be done" in bought.build(FILM)


def test_a_moved_project_finds_its_takes(bought: Paid) -> None:
    """A project under another name takes its clips from the store that it shares, though it has lost them."""
    lose_videos(bought)
    bought.studio.path("").rename(bought.studio.path("", "renamed"))

    said = bought.plan("projects/renamed/final.mp4")
    bought.build(*bought.targets("renamed"))

    assert "projects/renamed/final.mp4: 0 clips kept, 4 to reuse, $0.00" in said
    assert "clip_02  kling  5 s  reuse take, $0  new" in said
    assert bought.asked() == 0


def test_an_edited_prompt_buys_one_clip(bought: Paid) -> None:
    """An edited prompt is one purchase, said beforehand; undone, its first take is there again for nothing."""
    manifest = bought.studio.manifest()
    before = {path.name: path.read_bytes() for path in bought.takes()}
    old = bought.studio.path("videos/clip_02.mp4").read_bytes()
    bought.edit(2, prompt="A brown field in rain. Slow push in.")

    said = bought.plan()
    bought.build()
    first = bought.bought()
    bought.studio.write(manifest)
    undone = bought.plan()
    bought.build()

    assert "projects/film/final.mp4: 3 clips kept, 1 to buy, $0.21 (spent so far $0.84)" in said
    assert "clip_02  kling  5 s  buy $0.21  prompt changed" in said
    assert first == bought.bought() == Counter({"A brown field in rain. Slow push in.": 1})
    assert "3 clips kept, 1 to reuse, $0.00 (spent so far $1.05)" in undone
    assert "clip_02  kling  5 s  reuse take, $0  prompt changed" in undone
    assert bought.studio.path("videos/clip_02.mp4").read_bytes() == old
    assert len(bought.takes()) == 5
    assert {path.name: path.read_bytes() for path in bought.takes() if path.name in before} == before


def test_each_edited_clip_is_bought_once(bought: Paid) -> None:
    """A pixel of a composite, a layer of another, another take and another length are one purchase each."""
    draw(bought.studio.path("assets/hill.png"), "#507051")
    paint(bought.studio.path("assets/composites/clip_02.png"))
    bought.edit(3, take=2)
    bought.edit(4, duration=10)

    said = bought.plan()
    bought.make()
    again = bought.make()

    assert "0 clips kept, 4 to buy, $1.05" in said
    for line in ("5 s  buy $0.21  picture", "5 s  buy $0.21  take", "10 s  buy $0.42  duration"):
        assert f"kling  {line} changed" in said
    assert "Nothing to be done" in again.stdout
    assert set(bought.bought().values()) == {1}
    assert bought.asked() == bought.count() == 4
    assert len(bought.takes()) == 8


def test_a_dry_run_says_what_is_bought_reused_and_resumed(paid: Paid) -> None:
    """Each clip is a line with what is done for it, why and for how much; the total stands against the budget."""
    worded_film(paid.studio, ["A hill.", "A lake.", "A wood."], budget_usd=0.75)
    paid.emulator.fault("never", "kling", match="lake")
    first = paid.plan()
    paid.run("--cores", "2", *paid.targets()[:2], clip_timeout_s=3)
    paid.studio.path("videos/clip_01.mp4").unlink()

    said = paid.plan(*paid.targets())

    assert "projects/film/final.mp4: 0 clips kept, 3 to buy, $0.63 (budget $0.75, spent so far $0.00)" in first
    assert "clip_01  kling  5 s  buy $0.21  new" in first
    assert "0 clips kept, 1 to buy, 1 to reuse, 1 to resume, $0.21 (budget $0.75, spent so far $0.42)" in said
    assert "clip_01  kling  5 s  reuse take, $0  clip_01.mp4 is gone" in said
    operation = next(order["id"] for order in paid.emulator.submissions() if order["prompt"] == "A lake.")
    assert f"clip_02  kling  5 s  resume operation {operation}, $0  new" in said
    assert "clip_03  kling  5 s  buy $0.21  new" in said


def test_a_draft_costs_nothing(paid: Paid) -> None:
    """The draft of a paid film needs no key, asks nobody and leaves the clips alone."""
    worded_film(paid.studio, ["A hill.", "A lake."])

    paid.studio.build("projects/film/draft.mp4")

    assert paid.asked() == 0
    assert not paid.studio.path("videos").exists()


def test_two_clips_that_ask_for_the_same_are_bought_once(paid: Paid) -> None:
    """Two clips with one request share its take."""
    worded_film(paid.studio, ["A hill.", "A hill."])

    paid.build(*paid.targets())

    assert paid.asked() == 1
    assert sorted(paid.outcomes().values()) == ["generated", "reused"]
