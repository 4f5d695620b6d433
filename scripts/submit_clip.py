"""Submit one clip of a project, or list what was submitted of it, without waiting for what comes of it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.generate import detached

if __name__ == "__main__":
    jobs.main(
        __doc__,
        lambda film, args, settings: (
            detached.clip(film, args.clip, settings) if args.clip else detached.film(film, settings)
        ),
        computes=False,
    )
