"""Write what a film is looked at by: the page, and the contact sheet."""

from __future__ import annotations

from pathlib import Path

from workflow_lib import files, locks, plan
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.planned import FilmPlan
from workflow_lib.project import Film
from workflow_lib.review import page, sheet, shown, stills, upkeep
from workflow_lib.review.upkeep import View


def draw_film(view: View, film: Film, settings: Config) -> str:
    """Write the page or the sheet of `film` as `draw` does; returns one line that says where."""
    return f"{draw(view, plan.of(film), settings.backend)}: written"


def draw(view: View, found: FilmPlan, backend: str | None) -> Path:
    """Write the page or the sheet as the film is now, and return where it is; one that shows that already is kept.

    `backend`: the one that the settings name in place of the manifests'.

    Raises:
        InvalidInput: somebody put another file in its place.
        OutOfSpace: the disk is full.
    """
    project = found.film.project
    path = upkeep.path_of(project, view)
    with locks.making(project, path):
        if upkeep.is_by_hand(project, view):
            raise InvalidInput([Problem(str(path), "was not made here and is kept", "move it away to have it made")])
        film = shown.of(found, backend)
        key = upkeep.key(view, film)
        if upkeep.stamped(path, view) == key:
            return path
        pictures = stills.draw(project, film.cards)
        if view == "page":
            files.write_text(path, page.render(film, pictures, key))
        else:
            sheet.write(film, pictures, path, key)
    return path
