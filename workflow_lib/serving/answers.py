"""The JSON answers for other programs, as docs/serve.md has them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workflow_lib import layout
from workflow_lib.ledger import Attempt
from workflow_lib.serving import jobs, pages
from workflow_lib.serving.looking import Glance
from workflow_lib.serving.watching import Watch


class Answers:
    """What other programs ask for."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/api/projects", self._projects),
            Route("/api/jobs", self._jobs),
            Route("/api/jobs/{id}", self._job),
            Route("/api/statistics", self._statistics),
            Route("/api/{root:path}/clips/{clip}/job", self._latest),
        ]

    async def _projects(self, _request: Request) -> Response:
        return JSONResponse({"projects": [_project_json(glance) for glance in await self._watch.glances()]})

    async def _jobs(self, request: Request) -> Response:
        given = request.query_params
        state, limit, offset = given.get("state", ""), given.get("limit", "100"), given.get("offset", "0")
        if state and state not in jobs.STATES:
            return _wrong(f"state: one of {', '.join(jobs.STATES)}")
        if not (_is_count(limit) and _is_count(offset)):
            return _wrong("limit, offset: whole numbers")
        every = await self._watch.do(jobs.submissions)
        found = jobs.listed(every, state, given.get("project", ""), given.get("clip", ""))
        shown = found[int(offset) :][: min(jobs.MOST, int(limit))]
        return JSONResponse({"total": len(found), "jobs": [jobs.as_json(*pair) for pair in shown]})

    async def _job(self, request: Request) -> Response:
        every = await self._watch.do(jobs.submissions)
        found = next((pair for pair in every if pair[1].id == request.path_params["id"]), None)
        return _one(found, "there is no such job")

    async def _latest(self, request: Request) -> Response:
        root, clip = request.path_params["root"], request.path_params["clip"]
        if not layout.is_project(root):
            return JSONResponse({"error": "there is no such project"}, 404)
        label = layout.label(int(clip)) if _is_count(clip) else clip
        every = await self._watch.do(jobs.submissions)
        own = [pair for pair in jobs.listed(every, project=root, clip=label) if pair[1].clip == label]
        return _one(own[0] if own else None, "nothing was ever bought for it")

    async def _statistics(self, request: Request) -> Response:
        every = await self._watch.do(jobs.submissions)
        return JSONResponse(jobs.statistics(jobs.listed(every, project=request.query_params.get("project", ""))))


def _one(found: tuple[Path, Attempt] | None, otherwise: str) -> Response:
    if found is None:
        return JSONResponse({"error": otherwise}, 404)
    return JSONResponse({**jobs.as_json(*found), "progress": jobs.progress_json(found[1])})


def _project_json(glance: Glance) -> dict[str, object]:
    told = asdict(pages.row(glance))
    del told["tone"], told["more"], told["poster"], told["problem"]
    return {**told, "problems": [str(problem) for problem in glance.problems]}


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7  # noqa: PLR2004 - below a million


def _wrong(text: str) -> Response:
    return JSONResponse({"error": text}, 400)
