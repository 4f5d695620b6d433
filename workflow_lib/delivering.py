"""From the finished film to what is published beside it: other shapes, and a thumbnail."""

from __future__ import annotations

from workflow_lib import deliverables, files, locks
from workflow_lib.errors import BadMedia
from workflow_lib.layout import Shape
from workflow_lib.media import ffmpeg, reframe, thumbnail
from workflow_lib.project import Film


def reframe_film(film: Film, shape: Shape, *, ffmpeg_path: str | None) -> str:
    """Bring the film into another shape, with its sound, captions, chapters and title.

    Raises:
        BadMedia: the film does not decode.
    """
    source, out = film.project.film("final"), film.project.reframed(shape)
    key = deliverables.reframe_key(film, shape)
    if key is None:
        raise BadMedia(f"{source} was not made here; build it first")
    with locks.making(film.project, out):
        frames = reframe.reframe(
            source, out, film.spec, shape, film.reframe, ffmpeg=ffmpeg.binary(ffmpeg_path), stamp=key
        )
    return f"{out}: {frames} frames"


def draw_thumbnail(film: Film) -> str:
    """Write the frame of the film that says most.

    Raises:
        BadMedia: the film does not decode.
    """
    source, out = film.project.film("final"), film.project.thumbnail
    with locks.making(film.project, out):
        receipt = film.project.thumbnail_receipt
        receipt.unlink(missing_ok=True)
        at_s = thumbnail.draw(source, out)
        made_from = deliverables.thumbnail_key(film)
        files.write_json(receipt, {"from": made_from, "size": out.stat().st_size})
    return f"{out}: the frame at {at_s:.1f} s"
