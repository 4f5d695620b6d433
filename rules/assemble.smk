"""The film: its sound, and the conformed clips joined over it by stream copy.

REQUIRED INPUTS
    {project}/.work/{cut}/clip_NN.mp4 of every clip, and the spoken lines
OUTPUTS
    {project}/.work/{cut}/sound.m4a: as long as the film, laid before the clips are there
    {project}/final.mp4, {project}/draft.mp4: verified, with fast start
"""


rule mix_sound:
    """Lay the spoken lines, and what clips sound like themselves, under the clips: their lengths are known before them."""
    input:
        sound_inputs,
    output:
        sound="{project}/.work/{cut}/sound.m4a",
    log:
        "{project}/.work/log/{cut}/sound.log",
    message:
        "Mix {output.sound}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/mix_sound.py"'
        " --project {wildcards.project:q} --cut {wildcards.cut} --log {log:q}"


rule assemble_film:
    """Join the pictures by copy over the sound, verify the film and move it into place."""
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
