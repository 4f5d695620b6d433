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
from workflow_lib.media.joining import Part, copy_options, joined, part_list
from workflow_lib.media.verify import verify_film

# The most that a frame, a packet of sound and the rest take in the index of an mp4 file, in bytes.
_FRAME_BYTES, _PACKET_BYTES, _INDEX_BYTES = 48, 40, 16_384
_TOLD_TIMES = 4  # a chapter stands in the index twice, with a track of its own; a caption has two entries
_QUEUE, _QUEUE_SINCE = 128, 6  # packets between reading and writing: a few stop and start both for each other
_PACKET_SAMPLES = 1024
_MILLISECONDS = 1000

Chapter = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Texts:
    """What a film says of itself.

    `stamp`: short text that `stamps.read_stamp` finds again; `chapters`: titles, and the seconds at which they start;
    `captions`: a file of SubRip text, which becomes a track that viewers switch on.
    """

    title: str
    stamp: str
    chapters: Sequence[Chapter] = ()
    captions: Path | None = None


@dataclass(frozen=True, slots=True)
class FilmReport:
    """A finished film: its frames, how long picture and sound last in seconds, and its size in bytes."""

    frames: int
    duration_s: float
    sound_s: float
    size: int


def assemble(
    pictures: Sequence[Path | Part],
    sound: Path,
    out: Path,
    spec: FilmSpec,
    *,
    frames: int,
    ffmpeg: str,
    texts: Texts,
) -> FilmReport:
    """Join conformed `pictures` and `sound` into `out`, verify it, and only then put it in its place.

    `frames`: how many the pictures have together.

    Raises:
        BadMedia: a part cannot be joined, or the film is not as long as its frames.
        OutOfSpace: the disk is full.
    """
    film_s = spec.seconds(frames)
    with output_path(out) as temporary:
        with part_list(pictures, temporary, spec) as parts, _told(texts, film_s, temporary) as told:
            words = told.stat().st_size + (texts.captions.stat().st_size if texts.captions else 0)
            tracks = [joined(parts)["V:0"], *_beside(sound, texts.captions, told)]
            options = _options(spec, _index_bytes(frames, film_s, words), version(ffmpeg), len(tracks))
            stream = ffmpeg_python.output(*tracks, url(temporary), **options)
            run(stream, ffmpeg=ffmpeg, subject=out.name)
        picture_s, sound_s = verify_film(temporary, spec, frames, name=out.name)
        size = temporary.stat().st_size
    return FilmReport(frames, picture_s, sound_s, size)


def _options(spec: FilmSpec, index_bytes: int, version_of_ffmpeg: int, told: int) -> dict[str, Any]:
    """`told`: the number of the input that has the texts.

    The index goes into room kept at the front: faststart, which gives the same, writes the film twice.
    """
    options = copy_options(spec) | {"c:a": "copy", "c:s": "mov_text", "moov_size": index_bytes}
    del options["fflags"]  # a bit-exact file has no title and no comment
    queue = {"thread_queue_size": _QUEUE} if version_of_ffmpeg >= _QUEUE_SINCE else {}
    return options | queue | {"map_metadata": told, "map_chapters": told}


def _index_bytes(frames: int, film_s: float, told_bytes: int) -> int:
    packets = int(film_s * SAMPLE_RATE / _PACKET_SAMPLES) + 2
    return _INDEX_BYTES + frames * _FRAME_BYTES + packets * _PACKET_BYTES + _TOLD_TIMES * told_bytes


def _beside(sound: Path, captions: Path | None, told: Path) -> list[Any]:
    """The tracks beside the picture; behind the last of their inputs stands that of the texts.

    ffmpeg-python would leave out an input from which no track is taken.
    """
    if captions is None:
        return [ffmpeg_python.input(url(told), i=url(sound)).audio]
    return [ffmpeg_python.input(url(sound)).audio, ffmpeg_python.input(url(told), i=url(captions), format="srt")["s:0"]]


@contextmanager
def _told(texts: Texts, film_s: float, beside: Path) -> Iterator[Path]:
    """What the film says of itself, in ffmpeg's own format, as a file that lives as long as the block."""
    path = beside.with_name(f".{beside.name}.texts")
    starts = [round(start * _MILLISECONDS) for _, start in texts.chapters]
    ends = [*starts[1:], round(film_s * _MILLISECONDS)][: len(starts)]
    names = [name for name, _ in texts.chapters]
    entries = [_chapter(*entry) for entry in zip(names, starts, ends, strict=True)]
    try:
        lines = [";FFMETADATA1", f"title={_escaped(texts.title)}", f"comment={_escaped(texts.stamp)}", *entries]
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
