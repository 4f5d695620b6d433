"""`clipwright`: what Snakemake has no word for."""

from workflow_lib.cli.main import main

__all__ = ["main"]
