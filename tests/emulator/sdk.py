"""Google's own client against the emulator, and a look at what it brings."""

from __future__ import annotations

import io

import av
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from PIL import Image

from .client import KEYS, Emulator


def png(color: str = "red") -> bytes:
    """A small picture."""
    held = io.BytesIO()
    Image.new("RGB", (64, 36), color).save(held, "PNG")
    return held.getvalue()


def client(emulator: Emulator, location: str | None = None) -> genai.Client:
    """Google's client for Vertex in a location, or with a key of the Gemini API; it never retries."""
    once = types.HttpRetryOptions(attempts=1)
    if location:
        options = types.HttpOptions(base_url=emulator.env["GOOGLE_VERTEX_BASE_URL"], retry_options=once)
        token = Credentials(token=KEYS["GOOGLE_OAUTH_ACCESS_TOKEN"])  # type: ignore[no-untyped-call]
        return genai.Client(enterprise=True, project="p", location=location, credentials=token, http_options=options)
    options = types.HttpOptions(base_url=emulator.env["GOOGLE_GEMINI_BASE_URL"], retry_options=once)
    return genai.Client(api_key=KEYS["GEMINI_API_KEY"], http_options=options)


def shape(film: bytes) -> tuple[int, int, int, float, int]:
    """Width, height, frames, frames a second and sound tracks of a film."""
    with av.open(io.BytesIO(film), "r") as opened:
        stream = opened.streams.video[0]
        frames = len(list(opened.decode(stream)))
        rate = float(stream.average_rate or 0)
        return stream.width, stream.height, frames, rate, len(opened.streams.audio)
