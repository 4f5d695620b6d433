"""KIE.ai: Kling tasks are created, watched and fetched; errors come as HTTP 200 with a code."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from . import kie_rules
from .books import Film, Full, Operation, Order, account_of, digest_of
from .faults import LOST_ANSWERS, POLLS, REFUSALS, RESULTS, Fault
from .fetching import Picture, Unusable, fetch, picture
from .kie_rules import CREDIT_USD, CREDITS, Task, Wrong
from .replies import broken_poll, common_refusal, gateway_page, lost_answer, media, wait_header
from .world import World, bearer, note_leak, plain_agent

NAME = "kling"
_CREATES = (20, 10.0)
_POLLS = (10, 1.0)
_NO_CREDITS = "Credits insufficient: the balance of the account does not cover this request. Please top up."
_MODERATED = "Your prompt or image was flagged by the content moderation of the upstream provider."
_REFUSED = {
    "refuse_401": (401, "You do not have access permissions"),
    "refuse_402": (402, _NO_CREDITS),
    "out_of_credits": (402, _NO_CREDITS),
    "refuse_429": (429, "Your call frequency is too high. Please try again later."),
    "refuse_455": (455, "The service is under maintenance. Please try again later."),
    "refuse_500": (500, "Server exception, please try again later or contact customer service"),
}


def envelope(code: int, msg: str = "success", data: object = None) -> JSONResponse:
    """KIE's answer to everything."""
    return JSONResponse({"code": code, "msg": msg, "data": data})


def turned_away(world: World, request: Request) -> Response | None:
    """The answer to a client without a key, or with an agent that the gateway blocks."""
    if not world.settings.any_agent and plain_agent(request):
        return PlainTextResponse("error code: 1010", 403)
    return envelope(401, "You do not have access permissions") if bearer(request) is None else None


