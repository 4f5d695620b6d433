"""Draw how a film was made: its operations over time, or what it cost."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from workflow_lib import jobs
from workflow_lib.plots.drawing import draw_plot

if __name__ == "__main__":
    jobs.main(__doc__, lambda film, args, settings: draw_plot(film, args.plot, settings))
