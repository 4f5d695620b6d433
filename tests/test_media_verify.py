"""Promises of verification: a sound file passes, a broken one is named with what is wrong."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from media_samples import SPEC, ffmpeg, generate, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.assemble import assemble
from workflow_lib.media.laying import Cue
from workflow_lib.media.sound import mix_sound
from workflow_lib.media.sound import samples as samples_of
from workflow_lib.media.verify import verify_clip, verify_conformed, verify_film


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film of two parts, 60 frames."""
    pictures = [write_clip(tmp_path / f"{seed}.mp4", 30, seed=seed, silent_audio=False) for seed in range(2)]
    mix_sound([Cue(samples_of(SPEC, [60])[0])], tmp_path / "s.m4a", lead_s=0, ffmpeg=ffmpeg())
    out = tmp_path / "final.mp4"
    assemble(pictures, tmp_path / "s.m4a", out, SPEC, frames=60, ffmpeg=ffmpeg(), stamp="x", title="A film")
    return out


def _damaged(path: Path, place: float, count: int) -> Path:
    data = bytearray(path.read_bytes())
    start = int(place * len(data))
    data[start : start + count] = bytes([0x5A]) * count
    path.write_bytes(data)
    return path


def test_a_whole_clip_passes(tmp_path: Path) -> None:
    """All pictures are counted."""
    clip = write_clip(tmp_path / "clip.mp4", 31)

    assert verify_clip(clip, SPEC, 31) == 31


def test_a_wrong_count_or_size_is_named(tmp_path: Path) -> None:
    """The message has what is there and what should be."""
    clip = write_clip(tmp_path / "clip_07.mp4", 5)

    with pytest.raises(BadMedia, match=r"clip_07\.mp4: has 5 pictures instead of 6"):
        verify_clip(clip, SPEC, 6)
    with pytest.raises(BadMedia, match=r"clip_07\.mp4: is 160x90 instead of 320x180"):
        verify_clip(clip, FilmSpec(320, 180, Fraction(24)), 5)


@pytest.mark.parametrize("frames", [1, 24, 25, 120])
def test_a_whole_conformed_clip_passes(frames: int, tmp_path: Path) -> None:
    """All pictures are counted once, however many seconds there are to share between two cores."""
    clip = write_clip(tmp_path / "clip_07.mp4", frames)

    verify_conformed(clip, SPEC, frames)
    with pytest.raises(BadMedia, match=rf"clip_07\.mp4: has {frames} pictures instead of {frames + 1}"):
        verify_conformed(clip, SPEC, frames + 1)


@pytest.mark.parametrize("place", [0.1, 0.3, 0.45, 0.55, 0.7, 0.9])
def test_damage_anywhere_in_a_conformed_clip_is_found(place: float, tmp_path: Path) -> None:
    """Each half is decoded, from its first picture to its last."""
    clip = write_clip(tmp_path / "clip_07.mp4", 120, silent_audio=False)

    with pytest.raises(BadMedia, match=r"clip_07\.mp4"):
        verify_conformed(_damaged(clip, place, clip.stat().st_size // 12), SPEC, 120)


def test_damage_in_the_middle_is_found(tmp_path: Path) -> None:
    """A clip with some bytes overwritten does not pass."""
    clip = generate(tmp_path / "clip_07.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=12:d=3")

    with pytest.raises(BadMedia, match=r"clip_07\.mp4"):
        verify_clip(_damaged(clip, 0.5, 1500))


def test_a_clip_cut_short_of_its_promise_is_named(tmp_path: Path) -> None:
    """A clip whose header promises more than can be decoded says where it stops."""
    whole = generate(tmp_path / "whole.mkv", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=12:d=10").read_bytes()
    path = tmp_path / "clip_07.mkv"
    path.write_bytes(whole[: len(whole) // 3])

    with pytest.raises(BadMedia, match=r"clip_07\.mkv: stops at \d\.\d s of 10\.0 s, the file is cut short"):
        verify_clip(path)


def test_a_clip_without_picture_is_refused(tmp_path: Path) -> None:
    """Sound alone is no clip."""
    sound = generate(tmp_path / "clip_07.m4a", "-f", "lavfi", "-i", "sine=440:d=1")

    with pytest.raises(BadMedia, match="has no picture"):
        verify_clip(sound)


def test_a_whole_film_passes(film: Path) -> None:
    """Both the quick and the thorough check pass, and say how long picture and sound are."""
    lengths = verify_film(film, SPEC, 60)

    assert lengths == pytest.approx((2.5, 2.5), abs=0.04)
    assert verify_film(film, SPEC, 60, thorough=True) == lengths


def test_a_film_of_another_length_is_refused(film: Path) -> None:
    """One frame more or less than there should be is enough."""
    with pytest.raises(BadMedia, match="60 pictures instead of 61"):
        verify_film(film, SPEC, 61)


@pytest.mark.parametrize("kept", [0.5, 0.99, -100])
def test_a_film_cut_short_is_refused(film: Path, kept: float) -> None:
    """Wherever a film is cut, the quick check says so."""
    whole = film.read_bytes()
    film.write_bytes(whole[: int(kept * len(whole))] if kept > 0 else whole[: int(kept)])

    with pytest.raises(BadMedia, match="cut short"):
        verify_film(film, SPEC, 60)


def test_a_film_with_a_damaged_end_is_refused(film: Path) -> None:
    """The end is decoded, not only counted."""
    with pytest.raises(BadMedia, match=r"final\.mp4"):
        verify_film(_damaged(film, 0.85, film.stat().st_size // 7), SPEC, 60)


def test_sound_that_ends_early_or_starts_late_is_refused(film: Path, tmp_path: Path) -> None:
    """Picture and sound must start together and end within 40 ms."""
    short = generate(tmp_path / "short.mp4", "-i", str(film), "-c:v", "copy", "-af", "atrim=end=2.4")
    later = ("-itsoffset", "0.1", "-i", str(film), "-map", "0:v", "-map", "1:a", "-c", "copy", "-t", "2.5")
    late = generate(tmp_path / "late.mp4", "-i", str(film), *later)

    for wrong in (short, late):
        with pytest.raises(BadMedia, match=r"its sound (ends|starts)"):
            verify_film(wrong, SPEC, 60)


def test_a_film_without_sound_is_refused(film: Path, tmp_path: Path) -> None:
    """A film has sound."""
    silent = generate(tmp_path / "silent.mp4", "-i", str(film), "-an", "-c", "copy")

    with pytest.raises(BadMedia, match="has no sound"):
        verify_film(silent, SPEC, 60)
