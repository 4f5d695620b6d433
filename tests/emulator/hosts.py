"""catbox and litterbox: plain text in answer to a form, and the files behind the addresses that they return."""

from __future__ import annotations

import mimetypes
import secrets
from pathlib import PurePosixPath

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from .faults import UPLOADS
from .fetching import Unusable, fetch
from .replies import Dropped, media
from .world import World, note_leak, plain_agent

_CATBOX_BYTES = 200_000_000
_FIELDS = {"fileupload": {"fileToUpload"}, "urlupload": {"url"}}
_TIMES = ("1h", "12h", "24h", "72h")
_NAME_LENGTHS = {"6": 6, "16": 16}


class Wrong(Exception):
    """A form that is refused: the status and the text of the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Hosts:
    """Both hosts; their files are served below their base URLs."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where they answer."""
        return [
            Route("/catbox/user/api.php", self.catbox, methods=["POST"]),
            Route("/litterbox/resources/internals/api.php", self.litterbox, methods=["POST"]),
            Route("/{host:str}/files/{name}", self.serve, methods=["GET", "HEAD"]),
        ]

    async def catbox(self, request: Request) -> Response:
        """Keep a file for ever."""
        async with request.form() as form:
            if not self.world.settings.any_agent and plain_agent(request):
                return PlainTextResponse("Invalid uploader", 412)
            try:
                content, name = await _catbox_file(form)
            except Wrong as wrong:
                return PlainTextResponse(wrong.text, wrong.status)
        return self._keep("catbox", content, name, 6)

    async def litterbox(self, request: Request) -> Response:
        """Keep a file for a while."""
        async with request.form() as form:
            try:
                length = _litterbox_name(form)
                content, name = await _file(form)
            except Wrong as wrong:
                return PlainTextResponse(wrong.text, wrong.status)
        return self._keep("litterbox", content, name, length)

    def _keep(self, host: str, content: bytes, name: str, length: int) -> Response:
        fault = self.world.faults.take(host, name, UPLOADS)
        if fault and fault.at == "upload_reset":
            return Dropped()
        if fault:
            refused = (412, "Invalid uploader") if fault.at == "catbox_412" else (500, "Something went wrong.")
            return PlainTextResponse(refused[1], refused[0])
        kept = secrets.token_hex(8)[:length] + PurePosixPath(name).suffix.lower()
        kind = mimetypes.guess_type(kept)[0] or "application/octet-stream"
        self.world.store.put(f"{host}/{kept}", content, kind)
        self.world.books.uploads[host] += 1
        return PlainTextResponse(f"{self.world.url}/{host}/files/{kept}")

    async def serve(self, request: Request) -> Response:
        """An uploaded file."""
        note_leak(self.world, request)
        host, name = request.path_params["host"], request.path_params["name"]
        stored = self.world.store.get(f"{host}/{name}")
        if stored is None:
            return Response("not found", 404)
        self.world.books.downloads[host] += 1
        return media(stored.content, stored.kind)


def _only(form: FormData, known: set[str]) -> None:
    if unknown := set(form) - known:
        raise Wrong(400, f"Unknown field {', '.join(sorted(unknown))}.")


def _litterbox_name(form: FormData) -> int:
    """The length of the name that a form asks for."""
    _only(form, {"reqtype", "time", "fileNameLength", "fileToUpload"})
    if form.get("reqtype") != "fileupload":
        raise Wrong(400, "No request type given.")
    if form.get("time") not in _TIMES:
        raise Wrong(400, "Invalid expiry time.")
    length = _NAME_LENGTHS.get(str(form.get("fileNameLength", "6")))
    if length is None:
        raise Wrong(400, "Invalid file name length.")
    return length


async def _file(form: FormData) -> tuple[bytes, str]:
    file = form.get("fileToUpload")
    if not isinstance(file, UploadFile):
        raise Wrong(400, "No files given.")
    content = await file.read()
    if not content or len(content) > _CATBOX_BYTES:
        raise Wrong(412, "Invalid file.")
    return content, file.filename or ""


async def _catbox_file(form: FormData) -> tuple[bytes, str]:
    kind = str(form.get("reqtype", ""))
    if kind not in _FIELDS:
        raise Wrong(412, "No request type given.")
    _only(form, {"reqtype", "userhash"} | _FIELDS[kind])
    if "userhash" in form and not form["userhash"]:
        raise Wrong(412, "Invalid uploader")
    if kind == "fileupload":
        return await _file(form)
    url = str(form.get("url", ""))
    try:
        return await fetch(url, _CATBOX_BYTES), url
    except Unusable as unusable:
        raise Wrong(412, f"Invalid URL: {unusable}") from unusable
