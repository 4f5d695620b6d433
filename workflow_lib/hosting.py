"""Public addresses for pictures, for the providers that read pictures from the web.

An upload is remembered until its host drops it, so that a picture of many clips or runs is uploaded once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from workflow_lib import clock, files, uploads
from workflow_lib.config import Config
from workflow_lib.errors import GenerationFailed, RetryLater
from workflow_lib.uploads import Picture, Uploader

_PNG = b"\x89PNG\r\n\x1a\n"
_TRIES = 3
_LONGEST_WAIT_S = 30.0


def is_remembered(path: Path, settings: Config, cache: Path) -> bool:
    """Whether an address is known under which the picture at `path` was uploaded before."""
    name = _read(path).name
    hosts = [uploads.uploader(host, settings) for host in settings.image_hosts]
    return any(_remembered(_entry(host, name, cache)) for host in hosts)


def hosted(path: Path, settings: Config, cache: Path, warn: Callable[[str], None], *, again: bool = False) -> str:
    """Give the public address of the PNG or JPEG at `path`, from the first of `settings.image_hosts` that takes it.

    `cache`: the folder where addresses are remembered, by content. `warn` gets one line for each host that refuses.
    `again`: upload it even if an address is remembered.

    Raises:
        Refused, MissingKey: KIE refuses the key, or there is none.
        RetryLater: no host took it, one of them for a passing reason.
        GenerationFailed: all hosts refuse it; names each one's reason.
    """
    picture = _read(path)
    refusals: list[str] = []
    passing = False
    for name in settings.image_hosts:
        host = uploads.uploader(name, settings)
        try:
            entry = _entry(host, picture.name, cache)
            return (None if again else _remembered(entry)) or _uploaded(host, picture, settings, entry)
        except (RetryLater, GenerationFailed) as error:
            passing = passing or isinstance(error, RetryLater)
            refusals.append(f"{name}: {error}")
            warn(f"{path.name} was not taken by {name}: {error}")
    text = f"no host took {path.name}: {'; '.join(refusals)}"
    raise RetryLater(text) if passing else GenerationFailed(text)


def _read(path: Path) -> Picture:
    content = path.read_bytes()
    name = hashlib.sha256(content).hexdigest()[:32]
    if content.startswith(_PNG):
        return Picture(f"{name}.png", "image/png", content)
    return Picture(f"{name}.jpg", "image/jpeg", content)


def _entry(host: Uploader, name: str, cache: Path) -> Path:
    return cache / f"{files.digest([host.name, host.base_url, name])[:32]}.json"


def _remembered(entry: Path) -> str | None:
    known = files.read_json(entry)
    url, until = known.get("url"), known.get("until")
    alive = until is None or (isinstance(until, int | float) and clock.now() < until)
    return url if alive and isinstance(url, str) and url.startswith(("https://", "http://")) else None


def _uploaded(host: Uploader, picture: Picture, settings: Config, entry: Path) -> str:
    asked = clock.now()
    url = _tried(host, picture, settings)
    # What is signed is nobody's business but the provider's.
    if "?" not in url and "#" not in url:
        until = None if host.keeps_s is None else asked + host.keeps_s
        files.write_json(entry, {"host": host.name, "until": until, "url": url})
    return url


def _tried(host: Uploader, picture: Picture, settings: Config) -> str:
    for wait_s in settings.retry_s[: _TRIES - 1]:
        try:
            return host.upload(picture)
        except RetryLater as error:
            time.sleep(min(max(wait_s, error.after_s or 0.0), _LONGEST_WAIT_S))
    return host.upload(picture)
