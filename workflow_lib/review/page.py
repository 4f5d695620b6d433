"""The page: one file without a server, its media beside it, in which every text of a film stays text."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from workflow_lib import catalog
from workflow_lib.review.drawn import TEMPLATES
from workflow_lib.review.shown import Plays, Shown
from workflow_lib.review.states import FILTERS, WORDS

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
    found = Counter(flag for card in film.cards for flag in card.flags)
    return (
        _environment()
        .get_template("page.html")
        .render(
            film=film,
            key=key,
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            posters=_posters(film, stills),
            words=WORDS,
            marks=MARKS,
            filters=[(flag, name, found[flag]) for flag, name in FILTERS.items()],
        )
    )


def _policy(style: str, script: str) -> str:
    """What a browser lets the page do: show pictures and play media beside it, and run this one script."""
    return (
        f"default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


@functools.cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"usd": catalog.priced, "clock": _clock}
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
