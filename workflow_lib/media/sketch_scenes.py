"""The places of a sketch: what words name of light, weather and land, as washes with pencil on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflow_lib import looks
from workflow_lib.media.pencil import Color, Pad, Point, color, mixed

_HORIZON = 0.6

_PLACES: tuple[tuple[str, str], ...] = (
    ("space", "space star stars planet galaxy orbit cosmos moonscape"),
    ("under", "underwater seabed reef submarine depths undersea"),
    ("room", "room kitchen library study bedroom hall indoors inside interior office workshop cabin chamber lab desk"),
    ("room", "laboratory museum cellar attic church classroom shop tavern theatre corridor"),
    ("city", "city street town village house houses market square skyline road roofs alley castle tower palace"),
    ("beach", "beach shore coast harbour harbor bay dock pier lava"),
    ("sea", "sea ocean waves wave water ship boat island lake river"),
    ("forest", "forest wood woods jungle tree trees grove orchard garden park"),
    ("mountain", "mountain mountains peak cliff cliffs valley canyon volcano rock rocks slope glacier ridge"),
    ("desert", "desert dune dunes sand savanna steppe"),
    ("field", "field meadow hill hills grass plain farm countryside pasture prairie"),
)  # fmt: skip

_GROUNDS: dict[str, Color] = {
    "field": (138, 158, 96), "forest": (96, 124, 84), "mountain": (132, 128, 118), "desert": (216, 182, 126),
    "sea": (92, 134, 156), "beach": (218, 198, 156), "city": (158, 152, 146), "room": (172, 138, 104),
    "under": (60, 110, 130), "space": (34, 36, 62),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Light:
    """The colours of a sky above and at the horizon, and by how much all else is dimmed by which colour."""

    top: Color
    low: Color
    tint: Color
    dim: float
    disc: Color | None
    disc_at: Point


_NIGHT = Light((34, 42, 74), (78, 92, 128), (30, 36, 70), 0.5, (240, 234, 206), (0.78, 0.2))
_DUSK = Light((98, 98, 140), (240, 168, 104), (120, 70, 90), 0.22, (250, 206, 128), (0.3, 0.52))
_DAWN = Light((146, 170, 196), (248, 206, 168), (190, 140, 130), 0.12, (252, 226, 160), (0.68, 0.5))
_GREY = Light((124, 132, 142), (184, 188, 188), (110, 118, 128), 0.25, None, (0, 0))
_LIGHTS: tuple[tuple[str, Light], ...] = (
    ("night midnight moon moonlight moonlit stars", _NIGHT),
    ("sunset dusk evening twilight golden", _DUSK),
    ("dawn sunrise morning", _DAWN),
    ("storm rain stormy thunder grey gray fog mist misty overcast cloudy", _GREY),
)
_DAY = Light((150, 188, 212), (222, 230, 226), (255, 255, 255), 0.0, (252, 238, 190), (0.8, 0.18))


def draw(words: str, pad: Pad) -> None:
    """Draw the place that `words` name."""
    said = looks.words_of(words)
    place = _place_of(said)
    light = next((light for names, light in _LIGHTS if set(said) & set(names.split())), _DAY)
    snowy = bool({"snow", "snowy", "ice", "icy", "winter", "frozen", "glacier", "arctic"} & set(said))
    named = looks.colours_of(words)
    ground = (232, 236, 240) if snowy else _GROUNDS[place]
    if named and place not in ("space", "under"):
        ground = mixed(ground, color(named[0]), 0.25)
    _SCENES[place](pad, light, mixed(ground, light.tint, light.dim))
    if snowy or {"rain", "rainy", "storm"} & set(said):
        _falling(pad, snow=snowy)


def _place_of(said: list[str]) -> str:
    for word in said:
        for place, names in _PLACES:
            if word in names.split():
                return place
    return "field"


def _sky(pad: Pad, light: Light, horizon: float = _HORIZON) -> None:
    pad.shade(light.top, light.low, 0, horizon + 0.02)
    if light.disc is not None:
        x, y = light.disc_at
        pad.dot((x, y * horizon / _HORIZON), 0.062, mixed(light.disc, light.low, 0.5))
        pad.dot((x, y * horizon / _HORIZON), 0.05, light.disc, line=0.35)
    if light.disc is None or light.dim < 0.3:  # noqa: PLR2004 - no clouds are seen at night
        for _ in range(4):
            _cloud(pad, mixed(light.low, (255, 255, 255), 0.45), horizon)
    else:
        for _ in range(70):
            at = (float(pad.dice.uniform(0, 1)), float(pad.dice.uniform(0, horizon * 0.8)))
            pad.dot(at, float(pad.dice.uniform(0.0012, 0.003)), (236, 232, 214))


def _cloud(pad: Pad, fill: Color, horizon: float) -> None:
    x, y = float(pad.dice.uniform(0.05, 0.95)), float(pad.dice.uniform(0.08, horizon * 0.6))
    size = float(pad.dice.uniform(0.03, 0.055))
    for step in range(5):
        pad.dot((x + (step - 2) * size * 0.7, y - size * 0.35 * (2 - abs(step - 2))), size, fill, tall=0.62)
    pad.line([(x - size * 1.8, y + size * 0.5), (x + size * 1.9, y + size * 0.52)], strength=0.3)


def _land(pad: Pad, height: float, rough: float, fill: Color, strength: float = 0.6) -> list[Point]:
    """Land below a ridge, and the ridge."""
    ridge = pad.ridge(height, rough)
    pad.wash([*ridge, (1.05, 1.05), (-0.05, 1.05)], fill)
    pad.line(ridge, strength=strength, unsteady=0.8)
    return ridge


def _strokes(pad: Pad, count: int, top: float, length: float, strength: float = 0.35) -> None:
    """Short level strokes, longer and further apart towards the front."""
    for _ in range(count):
        near = float(pad.dice.uniform(0, 1)) ** 1.4
        y, x = top + (0.98 - top) * near, float(pad.dice.uniform(0, 1))
        reach = length * (0.3 + near) * float(pad.dice.uniform(0.5, 1.3))
        pad.line([(x, y), (x + reach, y + float(pad.dice.normal(0, 0.004)))], strength=strength * (0.5 + near / 2))


def _hatch(pad: Pad, left: float, top: float, right: float, bottom: float, count: int = 9) -> None:
    """A shadow of slanting strokes."""
    for step in range(count):
        x = left + (right - left) * step / count
        pad.line([(x, bottom), (x + (right - left) / count * 1.6, top)], width=0.0018, strength=0.28)


def _tuft(pad: Pad, x: float, y: float, size: float) -> None:
    for lean in (-0.4, 0.0, 0.45):
        pad.line([(x, y), (x + lean * size / pad.ratio, y - size)], strength=0.5)


def _field(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light)
    _land(pad, _HORIZON - 0.06, 0.035, mixed(ground, light.low, 0.55), 0.4)
    _land(pad, _HORIZON + 0.03, 0.025, mixed(ground, light.low, 0.22), 0.5)
    _land(pad, _HORIZON + 0.16, 0.02, ground)
    for _ in range(34):
        near = float(pad.dice.uniform(0, 1))
        _tuft(pad, float(pad.dice.uniform(0, 1)), 0.78 + near * 0.2, 0.015 + near * 0.03)


def _forest(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light)
    _land(pad, 0.4, 0.05, mixed(ground, light.low, 0.62), 0.3)
    for depth in (0.5, 0.25, 0.0):
        foot = 0.66 + (0.5 - depth) * 0.3
        _land(pad, foot, 0.012, mixed(ground, light.low, depth), 0.35)
        for _ in range(round(6 + depth * 14)):
            _tree(
                pad,
                float(pad.dice.uniform(-0.02, 1.02)),
                foot + 0.015,
                0.3 + (0.5 - depth) * 0.6,
                mixed(ground, light.low, depth),
            )
    _strokes(pad, 26, 0.84, 0.03)


def _tree(pad: Pad, x: float, foot: float, tall: float, green: Color) -> None:
    tall *= float(pad.dice.uniform(0.75, 1.15))
    wide = tall * 0.16 / pad.ratio
    trunk = mixed((96, 74, 58), green, 0.35)
    pad.wash(
        [
            (x - wide * 0.16, foot),
            (x + wide * 0.16, foot),
            (x + wide * 0.08, foot - tall),
            (x - wide * 0.08, foot - tall),
        ],
        trunk,
    )
    for level in range(3):
        low, high = foot - tall * (0.2 + 0.24 * level), foot - tall * (0.58 + 0.21 * level)
        spread = wide * (1.15 - 0.3 * level)
        crown = [(x - spread, low), (x + spread, low), (x, high)]
        pad.wash(crown, mixed(green, (40, 60, 48), 0.1 + 0.08 * (2 - level)))
        pad.line([*crown, crown[0]], strength=0.42)


def _mountain(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light)
    for depth, base in ((0.62, 0.44), (0.34, 0.52)):
        fill = mixed(ground, light.low, depth)
        points = [(-0.05, base + 0.1)]
        for step in range(8):
            high = base - float(pad.dice.uniform(0.06, 0.26)) if step % 2 else base + float(pad.dice.uniform(0.0, 0.06))
            points.append((step / 7 + float(pad.dice.normal(0, 0.02)), high))
        points.append((1.05, base + 0.1))
        pad.wash([*points, (1.05, 1.05), (-0.05, 1.05)], fill)
        pad.line(points, strength=0.6)
        for place in range(2, len(points) - 1, 2):
            (x, y), (_, foot) = points[place], points[place + 1]
            pad.wash([(x, y), (x + 0.022, y + 0.05), (x + 0.004, y + 0.04), (x - 0.02, y + 0.055)], (240, 240, 238))
            pad.line([(x, y), (x + 0.02, y + (foot - y) * 0.5), (x + 0.006, foot)], strength=0.35)
            _hatch(pad, x + 0.01, y + 0.08, x + 0.07, foot, 6)
    _land(pad, 0.72, 0.03, mixed(ground, (110, 118, 84), 0.35))
    _strokes(pad, 30, 0.78, 0.03)


def _desert(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light)
    for height, depth in ((0.56, 0.5), (0.66, 0.22), (0.8, 0.0)):
        ridge = _land(pad, height, 0.05, mixed(ground, light.low, depth), 0.5)
        for x, y in ridge[4::7]:
            pad.line([(x, y + 0.01), (x + 0.05, y + 0.07)], strength=0.22)
    _strokes(pad, 22, 0.84, 0.05, 0.25)


def _water(pad: Pad, light: Light, ground: Color, top: float, end: float = 1.0) -> None:
    pad.shade(mixed(ground, light.low, 0.5), ground, top, end)
    pad.line([(-0.02, top), (1.02, top)], strength=0.55, unsteady=0.4)
    for _ in range(60):
        near = float(pad.dice.uniform(0, 1)) ** 1.3
        y, x = top + (end - top) * (0.03 + 0.95 * near), float(pad.dice.uniform(0, 1))
        reach, swell = 0.02 + 0.07 * near, 0.004 + 0.012 * near
        pad.line([(x, y), (x + reach * 0.5, y - swell), (x + reach, y)], strength=0.2 + 0.3 * near)


def _sea(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light, 0.52)
    _water(pad, light, ground, 0.52)


def _beach(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light, 0.46)
    _water(pad, light, mixed(_GROUNDS["sea"], light.tint, light.dim), 0.46, 0.72)
    _land(pad, 0.71, 0.025, ground)
    _strokes(pad, 20, 0.78, 0.03, 0.3)
    for _ in range(5):
        x, y = float(pad.dice.uniform(0.02, 0.98)), float(pad.dice.uniform(0.74, 0.95))
        pad.dot((x, y), float(pad.dice.uniform(0.012, 0.03)), mixed(ground, (70, 66, 66), 0.5), tall=0.6, line=0.6)


def _city(pad: Pad, light: Light, ground: Color) -> None:
    _sky(pad, light)
    for depth, foot, tallest in ((0.5, 0.62, 0.36), (0.1, 0.72, 0.44)):
        x = -0.02
        while x < 1.0:
            wide, tall = float(pad.dice.uniform(0.06, 0.13)), float(pad.dice.uniform(tallest * 0.4, tallest))
            wall = mixed(mixed((190, 162, 136), (130, 140, 150), float(pad.dice.uniform(0, 1))), light.tint, light.dim)
            _house(pad, x, foot, wide, tall, mixed(wall, light.low, depth), lit=light.dim > 0.3)  # noqa: PLR2004
            x += wide * float(pad.dice.uniform(0.95, 1.2))
    pad.wash([(-0.05, 0.72), (1.05, 0.72), (1.05, 1.05), (-0.05, 1.05)], ground)
    for x in (-0.3, 0.1, 0.9, 1.3):
        pad.line([(0.5 + (x - 0.5) * 0.35, 0.72), (x, 1.02)], strength=0.4)
    _strokes(pad, 18, 0.76, 0.04, 0.3)


def _house(pad: Pad, x: float, foot: float, wide: float, tall: float, wall: Color, *, lit: bool) -> None:
    top = foot - tall
    front = [(x, foot), (x, top), (x + wide, top), (x + wide, foot)]
    pad.wash([*front, (x + wide, 1.0), (x, 1.0)], wall)
    roof = [(x - 0.008, top), (x + wide / 2, top - wide * 0.7), (x + wide + 0.008, top)]
    pad.wash(roof, mixed(wall, (120, 70, 58), 0.55))
    pad.line(front, strength=0.5)
    pad.line([*roof, roof[0]], strength=0.5)
    glass = (246, 214, 140) if lit else mixed(wall, (60, 74, 92), 0.55)
    for column in (0.24, 0.66):
        for row in range(1, max(2, round(tall / 0.1))):
            left, high = x + wide * column, top + row * 0.085 - 0.035
            if high < foot - 0.05:
                pad.wash(
                    [
                        (left, high),
                        (left + wide * 0.17, high),
                        (left + wide * 0.17, high + 0.036),
                        (left, high + 0.036),
                    ],
                    glass,
                )


def _room(pad: Pad, light: Light, ground: Color) -> None:
    wall = mixed((214, 198, 172), light.tint, light.dim)
    pad.shade(mixed(wall, (120, 100, 84), 0.12), wall, 0, 0.7)
    pad.wash([(-0.05, 0.7), (1.05, 0.7), (1.05, 1.05), (-0.05, 1.05)], ground)
    pad.line([(-0.02, 0.7), (1.02, 0.7)], strength=0.6)
    for x in (-0.5, -0.1, 0.2, 0.5, 0.8, 1.1, 1.5):
        pad.line([(0.5 + (x - 0.5) * 0.6, 0.7), (x, 1.02)], strength=0.3)
    side = float(pad.dice.choice([0.16, 0.6]))
    window = [(side, 0.14), (side + 0.22, 0.14), (side + 0.22, 0.5), (side, 0.5)]
    pad.wash(window, mixed(light.top, light.low, 0.5))
    for path in ([*window, window[0]], [(side + 0.11, 0.14), (side + 0.11, 0.5)], [(side, 0.31), (side + 0.22, 0.31)]):
        pad.line(path, width=0.005, strength=0.7)
    other = 0.62 if side < 0.5 else 0.14  # noqa: PLR2004
    shelf = [(other, 0.3), (other + 0.26, 0.3), (other + 0.26, 0.7), (other, 0.7)]
    pad.wash(shelf, mixed(ground, (70, 52, 44), 0.35))
    pad.line([*shelf, shelf[0]], strength=0.65)
    for row in range(3):
        y = 0.42 + row * 0.13
        pad.line([(other, y), (other + 0.26, y)], strength=0.6)
        x = other + 0.01
        while x < other + 0.235:
            wide, tall = float(pad.dice.uniform(0.008, 0.018)), float(pad.dice.uniform(0.06, 0.1))
            hue = mixed((164, 92, 72), (92, 118, 126), float(pad.dice.uniform(0, 1)))
            book = [(x, y), (x, y - tall), (x + wide, y - tall), (x + wide, y)]
            pad.wash(book, hue)
            pad.line(book, width=0.0018, strength=0.5)
            x += wide + 0.002
    _hatch(pad, 0.86, 0.06, 1.0, 0.3, 10)


def _space(pad: Pad, light: Light, ground: Color) -> None:  # noqa: ARG001 - there is no daylight
    pad.shade((22, 24, 46), (58, 52, 92), 0, 1)
    for _ in range(160):
        at = (float(pad.dice.uniform(0, 1)), float(pad.dice.uniform(0, 1)))
        pad.dot(at, float(pad.dice.uniform(0.001, 0.0036)), (238, 232, 214))
    pad.dot((0.74, 0.34), 0.17, mixed((190, 140, 110), ground, 0.2), line=0.5)
    pad.dot((0.71, 0.3), 0.05, (170, 120, 96))
    pad.line([(0.58, 0.42), (0.74, 0.36), (0.9, 0.26)], width=0.006, strength=0.5)


def _under(pad: Pad, light: Light, ground: Color) -> None:
    pad.shade(mixed((120, 178, 184), light.top, 0.25), (34, 74, 96), 0, 1)
    for x in (0.12, 0.34, 0.56, 0.8):
        pad.wash([(x, 0), (x + 0.06, 0), (x + 0.2, 0.8), (x + 0.08, 0.8)], mixed((120, 178, 184), ground, 0.35))
    _land(pad, 0.84, 0.02, mixed((170, 160, 124), ground, 0.4))
    for _ in range(16):
        x, tall = float(pad.dice.uniform(0, 1)), float(pad.dice.uniform(0.08, 0.22))
        pad.line([(x, 0.9), (x + 0.012, 0.9 - tall / 2), (x - 0.006, 0.9 - tall)], width=0.006, strength=0.6)
    for _ in range(14):
        pad.dot((float(pad.dice.uniform(0, 1)), float(pad.dice.uniform(0.1, 0.8))), 0.008, None, line=0.4)


def _falling(pad: Pad, *, snow: bool) -> None:
    for _ in range(110):
        x, y = float(pad.dice.uniform(0, 1)), float(pad.dice.uniform(0, 1))
        if snow:
            pad.dot((x, y), float(pad.dice.uniform(0.002, 0.006)), (252, 252, 250))
        else:
            pad.line([(x, y), (x - 0.008, y + 0.035)], width=0.0016, strength=0.35)


_SCENES: dict[str, Callable[[Pad, Light, Color], None]] = {
    "field": _field, "forest": _forest, "mountain": _mountain, "desert": _desert, "sea": _sea, "beach": _beach,
    "city": _city, "room": _room, "space": _space, "under": _under,
}  # fmt: skip
