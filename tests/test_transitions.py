"""Promises of transitions, timing and captions in whole films: what they change, and where the words are."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from conftest import Manifest, Studio, small_film
from media_samples import generate, samples

from workflow_lib import timing
from workflow_lib.film import FilmSpec
from workflow_lib.media.verify import verify_film

FPS = 12
SPEC = FilmSpec(128, 72, Fraction(FPS))
LINES = ("A bird sits here.", "A brown field lies in the sun.", "Night comes.", "")


def _faded(studio: Studio, **keys: object) -> Manifest:
    """The small film with clips of two seconds, three lines, and crossfades of half a second."""
    manifest = small_film(studio)
    manifest |= {"duration": 2, "transition": {"kind": "crossfade", "seconds": 0.5}, **keys}
    for clip, line in zip(manifest["clips"], LINES, strict=True):
        clip["narration"] = line
    studio.write(manifest)
    return manifest


@pytest.fixture(scope="session")
def faded_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A film with crossfades, built once; not to be changed."""
    made = Studio(tmp_path_factory.mktemp("faded") / "studio").install()
    _faded(made)
    made.build()
    return made


@pytest.fixture
def faded(faded_once: Studio, tmp_path: Path) -> Studio:
    """A copy of the film with crossfades, built and up to date."""
    return faded_once.copied(tmp_path / "studio")


def _reports(studio: Studio, count: int = 4) -> list[dict[str, Any]]:
    return [
        json.loads(studio.path(f".work/final/clip_{number:02d}.json").read_text()) for number in range(1, 1 + count)
    ]


def _edit(studio: Studio, number: int, **keys: object) -> None:
    manifest = studio.manifest()
    manifest["clips"][number - 1] |= keys
    studio.write(manifest)


def test_a_film_with_crossfades_is_shorter_by_what_its_clips_share(faded_once: Studio) -> None:
    """Every frame is there and decodes, picture and sound end together, and a second run does nothing."""
    frames = sum(report["frames"] for report in _reports(faded_once)) - 3 * FPS // 2

    picture_s, sound_s = verify_film(faded_once.path("final.mp4"), SPEC, frames, thorough=True)

    assert picture_s == pytest.approx(frames / FPS)
    assert abs(sound_s - picture_s) < 1 / FPS
    assert faded_once.planned()[0] == Counter()


def test_captions_are_where_the_words_are(faded_once: Studio) -> None:
    """Each caption's word sounds when it is shown, to 100 ms, across crossfades; nothing is said twice at a time."""
    sound = samples(faded_once.path("final.mp4"))
    loud = np.abs(sound).max(axis=1) > 0.02
    text = faded_once.path("final.srt").read_text()

    shown = [_seconds(line) for line in re.findall(r"^(\S+) --> (\S+)$", text, re.MULTILINE)]

    assert [line for line in text.splitlines() if line and not re.match(r"^\d", line)] == list(LINES[:3])
    for start, end in shown:
        voiced = np.flatnonzero(loud[int((start - 0.3) * 48000) : int((end + 0.3) * 48000)]) / 48000 + start - 0.3
        assert abs(voiced[0] - start) < 0.1
        assert abs(voiced[-1] - end) < 0.2  # a word fades out before its end
    assert all(before[1] + timing.LEAD_S <= after[0] + 0.1 for before, after in itertools.pairwise(shown))


def _seconds(times: tuple[str, str]) -> tuple[float, float]:
    found = [[float(part) for part in re.split("[:,]", time)] for time in times]
    start, end = (hour * 3600 + minute * 60 + second + rest / 1000 for hour, minute, second, rest in found)
    return start, end


def test_an_edited_clip_renders_its_own_two_joins(faded: Studio) -> None:
    """Another prompt for clip 2: it is made and conformed again, its two joins are rendered again, and nothing else."""
    _edit(faded, 2, prompt="A brown field. Slow pull out.")

    jobs, said = faded.planned()

    assert jobs == Counter(generate_clip=1, conform_clip=1, join_clips=2, assemble_film=1), said
    faded.build()
    assert faded.planned()[0] == Counter()


