"""The process that serves the live page: on this machine only, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from workflow_lib import digests
from workflow_lib.errors import WorkflowError
from workflow_lib.serving import app
from workflow_lib.serving.watching import Watch

HOST = "127.0.0.1"
_ENDS_S = 2


class _Server(uvicorn.Server):
    """Uvicorn that lets those go who watch, when it ends."""

    def __init__(self, config: uvicorn.Config, watch: Watch, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._watch, self._ready = watch, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so once a signal ends it in good order."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in good order."""
        await self._watch.close()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End at the first word; whatever is asked at this moment is answered."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is raised again afterwards: to end is what was asked for."""
        before = {sig: signal.signal(sig, self.handle_exit) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def serve(port: int, ready: Callable[[str], None]) -> None:
    """Serve the working folder at `port` (0: any that is free) until Ctrl-C; `ready` is told the address once.

    Raises:
        WorkflowError: somebody else has the port.
    """
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        what = f"port {port} of {HOST} cannot be had ({error.strerror}); `--port 0` takes any that is free"
        raise WorkflowError(what) from None
    own = listening.getsockname()[1]
    token = secrets.token_urlsafe(24)
    asyncio.run(_run(listening, own, token, ready))


async def _run(listening: socket.socket, port: int, token: str, ready: Callable[[str], None]) -> None:
    digests.keep()
    watch = Watch()
    config = uvicorn.Config(
        app.build(watch, port, token),
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_ENDS_S,
        limit_concurrency=1000,
    )
    address = f"http://{HOST}:{port}/?token={token}"
    await _Server(config, watch, lambda: ready(address)).serve(sockets=[listening])
