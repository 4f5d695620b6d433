"""Publish a finished film with its captions and its thumbnail."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.publishing.publishing import publish_film

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, _args, settings: publish_film(film, settings), computes=False)
