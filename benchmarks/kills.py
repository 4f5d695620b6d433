"""Kill -9 over and over: two paid films share a store and a clip, and the plain command is typed again each time.

.venv/bin/python benchmarks/kills.py [KILLS] [SEED]

Whatever is killed is drawn, and so is the moment: after one of the next events in the journal, or any time within 6 s.
The provider is the emulator of the tests. A kill between a submission and its recorded answer leaves a clip of which
nobody knows; it is settled as a user would, by what the provider's console (the emulator's report) shows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from side_by_side import ROOT, machine

sys.path.insert(0, str(ROOT / "tests"))

from conftest import Studio
from emulator.client import Emulator
from killing import IN_FLIGHT, Ordeal, Tally, emulator_of_tiny_films, kill, members_of

ROUND = 50  # kills in one studio


def main() -> None:
    """Kill so many times, and print what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004
    print(machine(), flush=True)
    started = time.monotonic()
    total = Tally()
    submissions = requests = 0
    in_flight = 0
    with tempfile.TemporaryDirectory() as name:
        for number, count in enumerate(_rounds(kills)):
            folder = Path(name) / str(number)
            with emulator_of_tiny_films(Path(name) / "state") as emulator:
                report = _round(folder, emulator, count, seed + number, total)
            submissions += len(report["submissions"])
            requests += len({order["digest"] for order in report["submissions"]})
            in_flight = max(in_flight, report["max_in_flight"]["kling"])
            print(f"{sum(total.kills.values())} kills, {time.monotonic() - started:.0f} s", flush=True)
    _tell("kills, by what", total.kills)
    _tell("kills, by when", total.moments)
    _tell("settled", total.settled)
    print(f"plain commands typed              {total.commands}")
    print(f"exit 9, a decision asked for      {total.unknown}")
    print(f"films completed                   {total.films} of {2 * total.versions}")
    print(f"submissions / distinct requests   {submissions} / {requests}")
    print(f"most in flight, cap               {in_flight}, {IN_FLIGHT}")
    print(f"minutes                           {(time.monotonic() - started) / 60:.1f}")


def _rounds(kills: int) -> list[int]:
    return [min(ROUND, kills - done) for done in range(0, kills, ROUND)]


def _round(folder: Path, emulator: Emulator, kills: int, seed: int, total: Tally) -> dict[str, Any]:
    """Kill so many times in a studio of its own; the promise must hold."""
    groups: list[int] = []
    ordeal = Ordeal(Studio(folder).install(), emulator, ("one", "two"), seed, groups)
    try:
        ordeal.go_on_for(kills)
        ordeal.check()
    finally:
        kill(members_of(set(groups)))
        total.add(ordeal.tally)
    return emulator.report()


def _tell(what: str, counted: Counter[str]) -> None:
    print(f"{what:<33} {', '.join(f'{name} {times}' for name, times in counted.most_common())}")


if __name__ == "__main__":
    main()
