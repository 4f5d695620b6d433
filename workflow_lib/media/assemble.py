"""Assembly: conformed pictures and the film's sound joined into the film by copying them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python

from workflow_lib.film import FilmSpec
from workflow_lib.media.encode import SAMPLE_RATE
from workflow_lib.media.ffmpeg import output_path, run, url
from workflow_lib.media.joining import copy_options, joined, part_list
from workflow_lib.media.verify import verify_film

# The most that a frame, a packet of sound and a chapter take in the index of an mp4 file, in bytes.
_FRAME_BYTES, _PACKET_BYTES, _CHAPTER_BYTES = 48, 40, 256
_INDEX_BYTES = 16_384
_PACKET_SAMPLES = 1024
_MILLISECONDS = 1000

Chapter = tuple[str, float]


@dataclass(frozen=True, slots=True)
class FilmReport:
    """A finished film: its frames, how long picture and sound last in seconds, and its size in bytes."""

    frames: int
    duration_s: float
    sound_s: float
    size: int


def assemble(  # noqa: PLR0913 (each is one fact of the film)
    pictures: Sequence[Path],
    sound: Path,
    out: Path,
    spec: FilmSpec,
    *,
    frames: int,
    ffmpeg: str,
    stamp: str,
    title: str,
    chapters: Sequence[Chapter] = (),
) -> FilmReport:
    """Join conformed `pictures` and `sound` into `out`, verify it, and only then put it in its place.

    `frames`: how many the pictures have together. `stamp`: short text that `stamps.read_stamp` finds again.
    `chapters`: titles, and the seconds at which they start.

    Raises:
        BadMedia: a part cannot be joined, or the film is not as long as its frames.
        OutOfSpace: the disk is full.
    """
    with output_path(out) as temporary:
        with part_list(pictures, temporary) as parts, _chapter_list(chapters, spec.seconds(frames), temporary) as extra:
            room = _index_bytes(spec, frames, [title, stamp, *(name for name, _ in chapters)])
            options = _options(spec, title, stamp, room, has_chapters=bool(extra))
            stream = ffmpeg_python.output(joined(parts)["V:0"], _sound(sound, extra).audio, url(temporary), **options)
            run(stream, ffmpeg=ffmpeg, subject=out.name)
        picture_s, sound_s = verify_film(temporary, spec, frames, name=out.name)
        size = temporary.stat().st_size
    return FilmReport(frames, picture_s, sound_s, size)


def _options(spec: FilmSpec, title: str, stamp: str, room: int, *, has_chapters: bool) -> dict[str, Any]:
    """The index goes into room kept at the front: faststart, which gives the same, writes the film twice."""
    chapters = {"map_chapters": 2} if has_chapters else {}
    texts = [f"title={_plain(title)}", f"comment={_plain(stamp)}"]
    return copy_options(spec) | chapters | {"c:a": "copy", "moov_size": room, "metadata": texts}


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _index_bytes(spec: FilmSpec, frames: int, texts: Sequence[str]) -> int:
    packets = int(spec.seconds(frames) * SAMPLE_RATE / _PACKET_SAMPLES) + 2
    told = sum(_CHAPTER_BYTES + 2 * len(text.encode()) for text in texts)
    return _INDEX_BYTES + frames * _FRAME_BYTES + packets * _PACKET_BYTES + told


def _sound(sound: Path, chapters: Path | None) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    """The sound as an input; ffmpeg-python drops inputs without a track, so the chapters ride on it as the next one."""
    if chapters is None:
        return ffmpeg_python.input(url(sound))
    return ffmpeg_python.input(url(chapters), i=url(sound))


@contextmanager
def _chapter_list(chapters: Sequence[Chapter], film_s: float, beside: Path) -> Iterator[Path | None]:
    """The chapters in ffmpeg's own format, as a file that lives as long as the block."""
    if not chapters:
        yield None
        return
    path = beside.with_name(f".{beside.name}.chapters")
    starts = [round(start * _MILLISECONDS) for _, start in chapters]
    ends = [*starts[1:], round(film_s * _MILLISECONDS)]
    entries = zip((name for name, _ in chapters), starts, ends, strict=True)
    try:
        path.write_text(";FFMETADATA1\n" + "".join(_chapter(*entry) for entry in entries), encoding="utf-8")
        yield path
    finally:
        path.unlink(missing_ok=True)


def _chapter(name: str, start: int, end: int) -> str:
    escaped = "".join(f"\\{letter}" if letter in "=;#\\" else letter for letter in _plain(name))
    return f"[CHAPTER]\nTIMEBASE=1/{_MILLISECONDS}\nSTART={start}\nEND={end}\ntitle={escaped}\n"
