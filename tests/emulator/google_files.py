"""The Files API of Gemini: films that are processed for a moment, and then can be fetched."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from . import google
from .books import Operation
from .faults import RESULTS
from .google import Wrong
from .omni import NAME, file_uri
from .replies import media
from .world import World

_PROCESSING_S = 5.0


class GoogleFiles:
    """The files that interactions made."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers; the verb is part of the last segment."""
        return [Route(f"/gemini/{version}/files/{{file}}", self.read, methods=["GET"]) for version in ("v1", "v1beta")]

    async def read(self, request: Request) -> Response:
        """A file's facts, or its bytes."""
        identity, _, verb = request.path_params["file"].partition(":")
        try:
            google.caller(request)
            operation = self._find(identity)
        except Wrong as wrong:
            return wrong.answer
        if not verb:
            return JSONResponse(self._facts(operation, await asyncio.to_thread(self.world.films.of, operation)))
        if verb != "download" or request.query_params.get("alt") != "media":
            return google.error("INVALID_ARGUMENT", "Only :download?alt=media is supported.")
        if not self._active(operation):
            return google.error("FAILED_PRECONDITION", f"The file {identity} is not in an ACTIVE state.")
        self.world.books.downloads[NAME] += 1
        fault = self.world.faults.take(NAME, operation.order.prompt, RESULTS)
        return media(await asyncio.to_thread(self.world.films.of, operation), "video/mp4", fault)

    def _find(self, identity: str) -> Operation:
        for operation in self.world.books.operations.values():
            if operation.facts.get("file") == identity and operation.state == "success":
                return operation
        raise Wrong(
            "PERMISSION_DENIED", f"You do not have permission to access the File {identity} or it may not exist."
        )

    def _active(self, operation: Operation) -> bool:
        processed = operation.ends + self.world.settings.seconds(_PROCESSING_S)
        return operation.settled or time.time() >= processed

    def _facts(self, operation: Operation, content: bytes) -> dict[str, Any]:
        active = self._active(operation)
        download = {"downloadUri": file_uri(operation)} if active else {}
        return {
            "name": f"files/{operation.facts['file']}",
            "mimeType": "video/mp4",
            "sizeBytes": str(len(content)),
            "state": "ACTIVE" if active else "PROCESSING",
            "source": "GENERATED",
            "uri": file_uri(operation).partition(":download")[0],
            **download,
        }
