"""Deliver letters to Notion, to a webhook and to the desktop: each attempt, their number and the whole are bounded.

Notion: PATCH /v1/pages/{id} with the header Notion-Version (developers.notion.com, "Update page"); 429 carries
Retry-After in seconds.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import httpx

from workflow_lib import http, keys
from workflow_lib.errors import MissingKey, WorkflowError
from workflow_lib.hooks import Notion, Webhook
from workflow_lib.notify import courier
from workflow_lib.notify.notice import Letter, Notice

Service = Literal["notion", "webhook"]

NOTION_VERSION = "2022-06-28"
DEADLINE_S = 45.0
"""After so many seconds what is not delivered is given up."""

_WAITS_S = (1.0, 3.0)
_LONGEST_WAIT_S = 10.0
_ATTEMPT_S = 4.0
_WORKERS = 4
_WHO: dict[Service, str] = {"notion": "Notion", "webhook": "the webhook"}


class _NotDeliveredError(Exception):
    """Why, in words for the user; `after_s`: trying again then may help."""

    def __init__(self, why: str, after_s: float | None = None, *, again: bool = False) -> None:
        super().__init__(why)
        self.after_s = after_s
        self.again = again


def deliver_all(folder: Path, letters: Sequence[Letter]) -> None:
    """Deliver what can be delivered before the deadline, and keep a line about each service that failed."""
    for letter in letters:
        if letter.notify.desktop and letter.notice.event != "start":
            _show(letter.notice)
    pool = concurrent.futures.ThreadPoolExecutor(_WORKERS)
    going: dict[concurrent.futures.Future[None], tuple[Letter, Service]] = {}
    for letter in letters:
        for service in _services(letter):
            going[pool.submit(_deliver, folder, letter, service)] = letter, service
    over, late = concurrent.futures.wait(going, DEADLINE_S)
    for future in over:
        if (error := future.exception()) is not None:
            _complain(folder, *going[future], f"unexpected {type(error).__name__}")
    for future in late:
        _complain(folder, *going[future], f"no answer in {DEADLINE_S:g} s")
    if late:
        os._exit(1)  # a thread that still waits for an answer would keep the process
    pool.shutdown()


def _services(letter: Letter) -> list[Service]:
    notion, webhook = letter.notify.notion, letter.notify.webhook
    found: list[Service] = []
    if notion is not None and notion.page and notion.status(letter.notice.event):
        found.append("notion")
    if webhook is not None and (webhook.url or webhook.url_env):
        found.append("webhook")
    return found


def _deliver(folder: Path, letter: Letter, service: Service) -> None:
    """Deliver one letter to one service; letters about a film go there one at a time, and none after a newer one."""
    with _turn(folder / f"{courier.film_name(letter.notice.project)}.{service}.lock"):
        for number in range(len(_WAITS_S) + 1):
            if service == "notion" and not courier.is_latest(folder, letter):
                return
            try:
                _send(letter, service)
            except _NotDeliveredError as error:
                wait_s = error.after_s if error.after_s is not None else dict(enumerate(_WAITS_S)).get(number, 0.0)
                if not error.again or number == len(_WAITS_S) or wait_s > _LONGEST_WAIT_S:
                    _complain(folder, letter, service, str(error))
                    return
                time.sleep(wait_s)
            else:
                return


@contextlib.contextmanager
def _turn(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with contextlib.suppress(OSError):  # a disk without locks: letters may overtake each other there
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _complain(folder: Path, letter: Letter, service: Service, why: str) -> None:
    notice = letter.notice
    line = f"{_WHO[service]} was not told of {notice.project} ({notice.event}): {why}"
    courier.complain(folder, notice.run, service, line)


def _send(letter: Letter, service: Service) -> None:
    notify = letter.notify
    if service == "notion" and notify.notion is not None:
        request = _notion_request(notify.notion, letter.notice)
    elif notify.webhook is not None:
        request = _webhook_request(notify.webhook, letter.notice)
    try:
        with http.client(_ATTEMPT_S) as client:
            answer = client.send(request(client), stream=True)
            with contextlib.closing(answer):
                if not answer.is_success:
                    _refuse(service, answer)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise _NotDeliveredError("its address is none") from None
    except httpx.HTTPError as error:
        raise _NotDeliveredError(f"it did not answer ({type(error).__name__})", again=True) from None


Build = Callable[[httpx.Client], httpx.Request]


def _notion_request(notion: Notion, notice: Notice) -> Build:
    with _as_undelivered():
        name = "NOTION_TOKEN" if keys.value("NOTION_TOKEN") or not keys.value("NOTION_API_KEY") else "NOTION_API_KEY"
        token = keys.required(name, "telling Notion")
        url = f"{keys.base_url('NOTION_BASE_URL', 'https://api.notion.com')}/v1/pages/{notion.page}"
    body = {"properties": {notion.property: {notion.kind: {"name": notion.status(notice.event)}}}}
    headers = {"Authorization": f"Bearer {token}", "Notion-Version": NOTION_VERSION}
    return lambda client: client.build_request("PATCH", url, json=body, headers=headers)


def _webhook_request(webhook: Webhook, notice: Notice) -> Build:
    with _as_undelivered():
        url = webhook.url or keys.value(webhook.url_env or "")
        if not url:
            raise MissingKey(f"{webhook.url_env} is not set: set it in the environment or in .env of this folder")
    return lambda client: client.build_request("POST", url, json=asdict(notice), headers={"Idempotency-Key": notice.id})


@contextlib.contextmanager
def _as_undelivered() -> Iterator[None]:
    try:
        yield
    except WorkflowError as error:
        raise _NotDeliveredError(str(error)) from None


_ADVICE: dict[tuple[Service, int], str] = {
    ("notion", 401): "it refuses the token: check NOTION_TOKEN or NOTION_API_KEY",
    ("notion", 403): "the token may not change pages: give its integration that right",
    ("notion", 404): "it knows no such page: check `notify.notion.page`, and share the page with the integration",
    ("notion", 400): "it has no such property or status: check `notify.notion` against the page",
}


def _refuse(service: Service, answer: httpx.Response) -> None:
    code = answer.status_code
    advice = _ADVICE.get((service, code), "")
    again = code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error
    why = f"HTTP {code}" + (f", {advice}" if advice else "")
    raise _NotDeliveredError(why, http.retry_after(answer) if again else None, again=again)


_OSASCRIPT = (
    "on run argv",
    "display notification (item 1 of argv) with title (item 2 of argv)",
    "end run",
)


def _show(notice: Notice) -> None:
    """A notification on the desktop, where there is one."""
    text = notice.causes[0] if notice.causes else notice.film or notice.project
    if program := shutil.which("notify-send"):
        command = [program, "--app-name=Clipwright", "--", notice.line, text]
    elif program := shutil.which("osascript"):
        command = [program, *(part for line in _OSASCRIPT for part in ("-e", line)), text, notice.line]
    else:
        return
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_ATTEMPT_S)
