"""Notion's pages, and an address to which web hooks are posted: what was told, and how it is refused.

Notion's answers: an object `error` with status, code and message (developers.notion.com, "Errors").
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .faults import REFUSALS, Fault
from .replies import common_refusal, wait_header
from .world import World, bearer

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS = ("status", "select")
_STATUSES = {"Video Processing", "Video Ready", "Video Error", "Draft ready"}
_LOOK_S = 0.05
_FAULTS = (*REFUSALS, "never")
_CODES = {
    "refuse_401": (401, "unauthorized", "API token is invalid."),
    "refuse_403": (403, "restricted_resource", "Insufficient permissions for this endpoint."),
    "refuse_429": (429, "rate_limited", "You have been rate limited. Please try again in a few minutes."),
    "refuse_500": (500, "internal_server_error", "Unexpected error occurred."),
    "http_503": (503, "service_unavailable", "Notion is unavailable, please try again later."),
}


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"object": "error", "status": status, "code": code, "message": message}, status)


class Notion:
    """The pages whose status is set, and what web hooks say."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        return [
            Route("/notion/v1/pages/{id}", self.page, methods=["PATCH"]),
            Route("/webhook", self.webhook, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """Set properties of a page."""
        told = {"page": request.path_params["id"], **_json(await request.body())}
        if (refused := await self._fault("notion", request, json.dumps(told))) is not None:
            return refused
        if bearer(request) is None:
            return _error(401, "unauthorized", "API token is invalid.")
        if request.headers.get("notion-version") != "2022-06-28":
            return _error(400, "missing_version", "Notion-Version header should be defined")
        if not _ID.fullmatch(told["page"]):
            return _error(400, "validation_error", "path.page_id should be a valid uuid")
        if (wrong := _wrong(told.get("properties"))) is not None:
            return _error(400, "validation_error", wrong)
        self.world.books.told.append({"to": "notion", **told})
        return JSONResponse({"object": "page", "id": told["page"], "properties": told["properties"]})

    async def webhook(self, request: Request) -> Response:
        """Take any JSON document."""
        told = _json(await request.body())
        if (refused := await self._fault("webhook", request, json.dumps(told))) is not None:
            return refused
        self.world.books.told.append({"to": "webhook", **told})
        return Response(status_code=204)

    async def _fault(self, provider: str, request: Request, text: str) -> Response | None:
        fault = self.world.faults.take(provider, text, _FAULTS)
        if fault is None:
            return None
        self.world.books.untold.append({"to": provider, "fault": fault.at, "text": text})
        if fault.at == "never":
            ends = self.world.books.finishes
            while self.world.books.finishes == ends:
                if await request.is_disconnected():
                    break
                await asyncio.sleep(_LOOK_S)
            return _error(401, "unauthorized", "API token is invalid.")
        return common_refusal(fault) or _refusal(fault)


def _refusal(fault: Fault) -> Response:
    status, code, message = _CODES[fault.at]
    answer = _error(status, code, message)
    answer.headers.update(wait_header(fault))
    return answer


def _json(body: bytes) -> dict[str, Any]:
    value = json.loads(body or b"{}")
    return value if isinstance(value, dict) else {}


def _wrong(properties: object) -> str | None:
    """What is wrong with the properties of a page that has one, `Status`; None when nothing is."""
    if not isinstance(properties, dict) or not properties:
        return "body.properties should be an object"
    for name, value in properties.items():
        kind = next(iter(value), "") if isinstance(value, dict) else ""
        if name != "Status":
            return f"{name} is not a property that exists."
        if kind not in _KINDS or value[kind].get("name") not in _STATUSES:
            return f"Invalid status option. Status option {json.dumps(value)} does not exist."
    return None
