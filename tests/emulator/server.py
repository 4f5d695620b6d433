"""The emulator's process: it listens on this machine only, says where, and ends when it is told to."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import PREFIXES, build
from .settings import Settings
from .world import World

HOST = "127.0.0.1"


class Droppable(H11Protocol):
    """HTTP whose requests can reach their own connection, to break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection where a request's scope shows it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server(uvicorn.Server):
    """Uvicorn that sleeps until something happens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ended = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end, without a tick."""
        await self.ended.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End in good order."""
        self.should_exit = True
        self.ended.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the loop, which knows them already."""
        yield


def run(settings: Settings, port: int, *, with_parent: bool) -> None:
    """Serve until a signal comes or, with a parent, until it closes our standard input."""
    world = World(settings)
    listening = socket.create_server((HOST, port))
    world.url = f"http://{HOST}:{listening.getsockname()[1]}"
    asyncio.run(_serve(world, listening, with_parent=with_parent))


async def _serve(world: World, listening: socket.socket, *, with_parent: bool) -> None:
    options: dict[str, Any] = {"log_level": "error", "access_log": False, "server_header": False, "date_header": False}
    config = uvicorn.Config(
        build(world), http=Droppable, ws="none", lifespan="off", timeout_graceful_shutdown=1, **options
    )
    server = Server(config)
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sig, server.handle_exit, sig, None)
    if with_parent:
        _end_with_parent(server, loop)
    env = {name: world.url + prefix for name, prefix in PREFIXES.items()}
    print(json.dumps({"url": world.url, "env": env}), flush=True)  # noqa: T201  # the one line that a parent reads
    await server.serve(sockets=[listening])


def _end_with_parent(server: Server, loop: asyncio.AbstractEventLoop) -> None:
    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            continue
        loop.call_soon_threadsafe(server.handle_exit, signal.SIGTERM, None)

    threading.Thread(target=watch, daemon=True).start()
