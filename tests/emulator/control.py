"""What no provider has: reports, scripted failures, and a hand on the clock."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .faults import Fault
from .world import World

_LOOK_S = 0.02
_PATIENCE = 1000  # looks


class Control:
    """The routes under /_emulator."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        return [
            Mount(
                "/_emulator",
                routes=[
                    Route("/report", self.report, methods=["GET"]),
                    Route("/faults", self.faults, methods=["POST"]),
                    Route("/reset", self.reset, methods=["POST"]),
                    Route("/finish", self.finish, methods=["POST"]),
                    Route("/credits", self.credits, methods=["POST"]),
                    Route("/told", self.told, methods=["GET"]),
                    Route("/untold", self.untold, methods=["GET"]),
                ],
            )
        ]

    async def report(self, _request: Request) -> Response:
        """All that was counted."""
        return JSONResponse(self.world.books.report())

    async def faults(self, request: Request) -> Response:
        """Script failures, after those that wait already."""
        body = await request.json()
        try:
            parsed = [Fault.parse(value) for value in body]
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        self.world.faults.waiting.extend(parsed)
        return JSONResponse({"waiting": len(self.world.faults.waiting)})

    async def reset(self, _request: Request) -> Response:
        """Forget everything."""
        self.world.reset()
        return JSONResponse({})

    async def finish(self, _request: Request) -> Response:
        """End the operations that run."""
        return JSONResponse({"finished": self.world.books.finish()})

    async def told(self, request: Request) -> Response:
        """What was told, once there is so much of it, or after a while."""
        return JSONResponse({"told": await _grown(request, self.world.books.told)})

    async def untold(self, request: Request) -> Response:
        """What was to be told and was not taken, likewise."""
        return JSONResponse({"untold": await _grown(request, self.world.books.untold)})

    async def credits(self, request: Request) -> Response:
        """Set what the account has before its orders."""
        self.world.books.credits = float((await request.json())["credits"])
        return JSONResponse({"credits": self.world.books.credits})


async def _grown(request: Request, items: list[Any]) -> list[Any]:
    for _ in range(_PATIENCE):
        if len(items) >= int(request.query_params.get("count", "0")):
            break
        await asyncio.sleep(_LOOK_S)
    return list(items)
