"""Narration: the spoken line of each clip that has one.

OUTPUTS
    {project}/audio/narration/clip_NN.wav and, beside it, its alignment clip_NN.json
    {project}/.work/draft/narration/clip_NN.wav: the scratch line of a draft whose film has a paid voice
A recording that the user put there is kept. A draft is always spoken by the scratch voice, which costs nothing.
"""


rule narrate_clip:
    """Speak the line of a clip, or have it spoken. Waiting for a provider takes no core."""
    input:
        narration_inputs,
    output:
        line="{project}/{folder}/narration/clip_{clip}.wav",
    log:
        "{project}/.work/log/{folder}/narrate_{clip}.log",
    wildcard_constraints:
        folder=f"{layout.NARRATION}|{layout.DRAFT_NARRATION}",
    priority: part_priority
    threads: narration_threads
    resources:
        elevenlabs=narration_units,
        slurm_extra=voice_licence,
    message:
        "Narrate {output.line}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/narrate_clip.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --folder {wildcards.folder:q} --log {log:q}"
