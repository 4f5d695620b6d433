"""The contact sheet: one frame of each clip in a grid, with its number, its title and how it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from workflow_lib.files import atomic_path
from workflow_lib.media.fonts import CAPTIONS, face_for
from workflow_lib.review.shown import Card, Shown
from workflow_lib.review.states import WORDS, Tone
from workflow_lib.review.upkeep import STAMP

_LARGEST_TILE = 480  # pixels of its longer side
_WIDEST = 4000  # pixels of the sheet
_SHAPE = 1.5  # the sheet's width by its height, about
_GAP = 0.075  # of a tile's width, here and below
_MARGIN = 0.12
_TITLE, _WORDS, _HEADING = 0.052, 0.042, 0.11
_LABEL = 0.185  # height of what stands below a tile
_SMALLEST = 7  # pixels of a letter

_GROUND, _TILE, _INK, _SOFT = (20, 21, 24), (38, 40, 46), (236, 236, 232), (158, 162, 170)
_TONES: Mapping[Tone, tuple[int, int, int]] = {
    "good": (94, 180, 122),
    "warn": (224, 170, 74),
    "bad": (232, 108, 98),
    "idle": (140, 146, 156),
}
_NOT_ITSELF = {"stand-in": "stand-in", "left-out": "left out", "draft": "draft shown"}


@dataclass(frozen=True, slots=True)
class _Grid:
    """So many columns of tiles of that size, in pixels."""

    columns: int
    rows: int
    width: int
    height: int

    @property
    def unit(self) -> float:
        """By what letters and gaps are measured: the tile's width, or its height where that is less."""
        return max(self.width, min(self.height, self.width * 2) * 0.75)

    @property
    def gap(self) -> int:
        return round(self.unit * _GAP)

    @property
    def margin(self) -> int:
        return round(self.unit * _MARGIN)

    @property
    def head(self) -> int:
        return round(self.unit * _HEADING * 2.3) + self.margin

    @property
    def cell(self) -> int:
        return self.height + round(self.unit * _LABEL)

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole sheet."""
        width = 2 * self.margin + self.columns * self.width + (self.columns - 1) * self.gap
        return width, self.head + self.rows * (self.cell + self.gap) - self.gap + self.margin

    def corner(self, place: int) -> tuple[int, int]:
        """The upper left corner of the tile at `place`."""
        row, column = divmod(place, self.columns)
        return self.margin + column * (self.width + self.gap), self.head + row * (self.cell + self.gap)


def write(film: Shown, stills: Mapping[int, Path], out: Path, key: str) -> None:
    """Write the sheet of `film` as a PNG that holds `key`; `stills`: a picture of each clip that has one.

    Raises:
        OutOfSpace: the disk is full.
    """
    grid = _grid(film)
    picture = Image.new("RGB", grid.size, _GROUND)
    pen = ImageDraw.Draw(picture)
    _draw_heading(pen, film, grid)
    for place, card in enumerate(film.cards):
        _draw_tile(picture, pen, card, stills.get(card.number), grid, grid.corner(place))
    told = PngInfo()
    told.add_text(STAMP, key)
    with atomic_path(out) as temporary:
        picture.save(temporary, format="PNG", pnginfo=told, optimize=len(film.cards) < 100)  # noqa: PLR2004 - it is slow


def _grid(film: Shown) -> _Grid:
    count = len(film.cards)
    longest = max(film.width, film.height)
    aspect = film.width / film.height
    columns = min(count, max(2, round(math.sqrt(count * _SHAPE / aspect)))) if count > 1 else 1
    tile = min(_LARGEST_TILE * film.width / longest, _WIDEST / columns / (1 + _GAP))
    return _Grid(columns, -(-count // columns), max(2, round(tile)), max(2, round(tile / aspect)))


def _draw_heading(pen: ImageDraw.ImageDraw, film: Shown, grid: _Grid) -> None:
    size = grid.unit * _HEADING
    room = grid.size[0] - 2 * grid.margin
    _write(pen, (grid.margin, grid.margin * 0.8), film.title, size, _INK, room)
    told = f"{len(film.cards)} clips, {film.ready} ready"
    _write(pen, (grid.margin, grid.margin * 0.8 + size * 1.25), told, size * 0.5, _SOFT, room)


def _draw_tile(
    picture: Image.Image, pen: ImageDraw.ImageDraw, card: Card, still: Path | None, grid: _Grid, at: tuple[int, int]
) -> None:
    left, top = at
    words, tone = WORDS[card.state]
    pen.rectangle((left, top, left + grid.width - 1, top + grid.height - 1), fill=_TILE)
    if still is not None:
        with Image.open(still) as image:
            fitted = ImageOps.contain(image.convert("RGB"), (grid.width, grid.height), Image.Resampling.LANCZOS)
        seen = fitted if card.plays != "nothing" else Image.blend(fitted, Image.new("RGB", fitted.size, _TILE), 0.55)
        picture.paste(seen, (left + (grid.width - fitted.width) // 2, top + (grid.height - fitted.height) // 2))
    edge = max(2, round(grid.unit * 0.008))
    pen.rectangle((left, top + grid.height, left + grid.width - 1, top + grid.height + edge), fill=_TONES[tone])
    size = grid.unit * _TITLE
    below = top + grid.height + edge + size * 0.45
    number = f"{card.number:02d}"
    taken = _write(pen, (left, below), number, size, _INK, grid.width)
    _write(pen, (left + taken + size * 0.6, below), card.title, size, _INK, grid.width - taken - size * 0.6)
    _draw_status(pen, card, (words, tone), grid, (left, below + size * 1.35))


def _draw_status(
    pen: ImageDraw.ImageDraw, card: Card, told: tuple[str, Tone], grid: _Grid, at: tuple[float, float]
) -> None:
    """A mark whose shape says how it is meant, and the words."""
    size = max(_SMALLEST, grid.unit * _WORDS)
    left, top = at[0], at[1] + size * 0.28
    box = (left, top, left + size * 0.62, top + size * 0.62)
    color = _TONES[told[1]]
    if told[1] == "good":
        pen.ellipse(box, fill=color)
    elif told[1] == "warn":
        middle = (box[0] + box[2]) / 2
        pen.polygon(((middle, box[1]), (box[2], box[3]), (box[0], box[3])), fill=color)
    elif told[1] == "bad":
        pen.rectangle(box, fill=color)
    else:
        pen.ellipse(box, outline=color, width=max(1, round(size * 0.12)))
    words = ", ".join(text for text in (told[0], _NOT_ITSELF.get(card.plays, "")) if text)
    _write(pen, (left + size, at[1]), words, size, _SOFT, grid.width - size)


def _write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: float,
    color: tuple[int, int, int],
    room: float,
) -> float:
    """Write one line, cut short with an ellipsis where it is wider than `room`; returns its width in pixels."""
    face = face_for(text, CAPTIONS)
    font = face.font(max(_SMALLEST, round(size)))
    shown = face.showable(text)
    if font.getlength(shown) > room:
        while shown and font.getlength(f"{shown}…") > room:
            shown = shown[:-1]
        shown = f"{shown.rstrip()}…" if shown else ""
    pen.text(at, shown, font=font, fill=color)
    return float(font.getlength(shown))
