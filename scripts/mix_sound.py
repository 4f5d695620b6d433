"""Join the sound of all clips into the film's."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs, stages

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: stages.mix_sound(film, args.parts, ffmpeg_path=settings.ffmpeg))
