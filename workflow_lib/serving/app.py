"""The addresses of the live page: what each answers; docs/serve.md has those for other programs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from workflow_lib import layout
from workflow_lib.errors import InvalidInput, Problem, WorkflowError
from workflow_lib.layout import Project
from workflow_lib.review import page, stills
from workflow_lib.serving import answers, faults, pages, workspace, writing
from workflow_lib.serving.guards import MAX_BODY, Guard, TooLarge
from workflow_lib.serving.watching import ALL, TooMany, Watch

Deed = Callable[[Project, Mapping[str, Any]], Mapping[str, object]]
"""What is done with a project and what a page has sent; returns what the page is told."""

_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'{style}; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_AGAIN_MS = 1000
_MOST_PARTS = 100


class Pages:
    """The live page of the working folder."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        # Each keeps a core busy.
        self._drawing = asyncio.Semaphore(2)

    async def all(self, request: Request) -> Response:
        """All projects."""
        view = await self._watch.view(ALL)
        channels: dict[str, list[str]] = {}
        for root in view.parts:
            channels.setdefault(root.split("/")[1] if root.startswith("channels/") else "", []).append(root)
        text = pages.all_films(view.parts, sorted(channels.items()), may_write=request.scope["may_write"])
        return _html(text)

    async def all_news(self, _request: Request) -> Response:
        """What is new about any of them."""
        return self._stream(ALL)

    async def all_parts(self, request: Request) -> Response:
        """Rows that a page asks for."""
        return await self._parts(ALL, request)

    async def anything(self, request: Request) -> Response:
        """Whatever lies below a project's folder, or in a store."""
        path = request.scope["path"].lstrip("/")
        root, rest = workspace.split(path)
        if root is None:
            return _file(path)
        if not Project(Path(root)).manifest.is_file() or not workspace.is_inside(Path(root)):
            return _not_here()
        if request.method == "POST":
            return await self._write(root, rest or "", request)
        return RedirectResponse(f"/{root}/", 308) if rest is None else await self._read(root, rest, request)

    async def _read(self, root: str, rest: str, request: Request) -> Response:
        readers: dict[str, Callable[[], Awaitable[Response]]] = {
            "": lambda: self._film(root, request),
            "events": lambda: _now(self._stream(root)),
            "parts": lambda: self._parts(root, request),
            "prompt": lambda: self._prompt(root, request),
        }
        if rest in readers:
            return await readers[rest]()
        if rest.startswith("stills/"):
            return await self._still(root, rest.removeprefix("stills/").removesuffix(".jpg"))
        return _file(f"{root}/{rest}")

    async def _film(self, root: str, request: Request) -> Response:
        view = await self._watch.view(root)
        glance = self._watch.glance(root)
        if glance is None:
            return _not_here()
        style = pages.ratio_style(glance.shown.width, glance.shown.height) if glance.shown else ""
        return _html(pages.film(glance, view.parts, may_write=request.scope["may_write"]), style)

    async def _parts(self, key: str, request: Request) -> Response:
        view = await self._watch.view(key, known=True)
        wanted = request.query_params.getlist("of")[:_MOST_PARTS]
        return JSONResponse({name: asdict(view.parts[name]) for name in wanted if name in view.parts})

    def _stream(self, key: str) -> Response:
        return StreamingResponse(self._news(key), media_type="text/event-stream", headers=_STREAM)

    async def _news(self, key: str) -> AsyncIterator[str]:
        yield f"retry: {_AGAIN_MS}\n\n"
        try:
            async with contextlib.aclosing(self._watch.watch(key)) as news:
                async for told in news:
                    yield f"data: {told}\n\n" if told else ": still here\n\n"
        except TooMany:
            yield "event: full\ndata: {}\n\n"

    async def _still(self, root: str, digest: str) -> Response:
        glance = self._watch.glance(root)
        if glance is None or glance.shown is None:
            await self._watch.view(root)
            glance = self._watch.glance(root)
        cards = glance.shown.cards if glance and glance.shown else ()
        card = next((card for card in cards if card.frame_sha256 == digest), None)
        if card is None or card.frame is None or not workspace.is_inside(Path(card.frame)):
            return _not_here()
        async with self._drawing:
            path = await run_in_threadpool(stills.of, Project(Path(root)), card)
        if path is None:
            return _not_here()
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        return FileResponse(path, media_type="image/jpeg", headers=kept)

    async def _prompt(self, root: str, request: Request) -> Response:
        clip = request.query_params.get("clip", "")
        number = int(clip) if clip.isdigit() and len(clip) < 4 else 0  # noqa: PLR2004 - digits of the highest
        return await self._done(lambda: asdict(writing.written(Project(Path(root)), number)))

    async def _write(self, root: str, rest: str, request: Request) -> Response:
        if rest not in _DEEDS:
            return _not_here()
        if not request.scope["may_write"]:
            text = "this page may only look; open the address that `clipwright serve` has printed"
            return JSONResponse({"error": text}, 403)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"error": "send JSON"}, 415)
        try:
            given = json.loads(await request.body())
        except (ValueError, RecursionError):
            return JSONResponse({"error": "that is not JSON"}, 400)
        if not isinstance(given, dict):
            return JSONResponse({"error": "send a JSON object"}, 400)
        return await self._done(lambda: _DEEDS[rest](Project(Path(root)), given))

    async def _done(self, work: Callable[[], Mapping[str, object]]) -> Response:
        try:
            return JSONResponse(await self._watch.do(work))
        except writing.Changed as error:
            return JSONResponse({"error": str(error)}, 409)
        except InvalidInput as error:
            return JSONResponse({"error": str(error)}, 422)
        except (WorkflowError, OSError) as error:
            return JSONResponse({"error": str(error)}, 500)


