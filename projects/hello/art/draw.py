"""Draws the pictures of the hello film: `python projects/hello/art/draw.py [--to FOLDER]`; the same on every run."""

from __future__ import annotations

import argparse
import io
import random
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (1280, 720)
SCALE = 3
HORIZON = 430
Color = tuple[int, int, int]
MORNING: tuple[Color, ...] = ((92, 168, 190), (168, 212, 206), (250, 233, 200))
EVENING: tuple[Color, ...] = ((58, 44, 96), (190, 82, 98), (250, 176, 108))
LATE: tuple[Color, ...] = ((14, 20, 48), (40, 52, 92), (112, 96, 128))


def blend(stops: tuple[Color, ...], share: float) -> Color:
    """The colour at `share` 0..1 along the stops."""
    place = min(share, 0.9999) * (len(stops) - 1)
    first, second, t = stops[int(place)], stops[int(place) + 1], place % 1
    red, green, blue = (round(a + (b - a) * t) for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def shape(picture: Image.Image, points: list[tuple[float, float]], color: Color, opacity: float = 1.0) -> None:
    """Lay an antialiased polygon over the picture."""
    mask = Image.new("L", (picture.width * SCALE, picture.height * SCALE))
    ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=round(255 * opacity))
    picture.paste(Image.new(picture.mode, picture.size, color), mask=mask.resize(picture.size, Image.Resampling.BOX))


def disc(picture: Image.Image, x: float, y: float, radius: float, color: Color, opacity: float = 1.0) -> None:
    """Lay an antialiased disc over the picture."""
    mask = Image.new("L", (picture.width * SCALE, picture.height * SCALE))
    box = [(v * SCALE) for v in (x - radius, y - radius, x + radius, y + radius)]
    ImageDraw.Draw(mask).ellipse(box, fill=round(255 * opacity))
    picture.paste(Image.new(picture.mode, picture.size, color), mask=mask.resize(picture.size, Image.Resampling.BOX))


def scene(sky: tuple[Color, ...], sun: tuple[float, float], island: Color) -> Image.Image:
    """Sky, sun, an island with a lighthouse, and the sea with its ripples."""
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    for y in range(SIZE[1]):
        share = y / HORIZON if y < HORIZON else 1 - 0.85 * (y - HORIZON) / (SIZE[1] - HORIZON)
        draw.line([(0, y), (SIZE[0], y)], fill=blend(sky, share))
    for radius, opacity in ((150, 0.12), (100, 0.2), (58, 1.0)):
        disc(picture, *sun, radius, (255, 240, 205), opacity)
    for y in range(HORIZON, SIZE[1]):
        draw.line([(0, y), (SIZE[0], y)], fill=blend(sky[::-1], 0.15 + 0.85 * (y - HORIZON) / (SIZE[1] - HORIZON)))
    hills(picture, island)
    ripples(draw, sky)
    return picture


def hills(picture: Image.Image, island: Color) -> None:
    """The island on the right, two hills deep, and its lighthouse."""
    far: Color = blend((island, (235, 214, 190)), 0.45)
    shape(picture, [(690, 430), (800, 372), (900, 340), (1010, 366), (1110, 352), (1300, 400), (1300, 430)], far)
    shape(picture, [(830, 430), (920, 396), (1020, 352), (1090, 340), (1180, 372), (1300, 360), (1300, 430)], island)
    shape(picture, [(1046, 346), (1054, 238), (1086, 238), (1094, 346)], (246, 236, 214))
    shape(picture, [(1050, 300), (1053, 268), (1087, 268), (1090, 300)], (188, 70, 56))
    shape(picture, [(1056, 238), (1058, 216), (1082, 216), (1084, 238)], (60, 52, 62))
    shape(picture, [(1052, 216), (1070, 198), (1088, 216)], (188, 70, 56))


def ripples(draw: ImageDraw.ImageDraw, sky: tuple[Color, ...]) -> None:
    """Short dashes of light on the water, longer towards the front."""
    chance = random.Random(7)  # noqa: S311 the same ripples on every run
    for _ in range(150):
        t = chance.random() ** 0.7
        x, y, half = chance.uniform(0, SIZE[0]), HORIZON + 6 + t * 280, 6 + 42 * t * chance.random()
        draw.line([(x - half, y), (x + half, y)], fill=blend(sky, 1 - 0.35 * t), width=1 + round(2 * t))


def boat() -> Image.Image:
    """A folded paper boat on a clear ground, the waterline at its bottom edge."""
    picture = Image.new("RGBA", (460, 330))
    for points, color in (
        ([(230, 12), (118, 232), (230, 240)], (214, 92, 74)),
        ([(230, 12), (230, 240), (346, 232)], (176, 62, 56)),
        ([(10, 176), (120, 232), (340, 232), (450, 176), (366, 326), (94, 326)], (232, 116, 88)),
        ([(10, 176), (120, 232), (94, 326)], (204, 84, 68)),
        ([(450, 176), (340, 232), (366, 326)], (160, 54, 52)),
    ):
        shape(picture, list(points), (*color, 255))  # type: ignore[arg-type]
    return picture.crop((0, 0, 460, 327))


def moored(sky: tuple[Color, ...], sun: tuple[float, float], island: Color, *, lamp: bool) -> Image.Image:
    """The boat at the island, with the lamp lit or not."""
    picture = scene(sky, sun, island)
    if lamp:
        for radius, opacity in ((90, 0.16), (46, 0.3), (13, 1.0)):
            disc(picture, 1070, 227, radius, (255, 226, 150), opacity)
    small = boat().resize((184, 131), Image.Resampling.LANCZOS)
    if lamp:
        small = Image.merge(
            "RGBA", [*(band.point(lambda v: v * 3 // 5) for band in small.split()[:3]), small.getchannel("A")]
        )
    picture.paste(small, (720, 400), small)
    return picture


def save(image: Image.Image, path: Path) -> None:
    """Write `image` as a small PNG, never half of one."""
    buffer = io.BytesIO()
    small = image if image.mode == "RGBA" else image.quantize(200, dither=Image.Dither.NONE)
    small.save(buffer, "PNG", optimize=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


def main() -> None:
    """Draw all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path(__file__).parents[1], help="the project's folder")
    folder = parser.parse_args().to
    save(scene(MORNING, (330, 300), (74, 112, 104)), folder / "assets/sea.png")
    save(boat(), folder / "assets/boat.png")
    save(moored(EVENING, (520, 380), (70, 50, 84), lamp=False), folder / "keyframes/clip_02_start.png")
    save(moored(LATE, (520, 520), (24, 26, 50), lamp=True), folder / "keyframes/clip_02_end.png")


if __name__ == "__main__":
    main()
