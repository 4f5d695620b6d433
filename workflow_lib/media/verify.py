"""Whether a clip or a film is sound: all of it there, decodable to its end, and as long as it should be."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.delays import composition_delays
from workflow_lib.media.probe import opened, picture_of, sound_of

MOST_APART_S = Fraction(40, 1000)  # picture and sound of a film may end this much apart
_SOUND_TAIL_S = 1


def verify_clip(path: Path, spec: FilmSpec | None = None, frames: int | None = None, *, name: str | None = None) -> int:
    """The number of pictures in `path`, after all of it was decoded.

    `spec`: the size that each picture must have; `frames`: how many there must be; `name`: what messages call it.

    Raises:
        BadMedia: the message says what is wrong.
    """
    name = name or path.name
    with opened(path, name) as container:
        video = _picture(container, name)
        count, end_s = _decode_all(container, video, spec, name)
        whole_s = _promised_s(container, video)
    if end_s + 1.5 * whole_s / count < whole_s:
        raise BadMedia(f"{name}: stops at {end_s:.1f} s of {whole_s:.1f} s, the file is cut short")
    if frames is not None and count != frames:
        raise BadMedia(f"{name}: has {count} pictures instead of {frames}")
    return count


def verify_written(path: Path, spec: FilmSpec, frames: int, *, name: str | None = None) -> None:
    """See that the picture at `path`, which our encoder wrote or which was decoded before, is there with all `frames`.

    Checks the place and the time of every packet and decodes the end.

    Raises:
        BadMedia: the message says what is wrong.
    """
    name = name or path.name
    with opened(path, name) as container:
        video = _picture(container, name)
        _check_places(path, video, frames, name)
        _check_picture_end(container, video, spec, name)


@dataclass(frozen=True, slots=True)
class _Span:
    """The pictures of a file from the keyframe at `start` on, up to the one at `end`; in ticks of decoding."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class _Decoded:
    """What a span held: how many pictures, and when the first and the last of them are shown."""

    count: int
    first: int
    last: int