class Kie:
    """The jobs API and the host of its results."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.creates = world.window(*_CREATES)
        self.polls = world.window(*_POLLS)

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        return [
            Mount(
                "/kie/api/v1",
                routes=[
                    Route("/jobs/createTask", self.create, methods=["POST"]),
                    Route("/jobs/recordInfo", self.record, methods=["GET"]),
                    Route("/chat/credit", self.credit, methods=["GET"]),
                    Route("/common/download-url", self.download_url, methods=["POST"]),
                ],
            ),
            Route("/kie-results/k/{name}.mp4", self.result, methods=["GET"]),
        ]

    def balance(self) -> float:
        """The credits that are left: those of failed tasks come back."""
        held = sum(
            operation.order.usd / CREDIT_USD
            for operation in self.world.books.operations.values()
            if operation.order.provider == NAME and operation.state in ("running", "success")
        )
        return round(self.world.books.credits - held, 3)

    async def create(self, request: Request) -> Response:
        """Take a task, or say why not."""
        raw = await request.body()
        self.world.books.creates_seen[NAME] += 1
        body = _json(raw)
        fault = self.world.faults.take(NAME, _prompt(body), REFUSALS)
        if fault:
            return _refusal(fault)
        if refusal := turned_away(self.world, request):
            return refusal
        try:
            task = kie_rules.parse(body)
            pictures = [await self._picture(url) for url in task.pictures]
            operation = self._take(task, pictures, account_of(bearer(request) or ""))
        except Wrong as wrong:
            return envelope(wrong.code, wrong.msg)
        return self._answer(operation)

    async def _picture(self, url: str) -> Picture:
        try:
            content = await fetch(url, kie_rules.PICTURE_BYTES)
            return await picture(content, kie_rules.PICTURE_FORMATS)
        except Unusable as unusable:
            raise Wrong(422, f"The picture cannot be used: {unusable}") from unusable

    def _take(self, task: Task, pictures: list[Picture], account: str) -> Operation:
        if self.creates.full(account):
            raise Wrong(*_REFUSED["refuse_429"])
        if self.balance() < CREDITS[task.duration]:
            raise Wrong(402, _NO_CREDITS)
        if self.world.faults.take(NAME, task.prompt, ("filtered",), "submit"):
            raise Wrong(400, _MODERATED)
        try:
            return self.world.books.accept(_order(task, pictures, account), f"task_kling_{secrets.token_hex(8)}")
        except Full as full:
            raise Wrong(429, "The emulator is full; reset it") from full

    def _answer(self, operation: Operation) -> Response:
        fault = self.world.faults.take(NAME, operation.order.prompt, LOST_ANSWERS)
        if fault is None:
            return envelope(200, data={"taskId": operation.id, "recordId": secrets.token_hex(6)})
        if fault.at == "no_id":
            return envelope(200, data={})
        return lost_answer(fault) or gateway_page(500)

    async def record(self, request: Request) -> Response:
        """How a task stands."""
        self.world.books.polls[NAME] += 1
        if refusal := turned_away(self.world, request):
            return refusal
        identity = request.query_params.get("taskId", "")
        operation = self.world.books.operations.get(identity)
        if operation is None or operation.order.provider != NAME:
            return envelope(422, "recordInfo is null")
        if self.polls.full(identity):
            return envelope(*_REFUSED["refuse_429"])
        return self._standing(operation)

    def _standing(self, operation: Operation) -> Response:
        # A lag of the list of results shows only once there are results.
        done = operation.state == "success"
        kinds = [kind for kind in POLLS if done or kind != "empty_urls_once"]
        fault = self.world.faults.take(NAME, operation.order.prompt, kinds)
        if fault is None or fault.at == "empty_urls_once":
            return envelope(200, data=self._facts(operation, empty=fault is not None))
        if fault.at == "record_null":
            return envelope(422, "recordInfo is null")
        if fault.at == "poll_429":
            return envelope(*_REFUSED["refuse_429"])
        return broken_poll(fault) or envelope(*_REFUSED["refuse_500"])

    def _facts(self, operation: Operation, *, empty: bool) -> dict[str, Any]:
        success, over = operation.state == "success", operation.state != "running"
        failed = over and not success
        urls = [] if empty else [self._result_url(operation, operation.signatures[0])]
        ended = int(operation.ends * 1000) if over else None
        return {
            "taskId": operation.id,
            "model": operation.order.model,
            "state": "fail" if failed else _running_state(operation),
            "param": json.dumps({"model": operation.order.model, "input": json.dumps(operation.facts)}),
            "resultJson": json.dumps({"resultUrls": urls}) if success else None,
            "failCode": ("400" if operation.outcome == "filtered" else "501") if failed else "",
            "failMsg": (_MODERATED if operation.outcome == "filtered" else "Generation failed.") if failed else "",
            "costTime": int((operation.ends - operation.started) * 1000) if over else None,
            "creditsConsumed": round(operation.order.usd / CREDIT_USD) if success else 0,
            "createTime": int(operation.started * 1000),
            "updateTime": ended or int(time.time() * 1000),
            "completeTime": ended,
        }

    def _result_url(self, operation: Operation, signature: str) -> str:
        return f"{self.world.url}/kie-results/k/{operation.id}.mp4?Expires=1893456000&Signature={signature}"

    async def credit(self, request: Request) -> Response:
        """The balance."""
        return turned_away(self.world, request) or envelope(200, data=self.balance())

    async def download_url(self, request: Request) -> Response:
        """Another address for a result."""
        if refusal := turned_away(self.world, request):
            return refusal
        body = _json(await request.body())
        url = body.get("url") if isinstance(body, dict) else None
        name = urlsplit(url).path.rpartition("/")[2].removesuffix(".mp4") if isinstance(url, str) else ""
        operation = self.world.books.operations.get(name)
        if operation is None or not str(url).startswith(f"{self.world.url}/kie-results/"):
            return envelope(422, "The url was not generated by this site")
        operation.signatures.append(secrets.token_hex(16))
        return envelope(200, data=self._result_url(operation, operation.signatures[-1]))

    async def result(self, request: Request) -> Response:
        """The film of a task that succeeded, for those who know its signature."""
        note_leak(self.world, request)
        self.world.books.downloads[NAME] += 1
        operation = self.world.books.operations.get(request.path_params["name"])
        if operation is None or operation.state != "success":
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404, media_type="application/xml")
        if request.query_params.get("Signature") not in operation.signatures:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        fault = self.world.faults.take(NAME, operation.order.prompt, RESULTS)
        return media(await asyncio.to_thread(self.world.films.of, operation), "video/mp4", fault)


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _prompt(body: object) -> str:
    given = body.get("input") if isinstance(body, dict) else None
    return str(given.get("prompt", "")) if isinstance(given, dict) else ""


def _refusal(fault: Fault) -> Response:
    if fault.at == "refuse_403":
        return PlainTextResponse("error code: 1010", 403)
    if fault.at == "http_503":
        return gateway_page(503)
    if special := common_refusal(fault):
        return special
    answer = envelope(*_REFUSED[fault.at])
    answer.headers.update(wait_header(fault))
    return answer


def _running_state(operation: Operation) -> str:
    if operation.state == "success":
        return "success"
    steps = ((0.05, "waiting"), (0.2, "queuing"))
    return next((name for end, name in steps if operation.progress < end), "generating")


def _order(task: Task, pictures: list[Picture], account: str) -> Order:
    size = (pictures[0].width, pictures[0].height) if pictures else None
    width, height = kie_rules.frame_size(task, size)
    determining = {
        "model": task.model,
        "prompt": task.prompt,
        "negative_prompt": task.negative_prompt,
        "cfg_scale": task.cfg_scale,
        "duration": task.duration,
        "aspect": task.aspect,
        "pictures": [picture.sha256 for picture in pictures],
    }
    return Order(
        provider=NAME,
        account=account,
        model=task.model,
        prompt=task.prompt,
        digest=digest_of(**determining),
        usd=CREDITS[task.duration] * CREDIT_USD,
        film=Film(width, height, int(task.duration), sound=False),
    )
