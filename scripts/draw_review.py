"""Show what there is of a film: on a page, or on a contact sheet."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import config, jobs, plan
from workflow_lib.review.drawing import draw

if __name__ == "__main__":
    jobs.main(
        __doc__, lambda film, args, _: f"{draw(args.look, plan.of(film), config.inherited().get('backend'))}: written"
    )
