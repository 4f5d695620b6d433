"""Composites: the picture that a clip starts from.

REQUIRED INPUTS
    the layers that the clip's recipe names, inside the project
OUTPUTS
    {project}/assets/composites/clip_NN.png, clip_NN_split.png
    {project}/.work/draft/composites/clip_NN.png: those of a draft, of sketches
A picture that the user put there is used as it is.
"""


rule compose_picture:
    """Place, scale and blend the characters of a recipe on its background."""
    input:
        layers=composite_inputs,
    output:
        picture="{project}/{folder}/composites/clip_{clip}{split}.png",
    log:
        "{project}/.work/log/{folder}/compose_{clip}{split}.log",
    wildcard_constraints:
        folder=layout.COMPOSITES,
        split="(?:_split)?",
    priority: composite_priority
    message:
        "Compose {output.picture}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/compose_picture.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --folder {wildcards.folder:q} --log {log:q}"
