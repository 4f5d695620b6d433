"""Slurm's commands as a run uses them: patient while the controller is away, and aware of what it already runs.

Snakemake's executor forgets its jobs when it is killed, and waits for ever once all its questions about them have
failed. `profiles/slurm/bin` stands first on the PATH of a run, with one front for each of the two commands through
which that happens. A front that cannot help hands over to the command itself.
"""

from __future__ import annotations

import argparse
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
_BETWEEN_S = 1.0
_OF_ONE_RUN = re.compile(
    r"\.snakemake/tmp\.[^/\s]+ | snakemake-runtime-cache/\w+"
    r'| snakejob\.\S+?\.sh | \d+\.job(?:finished|failed) | "jobid":\ \d+',
    re.VERBOSE,
)
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
    found = hashlib.sha256(" ".join(sorted(_OF_ONE_RUN.sub("", text).split())).encode())
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
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


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

    Books need not be kept, and may know a job that was adopted by its old name only.
    """
    until = time.monotonic() + QUESTION_S
    while True:
        listed = commands.ask("squeue", "--noheader", "--states=all", "--format=%i|%T", f"--name={run}")
        if listed.returncode == 0:
            break
        if time.monotonic() > until:
            sys.stderr.write(listed.stderr)
            return listed.returncode
        time.sleep(_BETWEEN_S)
    books = commands.ask("sacct", *arguments)
    states = {**(_states(books.stdout) if books.returncode == 0 else {}), **_states(listed.stdout)}
    sys.stdout.write("".join(f"{job}|{state}\n" for job, state in states.items()))
    return 0


def _states(listed: str) -> Mapping[str, str]:
    return dict(line.strip().split("|", 1) for line in listed.splitlines() if "|" in line)
