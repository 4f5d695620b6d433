"""Pictures as the providers get them: fetched from their address, or decoded from the request."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from PIL import Image

_TIMEOUT_S = 30
_LOOPBACK = ("127.0.0.1", "localhost")


class Unusable(Exception):
    """A picture that the provider cannot use; the message says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was really there."""

    sha256: str
    width: int
    height: int


async def fetch(url: str, most: int) -> bytes:
    """The bytes at an address on this machine: the emulator reaches no other.

    Raises:
        Unusable: nothing can be fetched there, or more than `most` bytes.
    """
    if urlsplit(url).scheme not in ("http", "https") or urlsplit(url).hostname not in _LOOPBACK:
        raise Unusable("the address is not on this machine; let the image host's base URL point to the emulator")
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as client:
            answer = await client.get(url, headers={"User-Agent": "clipwright-emulator"})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unusable(f"the address cannot be fetched: {type(error).__name__}") from error
    if answer.status_code != httpx.codes.OK:
        raise Unusable(f"the address answers {answer.status_code}")
    if len(answer.content) > most:
        raise Unusable(f"the file is larger than {most // 1_000_000} MB")
    return answer.content


async def picture(content: bytes, formats: tuple[str, ...]) -> Picture:
    """What a picture file holds.

    Raises:
        Unusable: it is no intact picture of one of these formats.
    """
    return await asyncio.to_thread(_inspect, content, formats)


def _inspect(content: bytes, formats: tuple[str, ...]) -> Picture:
    try:
        with Image.open(io.BytesIO(content), formats=formats) as image:
            width, height = image.size
            image.verify()
    except (OSError, SyntaxError, ValueError) as error:
        raise Unusable(f"the file is not an intact picture of type {', '.join(formats)}") from error
    return Picture(hashlib.sha256(content).hexdigest(), width, height)
