"""Promises of what the live page answers to other programs."""

from __future__ import annotations

import shutil

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
