"""How a film was made, as pictures: drawn when they are asked for, from the journal, whatever is built by then.

REQUIRED INPUTS
    none: they show what was paid for, and have nothing made or bought
OUTPUTS
    {project}/plots/gantt.svg, gantt.png: the operations of the last run over time, against the cap
    {project}/plots/cost.svg, cost.png: what the film cost, by component
"""


rule draw_plot:
    """Draw it, if it shows something else than there is now."""
    input:
        plot_inputs,
    output:
        plot=report(
            "{project}/plots/{plot}.{format}",
            caption="../report/plot.rst",
            category="How it was made",
            labels={"film": "{project}", "shows": "{plot}"},
        ),
    log:
        "{project}/.work/log/plot_{plot}_{format}.log",
    wildcard_constraints:
        plot=layout.PLOT,
        format=layout.PLOT_FORMAT,
    message:
        "Draw {output.plot}"
    shell:
        '"$CLIPWRIGHT_PYTHON" "$CLIPWRIGHT_SCRIPTS/draw_plot.py"'
        " --project {wildcards.project:q} --plot {wildcards.plot}.{wildcards.format} --log {log:q}"
