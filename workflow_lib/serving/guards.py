"""Who may ask: this machine's browser at this address, and to write somebody who knows the token."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 65_536
"""Bytes of what may be sent here."""

_TOO_LARGE = f"more than {MAX_BODY} bytes are not taken"
TOKEN_HEADER = "X-Clipwright-Token"  # noqa: S105 - its name
_METHODS = ("GET", "HEAD", "POST")
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


class TooLarge(Exception):
    """More was sent than may be."""


class Guard:
    """The outermost layer: refuses other hosts, other methods and large bodies, and hands out the cookie."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app, self._token = app, token
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))
        self._cookie = f"clipwright_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            return
        told = self._refused(scope) or self._let_in(scope)
        sends = _with_headers(send)
        if told is not None:
            await told(scope, receive, sends)
            return
        scope["may_write"] = self._may_write(scope)
        await self._app(scope, _bounded(receive), sends)

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if len(headers.getlist("host")) != 1 or headers["host"].lower() not in self._hosts:
            return PlainTextResponse("This server answers to 127.0.0.1 and localhost alone.\n", 403)
        if scope["method"] not in _METHODS:
            return PlainTextResponse("That cannot be done here.\n", 405, {"Allow": ", ".join(_METHODS)})
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return PlainTextResponse(f"{_TOO_LARGE}\n", 413)
        return None

    def _let_in(self, scope: Scope) -> Response | None:
        """Keep the token of an opened address in a cookie, and out of the address."""
        request = Request(scope)
        token = request.query_params.get("token")
        if token is None or scope["method"] != "GET":
            return None
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            text = "This address is of a server that has ended; open the one that `clipwright serve` has printed.\n"
            return PlainTextResponse(text, 403)
        answer = RedirectResponse("/" + request.url.path.lstrip("/"), 303)
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
        return answer

    def _may_write(self, scope: Scope) -> bool:
        """Whether a request comes from a page of ours that knows the token, or from a program that does."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{headers['host'].lower()}":
            return False
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        given = headers.get(TOKEN_HEADER, "")
        if not given and (origin is not None or scope["method"] != "POST"):
            given = _cookies(headers).get(self._cookie, "")
        return hmac.compare_digest(given.encode(), self._token.encode())


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _bounded(receive: Receive) -> Receive:
    total = 0

    async def bounded() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MAX_BODY:
            raise TooLarge(_TOO_LARGE)
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", _NOTHING)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sends
