"""Promises of the plots and of Snakemake's report: what they show, when they are drawn, and that nothing is bought."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import SIZE, Studio, draw
from paid_films import CLIP_USD, FILM, Paid, worded_film
from PIL import Image

PLOTS = [f"projects/film/plots/{name}" for name in ("gantt.svg", "cost.svg", "gantt.png", "cost.png")]
LARGEST_MAIL = 5_000_000


def words(path: Path) -> str:
    """All that is written in a drawing."""
    return " | ".join(text.strip() for text in ET.parse(path).getroot().itertext() if text.strip())  # noqa: S314 - ours


def test_plots_show_what_was_bought_and_buy_nothing(paid: Paid) -> None:
    """Bars, outcomes, cap and costs are those of the journal; drawn once, and again when more was bought."""
    worded_film(paid.studio, ["A <wave> for $5 & $6.", "A storm."], title="Waves <b> & $5 or $6", budget_usd=5)
    paid.emulator.fault("filtered", "kling", times=None, match="storm")
    assert paid.make().returncode == 0
    asked = paid.asked()

    paid.build(*PLOTS)

    gantt, cost = (words(paid.studio.folder / path) for path in PLOTS[:2])
    assert "Waves <b> & $5 or $6" in gantt
    for word in ("clip 01", "clip 02", "made 1", "filtered 2", "cap 5", f"3 operations, ${CLIP_USD}"):
        assert word in gantt
    assert f"${CLIP_USD} spent of a budget of $5.00, 3 calls" in cost
    assert "kling/v2-5-turbo" in cost
    for path in PLOTS[2:]:
        with Image.open(paid.studio.folder / path) as picture:
            assert picture.width == 1500
    assert paid.studio.planned(PLOTS[0], *PLOTS[1:])[0] == Counter()
    paid.edit(1, prompt="Another wave.")
    paid.build(paid.targets()[0])
    assert paid.studio.planned(PLOTS[0], PLOTS[1])[0] == Counter(draw_plot=2)
    assert paid.asked() == asked + 1


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A film that costs nothing, of which nothing is built; its two plots are drawn."""
    made = Studio(tmp_path_factory.mktemp("plotted") / "studio").install()
    clip = {"prompt": "Waves.", "source": "text"}
    made.write({"title": "Waves", "size": list(SIZE), "fps": 12, "duration": 0.5, "clips": [clip]})
    made.build(*PLOTS[:2])
    return made


def test_a_film_without_operations_has_plots_that_say_so(free: Studio) -> None:
    """An animatic film that is not begun has plots that say so in a sentence, and nothing is made for them."""
    assert "No operations: nothing was asked of a provider" in words(free.folder / PLOTS[0])
    assert "Nothing was paid for this film." in words(free.folder / PLOTS[1])
    assert not free.path("videos").exists()


def test_a_plot_of_somebody_else_is_kept(free: Studio) -> None:
    """A picture that somebody put in a plot's place is up to date, also when it is forced."""
    mine = draw(free.folder / PLOTS[2])
    before = mine.read_bytes()

    done = free.snakemake("--cores", "2", "--force", PLOTS[2])

    assert free.planned(PLOTS[2])[0] == Counter()
    assert done.returncode == 1
    assert "put there by hand and kept" in done.stdout
    assert mine.read_bytes() == before


def test_without_matplotlib_one_line_says_what_to_install(free: Studio, tmp_path: Path) -> None:
    """Where the extra is not installed, the plot fails and names it, in one line."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['matplotlib'] = None\n")

    done = free.run(*free.command("--cores", "2", PLOTS[3]), env={**os.environ, "PYTHONPATH": str(tmp_path)})

    assert done.returncode == 1
    assert "pip install 'clipwright[plots]'" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("name", ["report.html", "report.zip"])
def test_a_report_holds_the_pictures_that_there_are(free: Studio, name: str) -> None:
    """Snakemake's report of a film shows its sheet and plots with captions, needs no network, and can be mailed."""
    free.build("projects/film/contact_sheet.png")

    done = free.snakemake("--report", name, FILM)

    assert done.returncode == 0, done.stdout
    path = free.folder / name
    assert path.stat().st_size < LARGEST_MAIL
    text = path.read_text() if path.suffix == ".html" else zipfile.ZipFile(path).read("report/report.html").decode()
    for shown in ("contact_sheet.png", "gantt.svg", "cost.svg", "One frame of each clip", "How this film was made"):
        assert shown in text
    assert 'src="http' not in text
    assert not free.path("final.mp4").exists()
