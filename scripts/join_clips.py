"""Render the join of one clip with the one before it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.fading import join_clips

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: join_clips(film, args.clip, ffmpeg_path=settings.ffmpeg))
