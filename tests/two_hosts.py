"""Hosts that share a disk without shared locks: each has its own name, processes, network and FUSE mount of one folder.

The kernel keeps the locks of a FUSE mount to that mount, so that a lock on one host is nothing to the other, as on NFS
without lockd. Needs root, /dev/fuse and bindfs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pytest

_NEEDED = ("bindfs", "unshare", "nsenter", "ip", "fusermount3")
_CLOCK = Path(__file__).parent / "data/altered"
_NEWNET = 0x40000000


def require() -> None:
    """Skip the test, and say why, where no second host can be had."""
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if os.geteuid() != 0:
        pytest.skip("two hosts on one disk are only tried by root")
    if missing or not Path("/dev/fuse").exists():
        pytest.skip(f"two hosts on one disk need {', '.join(missing) or '/dev/fuse'}: apt-get install bindfs fuse3")
    tried = subprocess.run(("unshare", "--mount", "--pid", "--net", "--uts", "--fork", "true"), check=False)
    if tried.returncode:
        pytest.skip("two hosts on one disk need a container that may make namespaces")


class Host:
    """A host named `name` that sees `shared` at `at`; its wall clock is `skew_s` seconds ahead."""

    def __init__(self, name: str, shared: Path, at: Path, skew_s: int = 0, port: int | None = None) -> None:
        self.folder = at
        self._skew_s = skew_s
        at.mkdir(parents=True, exist_ok=True)
        setup = f"hostname {name} && ip link set lo up && bindfs {shared} {at} && echo ready && exec sleep infinity"
        spaces = ("--mount", "--uts", "--net", "--pid", "--fork", "--mount-proc", "--kill-child")
        self._process = subprocess.Popen(("unshare", *spaces, "sh", "-c", setup), stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self._init = int(Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()[0])
        self._relay = subprocess.Popen((sys.executable, __file__, str(self._init), str(port))) if port else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.die()

    def start(self, *command: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401
        """Start a command in the shared folder, output and errors together."""
        spaces = ("--mount", "--uts", "--net", "--pid", f"--wdns={self.folder}")
        line = ("nsenter", "-t", str(self._init), *spaces, *command)
        told = {**(env or os.environ), "PWD": str(self.folder)}
        if self._skew_s:
            told |= {"PYTHONPATH": str(_CLOCK), "CLOCK_AHEAD_S": str(self._skew_s)}
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, **options}
        return subprocess.Popen(line, env=told, **settings)

    def die(self) -> None:
        """Lose power: every process of the host ends at once, and its mount with them."""
        for process in (self._relay, self._process):
            if process is not None:
                process.kill()
                process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def hosts(shared: Path, places: Path, url: str | None = None, skews_s: Sequence[int] = (0, 60)) -> Iterator[list[Host]]:
    """So many hosts, each with the folder in a place of its own; `url`: the server of this host that they reach."""
    port = urlsplit(url).port if url else None
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(Host(f"host{number}", shared, places / f"host{number}/films", skew_s, port))
            for number, skew_s in enumerate(skews_s)
        ]


def _relay(init: int, port: int) -> None:
    """Listen in the network of a host, and hand on what comes to the same port of this one."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open("rb") as home, Path(f"/proc/{init}/ns/net").open("rb") as there:
        libc.setns(there.fileno(), _NEWNET)
        listening = socket.create_server(("127.0.0.1", port))
        libc.setns(home.fileno(), _NEWNET)
    while True:
        near, _ = listening.accept()
        far = socket.create_connection(("127.0.0.1", port))
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    _relay(int(sys.argv[1]), int(sys.argv[2]))
