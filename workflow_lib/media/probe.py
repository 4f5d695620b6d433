"""What a media file is: streams, sizes, rates and lengths, and whether it is one at all."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.format import VideoFormat
from av.video.stream import VideoStream

from workflow_lib import boxes
from workflow_lib.errors import BadMedia

# Without this list a text file could be a play list, which makes the library read the files that it names.
FORMATS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,wav,w64,aiff,caf,flac,mp3,aac,ac3,amr"
_MP4_STARTS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")
_STEADY = 0.1  # of a frame's length: steps that differ less are those of a steady rate, rounded to ticks
_HEAD = 512
_SHOWN = "\n\r\t\f"


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The first picture track.

    `rotation`: degrees counter-clockwise; `sar`: a pixel's width by its height; `matrix`, `transfer`,
    `primaries`: the numbers of its colours in H.273, 2 when it does not say; `has_alpha`: parts of it may be clear.
    `shown_s`: the time stamp of the first picture that decodes, which may be later than `start_s`, that of the track.
    """

    codec: str
    profile: str
    width: int
    height: int
    pix_fmt: str
    fps: Fraction
    frames: int
    time_base: Fraction
    rotation: int
    sar: Fraction
    matrix: int
    transfer: int
    primaries: int
    has_alpha: bool
    extradata_sha256: str
    variable_rate: bool
    start_s: float
    shown_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The first sound track; `rate` in samples per second."""

    codec: str
    rate: int
    channels: int
    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A media file: its first tracks.

    `start_s`: when the first of the two starts; `duration_s`: from there to the end of its picture, or of its sound
    when it has no picture.
    """

    video: VideoInfo | None
    audio: AudioInfo | None
    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class _Times:
    """When the first frame starts, when the last ends, and each frame's time in ticks, sorted."""

    start: int
    end: int
    frames: tuple[int, ...]


def probe(path: Path) -> MediaInfo:
    """What `path` is; its packets are counted, and one frame is decoded. A file that did not change is read once.

    Raises:
        BadMedia: it is not media, or it is cut short.
    """
    with suppress(FileNotFoundError):
        stat = path.stat()
        return _probed(path, (stat.st_ino, stat.st_size, stat.st_mtime_ns))
    raise BadMedia(f"{path.name}: there is no such file")


@functools.lru_cache(maxsize=16)
def _probed(path: Path, _state: tuple[int, int, int]) -> MediaInfo:
    with opened(path) as container:
        times = _packet_times(container)
        video, audio = picture_of(container), sound_of(container)
        picture = _video(path, container, video, times[video.index]) if video else None
        sound = _audio(audio, times[audio.index]) if audio else None
    main = picture or sound
    if main is None:
        raise BadMedia(f"{path.name}: has neither picture nor sound")
    start_s = min(track.start_s for track in (picture, sound) if track)
    return MediaInfo(picture, sound, start_s, main.start_s + main.duration_s - start_s)


@contextmanager
def opened(path: Path, name: str | None = None) -> Iterator[InputContainer]:
    """Open `path` for reading on one thread (several can dead-lock on a corrupt file); `name`: for messages.

    Raises:
        BadMedia: it is not media, it is cut short, or it does not decode.
    """
    name = name or path.name
    try:
        check_start(path, name)
        with av.open(
            str(path.absolute()), options={"format_whitelist": FORMATS}, metadata_errors="replace"
        ) as container:
            check_tables(container, path.stat().st_size, name)
            for stream in (*container.streams.video, *container.streams.audio):
                stream.codec_context.thread_count = 1
            yield container
    except FileNotFoundError as error:
        raise BadMedia(f"{name}: there is no such file") from error
    except (av.FFmpegError, OSError) as error:
        raise BadMedia(f"{name}: cannot be decoded: {error.strerror or error}") from error


def picture_of(container: InputContainer) -> VideoStream | None:
    """The first picture track; the cover of a recording is none."""
    moving = (stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic)
    return next(moving, None)


def sound_of(container: InputContainer) -> AudioStream | None:
    """The first sound track."""
    return next(iter(container.streams.audio), None)


