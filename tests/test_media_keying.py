"""Figures are cut out of a plain colour: soft where they are soft, whole, and without a rim of that colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from workflow_lib.errors import BadMedia
from workflow_lib.media import keying

Values = NDArray[np.float32]
HIGH, WIDE = 640, 480
MAGENTA, GREEN, BLUE = (1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def truth() -> Values:
    """A figure with a gap under its arm and a head of fine hair, colours multiplied by alpha, as RGBA 0..1."""
    dice = np.random.default_rng(3)
    image = Image.new("RGBA", (WIDE * 2, HIGH * 2), (60, 40, 30, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((400, 260, 560, 440), fill=(214, 170, 140, 255))
    pen.rectangle((360, 440, 600, 860), fill=(96, 84, 66, 255))
    pen.line([(370, 470), (250, 620), (370, 780)], fill=(96, 84, 66, 255), width=44, joint="curve")
    for left in (380, 500):
        pen.rectangle((left, 860, left + 70, 1200), fill=(70, 50, 40, 255))
    for _ in range(60):
        turn = dice.uniform(np.pi, 2 * np.pi)
        x, y = 480 + 76 * np.cos(turn), 345 + 84 * np.sin(turn)
        bend = turn + dice.normal(0, 0.3)
        pen.line(
            (x, y, x + 120 * np.cos(bend), y + 120 * np.sin(bend)),
            fill=(58, 38, 26, 255),
            width=int(dice.integers(2, 6)),
        )
    values = np.asarray(image, dtype=np.float32) / 255
    values[..., :3] *= values[..., 3:]
    small: Values = values.reshape(HIGH, 2, WIDE, 2, 4).mean(axis=(1, 3)).astype(np.float32)
    return small


def painted(figure: Values, color: tuple[float, float, float]) -> Image.Image:
    """The figure as models paint it: before nearly that colour, unevenly lit, with a shadow, as a JPEG."""
    dice = np.random.default_rng(5)
    y, x = np.mgrid[0:HIGH, 0:WIDE].astype(np.float32)
    backdrop = np.array(color, np.float32) * 0.88 + 0.05 + np.array([0.0, 0.02, -0.02], np.float32)
    light = 1 - 0.2 * ((x / WIDE - 0.4) ** 2 + (y / HIGH - 0.3) ** 2)
    shadow = 1 - 0.45 * np.exp(-(((x - WIDE * 0.55) / (WIDE * 0.25)) ** 2 + ((y - HIGH * 0.94) / (HIGH * 0.03)) ** 2))
    ground = backdrop * (light * shadow)[..., None] + dice.normal(0, 0.01, (HIGH, WIDE, 1))
    mixed = figure[..., :3] + (1 - figure[..., 3:]) * ground
    held = io.BytesIO()
    Image.fromarray((np.clip(mixed, 0, 1) * 255).astype(np.uint8)).save(held, "JPEG", quality=90)
    return Image.open(held).convert("RGB")


def placed(cut: Image.Image, figure: Values) -> Values:
    """The cut-out as RGBA 0..1 where it was in the picture: at the place where it fits best."""
    values = np.asarray(cut, dtype=np.float32) / 255
    high, wide = values.shape[:2]
    found = min(
        (float(np.abs(figure[top : top + high : 4, left : left + wide : 4, 3] - values[::4, ::4, 3]).mean()), top, left)
        for top in range(HIGH - high + 1)
        for left in range(WIDE - wide + 1)
    )
    full = np.zeros((HIGH, WIDE, 4), np.float32)
    full[found[1] : found[1] + high, found[2] : found[2] + wide] = values
    return full


@pytest.mark.parametrize(("color", "most"), [(MAGENTA, 0.15), (GREEN, 0.15), (BLUE, 0.19)])
def test_a_figure_is_cut_out_as_it_is(color: tuple[float, float, float], most: float) -> None:
    """Alpha is near the truth everywhere, on the edge too; the gap under the arm is open, and the shadow is gone."""
    figure = truth()

    cut = placed(keying.cut_out(painted(figure, color)), figure)

    off = np.abs(cut[..., 3] - figure[..., 3])
    edge = (figure[..., 3] > 0.02) & (figure[..., 3] < 0.98)
    assert off.mean() < 0.012
    assert off[edge].mean() < most  # hairs of a pixel, whose colours the JPEG has halved
    assert (off[~edge] > 0.5).mean() < 0.002
    assert cut[310, 160, 3] == 0  # under the arm
    assert cut[610:630, 100:170, 3].max() == 0  # the shadow
    whole = Image.fromarray((figure[..., 3] == 1).astype(np.uint8) * 255).filter(ImageFilter.MinFilter(5))
    assert (cut[..., 3][np.asarray(whole) > 0] > 0.98).mean() > 0.999  # two pixels inside the edge


@pytest.mark.parametrize("color", [MAGENTA, GREEN])
def test_no_rim_of_the_backdrop_is_left(color: tuple[float, float, float]) -> None:
    """On its edge the figure has its own colour: hardly more of the backdrop's than anywhere in it."""
    figure = truth()
    cut = placed(keying.cut_out(painted(figure, color)), figure)

    seen = (cut[..., 3] > 0.1) & (cut[..., 3] < 0.95)
    red, green, blue = (cut[..., channel][seen] for channel in range(3))
    glow = np.minimum(red, blue) - green if color == MAGENTA else green - np.maximum(red, blue)

    assert np.percentile(glow, 95) < 0.08


def test_dust_is_dropped_and_the_rest_cropped() -> None:
    """Specks beside a figure are not part of it; the picture is as large as the figure and a small margin."""
    image = Image.new("RGB", (400, 400), (230, 20, 228))
    pen = ImageDraw.Draw(image)
    pen.rectangle((150, 100, 249, 299), fill=(90, 80, 60))
    pen.rectangle((20, 20, 23, 23), fill=(40, 40, 40))

    cut = keying.cut_out(image)

    assert (cut.mode, cut.size) == ("RGBA", (108, 208))


def test_what_is_transparent_already_is_only_cropped() -> None:
    """A cut-out that comes as one keeps its edges."""
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((50, 50, 149, 149), fill=(200, 100, 50, 128))

    cut = keying.cut_out(image)

    assert cut.size == (104, 104)
    assert cut.getpixel((52, 52)) == (200, 100, 50, 128)


@pytest.mark.parametrize("color", ["#808080", "#ffffff", "#e8e2da"])
def test_a_picture_without_a_plain_colour_is_refused(color: str) -> None:
    """Before grey or white nothing can be cut out, and before the landscape of a photo neither."""
    plain = Image.new("RGB", (200, 200), color)
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (200, 200, 3), dtype=np.uint8))

    for image in (plain, noise):
        with pytest.raises(BadMedia, match="backdrop"):
            keying.cut_out(image)


def test_an_empty_backdrop_is_refused() -> None:
    """A plain colour with nothing before it holds no figure."""
    with pytest.raises(BadMedia, match="no figure"):
        keying.cut_out(Image.new("RGB", (200, 200), (10, 240, 12)))
