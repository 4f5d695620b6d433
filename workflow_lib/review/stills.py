"""A small picture of each clip: the frame in its middle, or the picture that it starts from; drawn once and kept."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
from PIL import Image

from workflow_lib.errors import BadMedia
from workflow_lib.files import atomic_path
from workflow_lib.layout import Project
from workflow_lib.media.probe import opened, picture_of
from workflow_lib.review.shown import Card

LONGEST = 480
"""Pixels of the longer side of a still."""

_QUALITY = 80
_AT_ONCE = 2  # decoders; each keeps a core busy


def draw(project: Project, cards: Iterable[Card]) -> dict[int, Path]:
    """The still of each clip that has anything to be seen, by its number; one that cannot be decoded has none."""
    seen = [card for card in cards if card.frame_sha256]
    different = {card.frame_sha256: card for card in seen}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        drawn = dict(zip(different, pool.map(lambda card: of(project, card), different.values()), strict=True))
    return {card.number: path for card in seen if (path := drawn[card.frame_sha256]) is not None}


def of(project: Project, card: Card) -> Path | None:
    """The still of one clip, drawn unless it is there; None where nothing of it can be seen."""
    if card.frame is None:
        return None
    path = project.still(card.frame_sha256)
    if path.is_file():
        return path
    try:
        image = _middle(Path(card.frame)) if card.src else _opened(Path(card.frame))
    except (BadMedia, OSError):
        return None
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    with atomic_path(path, durable=False) as temporary:
        image.save(temporary, format="JPEG", quality=_QUALITY, optimize=True)
    return path


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _middle(path: Path) -> Image.Image:
    """The frame in the middle of a clip, or the last one that decodes before it."""
    with opened(path) as container:
        video = picture_of(container)
        if video is None:
            raise BadMedia(f"{path.name}: has no picture")
        middle = (video.start_time or 0) + (video.duration or 0) // 2
        best = None
        try:
            container.seek(middle, stream=video)
            for frame in container.decode(video):
                best = frame
                if frame.pts is not None and frame.pts >= middle:
                    break
        except (av.FFmpegError, EOFError) as error:
            if best is None:
                raise BadMedia(f"{path.name}: {error}") from error
        if best is None:
            raise BadMedia(f"{path.name}: none of its pictures can be decoded")
        image = Image.fromarray(best.to_ndarray(format="rgb24"))
        return image.rotate(best.rotation, expand=True) if best.rotation else image
