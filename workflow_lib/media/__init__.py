"""Pictures and sound: made, conformed, joined and checked. Knows nothing of projects or Snakemake."""
