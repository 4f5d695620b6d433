"""Pictures as Y, U and V planes, and sub-pixel crops of them: what a frame of a camera move is made of.

A move is only zoom and translation, so a frame is one separable resize of a fractional box, smooth to a few hundredths
of a pixel. Colours are converted once per layer, never per frame.
Chroma samples stand where H.264 has them: between two rows, on the left one of two columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from workflow_lib.media.resample import MARGIN, Plane, resample

_PAD = 2 * MARGIN
_ROOM = 8
_BLEED_RADIUS = 4
_SOLID_ALPHA = 32
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722  # BT.709
_Y_SPAN, _C_SPAN = 219 / 255, 112 / 255
_MATRIX = (
    *(_Y_SPAN * share for share in (_RED, _GREEN, _BLUE)), 16.0,
    *(_C_SPAN / (1 - _BLUE) * share for share in (-_RED, -_GREEN, 1 - _BLUE)), 128.0,
    *(_C_SPAN / (1 - _RED) * share for share in (1 - _RED, -_GREEN, -_BLUE)), 128.0,
)  # fmt: skip

_Floats = tuple[float, float, float, float]


class Frame(NamedTuple):
    """One picture in BT.709 limited range: `y` full size, `u` and `v` half size."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    def planes(self) -> tuple[bytes, bytes, bytes]:
        """The bytes of Y, U and V."""
        return self.y.tobytes(), self.u.tobytes(), self.v.tobytes()


@dataclass(frozen=True, slots=True)
class Window:
    """A crop of a frame, in its pixels; may be fractional and may reach outside of the frame."""

    left: float
    top: float
    width: float
    height: float


