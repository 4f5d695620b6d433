"""A process that takes a lease again and again, and shows by a real lock that nobody else has it meanwhile.

python tests/leasing.py PATH ORACLE TIMES

ORACLE lies on a disk whose locks the kernel keeps for all of them. Prints a line for each time that it held the lease.
"""

from __future__ import annotations

import fcntl
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import locking


def main() -> None:
    """Take the lock so many times; ends with 1 when another process was inside."""
    path, oracle, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    with oracle.open("a+b") as stream:
        for _ in range(times):
            with locking.held(path) as hold:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_mine = hold.is_mine()
                time.sleep(0.002)
                print("mine" if is_mine else "lost", flush=True)  # noqa: T201
                fcntl.flock(stream, fcntl.LOCK_UN)


if __name__ == "__main__":
    main()
