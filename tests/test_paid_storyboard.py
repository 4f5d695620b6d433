"""A storyboard is bought once, checked, repaired at most once, and then it belongs to the user."""

from __future__ import annotations

from paid_films import Paid
from storied_films import asked, board_of, drafts, storied_film


def test_one_command_makes_a_film_of_a_bare_story(paid: Paid) -> None:
    """A story without any list of clips is drafted and built in the same run; a second run does nothing."""
    storied_film(paid.studio)

    said = paid.build()

    board = board_of(paid.studio)
    assert len(board["clips"]) == 3
    assert len(drafts(paid)) == asked(paid) == 1
    assert paid.studio.path("final.mp4").exists()
    assert "3 clips kept" in said or "3 to make" in said, said
    first = paid.studio.path("storyboard.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../schemas/storyboard.schema.json"
    assert "Nothing to be done" in paid.build()
    assert len(drafts(paid)) == 1
