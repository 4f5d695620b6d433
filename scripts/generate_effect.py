"""Make the sound effect of one clip."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.generate import sounds

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: sounds.effect(film, args.clip, settings), computes=False)
