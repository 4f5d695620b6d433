"""What there is of a film, to be looked at: written when it is asked for, whatever is built by then.

REQUIRED INPUTS
    none: they show what lies there, and have nothing made or bought
OUTPUTS
    {project}/review.html: every clip with its players, takes, prompts and money
    {project}/contact_sheet.png: one frame of each clip
"""


rule draw_review:
    """Write the page, if it shows something else than there is now."""
    input:
        review_inputs,
    output:
        page="{project}/review.html",
    log:
        "{project}/.work/log/review.log",
    message:
        "Draw {output.page}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/draw_review.py"'
        " --project {wildcards.project:q} --view page --log {log:q}"


rule draw_sheet:
    """Draw the contact sheet, if it shows something else than there is now."""
    input:
        sheet_inputs,
    output:
        sheet=report(
            "{project}/contact_sheet.png",
            caption="../report/contact_sheet.rst",
            category="The film",
            labels={"film": "{project}", "shows": "a frame of each clip"},
        ),
    log:
        "{project}/.work/log/sheet.log",
    message:
        "Draw {output.sheet}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/draw_review.py"'
        " --project {wildcards.project:q} --view sheet --log {log:q}"
