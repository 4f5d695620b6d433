"""The models of Google: their verbs are part of the last segment of the path."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from . import google
from .gemini import Gemini
from .veo import Veo
from .world import World

_VERTEX = "/vertex/v1beta1/projects/{project}/locations/{location}/publishers/google/models/{call}"


class GoogleModels:
    """Hands each verb to the part that knows it."""

    def __init__(self, world: World) -> None:
        veo, gemini = Veo(world), Gemini(world)
        self.gemini_verbs = {"generateContent": gemini.generate}
        self.vertex_verbs = {
            **self.gemini_verbs,
            "predictLongRunning": veo.submit,
            "fetchPredictOperation": veo.poll,
        }

    def routes(self) -> list[BaseRoute]:
        """Where they answer."""
        gemini = [
            Route(f"/gemini/{version}/models/{{call}}", self.gemini, methods=["POST"]) for version in ("v1", "v1beta")
        ]
        return [*gemini, Route(_VERTEX, self.vertex, methods=["POST"])]

    async def gemini(self, request: Request) -> Response:
        """A call with a key of the Gemini API."""
        model, _, verb = request.path_params["call"].partition(":")
        if verb == "predictLongRunning":
            return google.error("NOT_FOUND", f"models/{model} is no longer available.")
        if verb not in self.gemini_verbs:
            return google.error("NOT_FOUND", f"models/{model} has no method {verb}.")
        return await self.gemini_verbs[verb](request, model)

    async def vertex(self, request: Request) -> Response:
        """A call through Vertex."""
        model, _, verb = request.path_params["call"].partition(":")
        if verb not in self.vertex_verbs:
            return google.error("NOT_FOUND", f"{model} has no method {verb}.")
        return await self.vertex_verbs[verb](request, model)
