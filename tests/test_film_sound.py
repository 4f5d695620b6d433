"""Promises of a film's sound, built by real runs: its loudness, its music, and what its clips sound like themselves."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import SIZE, Studio
from media_samples import RATE, ffmpeg, generate, lumas, samples

from workflow_lib.media.loudness import measure

MIXED = Counter(mix_sound=1, assemble_film=1)


def _tone(path: Path, hertz: int, seconds: float = 1.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return generate(path, "-f", "lavfi", "-i", f"aevalsrc=0.2*sin(2*PI*{hertz}*t):s={RATE}:d={seconds}")


def _strength(film: Path, hertz: int) -> float:
    """How strong one frequency is in all of the film."""
    sound = samples(film)[:, 0]
    return float(np.abs(np.fft.rfft(sound))[round(hertz * len(sound) / RATE)]) / len(sound)


def test_a_film_has_the_loudness_that_platforms_play_at(built: Studio) -> None:
    """Within half a unit of -14 LUFS, true peaks under -1 dBTP, and the mix's receipt says what was measured."""
    found = measure(built.path("final.mp4"), ffmpeg=ffmpeg())

    assert found.lufs == pytest.approx(-14, abs=0.5)
    assert found.peak_dbtp <= -1
    kept = json.loads(built.path(".work/final/sound.json").read_text())
    assert kept["lufs"] == pytest.approx(found.lufs, abs=0.1)


def test_another_loudness_mixes_again_and_makes_nothing(built: Studio) -> None:
    """A setting of the sound re-makes the sound, says so, and no clip."""
    jobs, said = built.planned("projects/film/final.mp4", "--config", "loudness_lufs=-20")
    built.build("projects/film/final.mp4", "--config", "loudness_lufs=-20")

    assert jobs == MIXED, said
    assert "loudness changed" in said
    assert measure(built.path("final.mp4"), ffmpeg=ffmpeg()).lufs == pytest.approx(-20, abs=0.5)


def test_music_is_put_under_the_film_and_its_edit_mixes_again(built: Studio) -> None:
    """A file at audio/music.* is found, or one that the manifest names; other music, or its gain, is one mix."""
    music = _tone(built.path("audio/music.wav"), 3000)

    jobs, said = built.planned()
    built.build()
    heard = _strength(built.path("final.mp4"), 3000)
    built.write(built.manifest() | {"music": {"file": "audio/music.wav", "gain_db": -30}})
    softer_jobs, _ = built.planned()
    built.build()
    softer = _strength(built.path("final.mp4"), 3000)
    music.write_bytes(_tone(built.path("other.wav"), 2000).read_bytes())
    other_jobs, other_said = built.planned()
    built.build()

    assert jobs == softer_jobs == other_jobs == MIXED, said
    assert "music changed" in said
    assert "music changed" in other_said
    assert heard > 0.01
    assert softer < heard / 3
    assert _strength(built.path("final.mp4"), 2000) > 10 * _strength(built.path("final.mp4"), 3000)
    assert "Nothing to be done" in built.build()


@pytest.mark.parametrize(
    ("music", "what"),
    [
        ("audio/none.wav", ": needs projects/film/audio/none.wav, which is not there"),
        ("../other/music.wav", ": '../other/music.wav' leads out of the project's folder"),
        ("./", ": './' is the project's folder, not a file in it"),
        ({"file": "../music.wav"}, ".file: '../music.wav' leads out of the project's folder"),
        ({"file": "audio/music.wav", "gain": 3}, ".gain: is not a key that is known here (did you mean `gain_db`?)"),
        (["audio/music.wav"], ": should be text or `key: value` lines"),
    ],
)
def test_music_that_cannot_be_used_is_named(built: Studio, music: object, what: str) -> None:
    """A wrong file or key is one clear error with exit code 3, before anything is made."""
    built.write(built.manifest() | {"music": music})

    done = built.snakemake("-n", "projects/film/final.mp4")

    assert done.returncode == 3
    assert f"projects/film/project.yaml: music{what}" in done.stdout
    assert done.stdout.count("projects/film/project.yaml") == 1


def test_music_that_is_no_sound_is_named(built: Studio) -> None:
    """A text file called music.wav ends the run with its name, and the film that was there stays."""
    built.path("audio/music.wav").write_text("no music")
    before = built.path("final.mp4").read_bytes()

    done = built.snakemake("--cores", "2", "projects/film/final.mp4")

    assert done.returncode == 1
    assert "music.wav: is text" in done.stdout
    assert "Traceback" not in done.stdout
    assert built.path("final.mp4").read_bytes() == before


@pytest.mark.parametrize(("asked", "is_heard"), [("keep", True), ("duck", True), ("drop", False)])
def test_what_a_clip_of_ones_own_sounds_like_is_heard(built: Studio, asked: str, *, is_heard: bool) -> None:
    """The sound of a clip that the user put there is in the film, unless `clip_sound: drop`."""
    own = built.path("videos/clip_02.mp4")
    own.unlink()
    picture = ("-f", "lavfi", "-i", f"testsrc2=s={SIZE[0]}x{SIZE[1]}:r=12:d=1")
    tone = ("-f", "lavfi", "-i", f"aevalsrc=0.3*sin(2*PI*2500*t):s={RATE}:d=1")
    generate(own, *picture, *tone, "-pix_fmt", "yuv420p")

    built.build("projects/film/final.mp4", "--config", f"clip_sound={asked}")

    assert (_strength(built.path("final.mp4"), 2500) > 0.005) is is_heard


def test_a_slowed_clip_is_seen_and_heard_at_the_same_time(built: Studio) -> None:
    """A flash and a beep of one's own clip, together at 4.0 s, are together within a frame where it is stretched."""
    own = built.path("videos/clip_02.mp4")
    own.unlink()
    flash = f"color=black:s={SIZE[0]}x{SIZE[1]}:r=12:d=5,drawbox=c=white:t=fill:enable='between(t,3.99,4.1)'"
    beep = f"aevalsrc=0.3*sin(2*PI*2500*t)*between(t\\,4\\,4.1):s={RATE}:d=5"
    generate(own, "-f", "lavfi", "-i", flash, "-f", "lavfi", "-i", beep, "-pix_fmt", "yuv420p")
    manifest = built.manifest()
    manifest["clips"][1] |= {"timing": "stretch", "length": 5.5}
    del manifest["clips"][0]["narration"]
    built.write(manifest)

    built.build()

    film, receipt = built.path("final.mp4"), json.loads(built.path(".work/final/clip_01.json").read_text())
    seen = np.flatnonzero([picture.mean() > 200 for picture in lumas(film)])[0] / 12
    loud = np.abs(samples(film)[:, 0])
    heard = np.flatnonzero(loud > 0.3 * loud.max())[0] / RATE
    assert abs(seen - receipt["frames"] / 12 - 4.4) <= 1 / 12
    assert abs(seen - heard) <= 1 / 12
    assert "Nothing to be done" in built.build()


def test_only_the_sound_of_slowed_clips_is_known_by_that(built: Studio) -> None:
    """A film that hears no clip of its own slowed is not mixed again for what `timing: stretch` does to sounds."""
    manifest = built.manifest()
    manifest["clips"][1] |= {"timing": "stretch", "length": 0.5}
    built.write(manifest)
    built.build()

    assert "slowed" not in json.loads(built.path(".work/final/sound.json").read_text())["from"]
