"""A film of 999 clips on its review page: opened, scrolled through, filtered and searched in Chromium.

.venv/bin/python benchmarks/review_page.py

Against the same page with every clip laid out at once (`content-visibility: visible`).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser
from side_by_side import ROOT, compare, machine

from workflow_lib.layout import label
from workflow_lib.review import page
from workflow_lib.review.shown import Card, Shown

sys.path.insert(0, str(ROOT / "tests"))

CLIPS = 999
AT_ONCE = "content-visibility: auto"

FRAMES = """() => new Promise((done) => {
    const gaps = []; let last = performance.now();
    const step = () => {
        const now = performance.now(); gaps.push(now - last); last = now; scrollBy(0, 400);
        if (gaps.length < 120) requestAnimationFrame(step); else done(gaps);
    };
    requestAnimationFrame(step);
})"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SIFT = """(text) => {
    const began = performance.now(); search.value = text; search.dispatchEvent(new Event('input'));
    return document.body.offsetHeight && performance.now() - began;
}"""


def card(number: int) -> Card:
    """A clip with all that a page tells of one."""
    parts = ("action", "details", "sequence", "environment", "camera")
    return Card(
        number=number, label=label(number), title=f"Clip {number}", state="generated", flags=(), plays="clip",
        src=f"videos/{label(number)}.mp4", frame=None, frame_sha256="", pictures=(("composite", "assets/a.png"),),
        prompt="", parts=tuple((name, f"what is seen of {name} in clip {number}, in a line or so") for name in parts),
        negative_prompt="", narration="Nothing could be less inviting than the first appearance. " * 2,
        narration_src=f"audio/narration/{label(number)}.wav", sound_effect="", seconds=10, backend="kling",
        model="kling/v2-5-turbo-image-to-video-pro", seed=7, take=1, outcome="generated", reason="", cost_usd=0.42,
        price_usd=0, took_s=61.5, started="2026-11-21T12:00:00", operation=f"task_{number:08x}", fingerprint="ab" * 32,
        missing=(), steps=(), takes=(),
    )  # fmt: skip


def still(path: Path, number: int) -> Path:
    """A picture with something on it."""
    image = Image.effect_noise((480, 270), 24).convert("RGB")
    ImageDraw.Draw(image).text((20, 20), str(number), fill="white", font_size=90)
    image.save(path, quality=80)
    return path


def busy(browser: Browser, path: Path) -> float:
    """Seconds of a processor that the page's own thread takes to open and paint it: the median of five."""
    found = []
    for _ in range(5):
        tab = browser.new_page(viewport={"width": 1440, "height": 1000})
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        tab.goto(path.as_uri())
        tab.evaluate(PAINTED)
        metrics = session.send("Performance.getMetrics")["metrics"]
        found.append(next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration"))
        tab.close()
    return statistics.median(found)


def main() -> None:
    """Measure both pages in turn."""
    from review_films import browsing, opened  # noqa: PLC0415 - it lies with the tests

    print(machine())
    cards = tuple(map(card, range(1, CLIPS + 1)))
    film = Shown("projects/big", "Big", 1920, 1080, "24", 9990, False, None, False, "", 419.58, 0, 500, 80.42, cards)
    with tempfile.TemporaryDirectory() as name, browsing() as browser:
        stills = {number: still(Path(name) / f"{number}.jpg", number) for number in range(1, CLIPS + 1)}
        text = page.render(film, stills, "0" * 64)
        ours, whole = Path(name) / "review.html", Path(name) / "whole.html"
        ours.write_text(text)
        css = (ROOT / "workflow_lib/review/template/page.css").read_text()
        visible = css.replace(AT_ONCE, "content-visibility: visible")
        # Its own policy would not let the changed style in.
        whole.write_text(text.replace(css, visible).replace("Content-Security-Policy", "x-none"))
        print(f"{len(text) / 1e6:.1f} MB")

        def show(path: Path) -> None:
            tab = opened(browser, path)
            tab.evaluate(PAINTED)
            tab.context.close()

        things = {"opened and painted": lambda: show(ours), "the same, all laid out": lambda: show(whole)}
        compare(f"{CLIPS} clips", "opened and painted", things, runs=5)
        print(f"  the browser's main thread: {busy(browser, ours):.2f} s, {busy(browser, whole):.2f} s all laid out")
        tab = opened(browser, ours)
        gaps = sorted(tab.evaluate(FRAMES))
        print(
            f"  scrolled by 400 pixels a frame: median {statistics.median(gaps):.0f} ms, worst {gaps[-1]:.0f} ms a frame"
        )
        print(f"  searched: {tab.evaluate(SIFT, 'clip 77'):.0f} ms, again {tab.evaluate(SIFT, 'clip 7'):.0f} ms")


if __name__ == "__main__":
    main()
