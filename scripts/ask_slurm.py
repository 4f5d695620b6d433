"""Stand before one of Slurm's commands: ask_slurm.py PATH-OF-THE-FRONT ARGUMENTS..."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import slurm

if __name__ == "__main__":
    sys.exit(slurm.front(Path(sys.argv[1]), sys.argv[2:]))