def verify_conformed(path: Path, spec: FilmSpec, frames: int, *, name: str | None = None) -> None:
    """See that the picture at `path` has `frames` pictures, all of which decode: one half of them on each of two cores.

    Its groups must be closed, as those of conformed clips are: then the second half decodes without the first.

    Raises:
        BadMedia: the message says what is wrong.
    """
    name = name or path.name
    with opened(path, name) as container:
        keys = [entry.timestamp for entry in _picture(container, name).index_entries if entry.is_keyframe]
    middle = keys[len(keys) // 2] if len(keys) > 1 else None
    spans = [_Span(None, middle)] + ([_Span(middle, None)] if middle is not None else [])
    with ThreadPoolExecutor(len(spans)) as pool:
        halves = list(pool.map(lambda span: _decode_span(path, span, spec, name), spans))
    if any(before.last >= after.first for before, after in pairwise(halves)):
        raise BadMedia(f"{name}: its time stamps do not grow in the middle")
    count = sum(half.count for half in halves)
    if count != frames:
        raise BadMedia(f"{name}: has {count} pictures instead of {frames}")


def _decode_span(path: Path, span: _Span, spec: FilmSpec, name: str) -> _Decoded:
    times: list[int] = []
    with opened(path, name) as container:
        video = _picture(container, name)
        if span.start is not None:
            container.seek(span.start, stream=video)
        for packet in _packets(container, video, span):
            for frame in packet.decode():
                times.append(_checked(frame, spec, name, times[-1] if times else None))
        for frame in video.codec_context.decode(None):
            times.append(_checked(frame, spec, name, times[-1] if times else None))
    if not times:
        raise BadMedia(f"{name}: none of its pictures can be decoded")
    return _Decoded(len(times), times[0], times[-1])


def _packets(container: InputContainer, video: VideoStream, span: _Span) -> Iterator[Packet[VideoStream]]:
    for packet in container.demux(video):
        if packet.dts is None or (span.end is not None and packet.dts >= span.end):
            return
        if span.start is None or packet.dts >= span.start:
            yield packet


def _promised_s(container: InputContainer, video: VideoStream) -> float:
    """When the picture ends, as its track says; where tracks do not say, when the file ends."""
    if video.duration is not None:
        return float(((video.start_time or 0) + video.duration) * (video.time_base or 0))
    return (container.duration or 0) / av.time_base


def _decode_all(container: InputContainer, video: VideoStream, spec: FilmSpec | None, name: str) -> tuple[int, float]:
    """The number of pictures, and when the last one ends; or the sound, if only the file's length is known."""
    count, last, end_s = 0, 0, 0.0
    for packet in container.demux([video, *container.streams.audio]):
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                pts = _checked(frame, spec, name, last if count else None)
                step, last, count = (pts - last if count else frame.duration), pts, count + 1
                end_s = max(end_s, float((last + step) * (video.time_base or 0)))
            elif isinstance(frame, AudioFrame) and video.duration is None:
                end_s = max(end_s, frame.time or 0.0)
    if count == 0:
        raise BadMedia(f"{name}: none of its pictures can be decoded")
    return count, end_s


def _checked(frame: VideoFrame, spec: FilmSpec | None, name: str, before: int | None) -> int:
    if frame.is_corrupt:
        raise BadMedia(f"{name}: the picture at {frame.time or 0:.1f} s is damaged")
    if spec and (frame.width, frame.height) != (spec.width, spec.height):
        raise BadMedia(f"{name}: is {frame.width}x{frame.height} instead of {spec.width}x{spec.height}")
    if frame.pts is None or (before is not None and frame.pts <= before):
        raise BadMedia(f"{name}: its time stamps do not grow at {frame.time or 0:.1f} s")
    return frame.pts


def verify_film(
    path: Path, spec: FilmSpec, frames: int, *, thorough: bool = False, name: str | None = None
) -> tuple[float, float]:
    """How long the picture and the sound of a joined film last, in seconds.

    Checks the place and the time of every packet and decodes the end of both tracks; what was joined was decoded when
    it came, or written by our encoder. `thorough`: decodes everything.

    Raises:
        BadMedia: the message says what is wrong.
    """
    name = name or path.name
    if thorough:
        verify_conformed(path, spec, frames, name=name)
    with opened(path, name) as container:
        video, audio = _picture(container, name), sound_of(container)
        if audio is None:
            raise BadMedia(f"{name}: has no sound")
        _check_places(path, video, frames, name)
        _check_picture_end(container, video, spec, name)
        _check_sound_end(container, audio, name)
        lengths = (_length_s(video), _length_s(audio))
    _check_lengths(lengths, Fraction(frames) / spec.fps, 1 / spec.fps, name)
    if audio.start_time:
        raise BadMedia(f"{name}: its sound starts at {audio.start_time * (audio.time_base or 0)} s instead of 0")
    return float(lengths[0]), float(lengths[1])


def _check_places(path: Path, video: VideoStream, frames: int, name: str) -> None:
    """Read from the tables of the file, which takes no time, instead of from its packets."""
    decoded = [entry.timestamp for entry in video.index_entries]
    if len(decoded) != frames:
        raise BadMedia(f"{name}: has {len(decoded)} pictures instead of {frames}")
    delays = composition_delays(path)
    shown = sorted(map(operator.add, decoded, delays)) if delays else decoded
    if len(shown) != frames or not (_grows(decoded) and _grows(shown)):
        raise BadMedia(f"{name}: its time stamps do not grow")


def _grows(times: Sequence[int]) -> bool:
    return all(before < after for before, after in pairwise(times))


def _check_picture_end(container: InputContainer, video: VideoStream, spec: FilmSpec, name: str) -> None:
    """Decode from the last keyframe on; pictures that no other needs are passed over, the last one never is such."""
    end = video.duration or 0
    video.codec_context.skip_frame = "NONREF"
    container.seek(end, stream=video)
    last = None
    for frame in container.decode(video):
        last = _checked(frame, spec, name, last)
    base = video.time_base or Fraction(0)
    if last is None or (end - last) * base > Fraction(3, 2) / spec.fps:
        raise BadMedia(f"{name}: its last pictures cannot be decoded")


def _check_sound_end(container: InputContainer, audio: AudioStream, name: str) -> None:
    base = audio.time_base or Fraction(1)
    end = audio.duration or 0
    container.seek(max(0, end - int(_SOUND_TAIL_S / base)), stream=audio)
    reached = 0
    for frame in container.decode(audio):
        reached = _end_of(frame, reached)
    if (end - reached) * base > MOST_APART_S:
        raise BadMedia(f"{name}: its sound cannot be decoded to the end")


def _end_of(frame: AudioFrame, before: int) -> int:
    if frame.pts is None or frame.time_base is None:
        return before
    return frame.pts + int(Fraction(frame.samples, frame.sample_rate) / frame.time_base)


def _check_lengths(lengths: tuple[Fraction, Fraction], whole: Fraction, frame: Fraction, name: str) -> None:
    picture, sound = lengths
    if abs(picture - whole) > frame:
        raise BadMedia(f"{name}: its picture lasts {float(picture):.3f} s instead of {float(whole):.3f} s")
    if abs(sound - picture) > MOST_APART_S:
        raise BadMedia(f"{name}: its sound ends at {float(sound):.3f} s, its picture at {float(picture):.3f} s")


def _picture(container: InputContainer, name: str) -> VideoStream:
    video = picture_of(container)
    if video is None:
        raise BadMedia(f"{name}: has no picture")
    video.codec_context.options = {"skip_loop_filter": "all"}  # nobody looks at these pictures
    return video


def _length_s(stream: Stream) -> Fraction:
    return (stream.duration or 0) * (stream.time_base or Fraction(0))
