"""Narration: the spoken line of each clip that has one.

OUTPUTS
    {project}/audio/narration/clip_NN.wav and, beside it, its alignment clip_NN.json
    {project}/.work/draft/narration/clip_NN.wav: the scratch line of a draft whose film has a paid voice
A recording that the user put there is kept.
"""


rule narrate_clip:
    """Speak the line of a clip."""
    input:
        spoken_inputs,
    output:
        line="{project}/{folder}/narration/clip_{clip}.wav",
    log:
        "{project}/.work/log/{folder}/narrate_{clip}.log",
    wildcard_constraints:
        folder=r"audio|\.work/draft",
    params:
        cut=lambda wildcards: "final" if wildcards.folder == "audio" else "draft",
    message:
        "Narrate {output.line}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/narrate_clip.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --cut {params.cut} --log {log:q}"
