"""The emulator as a program: `clipwright emulator` and `python -m tests.emulator`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from conftest import REPO, Studio
from emulator.client import Emulator


def test_the_command_says_what_to_export() -> None:
    """`clipwright emulator` prints addresses that answer and fake keys, and Ctrl-C ends it with 130."""
    # Whoever runs the tests in the background has them ignore Ctrl-C.
    command = ("env", "--default-signal=INT", sys.executable, "-m", "workflow_lib", "emulator", "--seconds", "1")
    with subprocess.Popen(
        command, cwd=REPO, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        assert running.stderr is not None
        running.stderr.readline()
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=30)[0]

    exported = dict(line.removeprefix("export ").split("=", 1) for line in said.splitlines())
    assert exported["KIE_BASE_URL"].startswith("http://127.0.0.1:")
    assert exported["KIE_API_KEY"] == "not-a-real-key"
    assert running.returncode == 130


def test_the_command_needs_the_repository(studio: Studio) -> None:
    """Where the emulator is not installed, one line says so."""
    done = studio.clipwright("emulator")

    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert "run this from a clone of the repository" in done.stderr


def test_it_ends_with_its_parent() -> None:
    """With `--with-parent` it ends as soon as its standard input is closed, and leaves no folder behind."""
    command = (sys.executable, "-m", "tests.emulator", "--with-parent")
    done = subprocess.run(
        command, cwd=REPO, stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=30, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists its sockets")
def test_it_listens_on_this_machine_only(emulator: Emulator) -> None:
    """The port is bound to 127.0.0.1, not to every address."""
    port = int(emulator.url.rpartition(":")[2])
    listening = re.findall(rf"([0-9A-F]+):{port:04X} 00000000:0000 0A", Path("/proc/net/tcp").read_text())

    assert listening == ["0100007F"]


def test_bodies_are_bounded(emulator: Emulator) -> None:
    """More than 200 MB are refused before they arrive."""
    host, port = emulator.url.removeprefix("http://").split(":")
    head = "POST /kie/api/v1/jobs/createTask HTTP/1.1\r\nHost: x\r\nContent-Length: 200000001\r\n\r\n"

    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(100)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_given_clip_is_every_result(emulated_films: Path, tmp_path: Path) -> None:
    """With `--clip` the file is what every film begins with."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"any film")

    with Emulator(emulated_films, "--clip", str(clip), "--operation-s", "0") as emulator:
        given = {"model": "kling/v2-5-turbo-text-to-video-pro", "input": {"prompt": "A bird."}}
        headers = {"Authorization": "Bearer key", "User-Agent": "tests"}
        with httpx.Client(base_url=emulator.env["KIE_BASE_URL"] + "/api/v1", headers=headers, trust_env=False) as kie:
            task = kie.post("/jobs/createTask", json=given).json()["data"]["taskId"]
            facts = kie.get("/jobs/recordInfo", params={"taskId": task}).json()["data"]
        film = httpx.get(json.loads(facts["resultJson"])["resultUrls"][0], trust_env=False).content

    assert film.startswith(b"any film")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux counts what a process does")
def test_it_sleeps_between_requests(emulator: Emulator) -> None:
    """While nobody asks, the process is not woken: what it used of the processor stands still."""
    emulator.report()
    stat = Path(f"/proc/{emulator.process.pid}/status")
    before = switches(stat)
    time.sleep(0.5)  # so long is it watched

    assert switches(stat) - before <= 1


def switches(stat: Path) -> int:
    """How often a process gave up the processor by itself."""
    return int(re.findall(r"^voluntary_ctxt_switches:\s+(\d+)$", stat.read_text(), re.MULTILINE)[0])


def test_unknown_faults_are_refused(emulator: Emulator) -> None:
    """A fault that does not exist is a 400 that names those that do."""
    for fault in ({"at": "rain", "provider": "kling"}, {"at": "slow", "provider": "rain"}, {"at": "slow"}):
        answer = httpx.post(f"{emulator.url}/_emulator/faults", json=[fault], trust_env=False)

        assert answer.status_code == 400
        assert answer.json()["error"]
