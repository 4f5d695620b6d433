"""All providers as one application, each below the prefix that its base URL names."""

from __future__ import annotations

import contextlib

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .control import Control
from .elevenlabs import ElevenLabs
from .gcs import Gcs
from .google_files import GoogleFiles
from .google_models import GoogleModels
from .hosts import Hosts
from .kie import Kie
from .kie_uploads import KieUploads
from .notion import Notion
from .omni import Omni
from .world import World

MOST_BODY_BYTES = 200_000_000
PREFIXES = {
    "KIE_BASE_URL": "/kie",
    "KIE_UPLOAD_BASE_URL": "/kie-upload",
    "CATBOX_BASE_URL": "/catbox",
    "LITTERBOX_BASE_URL": "/litterbox",
    "GOOGLE_GEMINI_BASE_URL": "/gemini",
    "GOOGLE_VERTEX_BASE_URL": "/vertex",
    "STORAGE_EMULATOR_HOST": "/gcs",
    "ELEVENLABS_BASE_URL": "/elevenlabs",
    "NOTION_BASE_URL": "/notion",
}
_TOO_LARGE = "the emulator takes 200 MB at most"
_PARTS = (Control, Kie, KieUploads, Hosts, Gcs, GoogleModels, GoogleFiles, Omni, ElevenLabs, Notion)


class BoundedBodies:
    """Refuses requests whose body is larger than the emulator will hold."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        if int(Headers(scope=scope).get("content-length", "0")) > MOST_BODY_BYTES:
            await PlainTextResponse(_TOO_LARGE, 413, {"Connection": "close"})(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BODY_BYTES:
                raise HTTPException(413, _TOO_LARGE)
            return message

        # Who was killed while sending has ordered nothing.
        with contextlib.suppress(ClientDisconnect):
            await self.app(scope, count, send)


def build(world: World) -> Starlette:
    """The application."""
    parts = [part(world) for part in _PARTS]
    routes = [route for part in parts for route in part.routes()]
    return Starlette(routes=routes, middleware=[Middleware(BoundedBodies)])
