"""Write what a film is looked at by: the page, and the contact sheet."""

from __future__ import annotations

from pathlib import Path

from workflow_lib import files, locks, plan
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.planned import FilmPlan
from workflow_lib.project import Film
from workflow_lib.review import drawn, page, sheet, shown, stills
from workflow_lib.review.drawn import Look


def draw_film(look: Look, film: Film, settings: Config) -> str:
    """Write the page or the sheet of `film` as `draw` does; returns one line that says where."""
    return f"{draw(look, plan.of(film), settings.backend)}: written"


def draw(look: Look, found: FilmPlan, backend: str | None) -> Path:
    """Write the page or the sheet as the film is now, and return where it is; one that shows that already is kept.

    `backend`: the one that the settings name in place of the manifests'.

    Raises:
        InvalidInput: somebody put another file in its place.
        OutOfSpace: the disk is full.
    """
    project = found.film.project
    path = drawn.path_of(project, look)
    with locks.making(project, path):
        if drawn.is_by_hand(project, look):
            raise InvalidInput([Problem(str(path), "was not made here and is kept", "move it away to have it made")])
        film = shown.of(found, backend)
        key = drawn.key(look, film)
        if drawn.stamped(path, look) == key:
            return path
        pictures = stills.draw(project, film.cards)
        if look == "page":
            files.write_text(path, page.render(film, pictures, key))
        else:
            sheet.write(film, pictures, path, key)
    return path
