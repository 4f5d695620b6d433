"""The film out in the world: uploaded once, and the addresses by which it is there.

REQUIRED INPUTS
    {project}/final.mp4 and {project}/thumbnail.jpg; captions go along where there are some
OUTPUTS
    {project}/published.json: what lies where, its signed addresses and until when they hold
"""


rule publish_film:
    """Upload what is not there yet, by the hash of its content, and sign addresses."""
    input:
        publish_inputs,
    output:
        record="{project}/published.json",
    log:
        "{project}/.work/log/publish.log",
    message:
        "Publish {wildcards.project}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/publish_film.py"'
        " --project {wildcards.project:q} --log {log:q}"
