"""`clipwright new`: a project that builds at once, offline, and shows what a manifest is made of."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workflow_lib import files, layout, yamlfile
from workflow_lib.cli import naming
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.manifest import Manifest

_HEAD = """\
# yaml-language-server: $schema={up}schemas/project.schema.json
title: {title}
size: [1920, 1080]        # or aspect: "16:9" | "9:16" | "1:1"
fps: 24
backend: animatic         # animatic (free, offline) | kling | veo | omni
duration: 5               # seconds of a clip
voice: scratch            # scratch (free, offline) | elevenlabs:<voice id>
clips:
"""
_CLIP = """\
  - prompt:                 # five parts, joined in this order; or one text
      action: {action}
      camera: {camera}
    narration: {narration}
    source: text            # no picture yet: put one at assets/composites/{label}.png and delete this line
"""
_MOVES = ("slow push in", "slow pan right", "gentle tilt up", "slow pull out")


@click.command()
@click.argument("name")
@click.option("--title", help="The film's title. Default: made from the name.")
@click.option("--clips", default=3, show_default=True, type=click.IntRange(1, layout.MAX_CLIPS), help="How many clips.")
def new(name: str, title: str | None, clips: int) -> None:
    """Make the project NAME (projects/NAME, or channels/C/projects/NAME) with a manifest to fill in."""
    project = naming.named([name])[0]
    if project.root.exists():
        raise InvalidInput([Problem(str(project.root), "is already there", "choose another name")])
    heading = title or project.root.name.replace("_", " ").replace("-", " ").strip().title() or project.root.name
    text = _HEAD.format(title=json.dumps(heading, ensure_ascii=False), up="../" * len(project.root.parts))
    for number in range(1, clips + 1):
        text += _CLIP.format(
            action=f"What happens in clip {number}",
            camera=_MOVES[(number - 1) % len(_MOVES)],
            narration=f"This is what the narrator says over clip {number}.",
            label=layout.label(number),
        )
    yamlfile.validated(Manifest, yamlfile.parse(text, str(project.manifest)), str(project.manifest))
    files.write_text(project.manifest, text)
    (project.root / "assets" / "composites").mkdir(parents=True, exist_ok=True)
    click.echo(f"{project.manifest}")
    click.echo(f"next: snakemake --cores all {Path(project.film('draft')).as_posix()}", err=True)
