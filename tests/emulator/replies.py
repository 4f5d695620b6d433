"""Answers that no framework gives by itself: none at all, half of one, or a gateway's page."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping

from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from .faults import Fault

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"

_AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: what is closed is reset


class Dropped(Response):
    """No answer: the connection is closed, or reset."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Close the socket and wait until the server has noticed."""
        close(scope, reset=self.reset)
        while (await receive())["type"] != "http.disconnect":
            continue


class Truncated(Response):
    """Half a body under a Content-Length for the whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half the body, then close the socket."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
        close(scope)
        while (await receive())["type"] != "http.disconnect":
            continue


def close(scope: Scope, *, reset: bool = False) -> None:
    """Close the socket of a request under the server's feet."""
    transport: asyncio.Transport = scope["state"]["transport"]
    if reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.close()


def gateway_page(status: int = 502) -> HTMLResponse:
    """What a gateway says when the server behind it does not answer."""
    return HTMLResponse(_PAGE, status)


def wait_header(fault: Fault) -> Mapping[str, str]:
    """The Retry-After header of a refusal, if it was scripted."""
    return {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}


def common_refusal(fault: Fault) -> Response | None:
    """Refusals that look the same everywhere; None for those that a provider words itself."""
    if fault.at == "drop_before_accept":
        return Dropped()
    return gateway_page() if fault.at == "html_answer" else None


def lost_answer(fault: Fault) -> Response | None:
    """Answers that get lost after the order was accepted; None for those that a provider words itself."""
    if fault.at == "drop_after_accept":
        return Dropped()
    return gateway_page() if fault.at == "html_after_accept" else None


def broken_poll(fault: Fault) -> Response | None:
    """Polls that break in the same way everywhere; None for those that a provider words itself."""
    if fault.at == "poll_reset":
        return Dropped(reset=True)
    return gateway_page() if fault.at == "poll_html" else None


def media(content: bytes, kind: str, fault: Fault | None = None) -> Response:
    """A file's bytes, or what a scripted failure makes of them."""
    match fault.at if fault else "":
        case "expired":
            return Response("<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", 403)
        case "html_result":
            return HTMLResponse("<html><body>Please try again later.</body></html>")
        case "truncated":
            return Truncated(content, media_type=kind)
        case "result_reset":
            return Dropped(reset=True)
        case _:
            return Response(content, media_type=kind)
