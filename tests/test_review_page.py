"""Promises of the review page, seen in a real browser: what it shows, plays and finds, and that texts stay texts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Studio
from emulator.client import Emulator
from paid_films import Paid, quicken, tiny_clip
from playwright.sync_api import Browser, Dialog, Page, expect
from review_films import HOSTILE, RIGHT_TO_LEFT, browsing, laid_out, make_mixed, opened


@pytest.fixture(scope="module")
def mixed_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The mixed film with its page; not to be changed."""
    folder = tmp_path_factory.mktemp("mixed")
    made = Studio(folder / "studio").install()
    quicken(made)
    with Emulator(folder / "emulated", "--clip", str(tiny_clip(folder))) as running:
        make_mixed(Paid(made, running), folder)
    made.build("projects/film/review.html")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all tests."""
    with browsing() as started:
        yield started


def until(tab: Page, true: str) -> None:
    """Wait until an expression is true in the page; its policy allows functions only."""
    tab.wait_for_function(f"() => {true}")


@pytest.fixture
def page(browser: Browser, mixed_once: Studio) -> Iterator[Page]:
    """The page of the mixed film in a tab of its own."""
    tab = opened(browser, mixed_once.path("review.html"))
    yield tab
    tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900, 390])
def test_nothing_leaves_its_place(browser: Browser, mixed_once: Studio, width: int, scheme: str) -> None:
    """At each width nothing is wider than the window or its card, cards do not overlap, and nothing goes wrong."""
    tab = opened(browser, mixed_once.path("review.html"), width, scheme=scheme)
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.reload()

    tab.evaluate("for (const takes of document.querySelectorAll('details')) takes.open = true")
    tab.evaluate("for (const card of document.querySelectorAll('.card')) card.style.contentVisibility = 'visible'")
    widths, outside = laid_out(tab, ".card")
    edges = tab.evaluate(
        """() => [...document.querySelectorAll('.film, .tools, .card')]
            .map((part) => part.getBoundingClientRect()).map((box) => [box.top, box.bottom])"""
    )
    tab.context.close()

    assert widths[0] == widths[1] == width
    assert outside == []
    assert all(above[1] <= below[0] for above, below in pairwise(edges))
    assert said == []


def test_each_clip_tells_how_it_stands(page: Page) -> None:
    """In story order, in words: the outcome, why, what is missing, and what is left of the budget."""
    chips = [card.locator(".chip").all_text_contents() for card in page.locator(".card").all()]

    assert [chip[0] for chip in chips] == [
        "Generated", "Filtered", "Failed", "By hand", "Animatic", "Animatic", "Animatic", "Over budget", "Missing",
    ]  # fmt: skip
    assert chips[1] == ["Filtered", "Stand-in"]
    expect(page.locator("#clip_02 .reason")).to_contain_text("content")
    expect(page.locator("#clip_03 .lacks")).to_have_text("Missing: the clip.")
    expect(page.locator("#clip_08 .next")).to_contain_text("listed at $0.42, and $0.27 of the budget is left")
    expect(page.locator("#clip_07 .parts dt")).to_have_text(["action", "details", "camera"])
    expect(page.locator("#totals dd")).to_have_text(["5 of 9", "$0.63", "$0.63", "$0.27 of $0.90"])


def test_a_missing_clip_names_the_command_that_makes_it(page: Page, mixed_once: Studio, tmp_path: Path) -> None:
    """What the page says to type makes the clip."""
    studio = mixed_once.copied(tmp_path / "studio")

    command = shlex.split(page.locator("#clip_09 .next code").text_content() or "")
    done = studio.snakemake(*command[1:])

    assert command[0] == "snakemake"
    assert done.returncode == 0, done.stdout
    assert studio.path("videos/clip_09.mp4").is_file()


def test_a_clip_is_played_and_paused_by_the_space_bar(page: Page) -> None:
    """The clip that is chosen plays, another one stops it, and only one plays at a time."""
    playing = "(label) => document.querySelector(`#${label} video`)"
    page.locator("#clip_01").focus()
    page.keyboard.press(" ")
    until(page, f"({playing})('clip_01').currentTime > 0.2")

    page.keyboard.press("j")
    page.keyboard.press(" ")
    until(page, f"({playing})('clip_02').currentTime > 0")
    first = page.evaluate(f"({playing})('clip_01').paused")
    page.keyboard.press(" ")
    until(page, f"({playing})('clip_02').paused")

    assert first


def test_a_press_on_the_picture_plays_the_clip(page: Page) -> None:
    """The button over the picture plays, and makes room for the player's own controls."""
    page.locator("#clip_04").scroll_into_view_if_needed()
    page.get_by_role("button", name="Play clip_04").click()

    until(page, "document.querySelector('#clip_04 video').currentTime > 0")
    expect(page.locator("#clip_04 .play")).to_have_count(0)
    assert page.evaluate("document.querySelector('#clip_04 video').controls")


