"""The picture hosts: one upload each. All are free, so an upload may be repeated.

Sources, read 2026-11: docs.kie.ai, File Upload API; catbox.moe and litterbox.catbox.moe by their public clients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx

from workflow_lib import http, keys, kie
from workflow_lib.config import Config
from workflow_lib.errors import GenerationFailed, RetryLater

HostName = Literal["kie", "litterbox", "catbox"]

_HOUR_S = 3600.0
_TRANSIENT = frozenset({408, 425, 429})
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to upload, named by its content so that nothing of the same name can stand for it."""

    name: str
    kind: str
    content: bytes

    def __repr__(self) -> str:
        return f"Picture({self.name})"


@dataclass(frozen=True, slots=True)
class Uploader:
    """One host at one address. `keeps_s`: how long an upload is sure to be there, in seconds; None: for good."""

    name: HostName
    base_url: str
    keeps_s: float | None
    send: Callable[[str, Picture], str]

    def upload(self, picture: Picture) -> str:
        """Upload and give the public address.

        Raises:
            RetryLater: the host did not answer well; it may be tried again.
            GenerationFailed: the host refuses the picture or this computer.
            Refused, MissingKey: KIE refuses the key, or there is none.
        """
        return self.send(self.base_url, picture)


def uploader(name: HostName, settings: Config) -> Uploader:
    """Give the host `name` at the address that the environment or `settings` name.

    KIE keeps uploads for 24 hours by its newer pages, for 3 days by older ones.
    """
    match name:
        case "kie":
            base_url = keys.base_url("KIE_UPLOAD_BASE_URL", settings.kie_upload_base_url)
            return Uploader(name, base_url, 20 * _HOUR_S, _kie)
        case "litterbox":
            base_url = keys.base_url("LITTERBOX_BASE_URL", settings.litterbox_base_url)
            return Uploader(name, base_url, 60 * _HOUR_S, _litterbox)
        case "catbox":
            return Uploader(name, keys.base_url("CATBOX_BASE_URL", settings.catbox_base_url), None, _catbox)


def _kie(base_url: str, picture: Picture) -> str:
    headers = kie.headers(keys.required(kie.KEY, "uploading pictures to KIE.ai"))
    fields = {"uploadPath": "clipwright", "fileName": picture.name}
    response = _post(f"{base_url}/api/file-stream-upload", fields, {"file": picture}, headers)
    answer = kie.read(response)
    kie.check_account(answer, "KIE.ai's upload")
    url = answer.data.get("downloadUrl") if isinstance(answer.data, dict) else None
    if answer.code == kie.OK and isinstance(url, str) and url.startswith(("https://", "http://")):
        return url
    said = answer.message if answer.code is None else f"{answer.code} {answer.message}"
    if answer.code is None or answer.code >= _SERVER_ERROR:
        raise RetryLater(said, answer.after_s)
    raise GenerationFailed(said)


def _litterbox(base_url: str, picture: Picture) -> str:
    fields = {"reqtype": "fileupload", "time": "72h"}
    response = _post(f"{base_url}/resources/internals/api.php", fields, {"fileToUpload": picture})
    return _bare_address(response, base_url, "litter.catbox.moe")


def _catbox(base_url: str, picture: Picture) -> str:
    response = _post(f"{base_url}/user/api.php", {"reqtype": "fileupload"}, {"fileToUpload": picture})
    return _bare_address(response, base_url, "files.catbox.moe")


def _post(
    url: str, fields: dict[str, str], files: dict[str, Picture], headers: dict[str, str] | None = None
) -> httpx.Response:
    parts = {field: (picture.name, picture.content, picture.kind) for field, picture in files.items()}
    with http.asking("the host"), http.client() as client:
        return client.post(url, data=fields, files=parts, headers=headers)


def _bare_address(response: httpx.Response, base_url: str, files_host: str) -> str:
    """Give the address that is the whole answer; catbox and litterbox answer everything else, refusals too, as text."""
    text = response.text.strip()
    said = keys.scrub(f"HTTP {response.status_code} {text if not text.startswith('<') else ''}")
    if response.status_code >= _SERVER_ERROR or response.status_code in _TRANSIENT:
        raise RetryLater(said, http.retry_after(response))
    if response.status_code == httpx.codes.OK and _is_address(text, base_url, files_host):
        return text
    raise GenerationFailed(said)


def _is_address(text: str, base_url: str, files_host: str) -> bool:
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    at_home = (parts.scheme, parts.netloc) == urlsplit(base_url)[:2]
    return bool(parts.path.strip("/")) and (at_home or (parts.scheme, parts.netloc) == ("https", files_host))
