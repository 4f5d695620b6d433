"""The program: its commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import sys

import click

from workflow_lib.cli import doctor, emulator, importing, money, new, prune, reading, redraft, review, serve
from workflow_lib.errors import WorkflowError

_HELP = """\
Narrated films from a manifest. Snakemake builds them; these commands tell how they stand.

\b
  clipwright new my_film                             a project that builds at once; --story FILE: from a story
  snakemake --cores all projects/my_film/final.mp4   the film
  clipwright plan my_film                            what remains, why, and what it costs
  clipwright costs                                   what was spent

Exit codes: 0 done, 1 failed, 2 usage, 3 invalid project, config or input, 4 missing key or tool,
5 over budget, 6 refused by the provider, 7 filtered, 8 timed out, 9 outcome unknown, 130 interrupted.
"""


@click.group(help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="clipwright", prog_name="clipwright")
def program() -> None:
    """Tell how films stand; Snakemake builds them."""


for _command in (
    new.new,
    importing.import_board,
    reading.check,
    reading.plan,
    reading.status,
    review.review,
    serve.serve,
    money.show_costs,
    money.takes,
    money.retake,
    money.cancel,
    redraft.redraft,
    prune.prune,
    doctor.doctor,
    emulator.emulator,
):
    program.add_command(_command)


def main() -> None:
    """Run the program with the arguments of this process."""
    try:
        program(standalone_mode=False)
    except WorkflowError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
