"""Promises of the shared HTTP: what a broken connection proves, and downloads that are whole or not there."""

from __future__ import annotations

import email.utils
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_bench import Anything, anything

from workflow_lib import http
from workflow_lib.errors import BadMedia, OutcomeUnknown, RetryLater, WorkflowError

FILM = b"\0\0\0\x18ftypmp42" + bytes(500)


@pytest.fixture
def server() -> Iterator[Anything]:
    """A server that says anything."""
    with anything() as started:
        yield started


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_without_a_connection_nothing_was_sent(error: type[httpx.TransportError]) -> None:
    """Only a request that never had a connection is known not to have arrived."""
    with pytest.raises(RetryLater, match="Somebody could not be reached"), http.submitting("Somebody"):
        raise error("broken")


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.WriteTimeout,
        httpx.RemoteProtocolError,
        httpx.ProxyError,
        httpx.CloseError,
        httpx.DecodingError,
    ],
)
def test_a_broken_connection_proves_nothing(error: type[httpx.TransportError]) -> None:
    """Whatever breaks after that leaves the outcome of a submission unknown, and a question may be asked again."""
    with pytest.raises(OutcomeUnknown, match="Somebody broke after the request was sent"), http.submitting("Somebody"):
        raise error("broken")
    with pytest.raises(RetryLater, match="Somebody did not answer"), http.asking("Somebody"):
        raise error("broken")


def test_a_server_that_never_answers_leaves_the_outcome_unknown() -> None:
    """A read that times out comes after the request was sent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with (
            pytest.raises(OutcomeUnknown, match="ReadTimeout"),
            http.submitting("Somebody"),
            http.client(0.05) as client,
        ):
            client.post(url, json={})


def test_we_say_who_we_are(server: Anything) -> None:
    """Requests name the program: some hosts refuse the names of libraries."""
    with http.client() as client:
        assert client.get(server.url).request.headers["User-Agent"].startswith("clipwright/")


@given(text=st.text(max_size=40))
def test_any_retry_after_is_a_wait_or_nothing(text: str) -> None:
    """Whatever stands in the header, the wait is between nothing and an hour."""
    wait = http.retry_after(httpx.Response(429, headers=[(b"Retry-After", text.encode())]))

    assert wait is None or 0 <= wait <= 3600


@pytest.mark.parametrize(("text", "wait"), [("7", 7), ("999999", 3600), ("-1", None), ("", None), ("soon", None)])
def test_a_retry_after_in_seconds_is_read(text: str, wait: float | None) -> None:
    """Seconds are taken as they are, an hour at most."""
    assert http.retry_after(httpx.Response(429, headers={"Retry-After": text})) == wait


@pytest.mark.parametrize(("minutes", "least", "most"), [(1, 55, 60), (-1, 0, 0), (120, 3600, 3600)])
def test_a_retry_after_as_a_date_is_read(minutes: int, least: float, most: float) -> None:
    """A date is a wait until then, none when it is past."""
    then = email.utils.format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)

    wait = http.retry_after(httpx.Response(429, headers={"Retry-After": then}))

    assert wait is not None
    assert least <= wait <= most


def test_a_download_is_the_bytes_that_were_sent(server: Anything, tmp_path: Path) -> None:
    """The file is there with its folder, and no key was sent for it."""
    server.say(FILM)

    http.download(f"{server.url}/film.mp4?Signature=x", tmp_path / "films" / "a.mp4", who="Somebody")

    assert (tmp_path / "films" / "a.mp4").read_bytes() == FILM
    assert server.keys == [None]


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 200, RetryLater),
        (b" <html>", 200, BadMedia),
        (b'{"error": 1}', 200, BadMedia),
        (FILM * 2, 200, BadMedia),
        (FILM, 206, RetryLater),
        (FILM, 403, OutcomeUnknown),
        (FILM, 404, OutcomeUnknown),
        (FILM, 410, OutcomeUnknown),
        (FILM, 429, RetryLater),
        (FILM, 503, RetryLater),
    ],
)
def test_what_is_no_film_leaves_no_file(
    content: bytes, status: int, error: type[WorkflowError], server: Anything, tmp_path: Path
) -> None:
    """An empty, textual, oversized or refused answer is an error, and the old file stays."""
    server.say(content, status)
    target = tmp_path / "a.mp4"
    target.write_bytes(b"old")

    with pytest.raises(error, match="Somebody"):
        http.download(server.url, target, who="Somebody", most=len(FILM))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.mp4", b"old")]


def test_a_download_has_an_end(server: Anything, tmp_path: Path) -> None:
    """A server that is too slow, or sends from one address to the next, is given up."""
    server.say(FILM)
    with pytest.raises(RetryLater, match="too slowly"):
        http.download(server.url, tmp_path / "a.mp4", who="Somebody", within_s=-1)

    server.say(b"", 302, {"Location": "/again"})
    with pytest.raises(RetryLater, match="from one address to the next"):
        http.download(server.url, tmp_path / "a.mp4", who="Somebody")
    assert server.asked == 5


@pytest.mark.parametrize("url", ["ftp://somewhere/a.mp4", "somewhere", "https://", "http://a:b/", ""])
def test_what_is_no_address_is_no_film(url: str, tmp_path: Path) -> None:
    """An address that cannot be asked is named as such, without being repeated."""
    with pytest.raises(BadMedia, match="no usable address"):
        http.download(url, tmp_path / "a.mp4", who="Somebody")


def test_a_key_stays_with_its_host(server: Anything, tmp_path: Path) -> None:
    """A key is sent again to the same host, and not to another one."""
    with anything() as other:
        other.say(FILM)
        server.say(b"", 307, {"Location": f"{other.url}/film"})

        http.download(server.url, tmp_path / "a.mp4", who="Somebody", headers={"x-goog-api-key": "k"})

        assert (server.keys, other.keys) == (["k"], [None])
