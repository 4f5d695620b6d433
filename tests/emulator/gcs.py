"""Google Cloud Storage, as much of it as a client needs for gs:// addresses."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from . import google
from .faults import RESULTS, UPLOADS
from .replies import Dropped, media
from .store import Stored
from .world import World, bearer

NAME = "gcs"


class Gcs:
    """Buckets that exist as soon as something is in them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        objects = "/b/{bucket}/o/{name:path}"
        return [
            Mount(
                "/gcs",
                routes=[
                    Route("/upload/storage/v1/b/{bucket}/o", self.upload, methods=["POST"]),
                    Route("/download/storage/v1" + objects, self.download, methods=["GET"]),
                    Route("/storage/v1" + objects, self.read, methods=["GET"]),
                ],
            )
        ]

    async def upload(self, request: Request) -> Response:
        """Keep an object (uploadType=media)."""
        content = await request.body()
        name = request.query_params.get("name", "")
        if bearer(request) is None:
            return google.error("UNAUTHENTICATED", "Anonymous caller does not have storage.objects.create access.")
        if request.query_params.get("uploadType") != "media" or not name:
            return google.error("INVALID_ARGUMENT", "Only uploadType=media with a name is taken.")
        fault = self.world.faults.take(NAME, name, UPLOADS)
        if fault:
            return Dropped() if fault.at == "upload_reset" else google.error("UNAVAILABLE", "Backend error.")
        kind = request.headers.get("content-type", "application/octet-stream")
        bucket = request.path_params["bucket"]
        self.world.store.put(f"gcs/{bucket}/{name}", content, kind)
        self.world.books.uploads[NAME] += 1
        return JSONResponse(self._facts(bucket, name, Stored(content, kind)))

    async def read(self, request: Request) -> Response:
        """An object's facts, or with alt=media its bytes."""
        if request.query_params.get("alt") == "media":
            return await self.download(request)
        found = self._find(request)
        if isinstance(found, Response):
            return found
        return JSONResponse(self._facts(request.path_params["bucket"], request.path_params["name"], found))

    async def download(self, request: Request) -> Response:
        """An object's bytes."""
        found = self._find(request)
        if isinstance(found, Response):
            return found
        self.world.books.downloads[NAME] += 1
        fault = self.world.faults.take(NAME, request.path_params["name"], RESULTS)
        return media(found.content, found.kind, fault)

    def _find(self, request: Request) -> Stored | Response:
        if bearer(request) is None:
            return google.error("UNAUTHENTICATED", "Anonymous caller does not have storage.objects.get access.")
        bucket, name = request.path_params["bucket"], request.path_params["name"]
        return self.world.store.get(f"gcs/{bucket}/{name}") or google.error("NOT_FOUND", f"No such object: {name}")

    def _facts(self, bucket: str, name: str, stored: Stored) -> dict[str, Any]:
        address = f"/b/{bucket}/o/{quote(name, safe='')}"
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{name}/1",
            "bucket": bucket,
            "name": name,
            "size": str(len(stored.content)),
            "contentType": stored.kind,
            "md5Hash": base64.b64encode(hashlib.md5(stored.content, usedforsecurity=False).digest()).decode(),
            "selfLink": f"{self.world.url}/gcs/storage/v1{address}",
            "mediaLink": f"{self.world.url}/gcs/download/storage/v1{address}?alt=media",
        }
