"""Whether the page and the contact sheet show what there is: by the key that each holds, never by time stamps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from workflow_lib import files, stamps
from workflow_lib.layout import Project
from workflow_lib.planned import FilmPlan
from workflow_lib.review import shown
from workflow_lib.review.shown import Shown

View = Literal["page", "sheet"]

TEMPLATES = Path(__file__).parent / "template"
STAMP = "clipwright-key"


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where a view lies, the key in it, and the code by which it looks as it does."""

    path: Callable[[Project], Path]
    stamp: Callable[[Path], str | None]
    code: tuple[str, ...]


_KINDS: Mapping[View, _Kind] = {
    "page": _Kind(
        lambda project: project.review,
        stamps.read_html_stamp,
        ("page.py", "template/page.html", "template/parts.html", "template/page.css", "template/page.js"),
    ),
    "sheet": _Kind(
        lambda project: project.contact_sheet,
        lambda path: stamps.read_png_stamp(path).get(STAMP),
        ("sheet.py",),
    ),
}


def path_of(project: Project, view: View) -> Path:
    """Where it lies."""
    return _KINDS[view].path(project)


def key(view: View, film: Shown) -> str:
    """What is shown, and how, as one digest."""
    return files.digest({"shown": _told(view, film), "code": _code(view)})


def is_up_to_date(view: View, found: FilmPlan, backend: str | None) -> bool:
    """Whether it is there and shows what there is now, or belongs to the user."""
    path = path_of(found.film.project, view)
    if not path.is_file():
        return False
    return is_by_hand(found.film.project, view) or stamped(path, view) == key(view, shown.of(found, backend))


def is_by_hand(project: Project, view: View) -> bool:
    """Whether somebody put another file in its place."""
    path = path_of(project, view)
    return path.is_file() and stamped(path, view) is None


def stamped(path: Path, view: View) -> str | None:
    """The key in the file at `path`; None where it is not ours."""
    return _KINDS[view].stamp(path)


def _told(view: View, film: Shown) -> object:
    if view == "page":
        return asdict(film)
    cards = [(card.number, card.title, card.state, card.plays, card.frame_sha256, card.seconds) for card in film.cards]
    return [film.title, film.width, film.height, cards]


@functools.cache
def _code(view: View) -> str:
    return files.digest([files.sha256_file(Path(__file__).parent / name) for name in _KINDS[view].code])
