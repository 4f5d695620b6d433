"""One edited clip of a film of 18: the whole command, against that clip's own render and a bare copy of the film.

Snakemake has a start and an end of its own, so a third row adds the same three jobs of the same graph, run by
Snakemake with none of our code and nothing in them but `touch`; and a second comparison leaves it out on both sides.

make demo && .venv/bin/python benchmarks/one_clip_edited.py
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from planning import BARE, SNAKEMAKE, write_project
from side_by_side import ROOT, compare, machine, quiet

from workflow_lib import config, conforming, cutting, project
from workflow_lib.generate import clips
from workflow_lib.layout import Project
from workflow_lib.media import encode, ffmpeg
from workflow_lib.providers import animatic

FILM = "projects/galapagos"
NUMBER = 4
_TURNS = count()
OURS = "Clipwright: edit one prompt, whole command"
WORK = "Clipwright: the work of its three jobs"


def main() -> None:
    """Measure the edit and its two parts in turn."""
    print(machine())
    tool = ffmpeg.binary()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for item in ("Snakefile", "config.yaml", "rules", "scripts", "workflow_lib", "profiles", FILM):
            source = ROOT / item
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / item)
        built = quiet(*SNAKEMAKE, "--cores", "all", f"{FILM}/final.mp4", cwd=folder)
        built()
        floor, empty = _floor(folder, tool), _empty_jobs(folder)
        things = {
            OURS: _edit(folder, built),
            "the clip's render and a bare copy": floor,
            "the same, and Snakemake with empty jobs": lambda: (floor(), empty()),
            "Snakemake with empty jobs": empty,
        }
        compare("One clip edited", OURS, things, runs=5)
        work = {WORK: _work(folder), "the clip's render and a bare copy": floor}
        with contextlib.chdir(folder):
            compare("One clip edited, without Snakemake", WORK, work, runs=5)


def _edit(folder: Path, build: Callable[[], None]) -> Callable[[], None]:
    edit = _edits(folder)

    def run() -> None:
        edit()
        build()

    return run


def _edits(folder: Path) -> Callable[[], None]:
    """Give the clip another prompt each time."""
    manifest = folder / FILM / "project.yaml"
    text = manifest.read_text()
    film = project.load(Project(ROOT / FILM), config.Config())
    action = film.clip(NUMBER).prompt.split(". ")[0]

    def edit() -> None:
        manifest.write_text(text.replace(action, f"{action} number {next(_TURNS)}", 1))

    return edit


def _work(folder: Path) -> Callable[[], None]:
    edit = _edits(folder)

    def run() -> None:
        edit()
        film = project.load(Project(Path(FILM)), config.Config())
        clips.clip(film, NUMBER, config.Config())
        conforming.conform_clip(film, NUMBER, ffmpeg_path=None)
        cutting.assemble_film(film, [clip.number for clip in film.clips], ffmpeg_path=None)

    return run


def _empty_jobs(folder: Path) -> Callable[[], None]:
    """Snakemake's own part: as many jobs in as large a graph, and each only touches its outputs."""
    bare = folder / "bare"
    write_project(bare / "projects/p0001")
    (bare / "Snakefile").write_text(BARE.replace('shell: "false"', 'shell: "touch {output}"'))
    shutil.copytree(folder / "profiles", bare / "profiles")
    film, clip = "projects/p0001/final.mp4", f"projects/p0001/videos/clip_{NUMBER:02d}.mp4"
    quiet(*SNAKEMAKE, "--cores", "all", film, cwd=bare)()
    return quiet(*SNAKEMAKE, "--cores", "all", film, "--forcerun", clip, cwd=bare)


def _floor(folder: Path, tool: str) -> Callable[[], None]:
    film = project.load(Project(ROOT / FILM), config.Config())
    videos = [folder / FILM / f"videos/clip_{number:02d}.mp4" for number in range(1, 19)]
    listed = folder / "list.txt"
    listed.write_text("".join(f"file '{video}'\n" for video in videos))
    bare = (tool, "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy")
    copy = quiet(*bare, str(folder / "bare.mp4"))

    def run() -> None:
        out = folder / "clip.mp4"
        animatic.make(film.clip(NUMBER), out, film.spec, encode.FINAL, composed=True, ffmpeg=tool)
        copy()

    return run


if __name__ == "__main__":
    main()
