"""Slurm's commands as a run uses them: patient while the controller is away, and aware of what it already runs.

Snakemake's executor forgets its jobs when it is killed, and waits for ever once all its questions about them have
failed. `profiles/slurm/bin` stands first on the PATH of a run, with one front for each of the two commands through
which that happens. A front that cannot help hands over to the command itself.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import layout

QUESTION_S = 50.0
"""How long a question waits for the controller: the executor gives one up after a minute, and asks again."""

_LIVE = "PENDING,CONFIGURING,RUNNING,COMPLETING,SUSPENDED,REQUEUED"
_HELD = "launch failed requeued held"
_BETWEEN_S = 1.0
_OF_ONE_RUN = re.compile(
    r"\.snakemake/tmp\.[^/\s]+ | snakemake-runtime-cache/\w+"
    r'| snakejob\.\S+?\.sh | \d+\.job(?:finished|failed) | "jobid":\ \d+'
    r"| CLIPWRIGHT_(?:RUN|SESSION)='[^']*'",
    re.VERBOSE,
)
_NOTHING_SET = re.compile(r"\bexport\s+&&")  # a run that buys nothing more has no budget to hand on
_PROJECT = re.compile(r"project=([^,'\"\s]+)")


def front(called: Path, arguments: Sequence[str]) -> int:
    """What Slurm's command of the name of `called` does, given `arguments`; returns its exit code.

    `called`: the path of the front, whose folder is left out when the real command is looked for.
    """
    commands = Commands(called.parent.resolve())
    if called.name == "sbatch" and (order := _Order.of(arguments)) is not None:
        return _submit(order, commands)
    if called.name == "sacct" and (run := _name_of_run(arguments)) is not None:
        return _tell_states(run, arguments, commands)
    real = commands.real(called.name)
    if real is None:
        sys.stderr.write(f"{called.name} is not on the PATH\n")
        return 127
    return subprocess.run([real, *arguments], check=False).returncode


class Commands:
    """Slurm's own commands, found on the PATH beyond the folder `own`."""

    def __init__(self, own: Path) -> None:
        self._folders = [
            folder
            for folder in os.environ.get("PATH", "").split(os.pathsep)
            if folder and Path(folder).resolve() != own
        ]

    def real(self, name: str) -> str | None:
        """The path of a command; None where there is none."""
        paths = (Path(folder) / name for folder in self._folders)
        return next((str(path) for path in paths if os.access(path, os.X_OK)), None)

    def ask(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command once."""
        real = self.real(name)
        if real is None:
            return subprocess.CompletedProcess([name], 127, "", f"{name} is not on the PATH\n")
        return subprocess.run([real, *arguments], check=False, capture_output=True, text=True)

    def is_up(self) -> bool:
        """Whether some controller answers."""
        return "is UP" in self.ask("scontrol", "ping").stdout


@dataclass(frozen=True, slots=True)
class _Order:
    """One submission. `name`: of the run; `about`: what it makes; `folder`: where; `rest`: as it was asked for."""

    name: str
    about: str
    folder: str
    rest: tuple[str, ...]

    @classmethod
    def of(cls, arguments: Sequence[str]) -> _Order | None:
        """The order that a command line gives; None for one of which it cannot be told what it makes."""
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("-J", "--job-name")
        parser.add_argument("--comment")
        parser.add_argument("-D", "--chdir")
        given, rest = parser.parse_known_args(list(arguments))
        arrays = any(word.split("=")[0] in ("-a", "--array") for word in rest)
        if not (given.job_name and given.comment and given.chdir and "--parsable" in rest) or arrays:
            return None
        return cls(given.job_name, f"{given.comment} {_digest(Path(given.chdir), rest)}", given.chdir, tuple(rest))

    def words(self) -> list[str]:
        """Its command line."""
        return [f"--job-name={self.name}", f"--comment={self.about}", f"--chdir={self.folder}", *self.rest]


def _digest(folder: Path, words: Sequence[str]) -> str:
    """What a submission runs, and the words of the user that it works by: another order is another job.

    Which run gives it makes no difference, nor the order of its words.
    """
    text = " ".join(words)
    if words and (script := Path(words[-1])).is_file():
        text += script.read_text(encoding="utf-8", errors="replace")
    projects = sorted(set(_PROJECT.findall(text)))
    lasting = _NOTHING_SET.sub("", _OF_ONE_RUN.sub("", text))
    found = hashlib.sha256(" ".join(sorted(lasting.split())).encode())
    for path in [folder / layout.CONFIG, *(path for name in projects for path in _manifests(folder / name))]:
        found.update(path.read_bytes() if path.is_file() else b"-")
    return found.hexdigest()[:16]


def _manifests(root: Path) -> list[Path]:
    project = layout.Project(root)
    return [project.manifest, project.storyboard]


def _submit(order: _Order, commands: Commands) -> int:
    """Print the id of the job that does what `order` says: one that an earlier run left, or a new one."""
    refused = 0
    while True:
        done = _adopted(order, commands) or commands.ask("sbatch", *order.words())
        if done.returncode == 0:
            break
        # What failed while the controller was away may have arrived all the same: it is looked for before it is sent.
        refused = refused + 1 if commands.is_up() else 0
        if refused > 1:
            break
        time.sleep(_BETWEEN_S)
    if done.returncode == 0:
        _note(order, done.stdout)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


def _note(order: _Order, printed: str) -> None:
    """Write down that a job is of a run: `printed` is its id, with the name of its cluster where there are several."""
    path = _noted_by(Path(order.folder), order.name)
    # It is submitted, whether it can be written down or not.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{printed.strip().partition(';')[0]}\n")


def _noted(run: str) -> list[str]:
    """The jobs of a run in this folder."""
    path = _noted_by(Path(), run)
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def _noted_by(folder: Path, run: str) -> Path:
    return folder / ".snakemake" / "slurm_jobs" / hashlib.sha256(run.encode()).hexdigest()[:16]


def _adopted(order: _Order, commands: Commands) -> subprocess.CompletedProcess[str] | None:
    """The live job that does what `order` says, from now on by the name of its run; else None, or what failed."""
    listed = commands.ask("squeue", "--me", "--noheader", f"--states={_LIVE}", "--format=%i\t%Z\t%k")
    if listed.returncode:
        return listed
    for line in listed.stdout.splitlines():
        job, _, what = line.partition("\t")
        if what.strip() == f"{order.folder}\t{order.about}":
            renamed = commands.ask("scontrol", "update", f"JobId={job}", f"JobName={order.name}")
            if renamed.returncode == 0:
                return subprocess.CompletedProcess(listed.args, 0, f"{job}\n", "")
    return None


def _name_of_run(arguments: Sequence[str]) -> str | None:
    """The run whose jobs' states are asked for, in the one form in which the executor asks."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--name")
    parser.add_argument("--format")
    given, _ = parser.parse_known_args(list(arguments))
    return given.name if given.format == "JobIdRaw,State" else None


def _tell_states(run: str, arguments: Sequence[str], commands: Commands) -> int:
    """Print the state of each job of a run: what the controller says, and the books where it has forgotten some.

    Books need not be kept, and may know a job that was adopted by its old name only. A job of which nobody knows any
    more, as after a crash of a controller that had not saved it, has failed: the executor would wait for it for ever.
    """
    until = time.monotonic() + QUESTION_S
    jobs = _noted(run)  # before Slurm is asked: what is submitted meanwhile is not missing
    while True:
        listed = commands.ask("squeue", "--noheader", "--states=all", "--format=%i|%T", f"--name={run}")
        if listed.returncode == 0:
            break
        if time.monotonic() > until:
            sys.stderr.write(listed.stderr)
            return listed.returncode
        time.sleep(_BETWEEN_S)
    _release(run, commands)
    books = commands.ask("sacct", *arguments)
    lost = dict.fromkeys(jobs, "FAILED") if _are_whole(books) else {}
    states = {**lost, **(_states(books.stdout) if books.returncode == 0 else {}), **_states(listed.stdout)}
    sys.stdout.write("".join(f"{job}|{state}\n" for job, state in states.items()))
    return 0


def _release(run: str, commands: Commands) -> None:
    """Let go of the jobs that Slurm holds since their node could not start them: they would wait for ever.

    One that may not be let go of is cancelled, so that the run ends, and the next one submits it anew.
    """
    listed = commands.ask("squeue", "--noheader", "--states=PENDING", "--format=%i|%r", f"--name={run}")
    for job, why in _states(listed.stdout).items():
        if _HELD in why.replace("_", " ") and commands.ask("scontrol", "release", job).returncode:
            commands.ask("scancel", job)


def _are_whole(books: subprocess.CompletedProcess[str]) -> bool:
    """Whether the books say all that they ever will: they answered, or there are none."""
    return books.returncode in (0, 127) or "disabled" in books.stderr


def _states(listed: str) -> Mapping[str, str]:
    return dict(line.strip().split("|", 1) for line in listed.splitlines() if "|" in line)
