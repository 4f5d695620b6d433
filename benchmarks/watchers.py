"""The memory of `clipwright serve` over a run: twenty watchers of a project whose files keep changing.

.venv/bin/python benchmarks/watchers.py [MINUTES] [WATCHERS] [CLIPS]

Each second some clips' progress is written and a clip's receipt, a line of the journal and the manifest change in turn.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import yaml
from side_by_side import ROOT, machine

TITLE = {"title": "Watched", "size": [128, 72], "fps": 12, "duration": 5, "backend": "kling"}
EVERY_S = 300.0


def write(root: Path, clips: int, turn: int = 0) -> None:
    """The manifest, with one prompt that changes."""
    listed = [{"prompt": f"Clip {n}, turn {turn if n == 1 else 0}.", "source": "text"} for n in range(1, clips + 1)]
    text = yaml.safe_dump({**TITLE, "clips": listed}, sort_keys=False)
    (root / "project.yaml.new").write_text(text)
    (root / "project.yaml.new").replace(root / "project.yaml")


def change(root: Path, clips: int, turn: int) -> None:
    """One second of a run."""
    for number in range(1, 6):
        path = root / ".work/progress" / f"clip_{1 + (turn // 20 + number) % clips:02d}.json"
        told = {"stage": "running", "percent": turn % 60 + 20, "since": time.time() - turn % 60, "at": time.time()}
        path.write_text(json.dumps({**told, "expected_s": 60.0, "backend": "kling", "operation": f"task_{turn}"}))
    video = root / "videos" / f"clip_{1 + turn % clips:02d}.mp4"
    video.write_bytes(os.urandom(256))
    event = {"event": "intended", "fingerprint": f"{turn % 500:064x}", "attempt": f"{turn % 500:032x}", "usd": 0.21,
             "backend": "kling", "model": "m", "project": "projects/film", "clip": "clip_01", "at": "2026-11-21T12:00:00"}  # fmt: skip
    if turn % 10 == 0:
        with (root.parent / ".takes/journal.jsonl").open("a") as journal:
            journal.write(json.dumps(event) + "\n")
    if turn % 30 == 0:
        write(root, clips, turn)


def watch(url: str, heard: list[int], place: int) -> None:
    """Listen as a browser does, for ever."""
    with urlopen(url, timeout=120) as stream:  # noqa: S310 - this machine
        for _ in stream:
            heard[place] += 1


def memory_mb(pid: int) -> float:
    """What a process holds in memory now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Watch for so many minutes, and tell every five."""
    given = [float(word) for word in sys.argv[1:]] + [30, 20, 60][len(sys.argv) - 1 :]
    minutes, watchers, clips = given[0], int(given[1]), int(given[2])
    print(machine(), f"{minutes:g} minutes, {watchers} watchers, {clips} clips", sep="\n")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "projects/film"
        for folder in (root / ".work/progress", root / "videos", root.parent / ".takes"):
            folder.mkdir(parents=True)
        shutil.copy(ROOT / "config.yaml", name)
        write(root, clips)
        command = (sys.executable, "-m", "workflow_lib", "serve", "--port", "0")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, cwd=name, env=environment, stdout=subprocess.PIPE, text=True) as server:
            address = server.stdout.readline() if server.stdout else ""
            heard = [0] * watchers
            url = f"{address.partition('/?')[0]}/projects/film/events"
            for place in range(watchers):
                threading.Thread(target=watch, args=(url, heard, place), daemon=True).start()
            began, next_at, turn = time.monotonic(), 60.0, 0
            while (at := time.monotonic() - began) < minutes * 60 + 1:
                change(root, clips, turn)
                turn += 1
                if at >= next_at or turn == 1:
                    used, least = cpu_s(server.pid), min(heard)
                    print(
                        f"{at / 60:5.1f} min  {memory_mb(server.pid):6.1f} MB  {used:6.1f} s of CPU  {least} heard",
                        flush=True,
                    )
                    next_at = EVERY_S if turn > 1 and at < EVERY_S - 1 else next_at + (EVERY_S if turn > 1 else 0)
                time.sleep(1)
            print(f"{minutes:5.1f} min  {memory_mb(server.pid):6.1f} MB  {cpu_s(server.pid):6.1f} s of CPU", flush=True)
            server.terminate()


if __name__ == "__main__":
    main()
