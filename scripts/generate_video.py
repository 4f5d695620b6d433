"""Make one clip by hand, without a project."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import byhand, catalog, jobs

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=Path, help="the picture that the clip starts from; none: a title card")
    parser.add_argument("--prompt", required=True, help="what happens, the camera's move last")
    parser.add_argument("--output", type=Path, required=True, help="the .mp4 to write")
    parser.add_argument("--last-frame", type=Path, help="the picture that the clip ends with")
    parser.add_argument("--duration", type=float, default=5.0, help="seconds (default: 5)")
    parser.add_argument("--backend", choices=catalog.BACKENDS, default="animatic", help="who animates it")
    args = parser.parse_args()
    order = byhand.Order(args.prompt, args.output, args.image, args.last_frame, args.duration, args.backend)
    sys.exit(jobs.guarded("generate_video", lambda settings: byhand.generate(order, ffmpeg_path=settings.ffmpeg)))
