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
from workflow_lib.media.ffmpeg import output_path, run, url, version
from workflow_lib.media.joining import copy_options, joined, part_list
from workflow_lib.media.verify import verify_film

# The most that a frame, a packet of sound and the rest take in the index of an mp4 file, in bytes.
_FRAME_BYTES, _PACKET_BYTES, _INDEX_BYTES = 48, 40, 16_384
_TOLD_TIMES = 4  # a chapter stands in the index twice, with a track of its own
_TOLD = 2  # the number of the input that has the texts
_QUEUE, _QUEUE_SINCE = 128, 6  # packets between reading and writing: a few stop and start both for each other
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


def assemble(
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
    film_s = spec.seconds(frames)
    with output_path(out) as temporary:
        with part_list(pictures, temporary) as parts, _told(title, stamp, chapters, film_s, temporary) as told:
            options = _options(spec, _index_bytes(frames, film_s, told.stat().st_size), version(ffmpeg))
            stream = ffmpeg_python.output(joined(parts)["V:0"], _sound(sound, told), url(temporary), **options)
            run(stream, ffmpeg=ffmpeg, subject=out.name)
        picture_s, sound_s = verify_film(temporary, spec, frames, name=out.name)
        size = temporary.stat().st_size
    return FilmReport(frames, picture_s, sound_s, size)


def _options(spec: FilmSpec, index_bytes: int, version_of_ffmpeg: int) -> dict[str, Any]:
    """The index goes into room kept at the front: faststart, which gives the same, writes the film twice."""
    options = copy_options(spec) | {"c:a": "copy", "moov_size": index_bytes}
    del options["fflags"]  # a bit-exact file has no title and no comment
    queue = {"thread_queue_size": _QUEUE} if version_of_ffmpeg >= _QUEUE_SINCE else {}
    return options | queue | {"map_metadata": _TOLD, "map_chapters": _TOLD}


def _index_bytes(frames: int, film_s: float, told_bytes: int) -> int:
    packets = int(film_s * SAMPLE_RATE / _PACKET_SAMPLES) + 2
    return _INDEX_BYTES + frames * _FRAME_BYTES + packets * _PACKET_BYTES + _TOLD_TIMES * told_bytes


def _sound(sound: Path, told: Path) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    """The sound, and behind it the texts: ffmpeg-python leaves out an input from which no track is taken."""
    return ffmpeg_python.input(url(told), i=url(sound)).audio


@contextmanager
def _told(title: str, stamp: str, chapters: Sequence[Chapter], film_s: float, beside: Path) -> Iterator[Path]:
    """What the film says of itself, in ffmpeg's own format, as a file that lives as long as the block."""
    path = beside.with_name(f".{beside.name}.texts")
    starts = [round(start * _MILLISECONDS) for _, start in chapters]
    ends = [*starts[1:], round(film_s * _MILLISECONDS)][: len(starts)]
    names = [name for name, _ in chapters]
    entries = [_chapter(*entry) for entry in zip(names, starts, ends, strict=True)]
    try:
        lines = [";FFMETADATA1", f"title={_escaped(title)}", f"comment={_escaped(stamp)}", *entries]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield path
    finally:
        path.unlink(missing_ok=True)


def _chapter(name: str, start: int, end: int) -> str:
    return f"[CHAPTER]\nTIMEBASE=1/{_MILLISECONDS}\nSTART={start}\nEND={end}\ntitle={_escaped(name)}"


def _escaped(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain += " " * plain.endswith("\\")  # else it would escape the end of the line
    return "".join(f"\\{letter}" if letter in "=;#\\" else letter for letter in plain)
