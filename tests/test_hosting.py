"""Promises about hosted pictures: uploaded once, to the first host that takes them, and remembered while there."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.request import urlopen

import provider_bench
import pytest
from conftest import draw
from emulator.client import Emulator
from provider_bench import Anything

from workflow_lib import hosting
from workflow_lib.config import Config
from workflow_lib.errors import GenerationFailed, MissingKey, Refused, RetryLater

SETTINGS = Config(retry_s=[0.01, 0.01])
KEY = "canary-kie-0f3a9c51e7"


@pytest.fixture
def emulator(shared_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator with empty books, and an environment that points to it."""
    return provider_bench.at(shared_emulator, tmp_path, monkeypatch)


class Bench:
    """A picture, a cache, and the warnings that were given."""

    def __init__(self, folder: Path) -> None:
        self.picture = draw(folder / "a.png")
        self.cache = folder / "hosted"
        self.warnings: list[str] = []

    def hosted(self, *hosts: str, picture: Path | None = None) -> str:
        """Ask for an address, of these hosts or of the usual ones."""
        settings = Config.model_validate({**SETTINGS.model_dump(), "image_hosts": list(hosts)}) if hosts else SETTINGS
        return hosting.hosted(picture or self.picture, settings, self.cache, self.warnings.append)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A fresh bench."""
    return Bench(tmp_path)


def _read(url: str) -> bytes:
    with urlopen(url) as answer:  # noqa: S310 - the emulator's own address
        content: bytes = answer.read()
        return content


def test_a_picture_is_uploaded_again_when_asked(bench: Bench, emulator: Emulator) -> None:
    """An address may be dead before its time; then it is replaced in the memory too."""
    assert not hosting.is_remembered(bench.picture, SETTINGS, bench.cache)
    bench.hosted()
    assert hosting.is_remembered(bench.picture, SETTINGS, bench.cache)

    hosting.hosted(bench.picture, SETTINGS, bench.cache, pytest.fail, again=True)

    assert emulator.report()["uploads"] == {"kie": 2}


def test_a_jpeg_is_hosted_as_one(bench: Bench, emulator: Emulator, tmp_path: Path) -> None:
    """The name that a host sees ends as the content asks for."""
    assert bench.hosted(picture=draw(tmp_path / "a.jpg")).endswith(".jpg")
    assert emulator.report()["uploads"] == {"kie": 1}


@pytest.mark.parametrize("host", ["kie", "litterbox", "catbox"])
def test_a_hosted_picture_can_be_read_by_anybody(host: str, bench: Bench, emulator: Emulator) -> None:
    """What is at the address is the picture, and its name says nothing of ours."""
    url = bench.hosted(host)

    assert _read(url) == bench.picture.read_bytes()
    assert "/a.png" not in url
    assert emulator.report()["uploads"] == {host: 1}
    assert bench.warnings == []


def test_a_picture_is_uploaded_once(bench: Bench, emulator: Emulator, tmp_path: Path) -> None:
    """The same content under another name is not uploaded again; other content is."""
    (tmp_path / "b.png").write_bytes(bench.picture.read_bytes())

    first = bench.hosted()

    assert bench.hosted(picture=tmp_path / "b.png") == first
    assert emulator.report()["uploads"] == {"kie": 1}
    assert bench.hosted(picture=draw(tmp_path / "c.png", "#ff0000")) != first


@pytest.mark.parametrize(("host", "hours"), [("kie", 20), ("litterbox", 60), ("catbox", None)])
def test_an_address_is_remembered_while_the_picture_is_there(
    host: str, hours: float | None, bench: Bench, emulator: Emulator
) -> None:
    """What a host drops is uploaded again in good time; what it keeps for good is not."""
    bench.hosted(host)
    entry = next(bench.cache.glob("*.json"))
    known = json.loads(entry.read_bytes())

    assert known["until"] is None if hours is None else abs(known["until"] - time.time() - hours * 3600) < 60
    entry.write_text(json.dumps({**known, "until": hours and time.time() - 1}))
    bench.hosted(host)
    assert emulator.report()["uploads"] == {host: 1 if hours is None else 2}


@pytest.mark.parametrize(
    "torn", ["", "{", "[]", '{"url": 3}', '{"url": "file:///etc/passwd"}', '{"url":"https://x","until":"x"}']
)
def test_a_torn_memory_is_no_memory(torn: str, bench: Bench, emulator: Emulator) -> None:
    """Whatever stands in a cache file, the address is a good one."""
    url = bench.hosted()
    next(bench.cache.glob("*.json")).write_text(torn)

    assert bench.hosted() == url
    assert emulator.report()["uploads"] == {"kie": 2}


def test_a_host_at_another_address_is_another_host(
    bench: Bench, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was uploaded elsewhere is not taken for uploaded here."""
    bench.hosted()
    monkeypatch.setenv("KIE_UPLOAD_BASE_URL", emulator.env["KIE_UPLOAD_BASE_URL"].replace("127.0.0.1", "localhost"))

    bench.hosted()

    assert emulator.report()["uploads"] == {"kie": 2}


