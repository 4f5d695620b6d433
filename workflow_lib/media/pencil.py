"""Paper, washes and pencil lines: what sketches are drawn with. The same seed draws the same picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Color = tuple[int, int, int]

PAPER: Color = (244, 237, 222)
INK: Color = (52, 48, 52)
_FINER = 1.5  # drawn so much larger, and made smaller at the end, for smooth edges
_GRAIN = 256  # pixels: a tile of the paper's grain
_EDGE = 240  # pixels: the longer side at which the edge of the washes is torn
_TORN = 110  # of 255: where the washes end on uneven paper


def color(text: str) -> Color:
    """The colour of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mixed(one: Color, other: Color, share: float) -> Color:
    """A colour between two; `share` of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Pad:
    """A sheet of `size` pixels. Points are fractions of its width and height, widths of lines of its height."""

    def __init__(self, size: tuple[int, int], seed: str, *, paper: Color | None = PAPER) -> None:
        self.dice = np.random.default_rng(int(seed[:16], 16))
        self._size = size
        self._wide, self._high = round(size[0] * _FINER), round(size[1] * _FINER)
        ground = (*(paper or PAPER), 0 if paper is None else 255)
        self._sheet = Image.new("RGBA", (self._wide, self._high), ground)
        self._brush = ImageDraw.Draw(self._sheet)
        self._ink = Image.new("L", (self._wide, self._high), 0)
        self._pencil = ImageDraw.Draw(self._ink)

    @property
    def ratio(self) -> float:
        """Its width for its height."""
        return self._wide / self._high

    def wash(self, points: Sequence[Point], fill: Color) -> None:
        """Fill a shape; what was drawn behind it is hidden."""
        corners = [self._at(point) for point in points]
        self._brush.polygon(corners, fill=(*fill, 255))
        self._pencil.polygon(corners, fill=0)

    def dot(self, middle: Point, radius: float, fill: Color | None, *, tall: float = 1.0, line: float = 0.0) -> None:
        """An ellipse, `tall` times as high as it is wide; `radius` is a fraction of the height."""
        x, y = self._at(middle)
        across, down = radius * self._high, radius * self._high * tall
        if fill is not None:
            self._brush.ellipse((x - across, y - down, x + across, y + down), fill=(*fill, 255))
            self._pencil.ellipse((x - across, y - down, x + across, y + down), fill=0)
        if line:
            turn = np.linspace(0, 2 * np.pi, 22)
            ring = zip(
                middle[0] + radius / self.ratio * np.cos(turn), middle[1] + radius * tall * np.sin(turn), strict=True
            )
            self.line([(float(across), float(down)) for across, down in ring], strength=line, unsteady=0.3)

    def shade(self, top: Color, bottom: Color, start: float = 0.0, end: float = 1.0) -> None:
        """A wash from one colour above to another below, over the whole width."""
        first, last = round(start * self._high), max(round(start * self._high) + 1, round(end * self._high))
        steps = np.linspace(0, 1, last - first)[:, None]
        rows = np.asarray(top) + (np.asarray(bottom) - np.asarray(top)) * steps
        band = np.concatenate([rows, np.full((len(rows), 1), 255)], axis=1)[:, None, :].round().astype(np.uint8)
        self._sheet.paste(Image.fromarray(band).resize((self._wide, last - first)), (0, first))

    def line(
        self, points: Sequence[Point], *, width: float = 0.0026, strength: float = 0.75, unsteady: float = 1.0
    ) -> None:
        """A pencil line along `points`, drawn twice by a hand that is never quite sure."""
        for times, faint in ((1.0, 1.0), (1.8, 0.45)):
            path = [self._at(point) for point in self._by_hand(points, unsteady * times)]
            self._pencil.line(
                path, fill=round(255 * strength * faint), width=max(1, round(width * self._high)), joint="curve"
            )

    def _by_hand(self, points: Sequence[Point], unsteady: float) -> list[Point]:
        corners = np.asarray(points, dtype=float)
        lengths = np.hypot(*(np.diff(corners, axis=0) * (self.ratio, 1)).T)
        along = np.concatenate([[0], np.cumsum(lengths)])
        count = max(2, min(60, round(along[-1] / 0.03) + 2))
        at = np.unique(np.concatenate([np.linspace(0, along[-1], count), along]))
        x, y = (np.interp(at, along, corners[:, axis]) for axis in (0, 1))
        shake = self.dice.normal(0, 0.0011 * unsteady, (2, len(at)))
        return [(float(a), float(b)) for a, b in zip(x + shake[0] / self.ratio, y + shake[1], strict=True)]

    def ridge(self, height: float, rough: float, *, detail: int = 9) -> list[Point]:
        """A line from the left to the right edge that goes up and down: hills, clouds, tree tops."""
        x = np.linspace(-0.02, 1.02, 70)
        y = np.full_like(x, height)
        for wave in range(1, detail):
            y += rough / wave * self.dice.normal() * np.sin(x * np.pi * wave * 1.3 + self.dice.uniform(0, 7))
        return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]

    def _at(self, point: Point) -> tuple[float, float]:
        return point[0] * self._wide, point[1] * self._high

    def picture(self) -> Image.Image:
        """The sheet as an opaque picture: washes that dried unevenly, paper that shows through, the pencil on top."""
        ground = self._sheet.convert("RGB").resize(self._size, Image.Resampling.BOX)
        small = (max(3, round(14 * self.ratio)), 14)
        cloudy = Image.fromarray(self.dice.integers(220, 256, (small[1], small[0]), dtype=np.uint8))
        dried = ImageChops.multiply(
            ground, Image.merge("RGB", [cloudy.resize(self._size, Image.Resampling.BICUBIC)] * 3)
        )
        framed = Image.composite(dried, Image.new("RGB", self._size, PAPER), self._edge())
        return ImageChops.multiply(self._drawn_on(framed), Image.merge("RGB", [self._paper_grain()] * 3))

    def figure(self) -> Image.Image:
        """The sheet as a picture on nothing, cropped to what is drawn."""
        soft = self._sheet.resize(self._size, Image.Resampling.BOX)
        ink = self._ink.resize(self._size, Image.Resampling.BOX)
        cover = ImageChops.lighter(soft.getchannel("A"), ink)
        drawn = self._drawn_on(soft.convert("RGB"))
        drawn.putalpha(cover)
        return drawn.crop(cover.getbbox() or (0, 0, 1, 1))

    def _drawn_on(self, ground: Image.Image) -> Image.Image:
        drawn = ground.copy()
        drawn.paste(INK, mask=self._ink.resize(self._size, Image.Resampling.BOX))
        return drawn

    def _edge(self) -> Image.Image:
        """Where the washes end: not quite at the paper's edge, and not quite straight."""
        scale = min(1.0, _EDGE / max(self._size))
        small = (max(8, round(self._size[0] * scale)), max(8, round(self._size[1] * scale)))
        edge = max(1, round(min(small) * 0.028))
        mask = Image.new("L", small, 0)
        mask.paste(255, (edge, edge, small[0] - edge, small[1] - edge))
        fibres = Image.fromarray(self.dice.integers(0, 120, (small[1], small[0]), dtype=np.uint8))
        rough = ImageChops.add(mask.filter(ImageFilter.GaussianBlur(edge * 0.8)), fibres, 1, -60)
        torn = rough.point(lambda value: 255 if value > _TORN else 0).filter(ImageFilter.GaussianBlur(0.8))
        return torn.resize(self._size, Image.Resampling.BICUBIC)

    def _paper_grain(self) -> Image.Image:
        tile = Image.fromarray(self.dice.integers(228, 256, (_GRAIN, _GRAIN), dtype=np.uint8)).filter(
            ImageFilter.BoxBlur(0.6)
        )
        sheet = Image.new("L", self._size)
        for left in range(0, self._size[0], _GRAIN):
            for top in range(0, self._size[1], _GRAIN):
                sheet.paste(tile, (left, top))
        return sheet
