"""Clips: a composite, a pair of keyframes or words become a moving picture.

REQUIRED INPUTS
    the clip's composite or keyframes, if it has any
OUTPUTS
    {project}/videos/clip_NN.mp4 and, beside it, the receipt clip_NN.json
    {project}/.work/draft/clips/clip_NN.mp4: the free stand-in of a draft
A clip that the user put there is kept.
"""


rule generate_clip:
    """Ask the clip's backend. Waiting for a provider takes no core; its places are capped in config.yaml."""
    input:
        pictures=clip_inputs,
    output:
        clip="{project}/videos/clip_{clip}.mp4",
    log:
        "{project}/.work/log/generate_{clip}.log",
    priority: clip_priority
    threads: clip_threads
    resources:
        kling=kling_units,
        veo=veo_units,
        omni=omni_units,
        slurm_extra=clip_licence,
    message:
        "Generate {output.clip}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/generate_clip.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --cut final --log {log:q}"


rule draft_clip:
    """Render the free stand-in of a clip for the draft."""
    input:
        pictures=draft_inputs,
    output:
        clip="{project}/.work/draft/clips/clip_{clip}.mp4",
    log:
        "{project}/.work/log/draft_{clip}.log",
    message:
        "Draft {output.clip}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/generate_clip.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --cut draft --log {log:q}"
