"""The film: its sound, and the conformed clips joined over it by stream copy.

REQUIRED INPUTS
    {project}/.work/{cut}/clip_NN.mp4 of every clip, and the spoken lines
OUTPUTS
    {project}/.work/{cut}/sound.m4a: as long as the film, laid before the clips are there
    {project}/.work/{cut}/join_NN.mp4: the seconds around a crossfade or a dip into a clip
    {project}/final.mp4, {project}/draft.mp4: verified, with fast start
    {project}/final.srt, final.vtt: what is said; final.edl, final.otio: what it is cut from (draft.* likewise)
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


rule join_clips:
    """Render the transition into a clip, from keyframe to keyframe; what lies between two joins is copied."""
    input:
        join_inputs,
    output:
        join="{project}/.work/{cut}/join_{clip}.mp4",
    log:
        "{project}/.work/log/{cut}/join_{clip}.log",
    message:
        "Join {output.join}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/join_clips.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --cut {wildcards.cut} --log {log:q}"


rule assemble_film:
    """Join the pictures by copy over the sound, verify the film and move it into place, its texts beside it."""
    input:
        pictures=film_pictures,
        sound=film_sound,
        joins=film_joins,
    output:
        film="{project}/{cut}.mp4",
        subtitles="{project}/{cut}.srt",
        captions="{project}/{cut}.vtt",
        decisions="{project}/{cut}.edl",
        timeline="{project}/{cut}.otio",
    log:
        "{project}/.work/log/{cut}/assemble.log",
    message:
        "Assemble {output.film}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/assemble_film.py"'
        " --project {wildcards.project:q} --cut {wildcards.cut} --parts {input.pictures:q} --log {log:q}"
