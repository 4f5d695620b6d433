"""Described pictures: backgrounds, characters and keyframes, from words and from pictures that go along.

REQUIRED INPUTS
    the base pictures of the characters that are seen, and an end keyframe's start
OUTPUTS
    {project}/assets/backgrounds/clip_NN.png, clip_NN_first.png, clip_NN_second.png
    {project}/assets/characters/<name>.png, clip_NN_<place>_<name>.png: cut out
    {project}/keyframes/clip_NN_start.png, clip_NN_end.png
    {project}/.work/draft/...: the sketches of a draft, where a picture that costs something is not there yet
Each has its receipt beside it, with `.json`. A picture that the user put there is kept.
"""


rule draw_picture:
    """Sketch a described picture, or ask for it. Waiting for a provider takes no core."""
    input:
        references=picture_inputs,
    output:
        picture="{project}/{picture}.png",
    log:
        "{project}/.work/log/{picture}.log",
    wildcard_constraints:
        picture=layout.PICTURE,
    priority: picture_priority
    threads: picture_threads
    resources:
        gemini=picture_units,
        slurm_extra=picture_licence,
    message:
        "Draw {output.picture}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/draw_picture.py"'
        " --project {wildcards.project:q} --picture {output.picture:q} --log {log:q}"
