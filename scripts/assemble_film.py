"""Join the conformed clips and the sound into the film."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.cutting import assemble_film

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: assemble_film(film, args.parts, ffmpeg_path=settings.ffmpeg))
