"""What all providers share: the books, the faults, the uploaded files and the films."""

from __future__ import annotations

import asyncio
import time

from starlette.requests import Request

from .books import Books, Operation, Window
from .faults import Faults
from .films import Films
from .settings import Settings
from .store import Store

_LOOK_S = 0.25


class World:
    """One emulator: every provider's state, and the address at which it listens."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults = Faults()
        self.books = Books(settings, self.faults)
        self.store = Store()
        self.films = Films(settings)
        self.windows: list[Window] = []
        self.url = ""

    def window(self, most: int, real_s: float) -> Window:
        """A limit of so many calls in so many seconds of the real server."""
        made = Window(most, self.settings.seconds(real_s))
        self.windows.append(made)
        return made

    def reset(self) -> None:
        """Forget orders, faults, files, and who called how often."""
        self.faults.waiting.clear()
        self.books.clear()
        self.store.clear()
        for window in self.windows:
            window.calls.clear()


def bearer(request: Request) -> str | None:
    """The key in the Authorization header; None without one, or with one that is no key.

    A key that begins with `invalid` is one that the provider does not know.
    """
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key if scheme == "Bearer" and key and not key.startswith("invalid") else None


def plain_agent(request: Request) -> bool:
    """Whether the client kept its library's User-Agent, or sends none: some hosts refuse those."""
    agent = request.headers.get("user-agent", "").lower()
    return not agent or agent.startswith(("python-httpx", "python-requests", "python-urllib", "aiohttp", "curl"))


def note_leak(world: World, request: Request) -> None:
    """Count a key that was sent to a host which must never see one."""
    if {"authorization", "xi-api-key", "x-goog-api-key"} & set(request.headers):
        world.books.leaked_keys += 1


async def still_there(request: Request, operation: Operation) -> bool:
    """Wait until an operation is over; whether its client did."""
    while operation.state == "running":
        if await request.is_disconnected():
            return False
        await asyncio.sleep(min(operation.ends - time.time(), _LOOK_S))
    return True


def inline_film(world: World, operation: Operation, sample: int = 0) -> bytes:
    """A film for an answer or a bucket; half of it when its truncation was scripted."""
    content = world.films.of(operation, sample)
    cut = world.faults.take(operation.order.provider, operation.order.prompt, ("truncated",))
    return content[: len(content) // 2] if cut else content
