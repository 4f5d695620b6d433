"""What is made from a finished film, and whether it still is made from that."""

from __future__ import annotations

from workflow_lib import files, stamps
from workflow_lib.layout import Shape
from workflow_lib.planned import FilmPlan
from workflow_lib.project import Film

REFRAME_STAMP = "clipwright:reframe:"


def reframe_key(film: Film, shape: Shape) -> str | None:
    """The stamp of the film in another shape; None while there is no film that we made."""
    stamp = stamps.read_stamp(film.project.film("final"))
    if stamp is None:
        return None
    return REFRAME_STAMP + files.digest({"film": stamp, "shape": shape, "reframe": film.reframe})


def is_reframed(found: FilmPlan, shape: Shape) -> bool:
    """Whether the film in that shape is there and made from what the film is now."""
    if found.standing != "fresh":
        return False
    made = stamps.read_stamp(found.film.project.reframed(shape))
    return made is not None and made == reframe_key(found.film, shape)


def thumbnail_key(film: Film) -> str:
    """What a thumbnail is made from; empty while there is no film that we made."""
    return stamps.read_stamp(film.project.film("final")) or ""


def is_drawn(found: FilmPlan) -> bool:
    """Whether the thumbnail is there and made from what the film is now, or was put there by hand."""
    path = found.film.project.thumbnail
    if found.standing != "fresh" or not path.is_file():
        return False
    report = files.read_json(found.film.project.thumbnail_receipt)
    by_hand = report.get("size") != path.stat().st_size
    return by_hand or report.get("from") == thumbnail_key(found.film)
