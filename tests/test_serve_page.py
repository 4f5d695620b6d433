"""Promises of the live page in a real browser: it follows a build, a new server, and writes what is decided on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from conftest import Studio
from emulator.client import Emulator
from paid_films import Paid, quicken, tiny_clip, until, worded_film
from playwright.sync_api import Browser, Dialog, Page, expect
from review_films import HOSTILE, browsing, laid_out, make_mixed
from served import Served

PAGE = "/projects/film/"
COMMENTED = """\
title: Watched   # the film that is watched
size: [128, 72]
fps: 12
duration: 5
backend: kling
clips:
  - {source: text, prompt: A bird., title: First}     # bought twice
  # the one that is edited
  - source: text
    prompt: A hill.     # to be said better
    title: Second
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all tests."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def mixed_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The film in which each clip stands in another way, beside one that is wrong and a story of a channel."""
    folder = tmp_path_factory.mktemp("live")
    made = Studio(folder / "studio").install()
    quicken(made)
    with Emulator(folder / "emulated", "--clip", str(tiny_clip(folder))) as running:
        make_mixed(Paid(made, running), folder)
    made.write("title: [no text]\nclip: 3\n", "wrong")
    tale = made.folder / "channels/nature/projects/tale"
    tale.mkdir(parents=True)
    (tale / "project.yaml").write_text("title: A tale\nsize: [128, 72]\nstory: {clips: 3}\n")
    (tale / "story.md").write_text("Once there was a shepherd. He cried wolf. Nobody came.\n")
    return made


@pytest.fixture
def mixed(mixed_once: Studio, tmp_path: Path) -> Iterator[tuple[Studio, Served]]:
    """A copy of that, and its server."""
    studio = mixed_once.copied(tmp_path / "studio")
    with Served(tmp_path / "studio") as server:
        yield studio, server


def opened(browser: Browser, server: Served, path: str, width: int = 1440, scheme: str = "light") -> Page:
    """A page in a tab of its own, opened as its user does: by the printed address first."""
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, color_scheme="dark" if scheme == "dark" else "light"
    )
    tab = context.new_page()
    tab.goto(server.address)
    tab.goto(server.url + path)
    expect(tab.locator("#link")).to_have_text("Live")
    tab.evaluate("window.sameTab = true")
    return tab


def heard(tab: Page) -> list[str]:
    """What goes wrong in a page from now on."""
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    return said