class Planes(NamedTuple):
    """Y, U and V as arrays."""

    y: Plane
    u: Plane
    v: Plane


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture that can be moved: padded planes, and their transparency (`alpha` and half-size `alpha_c`) if any.

    `left`, `top`: its place in the frame. `scale`: its pixels per pixel of the frame. `size`: its own, without padding.
    """

    color: Planes
    alpha: Plane | None
    alpha_c: Plane | None
    size: tuple[int, int]
    left: float
    top: float
    scale: float


def blank(size: tuple[int, int]) -> Frame:
    """A black frame of `size` (even)."""
    half = (size[0] // 2, size[1] // 2)
    return Frame(Image.new("L", size, 16), Image.new("L", half, 128), Image.new("L", half, 128))


def to_frame(picture: Image.Image) -> Frame:
    """An RGB picture with even sides as a frame of the same size."""
    return Frame(*(Image.fromarray(plane) for plane in _convert(picture)))


def sprite(picture: Image.Image, left: float = 0.0, top: float = 0.0, scale: float = 1.0) -> Sprite:
    """Get `picture` (RGB, or RGBA when parts of it are transparent) ready to be moved; RGB needs even sides."""
    if picture.mode != "RGBA":
        return Sprite(_convert(_padded(picture)), None, None, picture.size, left, top, scale)
    roomy = Image.new("RGBA", _even((picture.width + _ROOM, picture.height + _ROOM)))
    roomy.paste(picture, (_ROOM // 2, _ROOM // 2))
    alpha = np.asarray(_padded(roomy.getchannel("A")))
    margin = _ROOM / 2 / scale
    color = _convert(_padded(_bled(roomy)))
    return Sprite(color, alpha, _subsample(alpha), roomy.size, left - margin, top - margin, scale)


def crop(ground: Sprite, window: Window, size: tuple[int, int]) -> Frame:
    """What `window` of an opaque sprite shows, as a frame of `size`."""
    luma, chroma = _boxes(ground, window, (0, 0, *size), size)
    half = (size[0] // 2, size[1] // 2)
    y, u, v = ground.color
    return Frame(resample(y, luma, size), _soft(u, chroma, half), _soft(v, chroma, half))


def paint(frame: Frame, figure: Sprite, window: Window) -> None:
    """Blend into `frame` what its `window` shows of a transparent sprite; only the sprite's own part is touched."""
    size = frame.y.size
    area = _visible_area(figure, window, size)
    if figure.alpha is None or figure.alpha_c is None or area[0] >= area[2] or area[1] >= area[3]:
        return
    extent = (area[2] - area[0], area[3] - area[1])
    half = (extent[0] // 2, extent[1] // 2)
    luma, chroma = _boxes(figure, window, area, size)
    mask = resample(figure.alpha, luma, extent)
    frame.y.paste(resample(figure.color.y, luma, extent), area[:2], mask)
    mask_c, corner = _soft(figure.alpha_c, chroma, half), (area[0] // 2, area[1] // 2)
    frame.u.paste(_soft(figure.color.u, chroma, half), corner, mask_c)
    frame.v.paste(_soft(figure.color.v, chroma, half), corner, mask_c)


def _soft(plane: Plane, box: _Floats, size: tuple[int, int]) -> Image.Image:
    """Colours and their outlines, where nobody sees the difference."""
    return resample(plane, box, size, sharp=False)


def place(frame: Frame, part: Frame, left: int, top: int) -> None:
    """Put `part` into `frame` at an even place."""
    frame.y.paste(part.y, (left, top))
    frame.u.paste(part.u, (left // 2, top // 2))
    frame.v.paste(part.v, (left // 2, top // 2))


def _visible_area(figure: Sprite, window: Window, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels of a frame of `size` that the sprite covers, at even borders."""
    kx, ky = window.width / size[0], window.height / size[1]
    left, top = (figure.left - window.left) / kx, (figure.top - window.top) / ky
    right = left + figure.size[0] / figure.scale / kx
    bottom = top + figure.size[1] / figure.scale / ky
    return (
        max(0, math.ceil(left / 2) * 2),
        max(0, math.ceil(top / 2) * 2),
        min(size[0], math.floor(right / 2) * 2),
        min(size[1], math.floor(bottom / 2) * 2),
    )


def _boxes(
    source: Sprite, window: Window, area: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[_Floats, _Floats]:
    """The boxes of the sprite's luma and chroma planes that fill `area` of a frame of `size` which shows `window`."""
    kx, ky = window.width / size[0] * source.scale, window.height / size[1] * source.scale
    left = (window.left - source.left) * source.scale + area[0] * kx + _PAD
    top = (window.top - source.top) * source.scale + area[1] * ky + _PAD
    width, height = (area[2] - area[0]) * kx, (area[3] - area[1]) * ky
    # a chroma sample stands a quarter of its width left of its middle, in the source and in the frame
    left_c = left / 2 + (1 - kx) / 4
    return (
        (left, top, left + width, top + height),
        (left_c, top / 2, left_c + width / 2, (top + height) / 2),
    )


def _convert(picture: Image.Image) -> Planes:
    y, u, v = (np.asarray(plane) for plane in picture.convert("RGB", _MATRIX).split())
    return Planes(y, _subsample(u), _subsample(v))


def _subsample(plane: Plane) -> Plane:
    """Half the size, each sample centred on the left one of its two columns."""
    shifted = Image.fromarray(np.pad(plane, ((0, 0), (1, 0)), mode="edge"))
    height, width = plane.shape
    small = shifted.resize((width // 2, height // 2), Image.Resampling.BILINEAR, (0.5, 0, width + 0.5, height))
    return np.asarray(small)


def _padded(picture: Image.Image) -> Image.Image:
    array = np.asarray(picture)
    return Image.fromarray(np.pad(array, ((_PAD, _PAD), (_PAD, _PAD)) + ((0, 0),) * (array.ndim - 2), mode="edge"))


def _bled(picture: Image.Image) -> Image.Image:
    """The colours of an RGBA picture, carried on into its transparent parts: edges stay clean when they are warped."""
    spread = picture.convert("RGBa").filter(ImageFilter.GaussianBlur(_BLEED_RADIUS)).convert("RGBA").convert("RGB")
    solid = picture.getchannel("A").point(lambda value: 255 if value >= _SOLID_ALPHA else 0)
    return Image.composite(picture.convert("RGB"), spread, solid)


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] + size[0] % 2, size[1] + size[1] % 2
