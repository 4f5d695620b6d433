"""Promises of edit lists: every frame of the film is named once, in the words of editing programs."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

from workflow_lib import edl, otio
from workflow_lib.film import FilmSpec
from workflow_lib.timeline import Event
from workflow_lib.transitions import Transition

SPEC = FilmSpec(1920, 1080, Fraction(24))
EVENTS = [
    Event("clip_01", "Dawn", "videos/clip_01.mp4", 0, 240, 240, line=("audio/narration/clip_01.wav", 7, 100)),
    Event("clip_02", "", "videos/clip_02.mp4", 228, 300, 240, into=Transition("crossfade", 12)),
    Event("clip_03", "", "videos/clip_03.mp4", 528, 120, 120, Fraction(11, 10), Transition("dip", 24)),
]
WHOLE = 648


def _frame(code: str, fps: int = 24) -> int:
    hours, minutes, seconds, frames = map(int, code.split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * fps + frames


def test_an_edit_list_covers_the_film_once() -> None:
    """Each event begins in the film where the one before it ends, fades and black included."""
    rows = re.findall(
        r"^\d{3}  (\S+)\s+V\s+\S+.*?(\S+) (\S+) (\S+) (\S+)$", edl.written("A film", SPEC, EVENTS), re.MULTILINE
    )

    placed = [(_frame(start), _frame(end)) for *_, start, end in rows if start != end]
    assert placed == [(0, 228), (228, 468), (468, 516), (516, 528), (528, 648)]
    assert [row[0] for row in rows if row[3] != row[4]] == ["CLIP_01", "CLIP_02", "CLIP_02", "BL", "CLIP_03"]


def test_an_edit_list_is_what_editing_programs_read() -> None:
    """A dissolve names what leaves and what comes; held and slowed pictures have their speed; lines are a track."""
    text = edl.written("A \n film", SPEC, EVENTS)

    assert text.startswith("TITLE: A   film\nFCM: NON-DROP FRAME\n\n")
    assert (
        "002  CLIP_01  V     C        00:00:09:12 00:00:09:12 00:00:09:12 00:00:09:12\n"
        "002  CLIP_02  V     D    012 00:00:00:00 00:00:10:00 00:00:09:12 00:00:19:12\n"
        "* FROM CLIP NAME: videos/clip_02.mp4\n"
    ) in text
    assert "M2   CLIP_02        000.0                00:00:09:23" in text
    assert "D    012 00:00:00:00 00:00:00:12 00:00:21:12 00:00:22:00" in text
    assert "M2   CLIP_03        021.8                00:00:00:00" in text
    assert "LINE_01  A     C        00:00:00:00 00:00:04:04 00:00:00:07 00:00:04:11" in text


def test_time_codes_of_ntsc_rates_count_whole_frames() -> None:
    """At 29.97 frames a second, frame 30 is second 1 of a time code without drop frames."""
    text = edl.written("A film", FilmSpec(64, 64, Fraction(30000, 1001)), [Event("clip_01", "", "v.mp4", 0, 31, 31)])

    assert "00:00:00:00 00:00:01:01 00:00:00:00 00:00:01:01" in text


def _children(text: str, track: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["tracks"]["children"][track]["children"]
    return found


def test_a_timeline_of_opentimelineio_is_as_long_as_the_film() -> None:
    """Clips follow each other without a gap; a crossfade has frames of the clip that goes on under it."""
    children = _children(otio.written("A film", SPEC, EVENTS), 0)

    clips = [child for child in children if child["OTIO_SCHEMA"] == "Clip.1"]
    assert [child["OTIO_SCHEMA"] for child in children] == [
        "Clip.1",
        "Transition.1",
        "Clip.1",
        "Clip.1",
        "Transition.1",
        "Clip.1",
    ]
    assert sum(clip["source_range"]["duration"]["value"] for clip in clips) == WHOLE
    assert children[1]["transition_type"] == "SMPTE_Dissolve"
    assert (children[1]["in_offset"]["value"], children[1]["out_offset"]["value"]) == (0, 12)
    assert [effect["OTIO_SCHEMA"] for clip in clips for effect in clip["effects"]] == [
        "FreezeFrame.1",
        "LinearTimeWarp.1",
    ]
    assert clips[0]["metadata"] == {"clipwright": {"title": "Dawn"}}
    assert clips[0]["media_reference"]["target_url"] == "videos/clip_01.mp4"


def test_spoken_lines_stand_where_they_are_heard() -> None:
    """The track of sound has a gap up to the line, and the line."""
    gap, line = _children(otio.written("A film", SPEC, EVENTS), 1)

    assert (gap["OTIO_SCHEMA"], gap["source_range"]["duration"]["value"]) == ("Gap.1", 7)
    assert line["media_reference"]["target_url"] == "audio/narration/clip_01.wav"
    assert line["source_range"]["duration"] == {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": 100}
