"""Prompts: how parts are joined, and what opens with the camera."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_lib import prompts, reordering


def test_five_parts_are_joined_with_the_action_first_and_the_camera_last() -> None:
    """The order is fixed, whatever the order of the keys; parts that are left out leave no trace."""
    parts = {"camera": "slow push in", "environment": "", "action": "a tortoise walks", "details": "Its shell sways."}

    assert prompts.join(parts) == "A tortoise walks. Its shell sways. Slow push in."


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("Slow push in. A finch turns its head.", "A finch turns its head. Slow push in."),
        ("The camera pans left, a finch hops away", "A finch hops away. The camera pans left."),
        ("Slowly zooming in as the sea rises", "The sea rises. Slowly zooming in."),
        ("Tilt up: the crater smokes!", "The crater smokes! Tilt up."),
    ],
)
def test_a_prompt_that_opens_with_the_camera_is_shown_reordered(written: str, better: str) -> None:
    """The camera's clause goes to the end and the action to the front."""
    assert reordering.reordered(written) == better


@pytest.mark.parametrize(
    "written",
    [
        "A finch turns its head. Slow pan right.",
        "A pan of boiling water steams.",
        "Pan of rice on a stove, steaming.",
        "Slow waves break on black lava.",
        "Static camera.",
        "A cameraman walks on, tired.",
    ],
)
def test_a_prompt_that_opens_with_the_action_is_left_alone(written: str) -> None:
    """No false alarm where the first words are what happens."""
    assert reordering.reordered(written) is None


def test_the_camera_is_found_in_one_text() -> None:
    """Only the sentences about the camera are taken."""
    text = "The finch hops to the edge of the branch. Dusk falls. Slow pan right, then a gentle push in."

    assert prompts.camera_part(text) == "Slow pan right, then a gentle push in."


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    """No prompt makes these functions fail, and reordering loses no words."""
    prompts.camera_part(text)
    better = reordering.reordered(text)

    if better is not None:
        assert len(better) >= len(text.strip()) // 2
