"""How long the live page of a large film takes: opened, scrolled and searched in Chromium, and watched while it stands.

.venv/bin/python benchmarks/live_page.py

Against the same film's `review.html`, which needs no server.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import yaml
from PIL import Image, ImageDraw
from playwright.sync_api import Browser
from review_page import CLIPS, FRAMES, PAINTED, SIFT
from side_by_side import ROOT, compare, machine, quiet
from watchers import cpu_s, memory_mb

from workflow_lib.layout import label

sys.path.insert(0, str(ROOT / "tests"))

WATCHED_S = 20


def write(root: Path) -> None:
    """A film of 999 clips by Kling, each with a picture of its own, five parts of a prompt and a line."""
    parts = ("action", "details", "sequence", "environment", "camera")
    clips = []
    for number in range(1, CLIPS + 1):
        prompt = {name: f"what is seen of {name} in clip {number}, in a line or so" for name in parts}
        line = "Nothing could be less inviting than the first appearance. " * 2
        clips.append({"title": f"Clip {number}", "prompt": prompt, "narration": line})
        image = Image.new("RGB", (480, 270), (number % 200, number * 7 % 200, 90))
        ImageDraw.Draw(image).text((20, 20), str(number), fill="white", font_size=90)
        path = root / f"assets/composites/{label(number)}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
    film = {"title": "Big", "size": [480, 270], "backend": "kling", "clips": clips}
    (root / "project.yaml").write_text(yaml.safe_dump(film, sort_keys=False))


def shown(browser: Browser, address: str) -> None:
    """Open a page and wait until it is painted."""
    tab = browser.new_page(viewport={"width": 1440, "height": 1000})
    tab.goto(address, wait_until="load")
    tab.evaluate(PAINTED)
    tab.close()


def main() -> None:
    """Measure both pages in turn, then the server while a page is watched."""
    from review_films import browsing  # noqa: PLC0415 - it lies with the tests
    from served import Served  # noqa: PLC0415

    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = folder / "projects/big"
        root.mkdir(parents=True)
        shutil.copy(ROOT / "config.yaml", name)
        (folder / "workflow_lib").symlink_to(ROOT / "workflow_lib")
        write(root)
        quiet(sys.executable, "-m", "workflow_lib", "review", "big", cwd=folder)()
        began = time.perf_counter()
        with Served(folder) as server, browsing() as browser:
            shown(browser, f"{server.url}/projects/big/")
            print(f"  the first time, the server's own start included: {time.perf_counter() - began:.2f} s")
            things = {
                "the live page": lambda: shown(browser, f"{server.url}/projects/big/"),
                "review.html": lambda: shown(browser, (root / "review.html").as_uri()),
            }
            compare(f"{CLIPS} clips, opened and painted", "the live page", things, runs=5)
            tab = browser.new_page(viewport={"width": 1440, "height": 1000})
            tab.goto(f"{server.url}/projects/big/")
            gaps = sorted(tab.evaluate(FRAMES))
            median = statistics.median(gaps)
            print(f"  scrolled by 400 pixels a frame: median {median:.0f} ms, worst {gaps[-1]:.0f} ms a frame")
            print(f"  searched: {tab.evaluate(SIFT, 'clip 77'):.0f} ms, again {tab.evaluate(SIFT, 'clip 7'):.0f} ms")
            used = cpu_s(server.process.pid)
            tab.wait_for_timeout(WATCHED_S * 1000)
            share = (cpu_s(server.process.pid) - used) / WATCHED_S
            print(
                f"  watched while nothing changes: {100 * share:.1f} % of a core, {memory_mb(server.process.pid):.0f} MB"
            )
            used = cpu_s(server.process.pid)
            for turn in range(WATCHED_S):
                (root / "assets/seen.png").write_bytes(bytes(turn))
                tab.wait_for_timeout(1000)
            share = (cpu_s(server.process.pid) - used) / WATCHED_S
            print(f"  while a file changes each second: {100 * share:.1f} % of a core")


if __name__ == "__main__":
    main()
