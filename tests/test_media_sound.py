"""Promises of the film's sound: parts follow without a gap, however many, and are encoded once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_samples import RATE, ffmpeg, generate, heard, hidden, samples

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.laying import Cue
from workflow_lib.media.sound import mix_sound
from workflow_lib.media.sound import samples as samples_of


def _part(path: Path, sound: str, count: int) -> Cue:
    trim = f"{sound},aformat=sample_fmts=s16:channel_layouts=stereo,atrim=end_sample={count}"
    return Cue(count, clip=generate(path, "-f", "lavfi", "-i", trim, "-c:a", "flac"))


def _mix(cues: list[Cue], out: Path) -> None:
    mix_sound(cues, out, lead_s=0, ffmpeg=ffmpeg())


def test_parts_follow_without_a_gap(tmp_path: Path) -> None:
    """A tone that runs on over three parts of odd lengths runs on in the film, sample by sample."""
    tone = f"aevalsrc=0.5*sin(2*PI*480*t):s={RATE}:d=4"
    counts = [20_000, 20_100, 60_000]
    parts = [_part(tmp_path / f"{number}.flac", tone, count) for number, count in enumerate(counts)]

    _mix(parts, tmp_path / "film.m4a")

    sound = samples(tmp_path / "film.m4a")
    wanted = np.concatenate([heard(part) for part in parts])
    assert abs(len(sound) - len(wanted)) <= 1024
    assert np.abs(sound[4800:95_000] - wanted[4800:95_000]).max() < 0.02
    assert hidden(tmp_path) == []


def test_the_film_has_aac_in_stereo(tmp_path: Path) -> None:
    """The track is AAC-LC, 48 kHz, two channels, and starts at 0."""
    part = _part(tmp_path / "part.flac", "anullsrc=r=48000", RATE)

    _mix([part], tmp_path / "film.m4a")

    with av.open(str(tmp_path / "film.m4a")) as container:
        stream = container.streams.audio[0]
        facts = (stream.codec_context.name, stream.profile, stream.rate, stream.codec_context.channels)
        assert facts == ("aac", "LC", RATE, 2)
        assert stream.start_time == 0


def test_a_sound_stays_where_it_is(tmp_path: Path) -> None:
    """A click in the last of several parts is heard at its place in the film, to within a millisecond."""
    silence = _part(tmp_path / "a.flac", "anullsrc=r=48000", 31 * 2000)
    click = _part(tmp_path / "b.flac", f"aevalsrc='if(between(t,0.5,0.51),0.8,0)':s={RATE}:d=1", RATE)

    _mix([silence] * 5 + [click], tmp_path / "film.m4a")

    sound = np.abs(samples(tmp_path / "film.m4a")[:, 0])
    assert int(np.argmax(sound > 0.4)) == pytest.approx(31 * 2000 * 5 + RATE // 2, abs=48)


def test_999_clips_end_on_their_frames(tmp_path: Path) -> None:
    """As many clips as a film may have, of a length that is no whole number of samples, add up to the film's."""
    spec = FilmSpec(160, 90, Fraction(30_000, 1001))

    counts = samples_of(spec, [1] * 999)

    assert sum(counts) == round(999 * Fraction(1001, 30_000) * RATE)
    assert max(counts) - min(counts) == 1
    _mix([Cue(count) for count in counts], tmp_path / "film.m4a")
    assert abs(len(samples(tmp_path / "film.m4a")) - sum(counts)) <= 1024


def test_a_part_that_is_broken_is_named(tmp_path: Path) -> None:
    """A part that is no sound stops the mix before anything is written."""
    good = _part(tmp_path / "good.flac", "anullsrc=r=48000", RATE)
    bad = tmp_path / "clip_07.flac"
    bad.write_text("no sound")

    with pytest.raises(BadMedia, match=r"clip_07\.flac"):
        _mix([good, Cue(RATE, clip=bad)], tmp_path / "film.m4a")

    assert not (tmp_path / "film.m4a").exists()
    assert hidden(tmp_path) == []
