"""Make one clip of a project with its backend."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.generate.clips import clip

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: clip(film, args.clip, settings), computes=False)
