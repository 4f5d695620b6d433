"""KIE.ai's own upload host: three ways in, one address out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import mimetypes
import re
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .faults import UPLOADS
from .fetching import Unusable, fetch
from .kie import turned_away
from .replies import Dropped, media
from .world import World, note_leak

NAME = "kie"
_BASE64_BYTES = 10_000_000
_URL_BYTES = 100_000_000
_DATA_URL = re.compile(r"data:[\w.+/-]+;base64,")


class Wrong(Exception):
    """An upload that is refused; the message says why."""


class KieUploads:
    """The upload API, and the host that serves what was uploaded."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        api = [
            Route("/file-stream-upload", self.stream, methods=["POST"]),
            Route("/file-base64-upload", self.base64, methods=["POST"]),
            Route("/file-url-upload", self.url, methods=["POST"]),
        ]
        return [
            Mount("/kie-upload/api", routes=api),
            Route("/kie-files/{path:path}", self.serve, methods=["GET", "HEAD"]),
        ]

    async def stream(self, request: Request) -> Response:
        """A multipart upload."""
        if refusal := turned_away(self.world, request):
            return refusal
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                return _failure(400, "file is required")
            if unknown := set(form) - {"file", "uploadPath", "fileName"}:
                return _failure(400, f"unknown field {', '.join(sorted(unknown))}")
            name = form.get("fileName") or file.filename
            return self._keep(await file.read(), form.get("uploadPath"), name)

    async def base64(self, request: Request) -> Response:
        """An upload within JSON."""
        if refusal := turned_away(self.world, request):
            return refusal
        try:
            body = _fields(await request.body(), "base64Data")
            content = base64.b64decode(_DATA_URL.sub("", body["base64Data"], count=1), validate=True)
        except binascii.Error:
            return _failure(400, "base64Data is not base64")
        except Wrong as wrong:
            return _failure(400, str(wrong))
        if len(content) > _BASE64_BYTES:
            return _failure(400, "the file is larger than 10 MB")
        return self._keep(content, body.get("uploadPath"), body.get("fileName"))

    async def url(self, request: Request) -> Response:
        """An upload that the host fetches by itself."""
        if refusal := turned_away(self.world, request):
            return refusal
        try:
            body = _fields(await request.body(), "fileUrl")
            content = await fetch(body["fileUrl"], _URL_BYTES)
        except (Wrong, Unusable) as wrong:
            return _failure(400, str(wrong))
        return self._keep(content, body.get("uploadPath"), body.get("fileName") or body["fileUrl"].rpartition("/")[2])

    def _keep(self, content: bytes, folder: object, name: object) -> Response:
        if not isinstance(folder, str) or not folder or folder != folder.strip("/"):
            return _failure(400, "uploadPath is required, without a slash at its ends")
        name = name if isinstance(name, str) and name else hashlib.sha256(content).hexdigest()[:16]
        fault = self.world.faults.take(NAME, name, UPLOADS)
        if fault:
            return Dropped() if fault.at == "upload_reset" else _failure(500, "Upload failed")
        path = f"{folder}/{name.replace('/', '_')}"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.world.store.put(f"kie/{path}", content, kind)
        self.world.books.uploads[NAME] += 1
        data = {
            "success": True,
            "fileName": name,
            "filePath": path,
            "downloadUrl": f"{self.world.url}/kie-files/{quote(path)}",
            "fileSize": len(content),
            "mimeType": kind,
            "uploadedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return JSONResponse({"success": True, "code": 200, "msg": "File uploaded successfully", "data": data})

    async def serve(self, request: Request) -> Response:
        """An uploaded file."""
        note_leak(self.world, request)
        self.world.books.downloads[NAME] += 1
        stored = self.world.store.get(f"kie/{request.path_params['path']}")
        return media(stored.content, stored.kind) if stored else Response("not found", 404)


def _failure(code: int, msg: str) -> JSONResponse:
    return JSONResponse({"success": False, "code": code, "msg": msg, "data": None})


def _fields(raw: bytes, needed: str) -> dict[str, str]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Wrong("the request body is not JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get(needed), str):
        raise Wrong(f"{needed} is required")
    return body
