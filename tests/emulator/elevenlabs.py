"""ElevenLabs: speech and effects in the answer itself, and a history of the speech."""

from __future__ import annotations

import asyncio
import base64
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from . import elevenlabs_rules as rules
from .books import Full, Operation, Order, account_of, digest_of
from .elevenlabs_rules import Effect, Speech, Wrong, current, legacy
from .faults import LOST_ANSWERS, REFUSALS, RESULTS
from .replies import common_refusal, lost_answer, media, wait_header
from .tones import Format, tone
from .world import World, still_there

NAME = "elevenlabs"
CHARACTER_LIMIT = 100_000
_AT_ONCE = 5
_SPEAKING_S = 2.0
_CHARACTERS_PER_S = 15
_MOST_S = 60.0
_EFFECT_S = 4.0
_PAGE = 100
_REFUSED = {
    "refuse_401": (401, "invalid_api_key", "Invalid API key"),
    "refuse_402": (402, "paid_plan_required", "Free users cannot use library voices via the API"),
    "refuse_403": (403, "missing_permissions", "The API key lacks the permission text_to_speech"),
    "refuse_429": (429, "too_many_concurrent_requests", "Too many concurrent requests"),
    "refuse_455": (429, "system_busy", "The system is experiencing heavy traffic"),
    "refuse_500": (500, "internal_error", "Something went wrong"),
    "http_503": (503, "unavailable", "Service unavailable"),
}