def test_the_next_host_is_asked_when_one_refuses(bench: Bench, emulator: Emulator) -> None:
    """A host that refuses this computer is passed over, with one line of warning."""
    emulator.fault("catbox_412", "catbox", times=None)

    url = bench.hosted("catbox", "litterbox")

    assert "litterbox" in url
    assert len(bench.warnings) == 1
    assert "catbox: HTTP 412 Invalid uploader" in bench.warnings[0]


@pytest.mark.parametrize("fault", ["upload_reset", "upload_refused"])
def test_a_passing_failure_is_tried_again(fault: str, bench: Bench, emulator: Emulator) -> None:
    """Two broken uploads in a row do not matter: uploads are free."""
    emulator.fault(fault, "kie", times=2)

    bench.hosted("kie")

    assert emulator.report()["uploads"] == {"kie": 1}
    assert bench.warnings == []


def test_all_reasons_are_told_when_no_host_takes_it(bench: Bench, emulator: Emulator) -> None:
    """The error names each host and its reason; it is lasting only when all reasons are."""
    emulator.faults(
        [
            {"at": "upload_refused", "provider": "kie", "times": None},
            {"at": "catbox_412", "provider": "catbox", "times": None},
        ]
    )

    with pytest.raises(RetryLater, match=r"a\.png: kie: 500 Upload failed; catbox: HTTP 412 Invalid uploader"):
        bench.hosted("kie", "catbox")
    with pytest.raises(GenerationFailed, match="catbox: HTTP 412"):
        bench.hosted("catbox")


@pytest.mark.parametrize("code", [401, 402, 403])
def test_an_account_that_kie_refuses_stops_everything(
    code: int, bench: Bench, emulator: Emulator, server: Anything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused key is not a reason to make the picture public elsewhere."""
    server.say(json.dumps({"code": code, "msg": f"no {KEY}"}).encode())
    monkeypatch.setenv("KIE_UPLOAD_BASE_URL", server.url)

    with pytest.raises(Refused, match="KIE_API_KEY") as caught:
        bench.hosted()
    assert KEY not in str(caught.value)
    assert emulator.report()["uploads"] == {}


def test_no_key_is_a_missing_key(bench: Bench, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without KIE's key its host cannot be asked, and no other is asked in its place."""
    monkeypatch.delenv("KIE_API_KEY")

    with pytest.raises(MissingKey, match="KIE_API_KEY"):
        bench.hosted()
    assert emulator.report()["uploads"] == {}


def test_kies_own_refusal_of_a_picture_is_lasting(
    bench: Bench, emulator: Emulator, server: Anything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal that is not about the account sends the picture to the next host at once."""
    server.say(json.dumps({"code": 400, "msg": "file is required"}).encode())
    monkeypatch.setenv("KIE_UPLOAD_BASE_URL", server.url)

    assert "litterbox" in bench.hosted()
    assert server.asked == 1
    assert emulator.report()["uploads"] == {"litterbox": 1}


def test_a_signed_address_is_never_written_down(
    bench: Bench, emulator: Emulator, server: Anything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address with a query is used, and forgotten."""
    url = f"{emulator.url}/x.png?Signature=secret"
    server.say(json.dumps({"code": 200, "data": {"downloadUrl": url}}).encode())
    monkeypatch.setenv("KIE_UPLOAD_BASE_URL", server.url)

    assert bench.hosted() == url
    assert not bench.cache.exists()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"https://evil.example/a.png",
        b"https://files.catbox.moe/",
        b"https://files.catbox.moe/a b",
        b"http://[",
        b"<p>",
    ],
)
def test_only_an_address_of_the_host_counts(
    said: bytes, bench: Bench, server: Anything, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever catbox says with status 200 is a refusal unless it is the address of a file there."""
    server.say(said)
    monkeypatch.setenv("CATBOX_BASE_URL", server.url)

    with pytest.raises(GenerationFailed, match="catbox: HTTP 200"):
        bench.hosted("catbox")
    server.say(b" https://files.catbox.moe/abc123.png\n")
    assert bench.hosted("catbox") == "https://files.catbox.moe/abc123.png"
    assert emulator.report()["uploads"] == {}
