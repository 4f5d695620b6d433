"""Bring a film into another shape."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.delivering import reframe_film

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: reframe_film(film, args.shape, ffmpeg_path=settings.ffmpeg))
