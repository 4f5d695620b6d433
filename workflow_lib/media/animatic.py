"""The free film: stills, layered composites, keyframe pairs and words become clips with a camera move."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from workflow_lib.film import FilmSpec
from workflow_lib.media import card, morph, planes
from workflow_lib.media.camera import CameraMove, Pose, layer_pose, pose
from workflow_lib.media.composite import Layer, layers, working_size
from workflow_lib.media.encode import Quality, clip_writer
from workflow_lib.pictures import fit_picture, load_picture
from workflow_lib.recipes import Fit, Recipe

Progress = Callable[[float], None]
Shot = Callable[[float], planes.Frame]
"""Gives the frame at a time 0..1 of the clip."""

_WORKERS = 2  # Pillow and numpy let go of the interpreter lock while they work
_READ_AHEAD = 6
_CARD_CALM = 0.5  # words that are read should hardly move


def render_still(
    picture: Path,
    move: CameraMove,
    out: Path,
    spec: FilmSpec,
    seconds: float,
    quality: Quality,
    *,
    ffmpeg: str,
    fit: Fit = "cover",
    progress: Progress | None = None,
) -> None:
    """Write `out`: `picture`, brought to the film's shape by `fit`, under a camera move.

    Raises:
        BadMedia: the picture cannot be used, or ffmpeg failed.
        OutOfSpace: the disk is full.
    """
    shot = still_shot(picture, move, (spec.width, spec.height), fit)
    _write(shot, out, spec, seconds, quality, ffmpeg=ffmpeg, progress=progress)


def render_recipe(
    recipe: Recipe,
    move: CameraMove,
    out: Path,
    spec: FilmSpec,
    seconds: float,
    quality: Quality,
    *,
    ffmpeg: str,
    progress: Progress | None = None,
) -> None:
    """Write `out`: the layers of a composite, which a camera move shifts against each other.

    Raises:
        BadMedia: a picture cannot be used, or ffmpeg failed.
        OutOfSpace: the disk is full.
    """
    shot = recipe_shot(recipe, move, (spec.width, spec.height))
    _write(shot, out, spec, seconds, quality, ffmpeg=ffmpeg, progress=progress)


def render_morph(  # noqa: PLR0913 (every renderer has the same signature)
    start: Path,
    end: Path,
    move: CameraMove,  # noqa: ARG001 (every renderer has the same signature)
    out: Path,
    spec: FilmSpec,
    seconds: float,
    quality: Quality,
    *,
    ffmpeg: str,
    fit: Fit = "cover",
    progress: Progress | None = None,
) -> None:
    """Write `out`: `start` becomes `end`; the two pictures decide where the camera is, so `move` does nothing.

    Raises:
        BadMedia: a picture cannot be used, or ffmpeg failed.
        OutOfSpace: the disk is full.
    """
    size = (spec.width, spec.height)
    first, last = (fit_picture(load_picture(picture), size, fit) for picture in (start, end))
    shot = morph.morph_shot(first, last, size)
    _write(shot, out, spec, seconds, quality, ffmpeg=ffmpeg, progress=progress)


def render_card(
    text: str,
    move: CameraMove,
    out: Path,
    spec: FilmSpec,
    seconds: float,
    quality: Quality,
    *,
    ffmpeg: str,
    heading: str = "",
    progress: Progress | None = None,
) -> None:
    """Write `out`: a title card with `text`, and `heading` above it in small capitals, under a calm camera move.

    Raises:
        BadMedia: ffmpeg failed.
        OutOfSpace: the disk is full.
    """
    size = (spec.width, spec.height)
    calm = CameraMove(move.kind, move.strength * _CARD_CALM)
    drawn = card.draw_card(text, working_size(size), heading=heading)
    ground = planes.sprite(drawn, scale=drawn.width / size[0])
    _write(_flat_shot(ground, calm, size), out, spec, seconds, quality, ffmpeg=ffmpeg, progress=progress)


def still_shot(picture: Path, move: CameraMove, size: tuple[int, int], fit: Fit = "cover") -> Shot:
    """The frames of a still under a camera move."""
    fitted = fit_picture(load_picture(picture), working_size(size), fit)
    return _flat_shot(planes.sprite(fitted, scale=fitted.width / size[0]), move, size)


def recipe_shot(recipe: Recipe, move: CameraMove, size: tuple[int, int]) -> Shot:
    """The frames of a composite whose layers move in parallax; halves move inside their halves."""
    regions: dict[tuple[int, int, int, int], list[tuple[Layer, planes.Sprite]]] = {}
    for layer in layers(recipe, size):
        moved = planes.sprite(layer.image, layer.left, layer.top, layer.scale)
        regions.setdefault(layer.region, []).append((layer, moved))
    whole = (0, 0, *size)

    def frame_at(t: float) -> planes.Frame:
        parts = {region: _region_frame(region, stack, move, t) for region, stack in regions.items() if region != whole}
        if not parts:
            return _region_frame(whole, regions[whole], move, t)
        frame = planes.blank(size)
        for region, part in parts.items():
            planes.place(frame, part, *region[:2])
        for _, fixed in regions.get(whole, []):
            planes.paint(frame, fixed, planes.Window(0, 0, *size))
        return frame

    return frame_at


def _flat_shot(ground: planes.Sprite, move: CameraMove, size: tuple[int, int]) -> Shot:
    def frame_at(t: float) -> planes.Frame:
        return planes.crop(ground, window_of(pose(move, t), size), size)

    return frame_at


def _region_frame(
    region: tuple[int, int, int, int], stack: list[tuple[Layer, planes.Sprite]], move: CameraMove, t: float
) -> planes.Frame:
    size = (region[2] - region[0], region[3] - region[1])
    ground, *figures = stack
    frame = planes.crop(ground[1], window_of(layer_pose(move, t, 0.0), size), size)
    for layer, figure in figures:
        planes.paint(frame, figure, window_of(layer_pose(move, t, layer.depth or 0.0), size))
    return frame


def window_of(view: Pose, size: tuple[int, int]) -> planes.Window:
    """The crop window of a pose, in pixels of a frame of `size`."""
    width, height = size[0] / view.zoom, size[1] / view.zoom
    return planes.Window(view.x * size[0] - width / 2, view.y * size[1] - height / 2, width, height)


def _write(
    shot: Shot,
    out: Path,
    spec: FilmSpec,
    seconds: float,
    quality: Quality,
    *,
    ffmpeg: str,
    progress: Progress | None,
) -> None:
    count = spec.frames(seconds)
    each = max(1, round(spec.fps))
    with clip_writer(out, spec, quality, ffmpeg=ffmpeg) as writer:
        for number, frame in enumerate(_ahead(shot, count), start=1):
            writer.write(*frame)
            if progress is not None and (number % each == 0 or number == count):
                progress(number / count)


def _ahead(shot: Shot, count: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The planes of each frame in order, made on other threads a few frames before they are asked for."""
    waiting: deque[Future[tuple[bytes, bytes, bytes]]] = deque()
    pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="frames")
    try:
        for index in range(count):
            waiting.append(pool.submit(_frame_bytes, shot, index / max(1, count - 1)))
            if len(waiting) > _READ_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _frame_bytes(shot: Shot, t: float) -> tuple[bytes, bytes, bytes]:
    return shot(t).planes()
