"""Promises of the live page when something goes wrong that nobody has foreseen: one film may fail, the others go on."""

from __future__ import annotations

import json

import pytest
from conftest import Studio
from served import Served
from test_serve_news import FILM, listening, name_it

from workflow_lib.runs import Ending, Run

OTHER = "/projects/other/"
FAULT = """

_made = {name}


def _faulty(*given):
    root = getattr(given[-1], "project", given[-1]).root
    if (root / "trouble.txt").exists():
        raise RuntimeError("nobody has\\nforeseen this")
    return _made(*given)


{name} = _faulty
"""


@pytest.fixture
def films(studio: Studio) -> Studio:
    """Two films of a clip each, of which nothing is built."""
    for name in ("film", "other"):
        name_it(studio, "First", name)
    return studio


def test_a_torn_log_hides_nothing(films: Studio) -> None:
    """What a run's log holds before a letter that was cut through is shown, and all films are followed all the same."""
    run = Run(films.folder / ".clipwright", "2099-01-01T000000-0123abcd", "session")
    for project, cause in (("film", "No money"), ("film", "No"), ("other", "Café")):
        run.log(Ending(f"projects/{project}", "clip_01", "Refused", 6, cause))
    (log,) = run.folder.glob("*.jsonl")
    log.write_bytes(log.read_bytes().partition("é".encode())[0] + "é".encode()[:1])

    with Served(films.folder) as server, listening(server, f"{OTHER}events") as other:
        other("clip_01")
        pages = [server.ask(path) for path in (FILM, OTHER, "/", "/api/projects")]
        name_it(films, "Second", "other")
        other("clip_01")
        said = server.stop()

    assert [page.status for page in pages] == [200] * 4
    assert "No" in pages[0].text
    assert "unexpected" not in said
    assert [(ending.project, ending.cause) for ending in run.endings()] == [("projects/film", "No")]


@pytest.mark.parametrize(("module", "name"), [("looking", "at"), ("pages", "FilmParts.of")])
def test_a_film_that_fails_stops_no_other(films: Studio, module: str, name: str) -> None:
    """While a film cannot be shown, edits of others are told to all who listen; the terminal hears of it once."""
    path = films.folder / f"workflow_lib/serving/{module}.py"
    path.write_text(path.read_text() + FAULT.format(name=name))
    trouble = films.path("trouble.txt")
    trouble.touch()
    with (
        Served(films.folder) as server,
        listening(server, f"{FILM}events") as film,
        listening(server, f"{OTHER}events") as other,
        listening(server, "/events") as every,
    ):
        other("clip_01")
        every("projects/film")
        for title in ("Second", "Third"):
            name_it(films, title, "other")
            other("clip_01")
            every("projects/other")
        found = [server.ask(path) for path in ("/", OTHER, "/api/projects")]
        trouble.unlink()
        film("clip_01")
        name_it(films, "Second")
        film("clip_01")
        said = server.stop().splitlines()

    assert [answer.status for answer in found] == [200] * 3
    assert len(found[2].json["projects"]) == 2
    assert len([line for line in said if "unexpected RuntimeError: nobody has foreseen this" in line]) == 1
    assert len(said) == 2


@pytest.mark.parametrize("name", ["at", "making"])
def test_a_film_that_fails_says_so(films: Studio, name: str) -> None:
    """A film that nobody foresaw to fail has a page that says what went wrong, and so has its row; then it is back."""
    path = films.folder / "workflow_lib/serving/looking.py"
    path.write_text(path.read_text() + FAULT.format(name=name))
    trouble = films.path("trouble.txt")
    trouble.touch()

    with Served(films.folder) as server:
        failing = [server.ask(path) for path in (FILM, "/")]
        trouble.unlink()
        mended = server.ask(FILM)

    for answer in failing:
        assert answer.status == 200
        assert "projects/film: cannot be shown (unexpected RuntimeError: nobody has foreseen this" in answer.text
    assert "First clip" in mended.text


def test_a_text_that_no_page_can_hold_stops_that_film_alone(films: Studio) -> None:
    """Half a letter in the words of a provider is told in place of its film, and the page of all shows the others."""
    log = films.folder / ".clipwright/runs/2099-01-01T000000-0123abcd.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    ending = {"project": "projects/film", "clip": "clip_01", "outcome": "Refused", "code": 6, "cause": "No \ud83d"}
    log.write_text(json.dumps(ending) + "\n")

    with Served(films.folder) as server:
        film, every, listed = (server.ask(path) for path in (FILM, "/", "/api/projects"))

    assert [answer.status for answer in (film, every, listed)] == [200] * 3
    assert "cannot be shown (unexpected UnicodeEncodeError" in film.text
    assert [one["title"] for one in listed.json["projects"]] == ["film", "First film"]
