"""What is made from the finished film, each when it is asked for.

REQUIRED INPUTS
    {project}/final.mp4
OUTPUTS
    {project}/final_9x16.mp4, final_1x1.mp4: the film in another shape
    {project}/thumbnail.jpg: one picture of it
"""


rule reframe_film:
    """Bring the film into another shape: the whole picture over a blurred one, or its middle."""
    input:
        film=reframe_inputs,
    output:
        film="{project}/final_{shape}.mp4",
    log:
        "{project}/.work/log/final/reframe_{shape}.log",
    wildcard_constraints:
        shape=layout.SHAPE,
    message:
        "Reframe {output.film}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/reframe_film.py"'
        " --project {wildcards.project:q} --shape {wildcards.shape} --log {log:q}"


rule draw_thumbnail:
    """Choose the frame that says most, and write it as a JPEG."""
    input:
        film=thumbnail_inputs,
    output:
        picture=report(
            "{project}/thumbnail.jpg",
            caption="../report/thumbnail.rst",
            category="The film",
            labels={"film": "{project}", "shows": "thumbnail"},
        ),
    log:
        "{project}/.work/log/final/thumbnail.log",
    message:
        "Draw {output.picture}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/draw_thumbnail.py"'
        " --project {wildcards.project:q} --log {log:q}"
