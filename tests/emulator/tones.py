"""Speech and effects that decode: a tone, in any format that is sold."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from imageio_ffmpeg import get_ffmpeg_exe

_MP3 = {(22050, 32), (24000, 48), (44100, 32), (44100, 64), (44100, 96), (44100, 128), (44100, 192)}
_RAW = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
_OPUS = (32, 64, 96, 128, 192)
_FORMAT = re.compile(r"(mp3|pcm|opus|ulaw|alaw|wav)_(\d+)(?:_(\d+))?")
_CODECS = {
    "mp3": ("libmp3lame", "mp3", "audio/mpeg"),
    "pcm": ("pcm_s16le", "s16le", "audio/pcm"),
    "wav": ("pcm_s16le", "wav", "audio/wav"),
    "opus": ("libopus", "ogg", "audio/ogg"),
    "ulaw": ("pcm_mulaw", "mulaw", "audio/basic"),
    "alaw": ("pcm_alaw", "alaw", "audio/basic"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """A sound format: codec, sample rate, kbit/s where it has any."""

    codec: str
    rate: int
    kbps: int | None

    @property
    def kind(self) -> str:
        """The media type."""
        return _CODECS[self.codec][2]


def parse(name: str) -> Format | None:
    """The format of an `output_format`; None for one that is not sold."""
    found = _FORMAT.fullmatch(name)
    if found is None:
        return None
    codec, rate, kbps = found[1], int(found[2]), int(found[3]) if found[3] else None
    sold = {
        "mp3": (rate, kbps) in _MP3,
        "opus": rate == 48000 and kbps in _OPUS,
        "pcm": rate in _RAW and kbps is None,
        "wav": rate in _RAW and kbps is None,
        "ulaw": rate == 8000 and kbps is None,
        "alaw": rate == 8000 and kbps is None,
    }
    return Format(codec, rate, kbps) if sold[codec] else None


def tone(wanted: Format, duration_s: float, pitch: int) -> bytes:
    """A tone of a duration and a pitch from 0 to 255, encoded."""
    codec, container, _ = _CODECS[wanted.codec]
    rate = () if wanted.kbps is None else ("-b:a", f"{wanted.kbps}k")
    source = f"sine=frequency={200 + 4 * pitch}:sample_rate={wanted.rate}:duration={duration_s:g}"
    command = (get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", source)
    encode = ("-ac", "1", "-c:a", codec, *rate, "-f", container, "pipe:1")
    return subprocess.run((*command, *encode), check=True, capture_output=True).stdout
