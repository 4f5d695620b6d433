"""A real Slurm on this machine, and films that are built on it."""
