"""The page: one file without a server, its media beside it, in which every text of a film stays text."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from workflow_lib import catalog
from workflow_lib.review.shown import Card, Plays, Shown
from workflow_lib.review.states import FILTERS, WORDS, Flag
from workflow_lib.review.upkeep import TEMPLATES

_SIZES = ((60, 480, 72), (250, 320, 68), (999, 200, 62))
"""Up to how many clips, how many pixels the longer side of an inlined still has, and its JPEG quality."""


MARKS: Mapping[Plays, str] = {
    "clip": "",
    "stand-in": "Stand-in",
    "left-out": "Left out",
    "draft": "Draft",
    "nothing": "Nothing to play",
}
"""What is said of what is played for a clip, where that is not the clip."""


def render(film: Shown, stills: Mapping[int, Path], key: str) -> str:
    """The page of `film`; `stills`: a picture of each clip that has one, by its number; `key`: what it shows."""
    style = f":root {{ --ratio: {film.width} / {film.height}; }}\n{_text('page.css')}"
    script = _text("page.js")
    templates, posters = environment(), _posters(film, stills)
    parts = Parts(templates)
    return templates.get_template("page.html").render(
        film=film,
        key=key,
        live=False,
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        top=parts.top(film),
        articles=[parts.article(card, posters.get(card.number)) for card in film.cards],
        filters=filters_of(film),
    )


class Parts:
    """What a page of a film is made of, each on its own. `live`: for a page that is served and stays up to date."""

    def __init__(self, templates: Environment, *, live: bool = False) -> None:
        given = {"live": live, "version": _version if live else _no_version}
        # The types of a template's macros are not known.
        self._made: Any = templates.get_template("parts.html").make_module(given)

    def top(self, film: Shown) -> Markup:
        """The head of the page."""
        return Markup(self._made.top(film))  # noqa: S704 - escaped by the template

    def article(self, card: Card, poster: str | None, error: str = "") -> Markup:
        """One clip; `poster`: the address of its picture; `error`: why the last run could not make it."""
        return Markup(self._made.article(card, poster, error))  # noqa: S704 - escaped by the template


def _version(card: Card) -> str:
    """What is added to the address of a clip's file, so that another one at the same place is fetched."""
    return f"?v={card.frame_sha256[:8]}"


def _no_version(_card: Card) -> str:
    return ""


def filters_of(film: Shown) -> list[tuple[Flag, str, int]]:
    """The filters of the page: each with its name, and how many clips it finds."""
    found = Counter(flag for card in film.cards for flag in card.flags)
    return [(flag, name, found[flag]) for flag, name in FILTERS.items()]


def _policy(style: str, script: str) -> str:
    """What a browser lets the page do: show pictures and play media beside it, and run this one script."""
    return (
        f"default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; "
        f"style-src '{hashed(style)}'; script-src '{hashed(script)}'; base-uri 'none'; form-action 'none'"
    )


def hashed(text: str) -> str:
    """How a policy names a text that it lets in."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


@functools.cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def environment(*folders: Path) -> Environment:
    """The templates of the page, and those in `folders`; every text is escaped."""
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, *folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"usd": catalog.priced, "clock": _clock}
    made.globals |= {"words": WORDS, "marks": MARKS}
    return made


def _clock(seconds: float) -> str:
    """`3:05`, and below a minute `4.5 s`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _posters(film: Shown, stills: Mapping[int, Path]) -> dict[int, str]:
    """A still of each clip as a data address, smaller the more there are, so that the page opens at once."""
    longest, quality = next((size, quality) for most, size, quality in _SIZES if len(film.cards) <= most)
    return {number: _data(path, longest, quality) for number, path in stills.items()}


def _data(path: Path, longest: int, quality: int) -> str:
    with Image.open(path) as image:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        sink = io.BytesIO()
        image.save(sink, format="JPEG", quality=quality, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(sink.getvalue()).decode('ascii')}"
