"""Promises of timing: no word is ever cut, whatever is asked for, and every length is a whole number of frames."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_lib.film import FilmSpec
from workflow_lib.timing import LEAD_S, MOST_SLOWER, Pace, Rule, Timing, TooShortError, pace

SPEC = FilmSpec(160, 90, Fraction(24))


@pytest.mark.parametrize(
    ("clip_s", "line_s", "frames"),
    [(10.0, None, 240), (10.0, 3.0, 240), (10.0, 9.6, 243), (1.0, 9.01, 229), (0.001, None, 1), (10.02, None, 240)],
)
def test_a_clip_takes_its_length_or_its_lines(clip_s: float, line_s: float | None, frames: int) -> None:
    """The frames of a clip are all of its own, and enough for the line with silence before and after."""
    assert pace(SPEC, clip_s, line_s) == Pace(frames)


@pytest.mark.parametrize(
    ("timing", "line_s", "found"),
    [
        ("hold", 4.0, Pace(240)),
        ("hold", 10.3, Pace(260)),
        ("trim", 4.0, Pace(108)),
        ("trim", 10.3, Pace(260)),
        ("trim", None, Pace(240)),
        ("stretch", 4.0, Pace(240)),
        ("stretch", 10.3, Pace(260, Fraction(260, 240))),
        ("stretch", 12.0, Pace(300, MOST_SLOWER)),
    ],
)
def test_a_clip_is_held_trimmed_or_slowed(timing: Timing, line_s: float | None, found: Pace) -> None:
    """A ten-second clip with lines of several lengths: it is slowed by a tenth at most, and held for the rest."""
    assert pace(SPEC, 10, line_s, Rule(timing)) == found


def test_a_length_that_is_fixed_is_kept() -> None:
    """A clip made of 10 s lasts the 6.5 s that the manifest says, or 11 s, slowed or held."""
    assert pace(SPEC, 10, 5.0, Rule(length_s=6.5)) == Pace(156)
    assert pace(SPEC, 10, 5.0, Rule(length_s=11.0)) == Pace(264)
    assert pace(SPEC, 10, 5.0, Rule("stretch", 11.0)) == Pace(264, MOST_SLOWER)


def test_a_length_that_would_cut_a_word_is_refused() -> None:
    """The error has the shortest length that works; that length does work."""
    with pytest.raises(TooShortError) as error:
        pace(SPEC, 10, 7.0, Rule(length_s=7.2))

    assert error.value.least_s == 7.5
    assert pace(SPEC, 10, 7.0, Rule(length_s=error.value.least_s)) == Pace(180)


@given(
    st.floats(0.04, 60),
    st.none() | st.floats(0.001, 60),
    st.sampled_from(["auto", "hold", "trim", "stretch"]),
    st.floats(0.2, 3),
    st.integers(0, 60),
    st.sampled_from([Fraction(12), Fraction(24), Fraction(30000, 1001), Fraction(60)]),
)
def test_no_rule_cuts_a_word(
    own_s: float, line_s: float | None, timing: Timing, tail_s: float, least: int, fps: Fraction
) -> None:
    """Any clip, line and rule: the line and the silence after it fit, and the picture is slowed a tenth at most."""
    spec = FilmSpec(160, 90, fps)

    found = pace(spec, own_s, line_s, Rule(timing, None, tail_s, least))

    assert found.frames >= max(1, least)
    assert 1 <= found.slower <= MOST_SLOWER
    if line_s is not None:
        assert found.frames / fps >= Fraction(LEAD_S + line_s + tail_s) - Fraction(1, 10**9)
