"""Draw one described picture of a project."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.generate import images

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: images.draw(film, args.picture, settings), computes=False)
