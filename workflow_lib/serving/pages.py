"""The live pages as text: their parts one by one, each with the digest by which a browser knows it, and the whole."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from workflow_lib import catalog
from workflow_lib.layout import Project
from workflow_lib.review import page, upkeep
from workflow_lib.review.shown import Card
from workflow_lib.serving.looking import Glance

TEMPLATES = Path(__file__).parent / "template"
FILES = {
    "page.css": (upkeep.TEMPLATES / "page.css", "text/css"),
    "page.js": (upkeep.TEMPLATES / "page.js", "text/javascript"),
    "live.css": (TEMPLATES / "live.css", "text/css"),
    "live.js": (TEMPLATES / "live.js", "text/javascript"),
}
"""What pages ask for by name, with its type."""

TOP, BAR = "top", "bar"
"""The keys of a page's parts that are no clips."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a page, and the digest of its text."""

    digest: str
    html: str


@dataclass(frozen=True, slots=True)
class Row:
    """A project on the page of all: how far it is, in words and figures.

    `poster`: the address of its picture; `tone`: how its state is meant, as a clip's.
    """

    root: str
    title: str
    channel: str
    state: str
    tone: str
    ready: int
    total: int
    spent_usd: float
    to_spend_usd: float
    budget_usd: float | None
    poster: str | None
    problem: str
    more: int
    building: bool


def row(glance: Glance) -> Row:
    """The row of a project."""
    seen, root = glance.shown, str(glance.project.root)
    words, tone = _state(glance)
    first = next((card for card in seen.cards if card.frame_sha256), None) if seen else None
    problem = glance.problems[0] if glance.problems else None
    failing = glance.errors[min(glance.errors)] if glance.errors and not glance.building else None
    return Row(
        root=root,
        title=glance.title or glance.project.root.name,
        channel=glance.project.root.parts[1] if glance.project.root.parts[0] == "channels" else "",
        state=words,
        tone=tone,
        ready=seen.ready if seen else 0,
        total=len(seen.cards) if seen else 0,
        spent_usd=seen.spent_usd if seen else 0.0,
        to_spend_usd=seen.to_spend_usd if seen else 0.0,
        budget_usd=seen.budget_usd if seen else None,
        poster=f"/{root}/{still_address(first)}" if first else None,
        problem=str(problem) if problem else failing.cause if failing else "",
        more=max(0, len(glance.problems) - 1) if problem else max(0, len(glance.errors) - 1) if failing else 0,
        building=glance.building,
    )


def unread(item: Project) -> Row:
    """The row of a project that nobody has read yet."""
    channel = item.root.parts[1] if item.root.parts[0] == "channels" else ""
    return Row(
        item.root.as_posix(), item.root.name, channel, "Being read", "idle", 0, 0, 0.0, 0.0, None, None, "", 0, False
    )


def _state(glance: Glance) -> tuple[str, str]:
    if glance.problems:
        return "To be corrected", "bad"
    if glance.building:
        return "Being built", "idle"
    if glance.shown is None:
        return "Storyboard not drafted", "idle"
    if glance.errors:
        return "Needs you", "bad"
    if glance.shown.film_fresh:
        return "Up to date", "good"
    return "To build", "warn"


def still_address(card: Card) -> str:
    """The address of a clip's picture, below its project's."""
    return f"stills/{card.frame_sha256}.jpg"


def part(html: str) -> Part:
    """A part with its digest."""
    return Part(hashlib.blake2b(html.encode(), digest_size=8).hexdigest(), html)


class FilmParts:
    """The parts of a film's page; those of a glance or of clips that are as before are not written again."""

    def __init__(self) -> None:
        self._made = page.Parts(_templates(), live=True)
        self._known: dict[str, tuple[object, Part]] = {}
        self._glance: Glance | None = None
        self._parts: dict[str, Part] = {}

    def of(self, glance: Glance) -> dict[str, Part]:
        """The parts of the page in their order."""
        if glance is not self._glance:
            self._parts = self._write(glance)
            self._glance = glance
        return self._parts

    def _write(self, glance: Glance) -> dict[str, Part]:
        bar = _templates().get_template("told.html").render(glance=glance, problems=glance.problems)
        parts = {BAR: part(bar)}
        if glance.shown is None:
            return parts
        parts[TOP] = part(str(self._made.top(glance.shown)))
        known: dict[str, tuple[object, Part]] = {}
        for card in glance.shown.cards:
            error = glance.errors.get(card.number)
            key = (card, error)
            before = self._known.get(card.label)
            if before is None or before[0] != key:
                poster = still_address(card) if card.frame_sha256 else None
                html = str(self._made.article(card, poster, error.cause if error else ""))
                before = (key, part(html))
            known[card.label] = before
            parts[card.label] = before[1]
        self._known = known
        return parts


def film(glance: Glance, parts: Mapping[str, Part], *, may_write: bool) -> str:
    """The whole page of a project."""
    if glance.shown is None:
        template = _templates().get_template("nothing.html")
        return template.render(glance=glance, parts=_markup(parts), may_write=may_write, digests=_digests(parts))
    style = ratio_style(glance.shown.width, glance.shown.height)
    shown = _markup(parts)
    return (
        _templates()
        .get_template("page.html")
        .render(
            film=glance.shown,
            live=True,
            may_write=may_write,
            style=Markup(style),  # noqa: S704 - two numbers
            bar=shown[BAR],
            top=shown[TOP],
            articles=[html for key, html in shown.items() if key not in (BAR, TOP)],
            filters=page.filters_of(glance.shown),
            digests=_digests(parts),
        )
    )


def ratio_style(width: int, height: int) -> str:
    """The one style that stands in a page itself."""
    return f":root {{ --ratio: {width} / {height}; }}"


def row_part(one: Row) -> Part:
    """A row of the page of all projects."""
    return part(_templates().get_template("row.html").render(row=one))


def all_films(parts: Mapping[str, Part], channels: Sequence[tuple[str, Sequence[str]]], *, may_write: bool) -> str:
    """The page of all projects: of each channel its rows."""
    shown = _markup(parts)
    groups = [(name, [shown[root] for root in roots if root in shown]) for name, roots in channels]
    template = _templates().get_template("all.html")
    return template.render(groups=groups, may_write=may_write, digests=_digests(parts), count=len(parts))


def _markup(parts: Mapping[str, Part]) -> dict[str, Markup]:
    return {key: Markup(one.html) for key, one in parts.items()}  # noqa: S704 - escaped by their templates


def _digests(parts: Mapping[str, Part]) -> Markup:
    """For a script to read: keys are labels and folders of projects, which hold no markup."""
    told = ",".join(f'"{key}":"{one.digest}"' for key, one in parts.items())
    return Markup(f"{{{told}}}")  # noqa: S704 - see above


@functools.cache
def _templates() -> Environment:
    made = page.environment(TEMPLATES)
    made.filters["usd"] = catalog.priced
    return made
