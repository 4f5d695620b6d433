"""Gemini: words that satisfy a schema, and pictures, in the answer itself."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import gemini_boards, gemini_pictures, gemini_rules, google
from .books import Full, Operation, Order, digest_of
from .faults import ANSWERS, LOST_ANSWERS, ODD_PICTURES, REFUSALS
from .gemini_rules import Content
from .google import Caller, Wrong
from .replies import lost_answer
from .schema_samples import Sampler
from .world import World, still_there

NAME = "gemini"
_THINKING_S = 5.0
_USD_IN, _USD_OUT = 0.75e-6, 3.75e-6
_CHARACTERS_PER_TOKEN = 4
_PICTURE_TOKENS = 1120
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CUT = ("truncated",)


class Gemini:
    """The verb generateContent."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def generate(self, request: Request, model: str) -> Response:
        """Answer a request, or say why not."""
        raw = await request.body()
        self.world.books.creates_seen[NAME] += 1
        try:
            who = google.caller(request)
            body = google.parse(raw)
            fault = self.world.faults.take(NAME, gemini_rules.prompt_of(body), REFUSALS)
            if fault:
                return google.scripted(fault)
            content = await gemini_rules.parse(self.world, model, body, vertex=who.vertex)
            flaw = self.world.faults.take(NAME, content.prompt, ANSWERS)
            parts, tokens = await asyncio.to_thread(_made, content, flaw.at if flaw else "")
            operation = self._accept(content, who, tokens)
        except Wrong as wrong:
            return wrong.answer
        return await self._deliver(request, operation, parts, tokens)

    def _accept(self, content: Content, who: Caller, tokens: tuple[int, int]) -> Operation:
        usd = content.usd if content.usd is not None else tokens[0] * _USD_IN + tokens[1] * _USD_OUT
        determining = {
            "model": content.model,
            "prompt": content.prompt,
            "system": content.system,
            "pictures": [picture.sha256 for picture in content.pictures],
            "config": content.config,
        }
        order = Order(NAME, who.account, content.model, content.prompt, digest_of(**determining), usd)
        try:
            return self.world.books.accept(order, secrets.token_hex(11), _THINKING_S)
        except Full as full:
            raise Wrong("RESOURCE_EXHAUSTED", "The emulator is full; reset it.") from full

    async def _deliver(
        self, request: Request, operation: Operation, parts: list[dict[str, Any]], tokens: tuple[int, int]
    ) -> Response:
        prompt = operation.order.prompt
        fault = self.world.faults.take(NAME, prompt, LOST_ANSWERS)
        if fault and fault.at != "no_id":
            return lost_answer(fault) or google.scripted(fault)
        await still_there(request, operation)
        if operation.outcome == "failed":
            return google.error("INTERNAL", "An internal error has occurred.")
        counted = {"promptTokenCount": tokens[0], "candidatesTokenCount": tokens[1], "totalTokenCount": sum(tokens)}
        facts = {"usageMetadata": counted, "modelVersion": operation.order.model, "responseId": operation.id}
        if operation.outcome == "filtered":
            return JSONResponse({**facts, "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        ended = "STOP"
        if self.world.faults.take(NAME, prompt, _CUT):
            parts, ended = [_halved(part) for part in parts], "MAX_TOKENS"
        odd = self.world.faults.take(NAME, prompt, ODD_PICTURES)
        if odd:
            parts, ended = gemini_pictures.odd(parts, odd.shape)
        candidate = {"content": {"role": "model", "parts": parts}, "finishReason": ended, "index": 0}
        return JSONResponse({**facts, "candidates": [candidate]})


def _made(content: Content, flaw: str) -> tuple[list[dict[str, Any]], tuple[int, int]]:
    """The parts of the answer, and the tokens in and out."""
    asked = len(content.prompt + content.system) // _CHARACTERS_PER_TOKEN + 1
    asked += _PICTURE_TOKENS * len(content.pictures)
    if content.draws:
        seed = digest_of(prompt=content.prompt, config=content.config, pictures=[p.sha256 for p in content.pictures])
        drawn = gemini_pictures.inline(gemini_pictures.draw(content.aspect, content.size, seed, content.prompt))
        parts: list[dict[str, Any]] = [{"text": "Here is the picture."}]
        parts.append(drawn)
        return parts, (asked, _PICTURE_TOKENS)
    text = _text(content, flaw)
    return [{"text": text}], (asked, len(text) // _CHARACTERS_PER_TOKEN + 1)


def _text(content: Content, flaw: str) -> str:
    if gemini_boards.is_asked(content.schema):
        return gemini_boards.text(content.prompt, flaw)
    sentences = [sentence.strip() for sentence in _SENTENCE.split(content.prompt) if sentence.strip()]
    if content.schema is None:
        return f"The emulator read: {sentences[0]}"
    try:
        return json.dumps(Sampler(content.schema, sentences).sample(), ensure_ascii=False)
    except ValueError as error:
        raise Wrong("INVALID_ARGUMENT", f"response_schema: {error}.") from error


def _halved(part: dict[str, Any]) -> dict[str, Any]:
    return {"text": part["text"][: len(part["text"]) // 2]} if "text" in part else part
