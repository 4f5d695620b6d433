"""`python -m tests.emulator`: every provider on this machine, from the repository's root."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .server import run
from .settings import Settings


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--scale", type=float, default=0.01, help="how long a second of the real servers lasts")
    parser.add_argument("--operation-s", type=float, default=60.0, help="seconds of a film, before scaling")
    parser.add_argument("--clip", type=Path, help="a video that is every film's result")
    parser.add_argument("--state", type=Path, help="folder of made films, kept; default: a temporary one")
    parser.add_argument("--any-agent", action="store_true", help="let default User-Agents through")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emulator_") as temporary:
        state = given.state or Path(temporary)
        state.mkdir(parents=True, exist_ok=True)
        settings = Settings(state, given.scale, given.operation_s, given.clip, given.any_agent)
        run(settings, given.port, with_parent=given.with_parent)


if __name__ == "__main__":
    main()
