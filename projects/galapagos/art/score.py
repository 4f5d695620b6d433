"""Plays the music and the surf of the film: `python projects/galapagos/art/score.py [--to FOLDER]`.

The same samples come out on every run. The music ends where it begins, so that it can go round.
"""

from __future__ import annotations

import argparse
import subprocess
import wave
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

RATE = 44_100
SEA_RATE = 16_000
CHORD_S = 8.0
CHORDS = (
    ("D2", "A2", "F3", "C4", "E4"),
    ("Bb1", "F2", "D3", "A3", "C4"),
    ("F2", "C3", "A3", "E4", "G4"),
    ("C2", "G2", "E3", "B3", "D4"),
    ("D2", "A2", "F3", "C4", "E4"),
    ("G1", "D2", "Bb2", "F3", "A3"),
    ("Bb1", "F2", "D3", "A3", "C4"),
    ("A1", "E2", "C3", "G3", "B3"),
)
MELODY = ("D5", "F5", "A5", "G5", "E5", "C5", "D5", "A4")
SEAS = {"clip_01": 3, "clip_03": 5, "clip_18": 7}
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def hertz(name: str) -> float:
    """The frequency of a note such as `Bb2`."""
    step = STEPS[name[0]] - name.count("b")
    return float(440.0 * 2 ** ((step + 12 * (int(name[-1]) + 1) - 69) / 12))


def ring(total: np.ndarray, at: float, sound: np.ndarray) -> None:
    """Add a sound at `at` seconds; what goes on after the end is heard at the beginning."""
    places = (round(at * RATE) + np.arange(sound.shape[0])) % total.shape[0]
    np.add.at(total, places, sound)


def held(frequency: float, seconds: float, seed: int) -> np.ndarray:
    """A soft note of strings: three of them, slightly apart, that swell and go."""
    time = np.arange(round(seconds * RATE)) / RATE
    swell = np.sin(np.pi * time / seconds) ** 1.5
    chance = np.random.default_rng(seed)
    sides = np.zeros((time.size, 2))
    for place, apart in ((0.25, -2.5), (0.5, 0.3), (0.75, 2.2)):
        pitch = frequency * 2 ** (apart / 1200)
        shiver = 0.0025 * np.sin(2 * np.pi * chance.uniform(4, 5) * time + chance.uniform(0, 6))
        tone = sum(
            np.sin(2 * np.pi * pitch * number * time + shiver * number + chance.uniform(0, 6)) / number**2.1
            for number in range(1, 7)
        )
        sides += (tone * swell)[:, None] * [1 - place, place]
    return sides


def plucked(frequency: float, seed: int) -> np.ndarray:
    """A note of a harp, which fades by itself."""
    time = np.arange(round(4 * RATE)) / RATE
    place = np.random.default_rng(seed).uniform(0.3, 0.7)
    tone = sum(
        np.sin(2 * np.pi * frequency * number * time) * np.exp(-time * (0.9 + 0.8 * number)) / number**1.4
        for number in range(1, 6)
    )
    return np.asarray((tone * np.minimum(1, time / 0.004))[:, None] * [1 - place, place])


def music() -> np.ndarray:
    """The music: a minute and four seconds, two channels, peaks at half of full scale."""
    total = np.zeros((round(CHORD_S * len(CHORDS) * RATE), 2))
    for place, chord in enumerate(CHORDS):
        for voice, name in enumerate(chord):
            weight = (0.9, 0.6, 0.45, 0.32, 0.22)[voice]
            ring(total, place * CHORD_S - 2, weight * held(hertz(name), CHORD_S + 4, place * 10 + voice))
        for beat, later in enumerate((0.0, 3.0, 5.5)):
            name = MELODY[(place + 3 * beat) % len(MELODY)]
            ring(total, place * CHORD_S + later, 0.20 * plucked(hertz(name), place * 10 + beat + 500))
    return np.asarray(0.5 * total / np.abs(total).max())


def sea(seed: int, seconds: float = 10.0) -> np.ndarray:
    """Waves that come in and drain away: noise that brightens as it swells; one channel."""
    chance = np.random.default_rng(seed)
    count = round(seconds * SEA_RATE)
    time = np.arange(count) / SEA_RATE
    noise = np.fft.rfft(chance.standard_normal(count))
    pitch = np.fft.rfftfreq(count, 1 / SEA_RATE)
    deep = np.fft.irfft(noise / (1 + (pitch / 160) ** 2), count)
    bright = np.fft.irfft(noise * (pitch / 900) / (1 + (pitch / 1400) ** 3), count)
    turns = time / 5.0 + chance.uniform(0, 1)
    swell = np.clip(np.sin(2 * np.pi * turns), 0, 1) ** 2
    hiss = np.clip(np.sin(2 * np.pi * (turns - 0.10)), 0, 1) ** 3
    sound = 0.5 * deep / deep.std() * (0.3 + swell) + 0.35 * bright / bright.std() * hiss
    return np.asarray(0.35 * sound / np.abs(sound).max())


def write_wave(path: Path, sound: np.ndarray, rate: int) -> None:
    """Write 16-bit PCM."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes(np.round(sound * 32767).astype("<i2").tobytes())


def main() -> None:
    """Write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path(__file__).resolve().parents[1], help="the project's folder")
    folder = parser.parse_args().to / "audio"
    for name, seed in SEAS.items():
        write_wave(folder / "sfx" / f"{name}.wav", sea(seed), SEA_RATE)
    played = folder / "music.wav"
    write_wave(played, music(), RATE)
    encoded = ("-c:a", "libopus", "-b:a", "64k", "-fflags", "+bitexact", "-flags:a", "+bitexact")
    command = [get_ffmpeg_exe(), "-y", "-nostdin", "-loglevel", "error", "-i", str(played), *encoded]
    subprocess.run([*command, str(folder / "music.opus")], check=True)
    played.unlink()


if __name__ == "__main__":
    main()
