"""The clips of prompts.txt, five at a time, the way such scripts are written: retries, and what is there is skipped.

KIE_BASE_URL=... KIE_API_KEY=... python script.py
"""

# ruff: noqa: ASYNC240  # small files on a local disk

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx

MODEL = "kling/v2-5-turbo-text-to-video-pro"
IN_FLIGHT, TRIES, POLL_S, TIMEOUT_S = 5, 3, 1.0, 60.0


async def ask(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401
    """One call of the API, tried again when the server or the network fails; gives the answer's data."""
    for attempt in range(TRIES + 1):
        try:
            response = await client.request(method, path, **options)
            response.raise_for_status()
            body = response.json()
            if body["code"] == 200:  # noqa: PLR2004
                return body["data"]
            error: Exception = RuntimeError(f"{body['code']} {body['msg']}")
            if body["code"] not in (429, 455, 500):
                raise error
        except (httpx.TransportError, httpx.HTTPStatusError, ValueError) as caught:
            error = caught
        if attempt < TRIES:
            await asyncio.sleep(2**attempt * 0.1)
    raise error


async def make(client: httpx.AsyncClient, places: asyncio.Semaphore, prompt: str, out: Path) -> None:
    """Submit, poll and download one clip."""
    if out.exists():
        return
    async with places, asyncio.timeout(TIMEOUT_S):
        order = {"model": MODEL, "input": {"prompt": prompt, "duration": "5", "aspect_ratio": "16:9"}}
        task = (await ask(client, "POST", "/api/v1/jobs/createTask", json=order))["taskId"]
        while (record := await ask(client, "GET", "/api/v1/jobs/recordInfo", params={"taskId": task}))[
            "state"
        ] != "success":
            if record["state"] == "fail":
                raise RuntimeError(record["failMsg"])
            await asyncio.sleep(POLL_S)
        url = httpx.Response(200, text=record["resultJson"]).json()["resultUrls"][0]
        film = await client.get(url)
        film.raise_for_status()
        part = out.with_suffix(".part")
        part.write_bytes(film.content)
        part.rename(out)


async def main() -> int:
    """Make all clips; 1 when one failed."""
    prompts = Path("prompts.txt").read_text(encoding="utf-8").splitlines()
    Path("clips").mkdir(exist_ok=True)
    places = asyncio.Semaphore(IN_FLIGHT)
    headers = {"Authorization": f"Bearer {os.environ['KIE_API_KEY']}"}
    async with httpx.AsyncClient(base_url=os.environ["KIE_BASE_URL"], headers=headers, timeout=30) as client:
        jobs = [
            make(client, places, prompt, Path(f"clips/{number:02d}.mp4")) for number, prompt in enumerate(prompts, 1)
        ]
        results = await asyncio.gather(*jobs, return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    for result in failed:
        print(repr(result), file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
