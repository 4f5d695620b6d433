"""Sound effects: what is heard of each clip beside its narration, where the film has somebody make them.

OUTPUTS
    {project}/audio/sfx/clip_NN.wav and, beside it, its receipt clip_NN.json
An effect that the user put there is kept. Without `effects: elevenlabs` there are none: silence costs nothing.
"""


rule generate_effect:
    """Ask for the sound effect of a clip. Waiting for a provider takes no core."""
    input:
        effect_inputs,
    output:
        effect="{project}/audio/sfx/clip_{clip}.wav",
    log:
        "{project}/.work/log/effect_{clip}.log",
    priority: part_priority
    threads: waiting_threads
    resources:
        elevenlabs=1,
        slurm_extra=effect_licence,
    message:
        "Generate {output.effect}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/generate_effect.py"'
        " --project {wildcards.project:q} --clip {wildcards.clip} --log {log:q}"
