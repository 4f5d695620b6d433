"""What every job's script does around its one call: arguments, settings, the log, one line for an error."""

from __future__ import annotations

import argparse
import gc
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from workflow_lib import config, courtesy, files, layout, locks, project
from workflow_lib.config import Config
from workflow_lib.errors import WorkflowError
from workflow_lib.layout import Project
from workflow_lib.project import Film

Job = Callable[[Film, argparse.Namespace, Config], str]
"""Makes one file and returns one line that says what was done."""


def main(description: str, job: Job, *, computes: bool = True) -> None:
    """Run `job` on the film that the command line names, and exit with the code of its outcome.

    `computes`: it keeps a core busy, and gives way to jobs that submit and poll.
    """
    if computes:
        courtesy.give_way()
    args = _parser(description).parse_args()

    def made(settings: Config) -> str:
        film = project.load(Project(args.project), settings)
        is_draft = args.cut == "draft" or layout.is_draft(args.folder) or _is_sketch(args)
        return job(film.draft() if is_draft else film, args, settings)

    code = guarded(_name(args), made, args.log)
    gc.freeze()  # else Python looks through all modules for garbage before it ends
    sys.exit(code)


def before_the_film(description: str, job: Callable[[Project, Config], str]) -> None:
    """Run `job` on a project whose clips are not listed yet, and exit with the code of its outcome."""
    args = _parser(description).parse_args()
    sys.exit(guarded(f"{args.project}", lambda settings: job(Project(args.project), settings), args.log))


def _name(args: argparse.Namespace) -> str:
    """What a job's error begins with."""
    if args.picture is not None:
        return str(args.picture)
    return f"{args.project}" + (f" clip {args.clip:02d}" if args.clip else "")


def _is_sketch(args: argparse.Namespace) -> bool:
    """Whether the job draws a picture of a draft."""
    return args.picture is not None and layout.is_draft(args.picture.relative_to(args.project).as_posix())


def guarded(name: str, make: Callable[[Config], str], log: Path | None = None) -> int:
    """The exit code of `make`; an error is one line on stderr, and its origin is in the `log`."""
    started = time.monotonic()
    try:
        settings = config.load(Path(), config.inherited())
        locks.agree(settings)
        done = make(settings)
    except WorkflowError as error:
        _log(log, f"{error}\n{traceback.format_exc()}")
        sys.stderr.write(f"{name}: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    # The last place that can say it in one line.
    except Exception as error:  # noqa: BLE001
        _log(log, traceback.format_exc())
        sys.stderr.write(f"{name}: unexpected {type(error).__name__}: {error}{f'; its log is {log}' if log else ''}\n")
        return 1
    _log(log, f"{done} ({time.monotonic() - started:.1f} s)\n")
    if log is None:
        sys.stdout.write(f"{done}\n")
    return 0


def _log(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        files.write_text(path, text)
    except (WorkflowError, OSError):
        # A log that cannot be written must not hide the error that it would tell.
        sys.stderr.write(text.splitlines()[0] + "\n")


def _parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--project", type=Path, required=True, help="the project's folder")
    parser.add_argument("--clip", type=int, default=0, help="the number of the clip")
    parser.add_argument("--parts", type=layout.number, nargs="*", default=[], help="the files to join, in order")
    parser.add_argument("--cut", choices=("final", "draft"), default="final", help="which cut of the film")
    parser.add_argument("--shape", choices=layout.SHAPE.split("|"), default=None, help="which shape of the film")
    parser.add_argument("--view", choices=("page", "sheet"), default="page", help="as what the film is shown")
    parser.add_argument("--plot", default="gantt.svg", help="the plot that is drawn")
    parser.add_argument("--folder", default="audio", help="where a line or a composite goes: the film's or its draft's")
    parser.add_argument("--picture", type=Path, default=None, help="the described picture that is drawn")
    parser.add_argument("--log", type=Path, help="where to write what was done")
    return parser