def test_keys_go_from_clip_to_clip(page: Page) -> None:
    """The keys j and k anywhere, arrows once a clip is chosen; a clip that is gone to is seen, and its focus too."""
    chosen = "document.activeElement.id"
    found = []
    for key in ("j", "j", "ArrowDown", "k", "ArrowUp", "k"):
        page.keyboard.press(key)
        found.append(page.evaluate(chosen))

    assert found == ["clip_01", "clip_02", "clip_03", "clip_02", "clip_01", "clip_01"]
    expect(page.locator("#clip_01")).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_keys_are_explained(page: Page) -> None:
    """A question mark shows the keys, Escape closes them, and no key acts behind them."""
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    behind = page.evaluate("document.activeElement.closest('.card')")
    page.keyboard.press("Escape")

    assert behind is None
    expect(page.locator("#help")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Missing", ["clip_03", "clip_08", "clip_09"]),
        ("Filtered", ["clip_02"]),
        ("Failed", ["clip_03"]),
        ("Stand-ins", ["clip_02"]),
        ("Over budget", ["clip_08"]),
    ],
)
def test_filters_find_what_needs_attention(page: Page, name: str, shown: list[str]) -> None:
    """Each filter shows its clips and no others, and says how many there are."""
    button = page.locator(".filters button", has_text=name)
    button.click()

    assert [card.get_attribute("id") for card in page.locator(".card:visible").all()] == shown
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button.locator("b")).to_have_text(str(len(shown)))


def test_search_finds_words_of_prompts_and_ids(page: Page) -> None:
    """A slash goes to the search; all words must be there; Escape shows all again."""
    page.keyboard.press("/")
    page.keyboard.type("BLACK waves")
    found = [card.get_attribute("id") for card in page.locator(".card:visible").all()]
    page.keyboard.press("Escape")
    again = page.locator(".card:visible").count()
    page.keyboard.type("nothing is called so")

    assert found == ["clip_07"]
    assert again == 9
    expect(page.locator("#none-left")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    assert page.locator(".card:visible").count() == 9


def test_hostile_texts_stay_texts(browser: Browser, mixed_once: Studio) -> None:
    """Markup in titles and prompts is read as it was written, and runs nothing; strange file names are found."""
    dialogs: list[str] = []
    tab = browser.new_page()

    def seen(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    tab.on("dialog", seen)
    tab.goto(mixed_once.path("review.html").resolve().as_uri())
    tab.locator("#clip_06 .pictures img").scroll_into_view_if_needed()
    until(tab, "document.querySelector('#clip_06 .pictures img').naturalWidth > 0")
    prompt = tab.locator("#clip_05 .prompt").text_content()
    line = tab.locator("#clip_05 blockquote").text_content()
    backwards = tab.locator("#clip_06 .prompt").text_content()
    hit = tab.evaluate("[window.hit, document.querySelectorAll('.card script, .card img[onerror]').length]")
    tab.close()

    assert (prompt, line, backwards) == (HOSTILE, HOSTILE, RIGHT_TO_LEFT)
    assert hit == [None, 0]
    assert dialogs == []


def test_a_script_that_is_not_the_page_s_own_does_not_run(page: Page) -> None:
    """Were markup ever let through, the page's policy would stop it."""
    page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.hit = 1';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.hit = 1">');
        }"""
    )

    until(page, "document.querySelector('body > img').complete")
    assert page.evaluate("window.hit") is None


def test_an_older_take_is_played(page: Page) -> None:
    """Takes are listed newest first with what chooses them; one plays in the clip's place, until it is sent back."""
    card = page.locator("#clip_01")
    card.locator("summary").click()
    takes = card.locator(".takes li")
    states = takes.locator(".tag").all_text_contents()
    oldest = takes.last.get_by_role("button", name="Play take")
    oldest.click()
    video = "document.querySelector('#clip_01 video')"
    until(page, f"{video}.currentTime > 0 && {video}.currentSrc.includes('/.takes/')")
    expect(card.locator(".showing")).to_contain_text("which is not in the film")
    card.get_by_role("button", name="Back to the film's").click()

    assert states == ["In the film", "Kept", "Kept"]
    expect(takes.last.locator("code")).to_contain_text("clipwright takes projects/film 01 --choose")
    expect(card.locator("video")).to_have_attribute("src", "videos/clip_01.mp4")


def test_the_film_plays_on_from_clip_to_clip(page: Page) -> None:
    """The film goes on by itself, says what is a stand-in and what is missing, and can be paused."""
    film = "document.documentElement.dataset.filmClip"
    to_its_end = "reel.currentTime = reel.duration - 0.2"
    page.keyboard.press("f")
    until(page, f"{film} === '1' && reel.currentTime > 0.1")
    page.evaluate(to_its_end)
    until(page, f"{film} === '2' && reel.currentTime > 0")
    expect(page.locator("#now-mark")).to_have_text("Stand-in")
    expect(page.locator(".reel [aria-current]")).to_contain_text("The filter refuses it")
    page.evaluate(to_its_end)
    until(page, f"{film} === '3' && !slate.hidden")
    expect(page.locator("#now-mark")).to_have_text("Nothing to play")
    until(page, f"{film} === '4' && slate.hidden && reel.currentTime > 0")
    page.keyboard.press("f")

    until(page, "reel.paused")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