def _choose(item: Project, given: Mapping[str, Any]) -> Mapping[str, object]:
    return {"text": writing.choose(item, _number(given), _text(given, "take"))}


def _judge(item: Project, given: Mapping[str, Any]) -> Mapping[str, object]:
    verdict = given.get("verdict")
    if verdict not in ("approved", "rejected"):
        raise _wrong("verdict", "approved or rejected")
    note = _text(given, "note") if given.get("note") else ""
    return {"text": writing.judge(item, _number(given), _text(given, "take"), verdict, note)}


def _foresee(item: Project, given: Mapping[str, Any]) -> Mapping[str, object]:
    return asdict(writing.foresee(item, _number(given), _words(given)))


def _reword(item: Project, given: Mapping[str, Any]) -> Mapping[str, object]:
    return asdict(writing.reword(item, _number(given), _words(given), _text(given, "digest")))


_DEEDS: dict[str, Deed] = {"take": _choose, "verdict": _judge, "foresee": _foresee, "prompt": _reword}


def _number(given: Mapping[str, Any]) -> int:
    number = given.get("clip")
    if type(number) is not int or not 1 <= number <= layout.MAX_CLIPS:
        raise _wrong("clip", "the number of a clip")
    return number


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value or len(value) > MAX_BODY:
        raise _wrong(name, "a text")
    return value


def _words(given: Mapping[str, Any]) -> writing.Words:
    prompt = given.get("prompt")
    if isinstance(prompt, str):
        return prompt
    if isinstance(prompt, dict) and all(isinstance(text, str) for text in prompt.values()):
        return prompt
    raise _wrong("prompt", "a text, or its parts")


def _wrong(name: str, what: str) -> InvalidInput:
    return InvalidInput([Problem(name, f"is to be {what}")])


async def _static(request: Request) -> Response:
    found = pages.FILES.get(request.path_params["name"])
    return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "no-cache"}) if found else _not_here()


def _file(path: str) -> Response:
    found = workspace.file_at(Path(), path)
    if found is None:
        return _not_here()
    return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "no-cache"})


def _html(text: str, style: str = "") -> Response:
    hashed = f" '{page.hashed(style)}'" if style else ""
    return HTMLResponse(text, headers={"Content-Security-Policy": _POLICY.format(style=hashed)})


def _not_here() -> Response:
    return Response("There is nothing here.\n", 404, media_type="text/plain")


async def _now(response: Response) -> Response:
    return response


async def _large(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 413)


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)


async def _failed(request: Request, error: Exception) -> Response:
    """Say on the terminal what nobody has foreseen; the page goes on."""
    sys.stderr.write(f"{request.url.path}: {faults.text(error)}\n")
    return JSONResponse({"error": "that went wrong; the terminal of `clipwright serve` says why"}, 500)


_HANDLERS = {ClientDisconnect: _gone, TooLarge: _large, Exception: _failed}


def build(watch: Watch, port: int, token: str) -> Guard:
    """The application at `port` of this machine, for who knows `token`."""
    live = Pages(watch)
    api = answers.Answers(watch)
    routes = [
        Route("/", live.all),
        Route("/events", live.all_news),
        Route("/parts", live.all_parts),
        Route("/-/{name}", _static),
        *api.routes(),
        Route("/{path:path}", live.anything, methods=["GET", "POST"]),
    ]
    return Guard(Starlette(routes=routes, exception_handlers=_HANDLERS), port, token)
