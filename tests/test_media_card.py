"""Title cards hold any text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workflow_lib.media.card import draw_card
from workflow_lib.media.fonts import Face, face_for

SIZE = (320, 180)


def ink(card: Image.Image) -> tuple[int, int, int, int]:
    """The box around everything bright."""
    rows, columns = np.nonzero(np.asarray(card.convert("L")) > 110)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


@pytest.mark.parametrize(
    "text",
    [
        "Dawn.",
        "Waves break on black lava. Static camera.",
        "The natural history of these islands is eminently curious. " * 30,
        "x" * 500,
        "\u042f\u0449\u0435\u0440\u0438\u0446\u0430 \u0432\u044b\u0445\u043e\u0434\u0438\u0442 \U0001f98e \u6f22\u5b57",
    ],
)
@pytest.mark.parametrize("size", [SIZE, (180, 320), (180, 180)])
def test_every_text_keeps_the_margins(text: str, size: tuple[int, int]) -> None:
    """Short, long, endless and foreign texts stay inside of generous margins."""
    left, top, right, bottom = ink(draw_card(text, size, heading="Clip 07"))

    assert left >= size[0] * 0.1
    assert right <= size[0] * 0.9
    assert top >= size[1] * 0.08
    assert bottom <= size[1] * 0.92


def test_a_heading_adds_ink_above_the_text() -> None:
    """The heading stands above everything else."""
    plain, headed = draw_card("Dawn.", SIZE), draw_card("Dawn.", SIZE, heading="Clip 07")

    assert ink(headed)[1] < ink(plain)[1]


def test_a_card_is_the_same_each_time() -> None:
    """Grain is fixed: two cards of one text are the same pixels."""
    assert draw_card("Dawn.", SIZE).tobytes() == draw_card("Dawn.", SIZE).tobytes()


def test_the_ground_is_dark_and_has_no_bands() -> None:
    """Neighbouring columns of the ground differ by less than a level on average, and grain is everywhere."""
    ground = np.asarray(draw_card("", SIZE).convert("L"), dtype=float)[:, 200:]

    assert ground.max() < 80
    assert np.abs(np.diff(ground.mean(axis=0))).max() < 1
    assert ground.std(axis=0).min() > 0.5


def test_what_no_font_has_becomes_a_dot() -> None:
    """What a font lacks is shown as its base letter or a dot, marks that are not drawn are left out."""
    face = Face(None)

    assert face.showable("a\u6f22b\u200d\ufe0f") == "a\u00b7b"
    assert face.showable("\u00d1and\u00fa") == "Nandu"


def test_latin_needs_no_other_font() -> None:
    """English text is set in the font that comes with Pillow, dashes and all."""
    assert face_for("Waves \u2013 \u201cblack lava\u201d, 1835\u2026") == Face(None)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=120), st.text(max_size=20))
def test_no_text_makes_it_fail(text: str, heading: str) -> None:
    """Any text and heading give a card of the right size."""
    assert draw_card(text, (160, 90), heading=heading).size == (160, 90)
