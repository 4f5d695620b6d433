"""Draw the README's pictures of a run: the terminal as it is, and the plot of its operations. Nothing is paid.

    .venv/bin/python docs/pictures.py

A film of twelve clips is bought at the emulator, one prompt is edited, and what is typed and printed then is drawn.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.emulator.client import Emulator  # noqa: E402 - it is found by the path above

PARTS = ("Snakefile", "config.yaml", "rules", "scripts", "workflow_lib", "profiles", "report", "schemas")
FILM = "projects/voyage/final.mp4"
SCENES = (
    "A tortoise walks up the black slope", "A finch hops along the branch", "Waves break on the lava",
    "An iguana dives below the surf", "Clouds gather at the crater", "A hawk circles above the bay",
    "Crabs hurry over wet rock", "A seal sleeps on the sand", "Rain falls on the highland",
    "The ship lies at anchor", "A lamp burns in the cabin", "The island sinks into the sea",
)  # fmt: skip
WIDTH = 104
HOME = "~/films"  # where a reader has it


def clips() -> list[dict[str, object]]:
    """The film, scene by scene."""
    return [{"prompt": f"{scene}. Slow push in.", "source": "text"} for scene in SCENES]


def write(folder: Path) -> None:
    """Write the film."""
    film = {"title": "Voyage", "size": [256, 144], "fps": 12, "duration": 5, "backend": "kling", "budget_usd": 10}
    path = folder / "projects/voyage/project.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({**film, "clips": clips()}, sort_keys=False))
    settings = yaml.safe_load((folder / "config.yaml").read_text())
    (folder / "config.yaml").write_text(yaml.safe_dump({**settings, "kling_poll_s": [0.2, 0.5]}))


def run(folder: Path, env: dict[str, str], *arguments: str) -> str:
    """What Snakemake prints to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["snakemake", *arguments], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        said = b""
        while piece := _read(ours):
            said += piece
    os.close(ours)
    if running.returncode:
        sys.exit(said.decode())
    return said.decode().replace("\r\n", "\n").replace(str(folder), HOME)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:
        return b""


def shortened(said: str, first: int, last: int) -> str:
    """The first and the last lines of a run."""
    lines = said.rstrip().split("\n")
    if len(lines) <= first + last:
        return "\n".join(lines)
    return "\n".join([*lines[:first], "\033[2m  \u22ee\033[0m", *lines[-last:]])


def draw(pieces: list[tuple[str, str]], out: Path) -> None:
    """Draw a terminal in which each command was typed and printed its text."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for command, said in pieces:
        console.print(Text(f"$ {command}", style="bold"))
        console.print(Text.from_ansi(said))
        console.print()
    drawn = console.export_svg(title=HOME)
    # The letters of the reader's own system: a picture fetches nothing.
    out.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))


def main() -> None:
    """Buy the film, edit it, and draw both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / part, folder / part)
        write(folder)
        with Emulator(folder / "emulated", "--operation-s", "2000") as emulator:
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            env = {**emulator.environment(), "PATH": path, "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
            for scene, factor in ((1, 2.2), (3, 1.4), (6, 1.7), (8, 2.6), (10, 1.3)):
                emulator.fault("slow", "kling", match=SCENES[scene], factor=factor)
            emulator.fault("filtered", "kling", match=SCENES[4])
            run(folder, env, "--cores", "all", FILM)
            run(folder, env, "--cores", "all", "projects/voyage/plots/gantt.png")
            shutil.copy(folder / "projects/voyage/plots/gantt.png", ROOT / "docs/gantt.png")
            manifest = folder / "projects/voyage/project.yaml"
            manifest.write_text(manifest.read_text().replace("Rain falls", "Heavy rain falls"))
            looked = run(folder, env, "-n", FILM)
            built = run(folder, env, "--cores", "all", FILM)
        pieces = [
            (f"snakemake -n {FILM}", shortened(looked, 13, 1)),
            (f"snakemake --cores all {FILM}", shortened(built, 3, 17)),
        ]
        draw(pieces, ROOT / "docs/terminal.svg")


if __name__ == "__main__":
    main()
