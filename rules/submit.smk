"""Submit now, collect later: what is bought is left at its provider, and a later plain run collects it.

REQUIRED INPUTS
    the pictures of the clips that are to buy
OUTPUTS
    {project}/submitted.txt: what is at its provider, and what found no place there
    {project}/.work/submitted/clip_NN.json: how a clip stood
Neither is kept up to date: both are made again whenever they are asked for.
"""


rule submit:
    """Submit all films' clips, as many as may be open at the providers."""
    input:
        all_submissions,


rule submit_film:
    """List what was left at the providers."""
    input:
        clips=film_submissions,
    output:
        listed="{project}/submitted.txt",
    log:
        "{project}/.work/log/submit.log",
    message:
        "List {output.listed}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/submit_clip.py"'
        " --project {wildcards.project:q} --log {log:q}"


rule submit_clip:
    """Send a clip to its provider, and do not wait for it."""
    input:
        pictures=submission_inputs,
    output:
        stood="{project}/.work/submitted/clip_{clip}.json",
    log:
        "{project}/.work/log/submit_{clip}.log",
    priority: clip_priority
    threads: clip_threads
    resources:
        kling=kling_units,
        veo=veo_units,
        omni=omni_units,
        slurm_extra=clip_licence,
    message:
        "Submit {wildcards.project} clip {wildcards.clip}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/submit_clip.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --log {log:q}"
