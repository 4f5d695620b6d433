"""Keys and addresses: from the environment, else from `.env` in the working folder.

A key's value goes into a request's header and nowhere else; what vendors write is cleaned here before anybody reads it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from workflow_lib.errors import InvalidInput, MissingKey, Problem

FILE = Path(".env")
GOOGLE_PROJECT = "GOOGLE_CLOUD_PROJECT"
_GEMINI = ("GEMINI_API_KEY", "GOOGLE_API_KEY")

_SECRET = re.compile(r"_(API_KEY|TOKEN|SECRET_ACCESS_KEY|ACCESS_KEY_ID)$")
_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?(/[^\s?#]*)?", re.ASCII)
_SHORTEST_SECRET = 4
_MAX_CHARS = 300
_VENDOR_SECRETS = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"',}]+"), "Bearer ***"),
    (re.compile(r"(https?://)[^\s/?#@\"'<>]+@"), r"\1"),
    (re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*"), r"\1"),
    (re.compile(r"[A-Za-z0-9+/_=-]{100,}"), "***"),
)


def value(name: str) -> str | None:
    """Give the setting `name`, stripped; None when it is unset or empty. The environment goes before `.env`.

    Raises:
        InvalidInput: `.env` cannot be read.
    """
    return (os.environ.get(name) or "").strip() or (_file().get(name) or "").strip() or None


def gemini_key() -> str | None:
    """Name the variable that holds a key of the Gemini API; None when none does.

    Raises:
        InvalidInput: `.env` cannot be read.
    """
    return next((name for name in _GEMINI if value(name)), None)


def reaches_gemini() -> bool:
    """Whether something is set by which Gemini can be asked: a key, or a project on Vertex.

    Raises:
        InvalidInput: `.env` cannot be read.
    """
    return gemini_key() is not None or value(GOOGLE_PROJECT) is not None


def required(name: str, what_for: str) -> str:
    """Give the key `name`, which `what_for` needs.

    Raises:
        MissingKey: it is not set, or holds what cannot stand in a header; names the variable, never its value.
    """
    found = value(name)
    if found is None:
        raise MissingKey(f"{name} is not set; {what_for} needs it: set it in the environment or in .env of this folder")
    if not (found.isascii() and found.isprintable()) or " " in found:
        raise MissingKey(f"{name} holds spaces or letters that no key has: copy it again into the environment or .env")
    return found


def base_url(name: str, default: str) -> str:
    """Give the address that `name` sets, else `default`, without a slash at the end.

    Raises:
        InvalidInput: the address is not one of http or https, or carries a query or a password.
    """
    address = value(name) or default
    if not _ADDRESS.fullmatch(address):
        raise InvalidInput([Problem(name, "is not an address", "such as https://api.example.org")])
    return address.rstrip("/")


def scrub(text: str) -> str:
    """Make a vendor's text fit for an error message: one line of 300 characters at most, without anything secret.

    Known keys, bearer tokens, passwords and queries of addresses, and long runs of base64 are taken out.
    """
    for secret in _secrets():
        text = text.replace(secret, "***")
    for pattern, instead in _VENDOR_SECRETS:
        text = pattern.sub(instead, text)
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _MAX_CHARS else line[: _MAX_CHARS - 1] + "\u2026"


def _secrets() -> list[str]:
    try:
        written = _file()
    except InvalidInput:
        written = {}
    pairs = [*os.environ.items(), *written.items()]
    found = {text.strip() for name, text in pairs if text and _SECRET.search(name)}
    return sorted((secret for secret in found if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)


def _file() -> Mapping[str, str | None]:
    import dotenv  # noqa: PLC0415 - planning seldom looks for a key

    try:
        # Keys are taken letter by letter: a `${` in one is no reference.
        return dotenv.dotenv_values(FILE, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput([Problem(str(FILE), "cannot be read as UTF-8 text")]) from error
