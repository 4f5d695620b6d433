"""Clipwright: narrated films from a manifest, built by Snakemake, where nothing is paid for twice."""
