"""`clipwright new`: a project that builds at once, offline, and shows what a manifest is made of."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workflow_lib import files, layout, yamlfile
from workflow_lib import story as stories
from workflow_lib.cli import naming
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing import batches, starting
from workflow_lib.layout import Project
from workflow_lib.manifest import Manifest

_HEAD = """\
# yaml-language-server: $schema={up}schemas/project.schema.json
title: {title}
size: [1920, 1080]        # or aspect: "16:9" | "9:16" | "1:1"
fps: 24
backend: animatic         # animatic (free, offline) | kling | veo | omni
duration: 5               # seconds of a clip
voice: scratch            # scratch (free, offline) | elevenlabs:<voice id>
"""
_STORY = (
    _HEAD
    + """\
story:                    # storyboard.yaml, the list of clips, is drafted from story.md
  clips: {clips}
  direction: ""           # tone, audience, what to leave out
  keyframes: []           # numbers of the clips that go from a start to an end picture
"""
)
_STORY_CLIPS = 18


@click.command()
@click.argument("name", required=False)
@click.option("--title", help="The film's title. Default: made from the name.")
@click.option("--clips", type=click.IntRange(1, layout.MAX_CLIPS), help="How many clips. Default: 3, of a story 18.")
@click.option("--story", type=click.Path(path_type=Path), help="A text whose clips are drafted by the build.")
@click.option("--from", "batch", type=click.Path(path_type=Path), help="A CSV file, of whose lines each is a film.")
def new(name: str | None, title: str | None, clips: int | None, story: Path | None, batch: Path | None) -> None:
    """Make the project NAME (projects/NAME, or channels/C/projects/NAME) with a manifest to fill in, or of a story.

    With --from FILE.csv, make one for each line; those that are there are kept. Columns: docs/batch.md.
    """
    if (name is None) == (batch is None):
        raise click.UsageError("either NAME or --from FILE is needed, and not both")
    if batch is not None:
        if title or clips or story:
            raise click.UsageError("--title, --clips and --story stand in the columns of the file with --from")
        _from_batch(batch)
        return
    project = naming.named([str(name)])[0]
    if project.root.exists():
        raise InvalidInput([Problem(str(project.root), "is already there", "choose another name")])
    heading = title or project.root.name.replace("_", " ").replace("-", " ").strip().title() or project.root.name
    head = {"title": json.dumps(heading, ensure_ascii=False), "up": "../" * len(project.root.parts)}
    if story is not None:
        _of_story(project, story, _STORY.format(**head, clips=clips or _STORY_CLIPS))
        return
    text = _HEAD.format(**head) + starting.clips_text(clips or starting.CLIPS)
    yamlfile.validated(Manifest, yamlfile.parse(text, str(project.manifest)), str(project.manifest))
    files.write_text(project.manifest, text)
    (project.root / "assets" / "composites").mkdir(parents=True, exist_ok=True)
    click.echo(f"{project.manifest}")
    click.echo(f"next: snakemake --cores all {Path(project.film('draft')).as_posix()}", err=True)


def _from_batch(path: Path) -> None:
    """Make a project for each line of a file."""
    done = batches.make(batches.read(path))
    for project in done.made:
        click.echo(f"{project.manifest}")
    for project in done.kept:
        click.echo(f"{project.root} is there and was left as it is", err=True)
    click.echo(f"{len(done.made)} projects made, {len(done.kept)} kept; next: snakemake -n all", err=True)


def _of_story(project: Project, path: Path, text: str) -> None:
    """Write a project whose clips are drafted from the text at `path`."""
    told = stories.text_at(path)
    if not told.strip():
        raise InvalidInput([Problem(str(path), "says nothing")])
    yamlfile.validated(Manifest, yamlfile.parse(text, str(project.manifest)), str(project.manifest))
    files.write_text(project.story, told)
    files.write_text(project.manifest, text)
    click.echo(f"{project.manifest}\n{project.story}")
    click.echo(f"next: snakemake -n {Path(project.film('final')).as_posix()}", err=True)
