"""Clipwright: narrated films from manifests. See README.md; the rules of each stage are in rules/."""

import sys

sys.path.insert(0, workflow.basedir)

from workflow_lib import engine, layout

RUN = engine.start(workflow, config)


report: "report/workflow.rst"


wildcard_constraints:
    project=layout.PROJECT,
    clip=layout.CLIP,
    cut=layout.CUT,


include: "rules/common.smk"


rule all:
    """Every film that has a manifest."""
    input:
        all_films,


include: "rules/draft.smk"
include: "rules/draw.smk"
include: "rules/compose.smk"
include: "rules/generate.smk"
include: "rules/narrate.smk"
include: "rules/effects.smk"
include: "rules/conform.smk"
include: "rules/assemble.smk"
include: "rules/deliver.smk"
include: "rules/review.smk"
include: "rules/submit.smk"
include: "rules/plots.smk"
include: "rules/publish.smk"


rule refuse_target:
    """Say what a project's files are called, for a target that belongs to no project."""
    input:
        unknown_target,
    output:
        "{target}.mp4",
    log:
        "{target}.log",
    wildcard_constraints:
        target=layout.NO_PROJECT,
    shell:
        "false"


onstart:
    RUN.begin()


onsuccess:
    RUN.succeed()


onerror:
    RUN.break_off()
