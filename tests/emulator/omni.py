"""Gemini Omni: interactions in the background, through the Gemini API and through Vertex."""

from __future__ import annotations

import asyncio
import base64
import secrets
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from . import google, omni_rules
from .books import Film, Full, Operation, Order, digest_of
from .faults import LOST_ANSWERS, POLLS, REFUSALS
from .google import MODERATED, Caller, Wrong
from .omni_rules import TOKENS_PER_S, Clip
from .replies import broken_poll, lost_answer
from .world import World, inline_film, still_there

NAME = "omni"
_REFUSAL = "I cannot create this video because it may violate the content policy."
_STATUS = {"success": "completed", "filtered": "completed", "failed": "failed", "cancelled": "cancelled"}
_POLLS = [kind for kind in POLLS if kind != "empty_urls_once"]


class Omni:
    """The Interactions API."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        roots = ("/gemini/v1", "/gemini/v1beta", "/vertex/v1beta1/projects/{project}/locations/{location}")
        return [
            route
            for root in roots
            for route in (
                Route(f"{root}/interactions", self.submit, methods=["POST"]),
                Route(f"{root}/interactions/{{id}}", self.poll, methods=["GET"]),
                Route(f"{root}/interactions/{{id}}", self.delete, methods=["DELETE"]),
                Route(f"{root}/interactions/{{id}}/cancel", self.cancel, methods=["POST"]),
            )
        ]

    async def submit(self, request: Request) -> Response:
        """Take a request, or say why not; without `background` the answer comes when all is done."""
        raw = await request.body()
        self.world.books.creates_seen[NAME] += 1
        try:
            who = google.caller(request)
            body = google.parse(raw)
            fault = self.world.faults.take(NAME, omni_rules.prompt_of(body), REFUSALS)
            if fault:
                return google.scripted(fault)
            clip = await omni_rules.parse(self.world, body, vertex=who.vertex)
            operation = self._accept(clip, who)
        except Wrong as wrong:
            return wrong.answer
        fault = self.world.faults.take(NAME, clip.prompt, LOST_ANSWERS)
        if fault and fault.at == "no_id":
            return JSONResponse({"object": "interaction", "status": "in_progress", "model": clip.model})
        if fault:
            return lost_answer(fault) or google.scripted(fault)
        if not clip.background:
            await still_there(request, operation)
        return JSONResponse(await asyncio.to_thread(self._standing, operation))

    def _accept(self, clip: Clip, who: Caller) -> Operation:
        if self.world.faults.take(NAME, clip.prompt, ("filtered",), "submit"):
            raise Wrong("INVALID_ARGUMENT", MODERATED)
        identity = f"v1_{secrets.token_urlsafe(24)}"
        try:
            operation = self.world.books.accept(_order(clip, who), identity)
        except Full as full:
            raise Wrong("RESOURCE_EXHAUSTED", "The emulator is full; reset it.") from full
        operation.facts |= {"file": secrets.token_hex(6), "delivery": clip.delivery, "bucket": clip.bucket}
        return operation

    async def poll(self, request: Request) -> Response:
        """How an interaction stands."""
        self.world.books.polls[NAME] += 1
        try:
            operation = self._find(request)
        except Wrong as wrong:
            return wrong.answer
        fault = self.world.faults.take(NAME, operation.order.prompt, _POLLS)
        if fault:
            return broken_poll(fault) or google.scripted(fault)
        return JSONResponse(await asyncio.to_thread(self._standing, operation))

    async def cancel(self, request: Request) -> Response:
        """End an interaction that runs."""
        try:
            operation = self._find(request)
        except Wrong as wrong:
            return wrong.answer
        if operation.state == "running":
            operation.outcome = "cancelled"
            self.world.books.end(operation)
        return JSONResponse(await asyncio.to_thread(self._standing, operation))

    async def delete(self, request: Request) -> Response:
        """Forget what an interaction made; the books keep it."""
        try:
            self._find(request).facts["deleted"] = True
        except Wrong as wrong:
            return wrong.answer
        return JSONResponse({})

    def _find(self, request: Request) -> Operation:
        google.caller(request)
        identity = request.path_params["id"]
        operation = self.world.books.operations.get(identity)
        if operation is None or operation.order.provider != NAME or "deleted" in operation.facts:
            raise Wrong("INVALID_ARGUMENT", f"Invalid interaction name: {identity}")
        return operation

    def _standing(self, operation: Operation) -> dict[str, Any]:
        facts = {
            "id": operation.id,
            "object": "interaction",
            "status": _STATUS.get(operation.state, "in_progress"),
            "model": operation.order.model,
            "created": datetime.fromtimestamp(operation.started, UTC).isoformat(),
        }
        if operation.state == "filtered":
            said = {"type": "text", "text": _REFUSAL}
            return {**facts, "steps": _steps(said), "usage": {"total_output_tokens": 20}}
        film = operation.order.film
        if operation.state != "success" or film is None:
            return facts
        tokens = round(TOKENS_PER_S * film.duration_s)
        by_modality = [{"modality": "video", "tokens": tokens}]
        usage = {"total_output_tokens": tokens, "output_tokens_by_modality": by_modality}
        return {**facts, "steps": _steps(self._video(operation)), "usage": usage}

    def _video(self, operation: Operation) -> dict[str, str]:
        video = {"type": "video", "mime_type": "video/mp4"}
        if operation.facts["delivery"] == "inline":
            return {**video, "data": base64.b64encode(inline_film(self.world, operation)).decode()}
        if not operation.facts["bucket"]:
            return {**video, "uri": file_uri(operation)}
        uri = f"{operation.facts['bucket'].rstrip('/')}/{operation.facts['file']}/sample_0.mp4"
        self.world.store.put("gcs/" + uri.removeprefix("gs://"), inline_film(self.world, operation), "video/mp4")
        return {**video, "uri": uri}


def file_uri(operation: Operation) -> str:
    """Where a film is to be had, in the one form that Google's client understands."""
    return f"https://generativelanguage.googleapis.com/v1beta/files/{operation.facts['file']}:download?alt=media"


def _steps(output: dict[str, str]) -> list[dict[str, Any]]:
    made = {"type": "model_output", "content": [output]}
    return [{"type": "user_input", "content": []}, {"type": "thought"}, made]


def _order(clip: Clip, who: Caller) -> Order:
    determining = {
        "model": clip.model,
        "prompt": clip.prompt,
        "pictures": [picture.sha256 for picture in clip.pictures],
        "task": clip.task,
        "duration": clip.duration,
        "aspect": clip.aspect,
        "resolution": clip.resolution,
    }
    film = Film(*clip.size, clip.duration, sound=True)
    return Order(NAME, who.account, clip.model, clip.prompt, digest_of(**determining), clip.usd, film)