def check_start(path: Path, name: str) -> None:
    """Refuse what is plainly no media, and an mp4 file whose boxes go on after its end.

    Raises:
        BadMedia: the message says what the file is instead.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head:
            raise BadMedia(f"{name}: the file is empty")
        text = _kind_of_text(head)
        if text:
            raise BadMedia(f"{name}: is {text}, not a video")
        if head[4:8] not in _MP4_STARTS:
            return
        top = list(boxes.walk(stream, 0, size))
    if top[-1].end > size:
        raise BadMedia(f"{name}: the file is cut short, {top[-1].end - size} bytes are missing at its end")
    if not any(box.kind == b"moov" for box in top):
        raise BadMedia(f"{name}: the file is cut short, its index (moov) is missing")


def check_tables(container: InputContainer, size: int, name: str) -> None:
    """Refuse a file whose tables speak of data after its end, which opening and decoding do not always notice.

    Raises:
        BadMedia: the file is cut short.
    """
    for stream in container.streams:
        end = max((entry.pos + entry.size for entry in stream.index_entries), default=0)
        if end > size:
            raise BadMedia(f"{name}: the file is cut short, {end - size} bytes of its {stream.type} are missing")


def _kind_of_text(head: bytes) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "a web page"
    if start.startswith((b"{", b"[")):
        return "JSON text"
    text = head[:-3].decode("utf-8", errors="replace") if len(head) == _HEAD else head.decode("utf-8", errors="replace")
    return "text" if all(letter.isprintable() or letter in _SHOWN for letter in text.replace("\ufffd", "\0")) else None


def _packet_times(container: InputContainer) -> dict[int, _Times]:
    ticks: dict[int, list[tuple[int, int]]] = {stream.index: [] for stream in container.streams}
    for packet in container.demux():
        if packet.pts is not None and not packet.is_discard:
            ticks[packet.stream_index].append((packet.pts, packet.duration or 0))
    return {index: _times(sorted(found), container.streams[index].start_time) for index, found in ticks.items()}


def _times(found: list[tuple[int, int]], start: int | None) -> _Times:
    """`start`: where the track says that it starts; sound coders begin earlier, with samples that are skipped."""
    if not found:
        return _Times(0, 0, ())
    last, length = found[-1]
    before = last - found[-2][0] if len(found) > 1 else 0
    return _Times(max(found[0][0], start or 0), last + (length or before), tuple(pts for pts, _ in found))


def _video(path: Path, container: InputContainer, stream: VideoStream, times: _Times) -> VideoInfo:
    if not times.frames:
        raise BadMedia(f"{path.name}: its picture track has no frames")
    base = stream.time_base or Fraction(1, 1000)
    context = stream.codec_context
    rotation, shown_s = _first(container, stream)
    start_s = float(times.start * base)
    return VideoInfo(
        codec=context.name,
        profile=context.profile or "",
        width=context.width,
        height=context.height,
        pix_fmt=context.pix_fmt or "",
        fps=_rate(stream, times, base),
        frames=len(times.frames),
        time_base=base,
        rotation=rotation,
        sar=stream.sample_aspect_ratio or Fraction(1),
        matrix=context.colorspace,
        transfer=context.color_trc,
        primaries=context.color_primaries,
        has_alpha=_has_alpha(stream),
        extradata_sha256=hashlib.sha256(context.extradata or b"").hexdigest(),
        variable_rate=_is_variable(times),
        start_s=start_s,
        shown_s=start_s if shown_s is None else shown_s,
        duration_s=float((times.end - times.start) * base),
    )


def _rate(stream: VideoStream, times: _Times, base: Fraction) -> Fraction:
    if len(times.frames) > 1:
        return stream.average_rate or Fraction(len(times.frames)) / ((times.end - times.start) * base)
    return stream.guessed_rate or Fraction(1) / ((times.end - times.start) * base or Fraction(1, 24))


def _has_alpha(stream: VideoStream) -> bool:
    # WebM keeps it beside a picture without: only a tag tells of it.
    components = VideoFormat(stream.codec_context.pix_fmt).components if stream.codec_context.pix_fmt else ()
    return stream.metadata.get("alpha_mode") == "1" or any(component.is_alpha for component in components)


def _is_variable(times: _Times) -> bool:
    steps = [after - before for before, after in pairwise(times.frames)]
    if not steps:
        return False
    return max(steps) - min(steps) > max(2, _STEADY * sum(steps) / len(steps))


def _first(container: InputContainer, stream: VideoStream) -> tuple[int, float | None]:
    """How the first picture that decodes is turned, and when it is shown."""
    container.seek(0)
    for frame in container.decode(stream):
        return frame.rotation, frame.time
    return 0, None


def _audio(stream: AudioStream, times: _Times) -> AudioInfo:
    base = stream.time_base or Fraction(1, 1000)
    return AudioInfo(
        codec=stream.codec_context.name,
        rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        start_s=float(times.start * base),
        duration_s=float((times.end - times.start) * base),
    )
