"""Bring one clip to the film's picture and sound."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.conforming import conform_clip

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: conform_clip(film, args.clip, ffmpeg_path=settings.ffmpeg))
