"""Conformed clips: each clip once in the film's size, frame rate and pixel format.

REQUIRED INPUTS
    the clip, and its spoken line if it has one
OUTPUTS
    {project}/.work/{cut}/clip_NN.mp4: the picture, held until its line is spoken
"""


rule conform_clip:
    """Copy a clip that already conforms, encode one that does not; a clip of unknown origin is decoded to its end."""
    input:
        conform_inputs,
    output:
        picture="{project}/.work/{cut}/clip_{clip}.mp4",
    log:
        "{project}/.work/log/{cut}/conform_{clip}.log",
    message:
        "Conform {output.picture}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/conform_clip.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --cut {wildcards.cut} --log {log:q}"
