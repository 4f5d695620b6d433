"""`clipwright doctor`: whether this machine has what a film needs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click
from dotenv import load_dotenv

from workflow_lib import config
from workflow_lib.errors import MissingTool, WorkflowError
from workflow_lib.media import ffmpeg, voice

KEYS = ("KIE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "ELEVENLABS_API_KEY")
_ENCODERS = ("libx264", "aac", "flac")
_ENOUGH_GB = 2

State = Literal["ok", "missing", "optional"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `missing` stops a film, `optional` is needed only for paid backends."""

    name: str
    state: State
    detail: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def doctor(*, as_json: bool) -> None:
    """Look for all that a film needs: programs, encoders, the voice, room on the disk, keys (never their values)."""
    findings = [
        _look(".env", _dotenv),
        _look("python", _python),
        _look("snakemake", _snakemake),
        _look("config.yaml", _config),
        _look("ffmpeg", _ffmpeg),
        _look("scratch voice", _voice),
        _look("disk", _disk),
        _look("write access", _write_access),
        *(_key(name) for name in KEYS),
    ]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.state:<9} {finding.name:<21} {finding.detail}")
    lacking = [finding.name for finding in findings if finding.state == "missing"]
    if lacking:
        raise MissingTool(f"not ready: {', '.join(lacking)}")


def _look(name: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(name, "ok", find())
    except (WorkflowError, OSError, subprocess.SubprocessError) as error:
        return Finding(name, "missing", str(error))


def _dotenv() -> str:
    path = Path(".env")
    try:
        load_dotenv(path)
    except UnicodeDecodeError as error:
        raise MissingTool(f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    return "read" if path.exists() else "none; keys come from the environment"


def _python() -> str:
    return sys.version.split()[0]


def _snakemake() -> str:
    return importlib.metadata.version("snakemake")


def _config() -> str:
    config.load(Path())
    return "valid"


def _ffmpeg() -> str:
    path = ffmpeg.binary(config.load(Path()).ffmpeg)
    version = subprocess.run([path, "-version"], capture_output=True, text=True, check=True, timeout=30).stdout
    listed = subprocess.run([path, "-hide_banner", "-encoders"], capture_output=True, text=True, check=True, timeout=30)
    lacking = [name for name in _ENCODERS if f" {name} " not in listed.stdout]
    if lacking:
        raise MissingTool(f"{path} lacks the encoders {', '.join(lacking)}")
    return " ".join(version.split()[:3])


def _voice() -> str:
    with tempfile.TemporaryDirectory() as folder:
        speech = voice.speak("Ready.", Path(folder) / "ready.wav")
    return f"speaks ({speech.duration_s:.1f} s)"


def _disk() -> str:
    free = shutil.disk_usage(Path()).free / 1e9
    if free < _ENOUGH_GB:
        raise MissingTool(f"{free:.1f} GB free; a film of 18 clips needs about {_ENOUGH_GB} GB")
    return f"{free:.0f} GB free"


def _write_access() -> str:
    with tempfile.TemporaryFile(dir=Path()):
        return str(Path.cwd().name) + "/"


def _key(name: str) -> Finding:
    if os.environ.get(name):
        return Finding(name, "ok", "set")
    return Finding(name, "optional", "not set; needed only for its paid backend")
