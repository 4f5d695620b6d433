"""A film in which each clip stands in another way, for tests of how it is looked at; and the browser for that."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SIZE, Studio, draw
from paid_films import Paid, tiny_clip
from playwright.sync_api import Browser, Page, sync_playwright

HOSTILE = "<script>window.hit = 1; alert(1)</script><img src=x onerror='window.hit = 1'> \"quoted\" & 'so' {{ 7 * 7 }}"
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u202e\u05e2\u05d5\u05dc\u05dd"
STRANGE = "a \"b\" #1 50% \u00fc\u0308 'c' ?x=1&y.png"
CHROMIUM = (os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def mixed_clips(studio: Studio, size: tuple[int, int] = SIZE) -> list[dict[str, object]]:
    """Nine clips by Kling: with several takes, filtered, failed, by hand, hostile, over budget, and free ones."""
    root = studio.path("")
    free = {"backend": "animatic", "duration": 1}
    draw(root / "assets" / STRANGE, "#705030", size)
    draw(root / "assets/composites/clip_09.png", "#305070", size)
    return [
        {"title": "Several takes", "prompt": "A bird on a hill.", "source": "text", "narration": "A bird."},
        {"title": "The filter refuses it", "prompt": "What the filter refuses.", "source": "text"},
        {"title": "The provider fails", "prompt": "What the provider fails at.", "source": "text"},
        {"title": "By hand", "prompt": "Filmed by myself.", "source": "text"},
        {"title": HOSTILE[:190], "prompt": HOSTILE, "source": "text", "narration": HOSTILE, **free},
        {"title": RIGHT_TO_LEFT, "prompt": RIGHT_TO_LEFT, "narration": RIGHT_TO_LEFT,
         "composite": f"assets/{STRANGE}", **free},
        {"title": "In five parts", "source": "text", "seed": 7, "take": 2, **free,
         "prompt": {"action": "Waves break", "details": "on black lava", "camera": "pan left"}},
        {"title": "More than is left", "prompt": "It costs too much.", "source": "text", "duration": 10},
        {"title": "Not made yet", "prompt": "A blue field. Slow push in.", **free},
    ]  # fmt: skip


def make_mixed(paid: Paid, folder: Path, size: tuple[int, int] = SIZE) -> None:
    """Write and build the mixed film: $0.63 of $0.90 is spent, and its last two clips are not there."""
    film = {"title": "Mixed", "size": list(size), "fps": 12, "duration": 5, "backend": "kling", "budget_usd": 0.9}
    paid.studio.write({**film, "clips": mixed_clips(paid.studio, size)})
    paid.emulator.fault("filtered", "kling", times=None, match="filter refuses")
    paid.emulator.fault("failed", "kling", times=None, match="provider fails")
    hand = paid.studio.path("videos/clip_04.mp4")
    hand.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(tiny_clip(folder), hand)
    targets = [f"projects/film/videos/clip_{number:02d}.mp4" for number in (1, 2, 3, 5, 6, 7)]
    lines = [f"projects/film/audio/narration/clip_{number:02d}.wav" for number in (1, 5, 6)]
    done = paid.run("--cores", "2", *targets, *lines)
    assert done.returncode == 1, done.stdout
    for _ in range(2):
        assert paid.studio.clipwright("retake", "film", "1", "--yes").returncode == 0
        paid.build(targets[0])


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """A real browser without a window; where there is none, the test says how to have one."""
    found = next((path for path in CHROMIUM if path and Path(path).is_file()), None)
    if found is None:
        what = "the review page is tested in Chromium, which is not here"
        pytest.fail(f"{what}: `make browser`, or name one: CHROMIUM=/path/to/chrome make test")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, page: Path, width: int = 1440, height: int = 1000, scheme: str = "light") -> Page:
    """The page in the browser, from its file."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    tab = context.new_page()
    tab.goto(page.resolve().as_uri())
    return tab


def laid_out(tab: Page, frames: str) -> tuple[list[int], list[str]]:
    """How wide the page and the window are, and what leaves the frame that it is in, of those that `frames` selects."""
    widths = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    outside = tab.evaluate(
        """(frames) => [...document.querySelectorAll(frames)].flatMap((card) => {
            const inside = card.getBoundingClientRect();
            return [...card.querySelectorAll('*')].filter((part) => {
                const box = part.getBoundingClientRect();
                const leaves = box.right > inside.right + 1 || box.left < inside.left - 1;
                return box.width && leaves && !part.closest('code');
            }).map((part) => part.outerHTML.slice(0, 80));
        })""",
        frames,
    )
    return widths, outside