def test_another_transition_buys_and_conforms_nothing(faded: Studio) -> None:
    """A dip in place of a crossfade renders one join, and those that see its clips' other ends; the plan says why."""
    _edit(faded, 4, transition="dip")

    jobs, said = faded.planned()

    assert jobs["generate_clip"] == 0, said
    assert "transition of clip_04 changed" in said
    faded.build()
    assert faded.planned()[0] == Counter()
    frames = sum(report["frames"] for report in _reports(faded)) - 2 * FPS // 2
    verify_film(faded.path("final.mp4"), SPEC, frames, thorough=True)


def test_without_transitions_there_are_no_joins(built: Studio) -> None:
    """A film of cuts has neither the jobs nor the files of joins."""
    assert list(built.path(".work/final").glob("join_*")) == []
    assert built.planned()[0] == Counter()


def test_a_length_and_a_timing_conform_one_clip_again(faded: Studio) -> None:
    """`length` and `timing` change how long a clip is seen: no clip is made, one is conformed, and the sound laid."""
    _edit(faded, 4, length=1.5)

    jobs, said = faded.planned()

    assert jobs == Counter(conform_clip=1, join_clips=1, mix_sound=1, assemble_film=1), said
    assert "timing of clip_04 changed" in said
    faded.build()
    assert _reports(faded)[3]["frames"] == 18
    _edit(faded, 1, fit="trim")
    faded.build()
    first = _reports(faded)[0]
    line = json.loads(faded.path("audio/narration/clip_01.json").read_text())
    assert first["frames"] == -int(-(timing.LEAD_S + line["duration_s"] + 0.5) * FPS // 1)


def test_a_length_that_cuts_a_word_is_refused_with_the_numbers(faded: Studio) -> None:
    """The place in the manifest, the length that is asked for, and the one that would do."""
    _edit(faded, 2, length=1.2)

    done = faded.snakemake("-n", "projects/film/final.mp4")

    assert done.returncode == 3
    assert re.search(r"clips\[2\]\.length: clip_02 is to last 1\.2 s; .* take \d\.\d+ s \(no word is cut", done.stdout)


def test_transitions_that_do_not_fit_are_refused(studio: Studio) -> None:
    """Two fades of a second into and out of a clip of a second and a half: named, before anything is made."""
    manifest = small_film(studio)
    studio.write(manifest | {"duration": 1.5, "transition": {"kind": "crossfade", "seconds": 1}})

    done = studio.snakemake("-n", "projects/film/final.mp4")

    assert done.returncode == 3
    assert "clips[2].transition: clip_02 lasts 1.5 s, and its transitions take 2 s of it" in done.stdout


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"transition": "wipe"}, "transition: should be 'cut', 'crossfade' or 'dip'"),
        ({"transition": {"kind": "dip", "seconds": 0}}, "transition.seconds: should be greater than 0"),
        ({"length": 0}, "length: should be greater than 0"),
        ({"timing": "slow"}, "timing: should be 'auto', 'hold', 'trim' or 'stretch'"),
    ],
)
def test_wrong_keys_are_named(studio: Studio, keys: dict[str, object], said: str) -> None:
    """One line for each wrong key, with its place."""
    manifest = small_film(studio)
    manifest["clips"][1] |= keys
    studio.write(manifest)

    done = studio.snakemake("-n", "projects/film/final.mp4")

    assert done.returncode == 3
    assert f"clips[2].{said}" in done.stdout


def test_a_clip_put_there_by_hand_is_joined_however_short_it_is(faded: Studio) -> None:
    """A clip of a tenth of a second between two crossfades is held until both have their frames."""
    source = ("-f", "lavfi", "-i", "testsrc2=s=128x72:r=30:d=0.1")
    generate(faded.path("videos/clip_03.mp4"), *source)
    _edit(faded, 3, narration="")
    faded.path("audio/narration/clip_03.wav").unlink()

    faded.build()

    reports = _reports(faded)
    assert reports[2]["frames"] == FPS
    verify_film(
        faded.path("final.mp4"), SPEC, sum(report["frames"] for report in reports) - 3 * FPS // 2, thorough=True
    )


def test_the_draft_has_the_same_transitions(faded: Studio) -> None:
    """A draft fades where the film does, and is as long."""
    faded.build("projects/film/draft.mp4")

    with av.open(str(faded.path("draft.mp4"))) as draft, av.open(str(faded.path("final.mp4"))) as film:
        assert draft.streams.video[0].frames == film.streams.video[0].frames
        assert len(list(faded.path(".work/draft").glob("join_*.mp4"))) == 3
