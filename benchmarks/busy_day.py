"""A day of a busy channel at 1/100 of real time: films one after another by plain commands, at a provider that fails.

.venv/bin/python benchmarks/busy_day.py [--minutes 14.4] [--scale 0.01] [--lanes 2] [--clips 18] [--seed 1]

The provider is the emulator of the tests: a Kling clip takes 120 s / 100, its limits shrink alike, and a share of what is
asked goes wrong in the ways that docs/providers.md names. No vendor says how often; the shares are RATES. What nobody
knows is settled as a user would, by the provider's console. Computing does not shrink: a job of half a second is
50 s of such a day. So the last line says what the same run would have been at the provider's own pace.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from side_by_side import ROOT, machine

sys.path.insert(0, str(ROOT / "tests"))

from conftest import SIZE, Studio
from emulator.client import Emulator
from killing import decide, emulator_of_tiny_films

OPERATION_S = 120.0
CAP = 5
DAY_MINUTES = 14.4
UNKNOWN = 9
CREDITS = 1e6  # more than the cap lets a day spend
RATES = {
    "filtered": 0.02,
    "failed": 0.02,
    "slow": 0.05,
    "refuse_429": 0.02,
    "http_503": 0.01,
    "poll_500": 0.03,
    "poll_reset": 0.02,
    "expired": 0.01,
    "result_reset": 0.01,
    "drop_after_accept": 0.003,
}
"""The share of clips that meet each of these once; `slow` takes three times as long."""


def settings(scale: float) -> dict[str, object]:
    """The defaults of config.yaml, as much faster."""
    return {
        "kling_poll_s": [3 * scale, 30 * scale],
        "kling_creates": [20, 10 * scale],
        "retry_s": [scale, 2 * scale, 4 * scale],
        "clip_timeout_s": max(30, 600 * scale),
    }


@dataclass(frozen=True, slots=True)
class Run:
    """One plain command, and the file that it prints to."""

    process: subprocess.Popen[bytes]
    log: Path


class Day:
    """What a channel asks for and gets."""

    def __init__(self, studio: Studio, emulator: Emulator, clips: int, seed: int) -> None:
        self.studio, self.emulator, self.clips = studio, emulator, clips
        self.dice = random.Random(seed)  # noqa: S311 - dice, not keys
        self.films = self.commands = 0
        self.codes: Counter[int] = Counter()
        self.decided: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.took_s: list[float] = []

    def go_on(self, minutes: float, lanes: int) -> float:
        """Have films made one after another, `lanes` at a time, for so long; gives the minutes until all are done."""
        began = time.monotonic()
        going: dict[str, tuple[Run, float]] = {}
        while going or time.monotonic() - began < 60 * minutes:
            while len(going) < lanes and time.monotonic() - began < 60 * minutes:
                name = self._write()
                going[name] = (self._typed(name), time.monotonic())
            for name, (run, since) in list(going.items()):
                if run.process.poll() is None:
                    continue
                if self._hear(run):
                    del going[name]
                    self.took_s.append(time.monotonic() - since)
                else:
                    going[name] = (self._typed(name), since)
            time.sleep(0.02)
        return (time.monotonic() - began) / 60

    def _write(self) -> str:
        """Write the next film, and what will go wrong with it."""
        self.films += 1
        name = f"film{self.films:04d}"
        prompts = [f"Scene {number} of {name}." for number in range(1, self.clips + 1)]
        clips = [{"prompt": prompt, "source": "text"} for prompt in prompts]
        film = {"title": name, "size": list(SIZE), "fps": 12, "duration": 5, "backend": "kling", "clips": clips}
        self.studio.write(film, name)
        faults = [
            {"at": at, "provider": "kling", "times": 1, "match": prompt, **({"factor": 3} if at == "slow" else {})}
            for prompt in prompts
            for at, rate in RATES.items()
            if self.dice.random() < rate
        ]
        self.faults.update(str(fault["at"]) for fault in faults)
        self.emulator.faults(faults)
        return name

    def _typed(self, name: str) -> Run:
        self.commands += 1
        log = self.studio.folder / f"{name}.{self.commands}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                self.studio.command("--cores", "2", f"projects/{name}/final.mp4"),
                cwd=self.studio.folder,
                env=self.emulator.environment(),
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        return Run(process, log)

    def _hear(self, run: Run) -> bool:
        """Whether the film is done; what its run asks to be decided is decided."""
        code = run.process.returncode
        self.codes[code] += 1
        said = run.log.read_text()
        if "Traceback" in said or code not in (0, 1, 8, 9):
            sys.exit(said)
        if code == UNKNOWN:
            self.decided += decide(self.studio, self.emulator, said)
        return code == 0


def main() -> None:
    """Spend the day, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=DAY_MINUTES)
    parser.add_argument("--lanes", type=int, default=2, help="films at a time")
    parser.add_argument("--clips", type=int, default=18, help="clips of a film")
    parser.add_argument("--scale", type=float, default=0.01, help="seconds here for one at the provider")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Path(folder) / "studio").install()
        path = studio.folder / "config.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **settings(args.scale)}))
        scaled = ("--scale", str(args.scale), "--operation-s", str(OPERATION_S))
        with emulator_of_tiny_films(Path(folder) / "state", *scaled) as emulator:
            emulator.credits(CREDITS)
            day = Day(studio, emulator, args.clips, args.seed)
            minutes = day.go_on(args.minutes, args.lanes)
            _tell(day, emulator.report(), minutes, args.scale)


def _tell(day: Day, report: dict[str, Any], minutes: float, scale: float) -> None:
    orders = report["submissions"]
    held: dict[str, float] = {}
    for order in orders:
        held[order["state"]] = held.get(order["state"], 0.0) + order["usd"]
    delivered = [order for order in orders if order["state"] == "success"]
    once = {order["digest"]: order["usd"] for order in delivered}
    wasted = sum(order["usd"] for order in delivered) - sum(once.values())
    hours = minutes / 60 / scale
    most = CAP * 3600 / OPERATION_S / day.clips
    ideal_s = OPERATION_S * scale * day.clips * day.films / CAP
    over_s = minutes * 60 - ideal_s
    own = ideal_s / scale / (ideal_s / scale + over_s)
    print(
        f"films                          {day.films} of {day.clips} clips, in {minutes:.1f} min ({hours:.1f} h of such days)"
    )
    print(
        f"films an hour of such days     {day.films / hours:.2f} of {most:.2f} that the cap allows: {day.films / hours / most:.0%}"
    )
    print(f"plain commands                 {day.commands}, exit codes {json.dumps(dict(sorted(day.codes.items())))}")
    print(f"what went wrong                {', '.join(f'{name} {count}' for name, count in day.faults.most_common())}")
    print(f"decisions asked for            {day.decided.total()} {dict(day.decided)}")
    print(f"delivered / distinct requests  {len(delivered)} / {len(once)}; wanted {day.films * day.clips}")
    back = {state: usd for state, usd in held.items() if state != "success"}
    print(f"held when accepted             {_sums(held)}")
    print(f"given back as nothing came     {_sums(back) or 'none'} (as KIE is said to; unconfirmed)")
    print(f"paid for twice                 ${wasted:.2f}")
    print(f"most in flight, cap            {report['max_in_flight']['kling']}, {CAP}")
    print(
        f"at the provider's own pace     {own:.0%} of what the cap allows, if computing takes the {over_s:.0f} s that it took here"
    )


def _sums(of: dict[str, float]) -> str:
    return ", ".join(f"{state} ${usd:.2f}" for state, usd in of.items())


if __name__ == "__main__":
    main()
