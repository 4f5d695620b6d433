"""A clip's pictures as a provider gets them: of the film's shape, opaque, neither too small nor too large."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from workflow_lib import pictures
from workflow_lib.clip import Clip
from workflow_lib.providers.base import Order

_SMALLEST_SIDE = 300  # pixels; resellers of Kling ask for it (one secondary source)
_LARGEST_PNG = 9_500_000  # bytes; KIE takes 10 MB
_JPEG_QUALITY = 95
_ORIENTATION = 0x0112


def order(clip: Clip, frame: tuple[int, int], folder: Path) -> Order:
    """What a provider is asked for `clip`; its pictures are prepared in `folder`. `frame`: the film's, in pixels.

    Raises:
        BadMedia: a picture does not decode.
    """
    source = clip.source
    fit = source.fit or "cover"

    def sent(path: Path | None, name: str) -> Path | None:
        if path is None:
            return None
        if _is_ready(path, frame):
            return path
        return _saved(_enlarged(pictures.fit_picture(pictures.load_picture(path), frame, fit)), folder / name)

    return Order(
        model=clip.model,
        prompt=clip.prompt,
        negative_prompt=clip.negative_prompt,
        seconds=clip.asked_s,
        aspect=clip.aspect,
        resolution=clip.resolution,
        seed=clip.seed,
        start=sent(source.start, "start"),
        end=sent(source.end, "end"),
    )


def _is_ready(path: Path, frame: tuple[int, int]) -> bool:
    """Whether the file can be sent as it is."""
    with Image.open(path) as image:
        plain = image.format in ("PNG", "JPEG") and image.mode == "RGB" and not image.has_transparency_data
        upright = image.getexif().get(_ORIENTATION, 1) == 1
        fits = image.size == frame and min(frame) >= _SMALLEST_SIDE
    return plain and upright and fits and path.stat().st_size <= _LARGEST_PNG


def _enlarged(image: Image.Image) -> Image.Image:
    scale = _SMALLEST_SIDE / min(image.size)
    if scale <= 1:
        return image
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _saved(image: Image.Image, path: Path) -> Path:
    png = path.with_suffix(".png")
    image.save(png, compress_level=6)
    if png.stat().st_size <= _LARGEST_PNG:
        return png
    jpeg = path.with_suffix(".jpg")
    image.save(jpeg, quality=_JPEG_QUALITY, subsampling=0)
    return jpeg
