"""Joining media files by copying their packets: which clips may be, and how it is told to ffmpeg."""

from __future__ import annotations

import functools
import hashlib
import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python
from av.packet import Packet
from av.video.stream import VideoStream

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.encode import Quality, clip_writer, keyframe_interval, timescale, track_options
from workflow_lib.media.probe import opened, picture_of, probe

_REORDER = 2  # x264 gives a picture at most this many places later than it is decoded
_NAL_IDR, _NAL_SPS, _NAL_PPS = 5, 7, 8
_MICRO = 1_000_000
_NAL_LENGTH = 4  # bytes before each unit, as in the parameter sets that are compared


@dataclass(frozen=True, slots=True)
class _Entry:
    """One packet: its time in ticks, and whether decoding can start at it."""

    pts: int
    key: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What a film copies of a conformed picture: its frames from `first` up to `end`.

    `until`: when the first picture that is left out is decoded, as a time of the file in seconds; None: none is.
    """

    path: Path
    first: int
    end: int
    until: Fraction | None = None

    @property
    def frames(self) -> int:
        """How many pictures that is."""
        return self.end - self.first


@contextmanager
def part_list(parts: Sequence[Path | Part], beside: Path, spec: FilmSpec | None = None) -> Iterator[Path]:
    """A list of `parts` for ffmpeg's concat reader, as a file that lives as long as the block.

    `spec`: needed where only some pictures of a file are taken.

    Raises:
        BadMedia: a path cannot be written in such a list.
    """
    path = beside.with_name(f".{beside.name}.parts")
    lines = [_listed(part, spec) for part in parts]
    try:
        path.write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
        yield path
    finally:
        path.unlink(missing_ok=True)


def _listed(part: Path | Part, spec: FilmSpec | None) -> str:
    if isinstance(part, Path):
        return f"file '{_quoted(part)}'\n"
    if spec is None:
        raise ValueError("pictures of a file are counted in frames of a film")
    first, lasts = part.first / spec.fps, part.frames / spec.fps
    # Reading starts at the last keyframe that is not after `inpoint`, and ends before the first picture that is not
    # decoded before `outpoint`: microseconds are rounded so that each of them hits its keyframe.
    points = f"inpoint {math.ceil(first * _MICRO)}us\n"
    points += "" if part.until is None else f"outpoint {math.floor(part.until * _MICRO)}us\n"
    return f"file '{_quoted(part.path)}'\n{points}duration {round(lasts * _MICRO)}us\n"


def keyframes(clip: Path) -> dict[int, Fraction]:
    """The places of the keyframes of a conformed clip, counted from 0, and when each is decoded, in seconds.

    Read from its tables. That is before it is shown where pictures are reordered.

    Raises:
        BadMedia: it is no clip.
    """
    with opened(clip) as container:
        stream = picture_of(container)
        if stream is None:
            raise BadMedia(f"{clip.name}: has no picture")
        base = stream.time_base or Fraction(0)
        entries = enumerate(stream.index_entries)
        return {place: entry.timestamp * base for place, entry in entries if entry.is_keyframe}


def _quoted(part: Path) -> str:
    text = str(part.absolute())
    if "\n" in text or "\r" in text:
        raise BadMedia(f"{text!r}: a path with a line break cannot be joined; rename it")
    return "file:" + text.replace("'", r"'\''")


def joined(parts: Path) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    """The files of a `part_list`, one after the other, as an input of ffmpeg-python.

    Their packets are left as they are: by default each is taken apart and given the parameter sets once more.
    """
    return ffmpeg_python.input(f"file:{parts}", format="concat", safe=0, auto_convert=0)


def copy_options(spec: FilmSpec) -> dict[str, object]:
    """Output options that copy conformed pictures, each put on its own frame.

    ffmpeg adds up the lengths of the parts in microseconds and a part of one picture has no reordering, so time
    stamps are counted again: n pictures fill n frames, and decoding never goes back in time.
    """
    tick = frame_ticks(spec)
    again = f"setts=pts=round((PTS-STARTPTS)/{tick})*{tick}:dts=(N-{_REORDER})*{tick}:duration={tick}"
    return {"c:v": "copy", "bsf:v": again, **track_options(spec)}


def frame_ticks(spec: FilmSpec) -> int:
    """How long a frame is, in ticks of the film's picture track."""
    return int(timescale(spec) / spec.fps)


def joinable_frames(clip: Path, spec: FilmSpec, quality: Quality, *, ffmpeg: str) -> int | None:
    """The number of frames of a clip that can be copied into a film as it is; None for one that must be encoded.

    Raises:
        BadMedia: it is no clip, or cut short.
    """
    with ThreadPoolExecutor(1) as beside:
        reference = beside.submit(_reference, spec, quality, ffmpeg)
        video = probe(clip).video
    if video is None:
        raise BadMedia(f"{clip.name}: has no picture")
    shape = (video.codec, video.width, video.height, video.fps, video.sar, video.rotation, video.time_base.denominator)
    if shape != ("h264", spec.width, spec.height, spec.fps, Fraction(1), 0, timescale(spec)):
        return None
    if video.extradata_sha256 != reference.result():
        return None
    with opened(clip) as container:
        stream = picture_of(container)
        entries = _entries(container.demux(stream)) if stream else None
    return len(entries) if entries and _is_regular(entries, spec) else None


@functools.cache
def _reference(spec: FilmSpec, quality: Quality, ffmpeg: str) -> str:
    """SHA-256 of the parameter sets that our encoder makes."""
    luma, chroma = bytes(spec.width * spec.height), bytes(spec.width * spec.height // 4)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reference.mp4"
        with clip_writer(path, spec, quality, ffmpeg=ffmpeg, silent_audio=False) as writer:
            writer.write(luma, chroma, chroma)
        with opened(path) as container:
            return hashlib.sha256(container.streams.video[0].codec_context.extradata or b"").hexdigest()


def _entries(packets: Iterable[Packet[VideoStream]]) -> list[_Entry] | None:
    """The packets in the order of decoding; None when one is not as our encoder makes it."""
    found: list[_Entry] = []
    for packet in packets:
        if packet.size == 0:
            continue
        if packet.pts is None or packet.is_discard or (packet.is_keyframe and not _is_closed_start(packet)):
            return None
        found.append(_Entry(packet.pts, packet.is_keyframe))
    return found


def _is_closed_start(packet: Packet[VideoStream]) -> bool:
    kinds = set(_unit_kinds(bytes(packet)))
    return _NAL_IDR in kinds and not kinds & {_NAL_SPS, _NAL_PPS}


def _unit_kinds(data: bytes) -> Iterator[int]:
    place = 0
    while place + _NAL_LENGTH < len(data):
        yield data[place + _NAL_LENGTH] & 0x1F
        place += _NAL_LENGTH + int.from_bytes(data[place : place + _NAL_LENGTH])


def _is_regular(entries: Sequence[_Entry], spec: FilmSpec) -> bool:
    """Whether pictures fill each frame from 0 on, with closed groups of at most a second."""
    tick = frame_ticks(spec)
    places = [entry.pts // tick for entry in entries]
    keys = [number for number, entry in enumerate(entries) if entry.key]
    groups = [places[start:end] for start, end in pairwise([*keys, len(places)])]
    return (
        keys[:1] == [0]
        and sorted(entry.pts for entry in entries) == [number * tick for number in range(len(entries))]
        and all(place >= number - _REORDER for number, place in enumerate(places))
        and all(min(group) == group[0] and len(group) <= keyframe_interval(spec) for group in groups)
    )
