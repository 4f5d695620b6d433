"""`clipwright emulator`: the paid providers on this machine, to try a paid backend without paying."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click

import workflow_lib
from workflow_lib.errors import MissingTool

_SCALE = 0.1  # of the real servers' rate limits
_KEYS = {
    "KIE_API_KEY": "not-a-real-key",
    "GEMINI_API_KEY": "not-a-real-key",
    "ELEVENLABS_API_KEY": "not-a-real-key",
    "GOOGLE_OAUTH_ACCESS_TOKEN": "not-a-real-token",
    "NOTION_TOKEN": "not-a-real-token",
    "GOOGLE_CLOUD_PROJECT": "not-a-real-project",
    "GOOGLE_CLOUD_LOCATION": "us-central1",
}


@click.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Where it listens. Default: any free port.")
@click.option("--seconds", default=6.0, show_default=True, type=click.FloatRange(0), help="How long a clip takes.")
def emulator(port: int, seconds: float) -> None:
    """Run KIE.ai, Veo, Omni, Gemini and ElevenLabs on this machine until Ctrl-C; nothing is paid.

    Prints what to export in another terminal, where Snakemake then runs as with real keys.
    """
    root = Path(workflow_lib.__file__).parents[1]
    if not (root / "tests" / "emulator" / "__main__.py").is_file():
        raise MissingTool(f"{root / 'tests/emulator'} is not there: run this from a clone of the repository")
    timing = ("--scale", str(_SCALE), "--operation-s", str(seconds / _SCALE))
    command = (sys.executable, "-m", "tests.emulator", "--with-parent", "--port", str(port), *timing)
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline() if server.stdout else ""
        if not line:
            raise MissingTool("the emulator did not start: see the line above, or run `make setup`")
        for name, value in {**json.loads(line)["env"], **_KEYS}.items():
            click.echo(f"export {name}={value}")
        click.echo("Listening; export these in another terminal, Ctrl-C ends it.", err=True)
        server.wait()
