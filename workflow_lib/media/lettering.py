"""Captions written into the picture: white letters with a dark edge, at the foot of the frame."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from workflow_lib.film import FilmSpec
from workflow_lib.media.captions import Caption
from workflow_lib.media.fonts import CAPTIONS, Face, face_for

_SIZE = 0.052  # of the shorter side of the frame
_WIDEST = 0.9  # of its width
_FOOT = 0.07  # of its height stays free below
_LEADING = 1.22
_EDGE = 0.07  # of the size of the letters
_SMALLEST = 6  # pixels
_INK, _DARK = (255, 255, 255, 255), (0, 0, 0, 215)


@contextmanager
def lettered(cues: Sequence[Caption], spec: FilmSpec) -> Iterator[str]:
    """What continues a chain of ffmpeg's filters so that `cues` are seen on its pictures; empty without any.

    Their times are those of the chain; their pictures live as long as the block.
    """
    if not cues:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="clipwright-") as folder:
        steps = []
        for number, cue in enumerate(cues):
            path = Path(folder) / f"{number}.png"
            drawn = draw(cue.lines, (spec.width, spec.height))
            drawn.save(path)
            first = round(cue.start_s * float(spec.fps))
            last = max(first, round(cue.end_s * float(spec.fps)) - 1)
            place = f"x=0:y={spec.height - drawn.height}:enable='between(n,{first},{last})'"
            steps.append(f"[seen{number}];movie=filename={_escaped(path)}[cue{number}];"
                         f"[seen{number}][cue{number}]overlay={place}")  # fmt: skip
        yield "".join(steps) + ",format=yuv420p"


def _escaped(path: Path) -> str:
    """A path as the value of an option (first) inside a graph of filters (then)."""
    option = "".join(f"\\{letter}" if letter in "\\':" else letter for letter in str(path))
    return "".join(f"\\{letter}" if letter in "\\'[],;" else letter for letter in option)


def draw(lines: Sequence[str], frame: tuple[int, int]) -> Image.Image:
    """The foot of a frame of that size with `lines` on it, as RGBA; they become smaller where they are too wide.

    Right-to-left lines are laid out as such. A letter that no font at hand has becomes its base letter, or a dot.
    """
    face = face_for(" ".join(lines), CAPTIONS)
    shown = [face.showable(line) for line in lines]
    font, size = _fitting(face, shown, frame)
    edge = max(1, round(size * _EDGE))
    leading = round(size * _LEADING)
    foot = round(frame[1] * _FOOT)
    picture = Image.new("RGBA", (frame[0], min(frame[1], foot + leading * len(shown) + 2 * edge)), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(reversed(shown)):
        at = (frame[0] / 2, picture.height - foot - number * leading)
        pen.text(at, line, font=font, fill=_INK, anchor="md", stroke_width=edge, stroke_fill=_DARK)
    return picture


def _fitting(face: Face, lines: Sequence[str], frame: tuple[int, int]) -> tuple[ImageFont.FreeTypeFont, int]:
    size = max(_SMALLEST, round(min(frame) * _SIZE))
    widest = max((face.font(size).getlength(line) for line in lines), default=0)
    room = frame[0] * _WIDEST
    if widest > room:
        size = max(_SMALLEST, int(size * room / widest))
    return face.font(size), size
