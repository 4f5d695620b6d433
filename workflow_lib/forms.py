"""The forms that texts in a manifest or the configuration must have, and how each is said to people."""

from __future__ import annotations

from collections.abc import Mapping

FILLED = r"\S"
NAMED = r"[a-z][a-z0-9_-]{0,39}"
NAME = f"^{NAMED}$"
COLOUR = r"^#[0-9a-fA-F]{6}$"
VOICE = r"^(?:scratch|elevenlabs:[A-Za-z0-9]{1,64})$"
TAKE = r"^[0-9a-f]{8,64}$"
MONTH = r"^\d{4}-\d{2}$"
URL = r"^https?://[^\s?#]+$"
ADDRESS = r"^https?://[^\s?#@]+$"
VARIABLE = r"^[A-Z][A-Z0-9_]{0,99}$"
BUCKET = r"^(?:s3|gs)://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](?:/[A-Za-z0-9._-]+)*/?$"
REGION = r"^[a-z0-9-]{1,40}$"

SAID: Mapping[str, str] = {
    FILLED: "is empty",
    NAME: "should be a name of a to z, 0 to 9, _ and -, such as old_fisher (a letter first, 40 characters at most)",
    COLOUR: 'should be a colour in quotes, such as "#ffd700"',
    VOICE: "should be scratch, or elevenlabs:<voice id> with the id that ElevenLabs shows",
    TAKE: "should be a take as `clipwright takes` names it, 8 to 64 of 0 to 9 and a to f",
    MONTH: "should be a month such as 2026-11",
    URL: "should be an address such as https://api.example.com, without blanks, ? and #",
    ADDRESS: "should be an address such as https://hooks.example.com/film, without blanks, ?, # and @",
    VARIABLE: "should be the name of an environment variable, such as FILM_WEBHOOK",
    BUCKET: "should be a bucket and a folder in it, such as s3://bucket/films or gs://bucket/films",
    REGION: "should be a region such as eu-central-1",
}
