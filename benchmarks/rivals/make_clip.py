"""Submit a clip, wait for it, download it; Snakemake does the rest.

KIE_BASE_URL=... KIE_API_KEY=... python make_clip.py PROMPT OUT
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

import httpx

MODEL = "kling/v2-5-turbo-text-to-video-pro"
POLL_S, TIMEOUT_S = 1.0, 60.0


def main(prompt: str, out: Path) -> None:
    """Make one clip."""
    headers = {"Authorization": f"Bearer {os.environ['KIE_API_KEY']}"}
    transport = httpx.HTTPTransport(retries=3)
    with httpx.Client(base_url=os.environ["KIE_BASE_URL"], headers=headers, timeout=30, transport=transport) as client:
        order = {"model": MODEL, "input": {"prompt": prompt, "duration": "5", "aspect_ratio": "16:9"}}
        task = data(client.post("/api/v1/jobs/createTask", json=order))["taskId"]
        deadline = time.monotonic() + TIMEOUT_S
        record = {"state": "waiting"}
        while record["state"] != "success":
            if record["state"] == "fail" or time.monotonic() > deadline:
                sys.exit(f"{task}: {record}")
            time.sleep(POLL_S)
            # A question that fails is asked again.
            with contextlib.suppress(httpx.HTTPError, RuntimeError):
                record = data(client.get("/api/v1/jobs/recordInfo", params={"taskId": task}))
        film = client.get(json.loads(record["resultJson"])["resultUrls"][0])
        film.raise_for_status()
        out.write_bytes(film.content)


def data(response: httpx.Response) -> dict[str, str]:
    """The data of an answer; the job fails when there is none."""
    response.raise_for_status()
    body = response.json()
    if body["code"] != 200:  # noqa: PLR2004
        raise RuntimeError(f"{body['code']} {body['msg']}")
    found: dict[str, str] = body["data"]
    return found


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
