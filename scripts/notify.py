"""Deliver the letters on standard input: started by a run, which does not wait for it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib.notify.delivery import deliver_all
from workflow_lib.notify.notice import Letter

if __name__ == "__main__":
    deliver_all(Path(sys.argv[1]), [Letter.of(value) for value in json.load(sys.stdin)])
