"""The emulated catbox and litterbox, driven with the HTTP client that the workflow uses."""

from __future__ import annotations

import httpx
import pytest
from emulator.client import Emulator

PICTURE = b"\x89PNG any bytes"
AGENT = {"User-Agent": "clipwright tests"}


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The emulator with empty books."""
    shared_emulator.reset()
    return shared_emulator


def send(emulator: Emulator, host: str, agent: str = AGENT["User-Agent"], **fields: str) -> httpx.Response:
    """Upload a file to one of the hosts."""
    paths = {"CATBOX": "/user/api.php", "LITTERBOX": "/resources/internals/api.php"}
    given = {"reqtype": "fileupload", **fields}
    files = {"fileToUpload": ("bird.png", PICTURE)}
    address = emulator.env[f"{host}_BASE_URL"] + paths[host]
    return httpx.post(address, data=given, files=files, headers={"User-Agent": agent}, trust_env=False)


@pytest.mark.parametrize(("host", "fields"), [("CATBOX", {}), ("LITTERBOX", {"time": "24h", "fileNameLength": "16"})])
def test_uploads_are_served(emulator: Emulator, host: str, fields: dict[str, str]) -> None:
    """The answer is an address and nothing else, below the host's base, and the file is there."""
    answer = send(emulator, host, **fields)
    served = httpx.get(answer.text, trust_env=False)

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith(emulator.env[f"{host}_BASE_URL"])
    assert answer.text.endswith(".png")
    assert (served.content, served.headers["content-type"]) == (PICTURE, "image/png")


@pytest.mark.parametrize(
    ("host", "fields", "status"),
    [
        ("CATBOX", {"reqtype": "upload"}, 412),
        ("CATBOX", {"userhash": ""}, 412),
        ("CATBOX", {"time": "1h"}, 400),
        ("LITTERBOX", {}, 400),
        ("LITTERBOX", {"time": "48h"}, 400),
        ("LITTERBOX", {"time": "1h", "fileNameLength": "8"}, 400),
        ("LITTERBOX", {"time": "1h", "userhash": "x"}, 400),
    ],
)
def test_forms_are_checked(emulator: Emulator, host: str, fields: dict[str, str], status: int) -> None:
    """A wrong field is refused as text, and no address is given."""
    answer = send(emulator, host, **fields)

    assert status == answer.status_code
    assert "http" not in answer.text


def test_catbox_can_be_made_to_refuse(emulator: Emulator) -> None:
    """A machine in a data centre, or a library's own User-Agent, is an invalid uploader."""
    emulator.fault("catbox_412", "catbox")

    for agent in (AGENT["User-Agent"], "python-requests/2.32"):
        answer = send(emulator, "CATBOX", agent)
        assert (answer.status_code, answer.text) == (412, "Invalid uploader")


def test_catbox_fetches(emulator: Emulator) -> None:
    """A file that is somewhere already is copied from there."""
    address = send(emulator, "LITTERBOX", time="1h").text
    copied = httpx.post(
        emulator.env["CATBOX_BASE_URL"] + "/user/api.php",
        files={"reqtype": (None, "urlupload"), "url": (None, address)},
        headers=AGENT,
        trust_env=False,
    )

    assert httpx.get(copied.text, trust_env=False).content == PICTURE


def test_hosts_fail_one_by_one(emulator: Emulator) -> None:
    """A scripted failure at one host leaves the other alone."""
    emulator.fault("upload_refused", "litterbox", None)
    emulator.fault("upload_reset", "catbox")

    assert send(emulator, "LITTERBOX", time="1h").status_code == 500
    with pytest.raises(httpx.RemoteProtocolError):
        send(emulator, "CATBOX")
    assert send(emulator, "CATBOX").status_code == 200
    assert emulator.report()["uploads"] == {"catbox": 1}
