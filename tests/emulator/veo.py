"""Veo on Vertex: a long-running operation, asked for by its name, with its films inline or in a bucket."""

from __future__ import annotations

import asyncio
import base64
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import google, veo_rules
from .books import Film, Full, Operation, Order, digest_of
from .faults import LOST_ANSWERS, POLLS, REFUSALS
from .google import MODERATED, Caller, Wrong
from .replies import broken_poll, lost_answer
from .veo_rules import Video
from .world import World, inline_film

NAME = "veo"
_SUBMITS = (50, 60.0)
_RAI_REASON = (
    "Veo could not generate videos because the input image violates Google's usage guidelines. You will not be "
    "charged for this attempt. Support codes: 15236754"
)


class Veo:
    """The two verbs of a Veo model."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.submits = world.window(*_SUBMITS)

    async def submit(self, request: Request, model: str) -> Response:
        """Take a request, or say why not."""
        raw = await request.body()
        self.world.books.creates_seen[NAME] += 1
        try:
            who = google.caller(request)
            body = google.parse(raw)
            fault = self.world.faults.take(NAME, _prompt(body), REFUSALS)
            if fault:
                return google.scripted(fault)
            video = await veo_rules.parse(self.world, model, body)
            operation = self._accept(request, video, who)
        except Wrong as wrong:
            return wrong.answer
        fault = self.world.faults.take(NAME, video.prompt, LOST_ANSWERS)
        if fault and fault.at == "no_id":
            return JSONResponse({})
        if fault:
            return lost_answer(fault) or google.scripted(fault)
        return JSONResponse({"name": operation.id})

    def _accept(self, request: Request, video: Video, who: Caller) -> Operation:
        if self.submits.full(who.account):
            raise Wrong("RESOURCE_EXHAUSTED", "Quota exceeded for long_running_online_prediction_requests.")
        if self.world.faults.take(NAME, video.prompt, ("filtered",), "submit"):
            raise Wrong("INVALID_ARGUMENT", MODERATED)
        place = request.path_params
        parent = f"projects/{place['project']}/locations/{place['location']}/publishers/google/models/{video.model}"
        try:
            operation = self.world.books.accept(_order(video, who), f"{parent}/operations/{uuid.uuid4()}")
        except Full as full:
            raise Wrong("RESOURCE_EXHAUSTED", "The emulator is full; reset it.") from full
        operation.facts |= {"samples": video.samples, "storage": video.storage}
        return operation

    async def poll(self, request: Request, model: str) -> Response:
        """How an operation stands."""
        raw = await request.body()
        self.world.books.polls[NAME] += 1
        place = request.path_params
        parent = f"projects/{place['project']}/locations/{place['location']}/publishers/google/models/{model}"
        try:
            google.caller(request)
            name = google.only(google.parse(raw), {"operationName"}, "request").get("operationName", "")
        except Wrong as wrong:
            return wrong.answer
        operation = self.world.books.operations.get(name)
        if not str(name).startswith(f"{parent}/operations/"):
            return google.error("INVALID_ARGUMENT", f"operationName must begin with {parent}/operations/.")
        if operation is None:
            return google.error("NOT_FOUND", f"The operation {name} was not found.")
        fault = self.world.faults.take(
            NAME, operation.order.prompt, [kind for kind in POLLS if kind != "empty_urls_once"]
        )
        if fault:
            return broken_poll(fault) or google.scripted(fault)
        return JSONResponse(await asyncio.to_thread(self._standing, operation))

    def _standing(self, operation: Operation) -> dict[str, Any]:
        if operation.state == "running":
            return {"name": operation.id}
        done = {"name": operation.id, "done": True}
        if operation.state == "failed":
            return {
                **done,
                "error": {"code": 13, "message": "Video generation failed due to an internal server issue."},
            }
        if operation.state == "filtered" and operation.shape == "error":
            return {**done, "error": {"code": 3, "message": MODERATED}}
        return {**done, "response": self._response(operation)}

    def _response(self, operation: Operation) -> dict[str, Any]:
        kind = {"@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"}
        if operation.state == "filtered":
            return {**kind, "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [_RAI_REASON]}
        videos = [self._video(operation, sample) for sample in range(operation.facts["samples"])]
        return {**kind, "raiMediaFilteredCount": 0, "videos": videos}

    def _video(self, operation: Operation, sample: int) -> dict[str, str]:
        content = inline_film(self.world, operation, sample)
        storage = operation.facts["storage"]
        if not storage:
            return {"bytesBase64Encoded": base64.b64encode(content).decode(), "mimeType": "video/mp4"}
        identity = operation.id.rpartition("/")[2]
        uri = f"{storage.rstrip('/')}/{identity}/sample_{sample}.mp4"
        self.world.store.put("gcs/" + uri.removeprefix("gs://"), content, "video/mp4")
        return {"gcsUri": uri, "mimeType": "video/mp4"}


def _prompt(body: dict[str, Any]) -> str:
    instances = body.get("instances")
    first = instances[0] if isinstance(instances, list) and instances else None
    return str(first.get("prompt", "")) if isinstance(first, dict) else ""


def _order(video: Video, who: Caller) -> Order:
    determining = {
        "model": video.model,
        "prompt": video.prompt,
        "pictures": [[name, picture.sha256] for name, picture in video.pictures],
        "duration": video.duration,
        "aspect": video.aspect,
        "resolution": video.resolution,
        "samples": video.samples,
        "sound": video.sound,
        "others": video.others,
    }
    film = Film(*video.size, video.duration, sound=video.sound)
    return Order(NAME, who.account, video.model, video.prompt, digest_of(**determining), video.usd, film)
