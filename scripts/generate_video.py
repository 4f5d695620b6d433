"""Make one clip by hand, without a project."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import byhand, jobs

if __name__ == "__main__":
    order = byhand.order_from(sys.argv[1:], __doc__)
    sys.exit(jobs.guarded("generate_video", lambda settings: byhand.generate_clip(order, settings)))
