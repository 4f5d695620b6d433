"""The picture that stands for a film: of frames from all over it, the one that shows most."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from workflow_lib.errors import BadMedia
from workflow_lib.files import atomic_path
from workflow_lib.media.probe import opened, picture_of

_LOOKS = 24  # frames that are compared
_EDGE = 0.03  # of the film at either end: titles and fades
_LARGEST = (1280, 720)  # what video sites ask for
_SMALL = (160, 90)
_QUALITY = 90


def draw(film: Path, out: Path) -> float:
    """Write the most telling frame of `film` as a JPEG of at most 1280x720; returns where it stands, in seconds.

    Raises:
        BadMedia: the film does not decode.
        OutOfSpace: the disk is full.
    """
    with opened(film) as container:
        video = picture_of(container)
        if video is None:
            raise BadMedia(f"{film.name}: has no picture")
        best = max(_frames(container, video), key=_detail, default=None)
        if best is None:
            raise BadMedia(f"{film.name}: none of its pictures can be decoded")
        image, at_s = _image(best), best.time or 0.0
    image.thumbnail(_LARGEST if image.width >= image.height else _LARGEST[::-1], Image.Resampling.LANCZOS)
    with atomic_path(out) as temporary:
        image.save(temporary, format="JPEG", quality=_QUALITY, optimize=True)
    return at_s


def _frames(container: InputContainer, video: VideoStream) -> Iterator[VideoFrame]:
    """Keyframes from all over the film, each read for itself."""
    length = video.duration or 0
    for look in range(_LOOKS):
        share = _EDGE + (1 - 2 * _EDGE) * (look + 0.5) / _LOOKS
        container.seek(int(length * share), stream=video)
        try:
            yield next(container.decode(video))
        except (StopIteration, av.EOFError):
            continue


def _image(frame: VideoFrame) -> Image.Image:
    return Image.fromarray(frame.to_ndarray(format="rgb24"))


def _detail(frame: VideoFrame) -> float:
    """How much there is to see: edges and contrast, less where it is nearly black or white."""
    luma = np.asarray(_image(frame).convert("L").resize(_SMALL), np.float32)
    edges = float(np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean())
    middle = float(luma.mean()) / 255
    return (edges + float(luma.std()) / 4) * (1 - abs(2 * middle - 1) ** 2)
