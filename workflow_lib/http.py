"""HTTP as paid work needs it: nothing is sent twice, no key follows a redirect, every wait has an end.

A download carries no key, and its file is whole or not there.
"""

from __future__ import annotations

import contextlib
import email.utils
import functools
import importlib.metadata
import logging
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from workflow_lib import files, keys
from workflow_lib.errors import BadMedia, OutcomeUnknown, RetryLater

MAX_BYTES = 1 << 30
"""What a clip may weigh: a 4k clip of 15 s has about 100 MB."""

_GONE = frozenset({403, 404, 410})
_TEXT_STARTS = (b"<", b"{", b"[")
_MAX_REDIRECTS = 5
_LONGEST_WAIT_S = 3600.0
_LOGGERS = ("httpx", "httpcore", "httpx2", "httpcore2", "google_genai", "google", "urllib3")


def quiet() -> None:
    """Keep addresses and bodies out of the log, whatever level the program logs at."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def client(read_s: float = 120.0) -> httpx.Client:
    """Give a client that waits `read_s` at most for each piece of an answer.

    Connections are not kept: a request on one that the server has just closed might or might not have arrived.
    """
    quiet()
    return httpx.Client(
        verify=_trusted(),
        timeout=httpx.Timeout(read_s, connect=15.0, pool=15.0),
        limits=httpx.Limits(max_keepalive_connections=0),
        follow_redirects=False,
        headers={"User-Agent": f"clipwright/{_version()}"},
    )


@functools.cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _version() -> str:
    try:
        return importlib.metadata.version("clipwright")
    except importlib.metadata.PackageNotFoundError:
        return "0"


def submission_error(who: str, error: httpx.HTTPError) -> RetryLater | OutcomeUnknown:
    """Say what became of a request that costs money: only without a connection nothing was sent."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return RetryLater(f"{who} could not be reached: {_reason(error)}")
    return OutcomeUnknown(f"the connection to {who} broke after the request was sent ({_reason(error)})")


@contextlib.contextmanager
def submitting(who: str) -> Iterator[None]:
    """Translate what happens to a request that costs money.

    Raises:
        RetryLater: there was no connection, so nothing was sent.
        OutcomeUnknown: the request may have arrived.
    """
    try:
        yield
    except httpx.HTTPError as error:
        raise submission_error(who, error) from error


@contextlib.contextmanager
def asking(who: str) -> Iterator[None]:
    """Translate what happens to a request that is free and may be repeated.

    Raises:
        RetryLater: it did not come through.
    """
    try:
        yield
    except httpx.HTTPError as error:
        raise RetryLater(f"{who} did not answer: {_reason(error)}") from error


def _reason(error: httpx.HTTPError) -> str:
    return keys.scrub(f"{type(error).__name__} {error}")


def clock_off_s(response: httpx.Response) -> float:
    """By how many seconds the clock here is ahead of the server's; 0 where it does not say."""
    try:
        return time.time() - email.utils.parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return 0.0


def retry_after(response: httpx.Response) -> float | None:
    """Give the seconds that the server asks to wait, an hour at most; None when it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return min(float(text[:6]), _LONGEST_WAIT_S)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_WAIT_S)


def download(
    url: str, to: Path, *, who: str, headers: dict[str, str] | None = None, most: int = MAX_BYTES, within_s: float = 900
) -> None:
    """Write the film at `url` to `to`, whole or not at all; `headers` go to the host of `url` only.

    Raises:
        RetryLater: it did not come, or not all of it.
        OutcomeUnknown: it is not there any more (403, 404, 410).
        BadMedia: it is a page or a message instead of a film, or larger than `most` bytes.
        OutOfSpace: the disk is full.
    """
    until = time.monotonic() + within_s
    with asking(who), client(60.0) as http:
        try:
            request = http.build_request("GET", url, headers={"Accept-Encoding": "identity", **(headers or {})})
            for _ in range(_MAX_REDIRECTS):
                answer = http.send(request, stream=True)
                with contextlib.closing(answer):
                    if answer.next_request is None:
                        _check_status(answer, who)
                        with files.atomic_path(to) as temporary:
                            _write(answer, temporary, who, most, until)
                        return
                request = _following(answer.next_request, request, headers)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise BadMedia(f"{who} gave no usable address of the clip") from None
    raise RetryLater(f"{who} sends from one address to the next")


def _following(onward: httpx.Request, asked: httpx.Request, headers: dict[str, str] | None) -> httpx.Request:
    if (onward.url.scheme, onward.url.netloc) != (asked.url.scheme, asked.url.netloc):
        for name in headers or {}:
            onward.headers.pop(name, None)
    return onward


def _check_status(answer: httpx.Response, who: str) -> None:
    if answer.status_code in _GONE:
        raise OutcomeUnknown(f"{who} does not keep the clip any more (HTTP {answer.status_code})")
    if answer.status_code != httpx.codes.OK:
        raise RetryLater(f"{who} did not give the clip (HTTP {answer.status_code})", retry_after(answer))


def _write(answer: httpx.Response, to: Path, who: str, most: int, until: float) -> None:
    size = 0
    with to.open("wb") as stream:
        for piece in answer.iter_bytes(1 << 18):
            if not size:
                _check_start(piece, who)
            size += len(piece)
            if size > most:
                raise BadMedia(f"{who} gave a clip of more than {most / 1e6:g} MB")
            if time.monotonic() > until:
                raise RetryLater(f"{who} sent the clip too slowly")
            stream.write(piece)
    if not size:
        raise RetryLater(f"{who} gave an empty file")


def _check_start(piece: bytes, who: str) -> None:
    if piece.lstrip().startswith(_TEXT_STARTS):
        raise BadMedia(f"{who} gave a page or a message instead of a film")
