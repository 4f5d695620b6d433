"""Lay the sound of a film."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.mixing import mix_sound

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, _, settings: mix_sound(film, ffmpeg_path=settings.ffmpeg))
