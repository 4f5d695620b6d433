"""Promises about keys: found where users put them, and never seen again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_lib import keys
from workflow_lib.errors import InvalidInput, MissingKey


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_environment_goes_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment wins over the one in `.env`, which serves where the environment has none."""
    (folder / ".env").write_text("KIE_API_KEY=from-file\nGEMINI_API_KEY = 'only-file' \n")
    monkeypatch.setenv("KIE_API_KEY", " from-environment\n")

    assert keys.required("KIE_API_KEY", "Kling") == "from-environment"
    assert keys.required("GEMINI_API_KEY", "Omni") == "only-file"


def test_an_empty_value_is_no_value(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set to nothing does not hide the one in `.env`."""
    (folder / ".env").write_text("KIE_API_KEY=from-file\n")
    monkeypatch.setenv("KIE_API_KEY", " ")

    assert keys.value("KIE_API_KEY") == "from-file"


def test_a_key_is_taken_letter_by_letter(folder: Path) -> None:
    """What looks like a reference within a key is part of the key."""
    (folder / ".env").write_text("KIE_API_KEY=a${HOME}b\n")

    assert keys.value("KIE_API_KEY") == "a${HOME}b"


def test_a_missing_key_is_named_with_its_purpose() -> None:
    """The error says which variable, for what, and where to put it."""
    with pytest.raises(MissingKey, match=r"KIE_API_KEY is not set; Kling needs it.*\.env"):
        keys.required("KIE_API_KEY", "Kling")


@pytest.mark.parametrize("odd", ["kl\u00e9-1234", "two words", "a\tb"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key with letters that no header takes is refused before it is used, and not repeated."""
    monkeypatch.setenv("KIE_API_KEY", odd)

    with pytest.raises(MissingKey, match="KIE_API_KEY") as caught:
        keys.required("KIE_API_KEY", "Kling")
    assert odd not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    """A `.env` that is not UTF-8 is named."""
    (folder / ".env").write_bytes(b"KIE_API_KEY=\xff\xfe")

    with pytest.raises(InvalidInput, match=r"\.env"):
        keys.value("KIE_API_KEY")
    assert keys.scrub("text") == "text"


def test_a_base_url_comes_from_the_environment_or_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable goes before the default, and neither keeps a slash at its end."""
    assert keys.base_url("KIE_BASE_URL", "https://api.kie.ai/") == "https://api.kie.ai"
    monkeypatch.setenv("KIE_BASE_URL", "http://127.0.0.1:8080/kie/")
    assert keys.base_url("KIE_BASE_URL", "https://api.kie.ai") == "http://127.0.0.1:8080/kie"


@pytest.mark.parametrize(
    "wrong",
    [
        "api.kie.ai",
        "ftp://kie.ai",
        "http://",
        "https://me:secret@kie.ai",
        "http://a b",
        "http://x?k=1",
        "http://[",
        "http://a:b",
    ],
)
def test_a_wrong_base_url_is_named(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be asked is refused with the name of its variable, and not repeated: it may hold a password."""
    monkeypatch.setenv("KIE_BASE_URL", wrong)

    with pytest.raises(InvalidInput, match="KIE_BASE_URL") as caught:
        keys.base_url("KIE_BASE_URL", "https://api.kie.ai")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key sk-1234567 is wrong", "key *** is wrong"),
        ("key tok-from-file is wrong", "key *** is wrong"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ('{"authorization": "bearer abc"}', '{"authorization": "Bearer ***"}'),
        ("see https://h.example/a.mp4?X-Sig=1&b=2, then", "see https://h.example/a.mp4 then"),
        ("see https://me:pass@h.example/a", "see https://h.example/a"),
        ("body " + "QUJD" * 60 + "== end", "body *** end"),
        ("two\nlines\x1b[31m and\ttabs", "two lines [31m and tabs"),
    ],
)
def test_nothing_secret_is_left_in_a_vendors_text(
    text: str, clean: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, tokens, signed queries, passwords and file bodies are taken out, and one line is left."""
    monkeypatch.setenv("KIE_API_KEY", "sk-1234567")
    (folder / ".env").write_text("SOME_TOKEN=tok-from-file\n")

    assert keys.scrub(text) == clean


@given(text=st.text(max_size=2000))
def test_what_is_left_is_one_line_of_bearable_length(text: str) -> None:
    """Whatever a vendor writes becomes one printable line of 300 characters at most."""
    line = keys.scrub(text)

    assert line.isprintable()
    assert len(line) <= 300
