"""The live page's server as tests use it: the real program in a process of its own, asked as anybody may ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_STOP_S = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body as a value."""
        return json.loads(self.body)


class Served:
    """`clipwright serve` in `folder`; `address` is what it printed, `url` that without its token."""

    def __init__(self, folder: Path, port: int = 0, env: Mapping[str, str] | None = None) -> None:
        command = (sys.executable, "-m", "workflow_lib", "serve", "--port", str(port))
        self.process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(env or {})}, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://127.0.0.1:"), self.process.communicate()
        self.url, _, self.token = self.address.partition("/?token=")
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> str:
        """End it as Ctrl-C does; what it said on stderr."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=_STOP_S)[1]

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.communicate(timeout=_STOP_S)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """What is answered to a path that is sent letter by letter; `headers` with _ for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        host = given.pop("Host", f"127.0.0.1:{self.port}")
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asked.putrequest(method, path, skip_host=True)
            asked.putheader("Host", host)
            for name, value in given.items():
                asked.putheader(name, value)
            if body is not None and "Transfer-Encoding" not in given:
                asked.putheader("Content-Length", str(len(body)))
            asked.endheaders(body, encode_chunked="Transfer-Encoding" in given)
            came = asked.getresponse()
            return Answer(came.status, {name.lower(): value for name, value in came.getheaders()}, came.read())
        finally:
            asked.close()

    def send(self, path: str, value: object, **headers: str) -> Answer:
        """What is answered to a JSON document from a program that knows the token, unless `headers` say otherwise."""
        given = {"Content_Type": "application/json", "X_Clipwright_Token": self.token, **headers}
        return self.ask(path, "POST", json.dumps(value).encode(), **given)