class ElevenLabs:
    """The speech API."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[BaseRoute]:
        """Where it answers."""
        return [
            Mount(
                "/elevenlabs/v1",
                routes=[
                    Route("/text-to-speech/{voice}", self.speech, methods=["POST"]),
                    Route("/text-to-speech/{voice}/with-timestamps", self.timed_speech, methods=["POST"]),
                    Route("/sound-generation", self.effect, methods=["POST"]),
                    Route("/user/subscription", self.subscription, methods=["GET"]),
                    Route("/history", self.history, methods=["GET"]),
                    Route("/history/{id}/audio", self.old_audio, methods=["GET"]),
                ],
            )
        ]

    def spent(self) -> int:
        """The characters that are used up."""
        return sum(int(operation.facts["cost"]) for operation in self._made())

    def _made(self) -> list[Operation]:
        return [operation for operation in self.world.books.operations.values() if operation.order.provider == NAME]

    async def speech(self, request: Request) -> Response:
        """Speech as bytes."""
        return await self._speak(request, timed=False)

    async def timed_speech(self, request: Request) -> Response:
        """Speech in JSON, with the time of each character."""
        return await self._speak(request, timed=True)

    async def _speak(self, request: Request, *, timed: bool) -> Response:
        raw = await request.body()
        self.world.books.creates_seen[NAME] += 1
        voice = request.path_params["voice"]
        try:
            wanted = rules.speech(raw)
            sound = rules.output_format(request.query_params.get("output_format", "mp3_44100_128"))
            self._admit(request, wanted.text)
            rules.check(voice, wanted)
            operation = self._accept(_speech_order(request, voice, wanted), rules.cost(wanted))
        except Wrong as wrong:
            return wrong.answer
        duration = min(len(wanted.text) / _CHARACTERS_PER_S + 0.2, _MOST_S)
        operation.facts |= {"voice": voice, "text": wanted.text, "sound": sound, "duration": duration}
        return await self._deliver(request, operation, timed=timed)

    async def effect(self, request: Request) -> Response:
        """A sound effect as bytes."""
        raw = await request.body()
        self.world.books.creates_seen[NAME] += 1
        try:
            wanted = rules.effect(raw)
            sound = rules.output_format(request.query_params.get("output_format", "mp3_44100_128"))
            self._admit(request, wanted.text)
            rules.check_effect(wanted, sound)
            duration = wanted.duration_seconds or _EFFECT_S
            operation = self._accept(_effect_order(request, wanted), round(40 * duration))
        except Wrong as wrong:
            return wrong.answer
        operation.facts |= {"sound": sound, "duration": duration}
        return await self._deliver(request, operation, timed=False)

    def _admit(self, request: Request, text: str) -> None:
        """Refuse a request as scripted, or for want of a key."""
        fault = self.world.faults.take(NAME, text, REFUSALS)
        if fault and (special := common_refusal(fault)):
            raise Wrong(special)
        if fault and fault.at == "out_of_credits":
            raise Wrong(_quota_exceeded())
        if fault:
            raise Wrong(current(*_REFUSED[fault.at], wait_header(fault)))
        if refusal := _unknown(request):
            raise Wrong(refusal)
        if self.world.faults.take(NAME, text, ("filtered",)):
            raise Wrong(current(400, "content_policy_violation", "The text violates the usage policy"))

    def _accept(self, order: Order, cost: int) -> Operation:
        if self.spent() + cost > CHARACTER_LIMIT:
            raise Wrong(_quota_exceeded())
        if self.world.books.in_flight(NAME, order.account) >= _AT_ONCE:
            raise Wrong(current(*_REFUSED["refuse_429"]))
        try:
            operation = self.world.books.accept(order, secrets.token_hex(10), _SPEAKING_S)
        except Full as full:
            raise Wrong(current(429, "system_busy", "The emulator is full; reset it")) from full
        operation.facts["cost"] = cost
        return operation

    async def _deliver(self, request: Request, operation: Operation, *, timed: bool) -> Response:
        fault = self.world.faults.take(NAME, operation.order.prompt, LOST_ANSWERS)
        if fault:
            return lost_answer(fault) or current(*_REFUSED["refuse_500"])
        await still_there(request, operation)
        if operation.outcome == "failed":
            return current(*_REFUSED["refuse_500"])
        content = await asyncio.to_thread(_audio, operation)
        headers = {
            "request-id": operation.id,
            "character-cost": str(operation.facts["cost"]),
            "current-concurrent-requests": str(self.world.books.in_flight(NAME, operation.order.account) + 1),
            "maximum-concurrent-requests": str(_AT_ONCE),
            "x-trace-id": secrets.token_hex(16),
        }
        if timed:
            return JSONResponse(_timed(operation, content), headers=headers)
        fault = self.world.faults.take(NAME, operation.order.prompt, RESULTS)
        answer = media(content, operation.facts["sound"].kind, fault)
        answer.headers.update(headers)
        return answer

    async def subscription(self, request: Request) -> Response:
        """What is used of the quota."""
        facts = {"tier": "creator", "character_count": self.spent(), "character_limit": CHARACTER_LIMIT}
        return _unknown(request) or JSONResponse({**facts, "status": "active"})

    async def history(self, request: Request) -> Response:
        """The speech that was made, newest first."""
        if refusal := _unknown(request):
            return refusal
        self.world.books.polls[NAME] += 1
        asked = request.query_params
        items = [item for item in reversed(self._made()) if "voice" in item.facts and item.state == "success"]
        if "voice_id" in asked:
            items = [operation for operation in items if operation.facts["voice"] == asked["voice_id"]]
        after = asked.get("start_after_history_item_id")
        start = next((place for place, item in enumerate(items, 1) if item.id == after), 0)
        size = asked.get("page_size", str(_PAGE))
        end = start + (int(size) if size.isdecimal() else _PAGE)
        page = [_item(operation) for operation in items[start:end]]
        last = page[-1]["history_item_id"] if page else None
        return JSONResponse({"history": page, "last_history_item_id": last, "has_more": end < len(items)})

    async def old_audio(self, request: Request) -> Response:
        """The sound of a generation, again and without a charge."""
        if refusal := _unknown(request):
            return refusal
        self.world.books.downloads[NAME] += 1
        operation = self.world.books.operations.get(request.path_params["id"])
        if operation is None or "voice" not in operation.facts:
            return legacy(400, "history_item_not_found", "No such history item")
        fault = self.world.faults.take(NAME, operation.order.prompt, RESULTS)
        return media(await asyncio.to_thread(_audio, operation), operation.facts["sound"].kind, fault)


def _unknown(request: Request) -> Response | None:
    """The answer to a client without a key that is known."""
    key = request.headers.get("xi-api-key", "")
    if not key:
        return current(401, "needs_authorization", "Neither an authorization header nor xi-api-key received")
    return current(*_REFUSED["refuse_401"]) if key.startswith("invalid") else None


def _quota_exceeded() -> JSONResponse:
    return legacy(401, "quota_exceeded", "This request exceeds your quota of credits")


def _account(request: Request) -> str:
    return account_of(request.headers.get("xi-api-key", ""))


def _speech_order(request: Request, voice: str, wanted: Speech) -> Order:
    sound = request.query_params.get("output_format", "mp3_44100_128")
    digest = digest_of(voice=voice, sound=sound, body=wanted.model_dump(mode="json"))
    return Order(NAME, _account(request), wanted.model_id, wanted.text, digest, rules.speech_usd(wanted))


def _effect_order(request: Request, wanted: Effect) -> Order:
    sound = request.query_params.get("output_format", "mp3_44100_128")
    digest = digest_of(sound=sound, body=wanted.model_dump(mode="json"))
    return Order(NAME, _account(request), wanted.model_id, wanted.text, digest, rules.EFFECT_USD)


def _audio(operation: Operation) -> bytes:
    sound: Format = operation.facts["sound"]
    return tone(sound, operation.facts["duration"], int(operation.order.digest[:2], 16))


def _timed(operation: Operation, content: bytes) -> dict[str, Any]:
    characters = list(operation.facts["text"])
    step = operation.facts["duration"] / len(characters)
    alignment = {
        "characters": characters,
        "character_start_times_seconds": [round(step * place, 3) for place in range(len(characters))],
        "character_end_times_seconds": [round(step * place, 3) for place in range(1, len(characters) + 1)],
    }
    sound = base64.b64encode(content).decode()
    return {"audio_base64": sound, "alignment": alignment, "normalized_alignment": alignment}


def _item(operation: Operation) -> dict[str, Any]:
    return {
        "history_item_id": operation.id,
        "request_id": operation.id,
        "voice_id": operation.facts["voice"],
        "model_id": operation.order.model,
        "text": operation.facts["text"],
        "date_unix": int(operation.started),
        "character_count_change_from": 0,
        "character_count_change_to": operation.facts["cost"],
        "content_type": operation.facts["sound"].kind,
        "state": "created",
        "source": "TTS",
    }
