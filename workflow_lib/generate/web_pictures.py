"""Pictures that are named by an address on the web: fetched once, then treated like any other file."""

from __future__ import annotations

from pathlib import Path

import httpx

from workflow_lib import http, pictures
from workflow_lib.errors import BadMedia, Problem

_MAX_BYTES = 50_000_000
_TIMEOUT_S = 60.0


def local(image: str, folder: Path, name: str, problems: list[Problem]) -> Path | None:
    """The file of `image`, a path or an address; what is wrong with it is added to `problems` under `name`."""
    try:
        path = _fetched(image, folder / name.strip("-")) if image.startswith(("http://", "https://")) else Path(image)
        if not path.exists():
            problems.append(Problem(name, f"{image} is not there"))
            return None
        pictures.check_picture(path)
    except BadMedia as error:
        problems.append(Problem(name, str(error)))
        return None
    return path


def _fetched(address: str, path: Path) -> Path:
    shown = address.partition("?")[0]
    try:
        with http.client(_TIMEOUT_S) as client, client.stream("GET", address, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                raise BadMedia(f"{shown} answers HTTP {response.status_code}")
            with path.open("wb") as stream:
                for chunk in response.iter_bytes():
                    stream.write(chunk)
                    if stream.tell() > _MAX_BYTES:
                        raise BadMedia(f"{shown} has more than {_MAX_BYTES // 10**6} MB")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BadMedia(f"{shown} cannot be fetched: {type(error).__name__}") from error
    return path
