"""What the tests of all providers share: an emulator to ask, a server that says anything, any JSON at all."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseServer
from typing import Any

import pytest
from emulator.client import Emulator
from hypothesis import strategies as st

from workflow_lib.errors import Filtered, GenerationFailed, OutcomeUnknown, Refused, RetryLater, WorkflowError
from workflow_lib.providers.base import Finished, Provider, Running

OLD_S = 61.0
"""An age at which every operation must be known to its provider."""

DOCUMENTED = (RetryLater, Refused, Filtered, GenerationFailed, OutcomeUnknown)
"""What a submission or a poll may raise."""

STATUS = st.just(200) | st.sampled_from([201, 302, 400, 401, 403, 404, 408, 429, 500, 502, 503])
"""Statuses that a server may answer with, the usual one most often."""

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def at(emulator: Emulator, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Empty the emulator's books and point the environment to it, in an empty working folder."""
    emulator.reset()
    monkeypatch.chdir(folder)
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value)
    return emulator


def ended(provider: Provider, emulator: Emulator, operation: str) -> Running | Finished:
    """End what runs, and poll."""
    emulator.finish()
    return provider.poll(operation, OLD_S)


def nowhere(path: Path) -> str:
    """Host no picture."""
    raise AssertionError(f"{path} was uploaded")


def outcome(ask: Callable[[], object], documented: tuple[type[WorkflowError], ...]) -> object:
    """Give what `ask` gives, or the documented error that it raises."""
    try:
        return ask()
    except documented as error:
        return error


class _Says(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        server = self.server
        assert isinstance(server, Anything)
        server.asked += 1
        server.received = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.keys.append(self.headers.get("Authorization") or self.headers.get("x-goog-api-key"))
        self.send_response_only(server.status)
        for name, value in {"Content-Type": "application/json", **server.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(server.content)))
        self.end_headers()
        self.wfile.write(server.content)

    do_GET = do_POST = _answer  # noqa: N815 - the names that the server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has
        """Say nothing."""


class Anything(http.server.ThreadingHTTPServer):
    """A server that answers every request in the same way; it counts them and keeps their keys and the last body."""

    status = 200
    content = b""
    received = b""
    asked = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Says)
        self.headers: dict[str, str] = {}
        self.keys: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def say(self, content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer so from now on."""
        self.content, self.status, self.headers, self.asked = content, status, headers or {}, 0
        self.keys.clear()


@contextmanager
def in_thread(server: BaseServer) -> Iterator[None]:
    """Have a server answer meanwhile."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def anything() -> Iterator[Anything]:
    """Run such a server."""
    with Anything() as server, in_thread(server):
        yield server
