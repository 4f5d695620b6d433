"""`snakemake -n` and the run that finds nothing to do, against a Snakefile of the same graph with none of our code.

`clipwright plan`, which says what remains without Snakemake's graph, is timed beside the dry run.

.venv/bin/python benchmarks/planning.py [1 100 1000]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from side_by_side import ROOT, compare, machine, quiet

CLIPS = 18
SNAKEMAKE = (sys.executable, "-m", "snakemake")
BARE = """
N = [f"{n:02d}" for n in range(1, 19)]
wildcard_constraints:
    project=r"projects/[A-Za-z0-9_-]{1,100}",
    clip=r"\\d{2}",
rule all:
    input: expand("{project}/final.mp4", project=glob_wildcards("{project}/project.yaml").project),
    default_target: True
rule compose:
    input: "{project}/assets/ground.png"
    output: "{project}/assets/composites/clip_{clip}.png"
    log: "{project}/.work/log/compose_{clip}.log"
    message: "Compose {output}"
    shell: "false"
rule generate:
    input: "{project}/assets/composites/clip_{clip}.png"
    output: "{project}/videos/clip_{clip}.mp4"
    log: "{project}/.work/log/generate_{clip}.log"
    message: "Generate {output}"
    shell: "false"
rule narrate:
    output: "{project}/audio/narration/clip_{clip}.wav"
    log: "{project}/.work/log/narrate_{clip}.log"
    message: "Narrate {output}"
    shell: "false"
rule conform:
    input: "{project}/videos/clip_{clip}.mp4", "{project}/audio/narration/clip_{clip}.wav"
    output: "{project}/.work/final/clip_{clip}.mp4"
    log: "{project}/.work/log/conform_{clip}.log"
    message: "Conform {output[0]}"
    shell: "false"
rule mix:
    input: expand("{{project}}/audio/narration/clip_{clip}.wav", clip=N)
    output: "{project}/.work/final/sound.m4a"
    log: "{project}/.work/log/sound.log"
    message: "Mix {output[0]}"
    shell: "false"
rule assemble:
    input: "{project}/.work/final/sound.m4a", expand("{{project}}/.work/final/clip_{clip}.mp4", clip=N)
    output: "{project}/final.mp4", "{project}/final.srt", "{project}/final.vtt", "{project}/final.edl", "{project}/final.otio"
    log: "{project}/.work/log/assemble.log"
    message: "Assemble {output}"
    shell: "false"
"""


def write_project(folder: Path) -> None:
    """A small film of 18 clips, each with five-part prompt, recipe and narration."""
    (folder / "assets").mkdir(parents=True)
    Image.new("RGB", (64, 64), "#446688").save(folder / "assets/ground.png")
    clip = """
  - title: A clip
    prompt:
      action: A giant tortoise walks up the black slope
      details: front legs first, then the back legs, shell swaying
      sequence: loose cinders slide away behind it
      environment: dry heat, thin cloud, low sun
      camera: slow push in
    narration: Short.
    composite: {background: assets/ground.png, characters: [{image: assets/ground.png, x: 0.4, y: 0.8, height: 0.2}]}"""
    head = "title: Small\nsize: [64, 64]\nfps: 8\nduration: 1\nclips:"
    (folder / "project.yaml").write_text(head + clip * CLIPS + "\n")


def install(folder: Path) -> Path:
    """A fresh installation with one project, of which nothing is made yet."""
    folder.mkdir()
    for name in ("Snakefile", "config.yaml", "rules", "scripts", "workflow_lib", "profiles"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    (folder / "bare.smk").write_text(BARE)
    write_project(folder / "projects/p0001")
    return folder


def main(counts: list[int]) -> None:
    """Measure each number of projects."""
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        built, begun = install(Path(name, "built")), install(Path(name, "begun"))
        quiet(*SNAKEMAKE, "--cores", "all", "projects/p0001/final.mp4", cwd=built)()
        for count in counts:
            for folder in (built, begun):
                _multiply(folder, count)
            runs = (5, 1) if count <= 100 else (1, 0)  # noqa: PLR2004 - a run of 1,000 takes minutes
            _measure(built, count, *runs)
            things = {
                "clipwright plan": quiet(sys.executable, "-m", "workflow_lib", "plan", cwd=begun),
                "snakemake -n all": quiet(*SNAKEMAKE, "-n", "all", cwd=begun),
            }
            compare(f"{count} projects that are only begun: what remains", "clipwright plan", things, *runs)


def _multiply(folder: Path, count: int) -> None:
    """Link the first project until there are `count`."""
    for number in range(2, count + 1):
        target = folder / f"projects/p{number:04d}"
        if not target.exists():
            subprocess.run(["cp", "-al", folder / "projects/p0001", target], check=True)
    shutil.rmtree(folder / ".snakemake", ignore_errors=True)


def _measure(folder: Path, count: int, runs: int, warm_up: int) -> None:
    bare = (*SNAKEMAKE, "-s", "bare.smk")
    films = [f"projects/p{number:04d}/final.mp4" for number in range(1, count + 1)]
    for title, arguments in (
        ("nothing to do", ("--cores", "1", "all")),
        ("nothing to do, each film named", ("--cores", "1", *films)),
        ("dry run, all to make", ("-n", "--forceall", "all")),
    ):
        things = {
            "with Clipwright": quiet(*SNAKEMAKE, *arguments, cwd=folder),
            "the same graph alone": quiet(*bare, *arguments, cwd=folder),
        }
        compare(f"{count} projects of {CLIPS} clips: {title}", "with Clipwright", things, runs, warm_up)
        told = ", ".join(
            f"{name} {_peak_mb(command, folder):.0f} MB"
            for name, command in (
                ("with Clipwright", (*SNAKEMAKE, *arguments)),
                ("the same graph alone", (*bare, *arguments)),
            )
        )
        print(f"peak memory: {told}")


def _peak_mb(command: tuple[str, ...], folder: Path) -> float:
    """The most memory that a command had, in MB."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [1, 100, 1000])
