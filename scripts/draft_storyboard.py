"""Draft the storyboard of a film from its story."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.generate import boards

if __name__ == "__main__":
    jobs.before_the_film(__doc__, boards.storyboard)
