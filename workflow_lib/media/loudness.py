"""How loud a film is, by EBU R128: measured over all of it, with peaks between the samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as ffmpeg_python

from workflow_lib.errors import BadMedia
from workflow_lib.media.ffmpeg import run, url

SILENT_LUFS = -70.0
"""What EBU Tech 3341 gates out: a film that is no louder is silent."""

_I, _PEAKS = "lavfi.r128.I=", "lavfi.r128.true_peaks_ch"
_END = 4096  # bytes at the end of a meter's file, which hold its last reading


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS, and the highest true peak in dBTP."""

    lufs: float
    peak_dbtp: float

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear."""
        return self.lufs <= SILENT_LUFS


def metered(sound: Any, meter: Path) -> Any:  # noqa: ANN401 (ffmpeg-python has no types)
    """The sound of ffmpeg-python, read by a meter that writes to the file `meter`, as an output to nowhere."""
    reading = sound.filter("ebur128", metadata=1, peak="true", framelog="quiet")
    return reading.filter("ametadata", mode="print", file=str(meter)).output("-", format="null")


def reading(meter: Path, name: str) -> Loudness:
    """What a meter has read in the end.

    Raises:
        BadMedia: it has read nothing.
    """
    try:
        with meter.open("rb") as stream:
            stream.seek(max(0, meter.stat().st_size - _END))
            lines = stream.read().decode(errors="replace").splitlines()
        last = max(number for number, line in enumerate(lines) if line.startswith(_I))
        lufs = float(lines[last].removeprefix(_I))
        peaks = [float(line.partition("=")[2]) for line in lines[last:] if line.startswith(_PEAKS)]
    except (OSError, ValueError) as error:
        raise BadMedia(f"{name}: its loudness cannot be measured") from error
    return Loudness(max(lufs, SILENT_LUFS) if math.isfinite(lufs) else SILENT_LUFS, decibels(max(peaks, default=0.0)))


def measure(path: Path, *, ffmpeg: str) -> Loudness:
    """The loudness of a file, after all of its sound was decoded.

    Raises:
        BadMedia: it does not decode.
    """
    meter = path.with_name(f".{path.stem}.meter")
    try:
        run(metered(ffmpeg_python.input(url(path)).audio, meter), ffmpeg=ffmpeg, subject=path.name)
        return reading(meter, path.name)
    finally:
        meter.unlink(missing_ok=True)


def decibels(factor: float) -> float:
    """A factor of amplitudes in dB; nothing is -120 dB."""
    return 20 * math.log10(max(factor, 1e-6))


def factor(db: float) -> float:
    """A difference in dB as a factor of amplitudes."""
    return float(10 ** (db / 20))
