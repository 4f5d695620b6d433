"""Show what there is of a film: on a page, or on a contact sheet."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.review.drawing import draw_film

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: draw_film(args.view, film, settings))
