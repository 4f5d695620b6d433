"""`kubectl` and `gcloud`, as far as the profiles use them, for a cloud whose jobs are processes of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

STATE = Path(os.environ["STAND_IN"])


def main() -> int:
    """Do what the command line asks: the program's name and its words."""
    program, *words = sys.argv[1:]
    command = [word for word in words if not word.startswith("-")]
    return (_kubectl if program == "kubectl" else _gcloud)(command, words)


def _kubectl(command: list[str], words: list[str]) -> int:
    # What stands after --namespace is not part of the command.
    verb, names = command[1], command[3:4]
    if verb == "create":
        job = yaml.safe_load(sys.stdin)
        pod = job["spec"]["template"]["spec"]
        # On the Job it would count the time in which the pod waits for a node, too.
        assert pod["activeDeadlineSeconds"] in (60, 1800)
        assert "activeDeadlineSeconds" not in job["spec"]
        (container,) = pod["containers"]
        (volume,) = pod["volumes"]
        assert container["volumeMounts"] == [{"name": volume["name"], "mountPath": "/films"}]
        assert volume["persistentVolumeClaim"] == {"claimName": "films"}
        assert container["resources"]["requests"]["cpu"] == "1"
        return _start(job["metadata"]["name"], container["command"], container["workingDir"])
    if verb == "get":
        state = _state(names[0])
        done = {"running": "", "success": "SuccessCriteriaMet Complete", "failed": "FailureTarget Failed"}
        sys.stdout.write(f"{names[0]}:{done[state]}" if state else "")
        return 0
    assert verb == "delete", words
    return _forget(command[3:])


def _gcloud(command: list[str], words: list[str]) -> int:
    verb, name = [*command[2:4], ""][:2]
    if verb == "list":
        return 0
    if verb == "submit":
        job: dict[str, Any] = json.load(sys.stdin)
        (group,) = job["taskGroups"]
        (runnable,) = group["taskSpec"]["runnables"]
        (volume,) = group["taskSpec"]["volumes"]
        assert volume["nfs"]["remotePath"] == volume["mountPath"] == "/films"
        assert group["taskSpec"]["computeResource"]["cpuMilli"] == 1000
        container = runnable["container"]
        return _start(name, [container["entrypoint"], *container["commands"]], "/")
    if verb == "describe":
        state = _state(name)
        if state is None:
            sys.stderr.write(f"ERROR: (gcloud.batch.jobs.describe) NOT_FOUND: {name}\n")
            return 1
        sys.stdout.write({"running": "RUNNING", "success": "SUCCEEDED", "failed": "FAILED"}[state] + "\n")
        return 0
    assert verb == "delete", words
    return _forget([name])


def _start(name: str, command: list[str], folder: str) -> int:
    where = STATE / name
    where.mkdir()
    # The image has a Python of its own; what of the machine that submits it does not have is named in no order.
    shutil.copy(command[-1].rpartition("exec sh ")[2].strip("'"), where / "script")
    with (STATE / "started").open("a") as started:
        started.write(f"{name}\n")
    subprocess.Popen(
        ["sh", "-c", '"$@"; echo $? > code.part; mv code.part code', "job", "env", "-C", folder, *command],
        cwd=where,
        stdin=subprocess.DEVNULL,
        stdout=(where / "out").open("wb"),
        stderr=subprocess.STDOUT,
    )
    return 0


def _state(name: str) -> str | None:
    where = STATE / name
    if not where.exists():
        return None
    code = where / "code"
    if not code.exists():
        return "running"
    return "success" if code.read_text().strip() == "0" else "failed"


def _forget(names: list[str]) -> int:
    for name in names:
        if (STATE / name).exists():
            (STATE / name).rename(STATE / f"{name}.{len(list(STATE.iterdir()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
