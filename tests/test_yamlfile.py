"""YAML as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_lib import yamlfile
from workflow_lib.errors import InvalidInput


def test_plain_words_stay_words() -> None:
    """Aspects, dates and yes/no are the text that the user sees; numbers are numbers."""
    value = yamlfile.parse("a: 16:9\nb: no\nc: 2026-11-21\nd: 24\ne: 1.5\nf:\ng: true", "x.yaml")

    assert value == {"a": "16:9", "b": "no", "c": "2026-11-21", "d": 24, "e": 1.5, "f": None, "g": True}


def test_anchors_may_be_used() -> None:
    """A value may be written once and used many times."""
    value = yamlfile.parse("a: &hill {x: 1}\nb: [*hill, *hill]\nc: {<<: *hill, y: 2}", "x.yaml")

    assert value == {"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}], "c": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "x.yaml, line 1: is not readable YAML"),
        ("a: &x [*x]", "x.yaml: expands to more than 200000 values"),
        ("a: 1\na: 2", "x.yaml, line 2: the key 'a' stands twice (keep one of them)"),
        ("{a: " * 5000, "x.yaml: has more than 1000 open brackets (close them)"),
        ("[" * 100_000, "x.yaml: has more than 1000 open brackets (close them)"),
        ('a: !!int ""', "x.yaml: is not readable YAML"),
        ("a:\n\tb: 1", "x.yaml, line 2: is indented with a tab (YAML wants spaces)"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "x.yaml, line 1: is not readable YAML: could not determine a constructor",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    """A file that cannot be read names its line."""
    with pytest.raises(InvalidInput) as caught:
        yamlfile.parse(text, "x.yaml")

    assert str(caught.value).startswith(said)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes reading fail in another way than with a message."""
    said = "x.yaml"
    try:
        yamlfile.parse(text, "x.yaml")
    except InvalidInput as error:
        said = str(error)

    assert said.startswith("x.yaml")
