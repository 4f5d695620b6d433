"""Pictures from disk: refused with a sentence when they are not usable, else decoded, digested and fitted."""

from __future__ import annotations

import hashlib
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from workflow_lib.errors import BadMedia
from workflow_lib.recipes import Fit

MAX_PIXELS = 64_000_000
MAX_SIDE = 16_384

_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error)
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
    (b"{", "a JSON text"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM"), "one, but is cut short or damaged; export it again"),
)
_TEXT = frozenset(range(32, 127)) | {9, 10, 12, 13}


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """Size in pixels as it is seen (a camera's rotation applied) and Pillow's name of the stored mode."""

    width: int
    height: int
    mode: str


def check_picture(path: Path) -> PictureInfo:
    """Decode all of `path` and say what it is; a picture that is too large is refused from its header.

    Raises:
        BadMedia: not a picture, too large, cut short or damaged.
    """
    mode, image = _decode(path)
    return PictureInfo(image.width, image.height, mode)


def load_picture(path: Path) -> Image.Image:
    """Give the picture as it is seen, 8 bits a channel: RGBA when some of it is transparent, else RGB.

    Raises:
        BadMedia: not a picture, too large, cut short or damaged.
    """
    return _decode(path)[1]


def pixel_digest(path: Path) -> str:
    """SHA-256 of what is seen: the same for the same pixels in another file, format or compression.

    Raises:
        BadMedia: not a picture, too large, cut short or damaged.
    """
    return image_digest(load_picture(path))


def image_digest(image: Image.Image) -> str:
    """SHA-256 of the pixels of an RGB or RGBA image, as `pixel_digest` gives it for its file."""
    seen = hashlib.sha256(f"{image.mode} {image.width}x{image.height}\n".encode())
    seen.update(image.tobytes())
    return seen.hexdigest()


def fit_picture(image: Image.Image, size: tuple[int, int], fit: Fit) -> Image.Image:
    """Fill a frame of `size` with `image`, as RGB; what is transparent becomes black.

    `cover` cuts what is too much, `contain` adds black bars, `blur` puts a dark blurred copy where the bars would be.
    """
    opaque = _flatten(image)
    if opaque.size == size:
        return opaque
    if fit == "cover":
        return _cover(opaque, size)
    ground = Image.new("RGB", size) if fit == "contain" else _backdrop(opaque, size)
    inside = ImageOps.contain(opaque, size, Image.Resampling.LANCZOS)
    ground.paste(inside, ((size[0] - inside.width) // 2, (size[1] - inside.height) // 2))
    return ground


def _cover(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    scale = max(size[0] / image.width, size[1] / image.height)
    width, height = min(size[0] / scale, image.width), min(size[1] / scale, image.height)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return image.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height))


def _backdrop(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    small = _cover(image, (max(1, size[0] // 8), max(1, size[1] // 8)))
    soft = small.filter(ImageFilter.GaussianBlur(max(small.size) / 24)).point(lambda value: value * 0.55)
    return soft.resize(size, Image.Resampling.BICUBIC)


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGB", image.size)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _decode(path: Path) -> tuple[str, Image.Image]:
    with _refusing(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path) as image:
            _check_size(path, image.size)
            image.load()
            return image.mode, _normalise(ImageOps.exif_transpose(image))


def _check_size(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if max(size) > MAX_SIDE or width * height > MAX_PIXELS:
        raise BadMedia(
            f"{path} is {width}x{height} pixels; at most {MAX_PIXELS // 10**6} megapixels"
            f" and {MAX_SIDE} pixels a side are read; make it smaller"
        )


def _normalise(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    lowest = seen.getchannel("A").getextrema()[0]
    return seen.convert("RGB") if lowest == 255 else seen  # noqa: PLR2004 an opaque alpha channel says nothing


def _from_deep(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    white = 65535.0 if image.mode.startswith("I") else max(1.0, float(values.max()))
    return Image.fromarray(np.clip(values * (255.0 / white) + 0.5, 0, 255).astype(np.uint8))


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn everything that Pillow raises about a bad file into one BadMedia."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        pixels = re.search(r"\d{4,}", str(error))
        size = f"has {int(pixels[0]) // 10**6} megapixels" if pixels else "is too large"
        raise BadMedia(f"{path} {size}; at most {MAX_PIXELS // 10**6} are read; make it smaller") from error
    except UnidentifiedImageError as error:
        raise BadMedia(f"{path} is not a picture: {_looks_like(path)}") from error
    except FileNotFoundError as error:
        raise BadMedia(f"{path} is not there") from error
    except IsADirectoryError as error:
        raise BadMedia(f"{path} is a folder, not a picture") from error
    except PermissionError as error:
        raise BadMedia(f"{path} cannot be read: no permission") from error
    except MemoryError as error:
        raise BadMedia(f"{path} does not fit into memory; make it smaller") from error
    except _BROKEN as error:
        raise BadMedia(f"{path} is {_damage(error)}: it decodes only in part; export it again") from error


def _damage(error: Exception) -> str:
    return "cut short" if "truncated" in str(error).lower() else "damaged"


def _looks_like(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(512)
    if not head:
        return "it is empty"
    named = next((name for magics, name in _SIGNATURES if head.startswith(magics)), "")
    if named:
        return f"it starts like {named}"
    if head[4:8] == b"ftyp":
        return "it starts like a film or a HEIC photo; export it as PNG or JPEG"
    opening = head.lstrip().lower()
    if opening.startswith((b"<!doctype html", b"<html")):
        return "it starts like a web page"
    if b"<svg" in opening:
        return "it starts like an SVG drawing; export it as PNG"
    return "it starts like a text file" if set(head) <= _TEXT else "its format is not known; export it as PNG"
