"""Promises of what the live page answers to other programs."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

from conftest import Studio
from served import Served
from test_serve_news import name_it

COUNT = 250


def test_every_project_is_in_the_first_answer(studio: Studio) -> None:
    """A new server's first answer about projects holds all of them, each read, however many there are."""
    name_it(studio, "Many", "film_000")
    for number in range(1, COUNT):
        shutil.copytree(studio.path("", "film_000"), studio.path("", f"film_{number:03}"))

    with Served(studio.folder) as server:
        found = server.ask("/api/projects").json["projects"]

    assert [one["root"] for one in found] == [f"projects/film_{number:03}" for number in range(COUNT)]
    assert {(one["title"], one["state"], one["total"]) for one in found} == {("Many film", "To build", 1)}


def test_pages_that_are_opened_at_once_are_all_shown(studio: Studio) -> None:
    """A browser that opens the pages of a dozen films in the same moment is shown each of them."""
    paths = [f"/projects/film_{number:03}/" for number in range(12)]
    for path in paths:
        name_it(studio, "Many", path.split("/")[2])

    with Served(studio.folder) as server, ThreadPoolExecutor(len(paths)) as browser:
        found = list(browser.map(server.ask, paths))

    assert [answer.status for answer in found] == [200] * len(paths)
    assert all("Many clip" in answer.text for answer in found)