def wait(tab: Page, true: str, timeout_s: float = 60) -> None:
    """Wait until an expression is true in the page."""
    tab.wait_for_function(f"() => {true}", timeout=timeout_s * 1000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_leaves_its_place(browser: Browser, mixed: tuple[Studio, Served], width: int, scheme: str) -> None:
    """On each page nothing is wider than the window or its card, nothing overlaps, and nothing goes wrong."""
    _, server = mixed
    for path in ("/", PAGE, "/projects/wrong/", "/channels/nature/projects/tale/"):
        tab = opened(browser, server, path, width, scheme)
        said = heard(tab)
        tab.reload()
        expect(tab.locator("#link")).to_have_text("Live")
        tab.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        tab.evaluate(
            "for (const one of document.querySelectorAll('.card, .row')) one.style.contentVisibility = 'visible'"
        )
        widths, outside = laid_out(tab, ".card, .row, .top, .told")
        edges = tab.evaluate(
            """() => [...document.querySelectorAll('.home, .told, .top, .film, .tools, .card, .row')]
                .map((part) => part.getBoundingClientRect()).filter((box) => box.height)
                .map((box) => [box.top, box.bottom])"""
        )
        tab.context.close()

        assert widths[0] == widths[1] == width, path
        assert outside == [], path
        assert all(above[1] <= below[0] + 0.5 for above, below in pairwise(edges)), path
        assert said == [], path


def test_all_films_are_on_one_page(browser: Browser, mixed: tuple[Studio, Served]) -> None:
    """Projects and channels with how far they are; what is wrong with one is told; a new one comes by itself."""
    studio, server = mixed
    tab = opened(browser, server, "/")

    rows = {row.get_attribute("id"): row for row in tab.locator(".row").all()}
    expect(rows["projects/film"].locator(".figures")).to_contain_text("5 of 9 clips ready")
    expect(rows["projects/wrong"]).to_contain_text("projects/wrong/project.yaml: title: should be text")
    expect(rows["channels/nature/projects/tale"]).to_contain_text("Storyboard not drafted")
    expect(tab.locator(".channel")).to_have_text(["Without a channel", "nature"])
    studio.write("title: New\nclips: [{source: text, prompt: Words.}]\n", "new")

    expect(tab.locator('[id="projects/new"]')).to_contain_text("0 of 1 clips ready")
    tab.get_by_role("link", name="Mixed").click()
    expect(tab.locator("h1")).to_have_text("Mixed")
    tab.context.close()


def test_hostile_texts_stay_texts(browser: Browser, mixed: tuple[Studio, Served]) -> None:
    """Markup in titles, prompts and notes is read as it was written and runs nothing, also when it comes in later."""
    studio, server = mixed
    tab = opened(browser, server, PAGE)
    dialogs: list[str] = []

    def seen(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    tab.on("dialog", seen)
    expect(tab.locator("#clip_05 .prompt")).to_have_text(HOSTILE)
    card = tab.locator("#clip_05")
    card.get_by_role("button", name="Reject").click()
    tab.locator("#reject-note").fill(HOSTILE)
    tab.locator("#reject").get_by_role("button", name="Reject").click()
    expect(card.locator(".note")).to_have_text(HOSTILE)
    expect(card.locator(".chip").last).to_have_text("Rejected")
    expect(tab.locator(".filters button", has_text="Rejected").locator("b")).to_have_text("1")
    hit = tab.evaluate("[window.hit, document.querySelectorAll('.card script, .card img[onerror]').length]")

    assert hit == [None, 0]
    assert dialogs == []
    assert tab.evaluate("window.sameTab")
    assert yaml.safe_load(studio.path("decisions.yaml").read_text())["decisions"][0]["note"] == HOSTILE
    tab.context.close()


def test_a_page_without_the_token_only_looks(browser: Browser, mixed: tuple[Studio, Served]) -> None:
    """Opened without the printed address it shows all and offers nothing that it could not do."""
    _, server = mixed
    tab = browser.new_page()
    tab.goto(server.url + PAGE)

    expect(tab.locator("#link")).to_have_text("Live, to look at only")
    expect(tab.locator("#clip_01 .deeds")).to_be_hidden()
    tab.close()


def test_a_take_is_chosen_and_a_prompt_edited(browser: Browser, mixed: tuple[Studio, Served]) -> None:
    """A chosen take is the next run's; an edited prompt keeps the comments, and a dry run names that clip alone."""
    studio, server = mixed
    path = studio.path("project.yaml")
    path.write_text("# my film\n" + path.read_text().replace("title: Not made yet", "title: Not made yet   # soon"))
    before = path.read_text()
    tab = opened(browser, server, PAGE)
    first, last = tab.locator("#clip_01"), tab.locator("#clip_09")
    first.locator("summary").click()
    oldest = first.locator(".takes li").last
    name = oldest.locator(".mono").first.text_content()
    oldest.get_by_role("button", name="Put it into the film").click()
    expect(tab.locator("#toast")).to_contain_text(f"take {name} is put in place by the next run, $0")
    expect(first.locator(".chip").first).to_have_text("Out of date")

    last.focus()
    tab.keyboard.press("e")
    box = tab.locator("#reword textarea")
    expect(box).to_have_value("A blue field. Slow push in.")
    box.fill("A deep blue field. Slow push in.")
    expect(tab.locator("#reword-next")).to_have_text("The next run renders clip_09 again, $0.")
    tab.get_by_role("button", name="Save").click()
    expect(last.locator(".prompt")).to_have_text("A deep blue field. Slow push in.")
    expect(tab.locator("#top .command code")).to_have_text("snakemake --cores all projects/film/final.mp4")
    chosen = studio.planned("projects/film/videos/clip_01.mp4")[1]
    _, said = studio.planned("projects/film/videos/clip_09.mp4", "projects/film/videos/clip_07.mp4")

    assert tab.evaluate("window.sameTab")
    assert path.read_text() == before.replace("A blue field.", "A deep blue field.")
    assert "reuse take, $0  another take chosen" in chosen
    assert "clip_09  animatic" in said
    assert "clip_07" not in said
    tab.context.close()


@pytest.fixture
def watched(paid: Paid) -> Paid:
    """A commented film of two clips, the first of which is bought; the provider takes long for the second."""
    worded_film(paid.studio, ["A bird."])
    paid.build("projects/film/videos/clip_01.mp4")
    paid.studio.write(COMMENTED)
    paid.emulator.fault("slow", "kling", times=None, match="hill", factor=1000)
    return paid


def test_the_page_follows_a_build(browser: Browser, watched: Paid) -> None:
    """Progress moves without a reload, goes on after one and with a new server, and the finished clip plays at once."""
    told = "document.querySelector('#clip_02 .going p').textContent"
    server = Served(watched.studio.folder)
    try:
        tab = opened(browser, server, PAGE)
        expect(tab.locator("#clip_02 .chip").first).to_have_text("Missing")
        with watched.running([watched.command("--cores", "1", "projects/film/videos/clip_02.mp4")]) as runs:
            until(lambda: watched.in_flight() == 1, runs)
            wait(tab, f"/ %, \\d+ s so far/.test({told})")
            expect(tab.locator("#told")).to_contain_text("A run builds it now")
            before = tab.evaluate(told)
            wait(tab, f"{told} !== {before!r}")
            expect(tab.locator("#clip_02 .chip").first).to_have_text("Being made")
            assert tab.evaluate("window.sameTab")

            tab.reload()
            wait(tab, f"/ %, \\d+ s so far/.test({told})")
            tab.evaluate("window.sameTab = true")
            server.kill()
            wait(tab, "document.body.dataset.link === 'off'")
            server = Served(watched.studio.folder, server.port)
            wait(tab, "document.body.dataset.link === 'on'")
            before = tab.evaluate(told)
            wait(tab, f"{told} !== {before!r}")

            watched.emulator.finish()
            said, _ = runs[0].communicate(timeout=120)
            assert runs[0].returncode == 0, said
        expect(tab.locator("#clip_02 .chip").first).to_have_text("Generated", timeout=20_000)
        expect(tab.locator("#clip_02 .going")).to_be_hidden()
        tab.get_by_role("button", name="Play clip_02").click()
        wait(tab, "document.querySelector('#clip_02 video').currentTime > 0.2")
        assert tab.evaluate("window.sameTab")
        assert watched.count() == 2
        tab.context.close()
    finally:
        server.kill()
