"""A server that speaks S3 on this machine, and a way to it that stops in the middle of an upload."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

BUCKET = "films"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "canary-aws-id-51c0", "AWS_SECRET_ACCESS_KEY": "canary-aws-secret-9e27"}
_PIECE = 1 << 16


class S3:
    """The server: `url`, and what lies in its bucket."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        """Forget everything, and have one empty bucket that anybody may use."""
        httpx.post(f"{self.url}/moto-api/reset")
        httpx.post(f"{self.url}/moto-api/reset-auth", content="inf")
        httpx.put(f"{self.url}/{BUCKET}").raise_for_status()

    def know_nobody(self) -> None:
        """Refuse every key from now on."""
        httpx.post(f"{self.url}/moto-api/reset-auth", content="0")

    def names(self) -> list[str]:
        """The objects in the bucket."""
        text = httpx.get(f"{self.url}/{BUCKET}?list-type=2").text
        return [part.partition("</Key>")[0] for part in text.split("<Key>")[1:]]

    def broken_off(self) -> int:
        """How many uploads were begun and are neither ended nor given up."""
        return httpx.get(f"{self.url}/{BUCKET}?uploads").text.count("<UploadId>")


@contextmanager
def serving() -> Iterator[S3]:
    """Run it."""
    # It lies apart from what other tests need.
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3(f"http://{host}:{port}")
    finally:
        server.stop()


class Narrow:
    """A way to a server that lets `room` bytes through and then nothing; `full` says when."""

    def __init__(self, url: str, room: int) -> None:
        self.full = threading.Event()
        self._room = room
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._server = (httpx.URL(url).host, httpx.URL(url).port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more, and nothing through."""
        self._listening.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                coming, _ = self._listening.accept()
                going = socket.create_connection(self._server)
                self._open += [coming, going]
                threading.Thread(target=self._there, args=(coming, going), daemon=True).start()
                threading.Thread(target=self._back, args=(coming, going), daemon=True).start()

    def _there(self, coming: socket.socket, going: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := coming.recv(_PIECE):
                with self._lock:
                    self._room -= len(piece)
                    if self._room < 0:
                        self.full.set()
                        return
                going.sendall(piece)

    @staticmethod
    def _back(coming: socket.socket, going: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := going.recv(_PIECE):
                coming.sendall(piece)
