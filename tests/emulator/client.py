"""The emulator as tests use it: a process of its own, asked over its control routes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

import warm

REPO = Path(__file__).resolve().parents[2]
KEYS = {
    "KIE_API_KEY": "canary-kie-0f3a9c51e7",
    "GEMINI_API_KEY": "canary-gemini-7be21d04a9",
    "ELEVENLABS_API_KEY": "canary-elevenlabs-c86f3310b2",
    "GOOGLE_OAUTH_ACCESS_TOKEN": "canary-vertex-5d94e0a6f1",
    "NOTION_TOKEN": "canary-notion-2b9d61c7f0",
    "GOOGLE_CLOUD_PROJECT": "emulated-project",
    "GOOGLE_CLOUD_LOCATION": "us-central1",
}
_STOP_S = 10
_OPENER = build_opener(ProxyHandler({}))


class Emulator:
    """A running emulator; `url` is its root, `env` the base URLs and fake keys that clients need."""

    def __init__(self, state: Path, *arguments: str) -> None:
        self.process = warm.Served(("tests.emulator", "--with-parent", "--state", str(state), *arguments), REPO)
        line = self.process.stdout.readline()
        assert line, "the emulator ended"
        said = json.loads(line)
        self.url: str = said["url"]
        self.env: dict[str, str] = {**said["env"], **KEYS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process."""
        self.process.stop(_STOP_S)

    def environment(self) -> dict[str, str]:
        """This process's environment with the emulator's addresses and keys."""
        return {**os.environ, **self.env}

    def report(self) -> dict[str, Any]:
        """What was bought and asked so far."""
        value: dict[str, Any] = self._ask("report", None)
        return value

    def submissions(self, provider: str | None = None) -> list[dict[str, Any]]:
        """The accepted orders, of one provider or of all, oldest first."""
        found: list[dict[str, Any]] = self.report()["submissions"]
        return [order for order in found if provider in (None, order["provider"])]

    def fault(self, at: str, provider: str, times: int | None = 1, **details: object) -> None:
        """Script one failure; `times=None` is always, `details` are `match`, `shape`, `factor`, `retry_after`."""
        self.faults([{"at": at, "provider": provider, "times": times, **details}])

    def faults(self, faults: Sequence[Mapping[str, object]]) -> None:
        """Script failures."""
        self._ask("faults", faults)

    def reset(self) -> None:
        """Forget orders, files and failures."""
        self._ask("reset", {})

    def finish(self) -> int:
        """End the operations that run; how many that were."""
        return int(self._ask("finish", {})["finished"])

    def told(self, count: int, *, refused: bool = False) -> list[dict[str, Any]]:
        """What Notion and the webhook were told, once that is `count` times; `refused`: what they did not take."""
        name = "untold" if refused else "told"
        found: list[dict[str, Any]] = self._ask(f"{name}?count={count}", None)[name]
        return found

    def credits(self, value: float) -> None:
        """Set the balance of the KIE account before its orders."""
        self._ask("credits", {"credits": value})

    def _ask(self, what: str, body: object) -> Any:  # noqa: ANN401
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_emulator/{what}", data, {"Content-Type": "application/json"})  # noqa: S310
        with _OPENER.open(request, timeout=60) as answer:
            return json.load(answer)
