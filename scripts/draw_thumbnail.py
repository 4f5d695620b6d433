"""Draw the picture that stands for a film."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.delivering import draw_thumbnail

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, _args, _settings: draw_thumbnail(film))
