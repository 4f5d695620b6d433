"""The film: conformed clips joined by stream copy, with the sound under them.

REQUIRED INPUTS
    {project}/.work/{cut}/clip_NN.mp4 and clip_NN.flac of every clip
OUTPUTS
    {project}/final.mp4, {project}/draft.mp4: verified, with fast start
"""


rule assemble_film:
    """Mix the sound, join the pictures by copy over it, verify the film and move it into place."""
    input:
        unpack(film_inputs),
    output:
        film="{project}/{cut}.mp4",
    log:
        "{project}/.work/log/{cut}/assemble.log",
    message:
        "Assemble {output.film}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/assemble_film.py"'
        " --project {wildcards.project:q} --cut {wildcards.cut} --parts {input.pictures:q} --log {log:q}"
