"""All that touches Snakemake: what its rules ask of us, what a user reads during a run."""

from workflow_lib.engine.internals import describe
from workflow_lib.engine.run import Run, start

__all__ = ["Run", "describe", "start"]
