"""Storyboards: the list of clips of a film that has a story and no list of clips.

REQUIRED INPUTS
    {project}/story.md, and what project.yaml says under `story:`
OUTPUTS
    {project}/storyboard.yaml and, beside it, its receipt storyboard.json
Once it is there it is the user's: nothing here asks for it any more, and nothing writes over it.
"""


checkpoint draft_storyboard:
    """Have the clips drafted from the story. Waiting for a provider takes no core."""
    input:
        story=storyboard_inputs,
    output:
        board="{project}/storyboard.yaml",
    log:
        "{project}/.work/log/draft_storyboard.log",
    priority: 30
    threads: waiting_threads
    resources:
        gemini=1,
        slurm_extra=board_licence,
    message:
        "Draft {output.board}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/draft_storyboard.py"'
        " --project {wildcards.project:q} --log {log:q}"
