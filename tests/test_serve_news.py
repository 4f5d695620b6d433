"""Promises of what the live page knows: each of its pages hears of each change, whatever the others were told."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import Studio
from served import Served

FILM = "/projects/film/"
_HEARD_S = 20


@pytest.fixture
def films(studio: Studio) -> Studio:
    """Two films of a clip each, of which nothing is built."""
    for name in ("film", "other"):
        name_it(studio, "First", name)
    return studio


@pytest.fixture
def server(films: Studio) -> Iterator[Served]:
    """Their server."""
    with Served(films.folder) as started:
        yield started


def name_it(studio: Studio, title: str, project: str = "film") -> None:
    """Write a film whose title and whose clip bear a name, as an editor does: in one moment."""
    clip = {"source": "text", "prompt": f"{title}, a hill.", "title": f"{title} clip"}
    path = studio.path("project.yaml", project)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(".project.yaml")
    written.write_text(json.dumps({"title": f"{title} film", "size": [128, 72], "clips": [clip]}))
    written.replace(path)


@contextmanager
def listening(server: Served, address: str) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What waits for the next message of a page that names a part of it, and returns that message."""
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_HEARD_S)
    asked.request("GET", address)
    answer = asked.getresponse()

    def next_about(part: str) -> dict[str, Any]:
        while True:
            line = answer.readline()
            assert line, "the server has ended the stream"
            assert not line.startswith(b":"), f"nothing came about {part}"
            told = json.loads(line[5:]) if line.startswith(b"data:") else {}
            if part in told.get("parts", {}):
                return dict(told)

    try:
        yield next_about
    finally:
        answer.close()
        asked.close()


def shows(server: Served, path: str, text: str) -> None:
    """See that a page has a text as soon as what was read before it may be read again."""
    tries = 500
    while text not in server.ask(path).text:
        tries -= 1
        assert tries, f"{path} never has {text!r}"


@pytest.mark.parametrize("first", ["/", FILM])
def test_each_page_has_an_edit_whichever_was_loaded_first(films: Studio, server: Served, first: str) -> None:
    """An edit is on a film's page, in its title and its clips, and on the page of all, whichever was loaded first."""
    words = {"/": "Second film", FILM: "Second clip"}
    for path in (FILM, "/"):
        assert "First film" in server.ask(path).text
    name_it(films, "Second")
    shows(server, first, words[first])

    found = {path: server.ask(path).text for path in words}

    assert "Second film" in found["/"]
    assert "Second film" in found[FILM]
    assert "Second clip" in found[FILM]
    assert "First" not in found["/"].partition('id="projects/other"')[0] + found[FILM]


def test_both_pages_are_told_of_each_edit(films: Studio, server: Served) -> None:
    """Who listens at a film's page and who listens at that of all hear of three edits, each of its own parts."""
    with listening(server, f"{FILM}events") as film, listening(server, "/events") as every:
        film("clip_01")
        every("projects/film")
        for title in ("Second", "Third", "Fourth"):
            name_it(films, title)

            assert set(film("clip_01")["parts"]) == {"top", "clip_01"}
            assert set(every("projects/film")["parts"]) == {"projects/film"}
