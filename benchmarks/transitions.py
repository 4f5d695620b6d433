"""Crossfades between 18 clips of 10 s: a whole film, one edited clip, and the memory of ten times as many clips.

.venv/bin/python benchmarks/transitions.py [--clips 18] [--runs 1] [--film-only] [--small]
BENCH_MOVIEPY_PYTHON=other-venv/bin/python BENCH_EDITLY=node_modules/.bin/editly .venv/bin/python
    benchmarks/transitions.py --clips 4 --film-only   # see crossfade_rivals.py

--runs: of the whole film. --small: tiny pictures, to try the script.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ffmpeg as ffmpeg_python
from crossfade_rivals import Job, rivals
from side_by_side import Things, compare, machine

from workflow_lib.film import DEFAULT_LEVEL, FilmSpec
from workflow_lib.media import assemble, conform, encode, ffmpeg, sound, transition
from workflow_lib.media.transition import Shot
from workflow_lib.transitions import CUT, Transition

FRAMES = 240
FADE = Transition("crossfade", 12)
FEWEST = 4


@dataclass(frozen=True)
class Asked:
    """What the command line asks for; `memory`: only join the film in that folder and tell what it took."""

    clips: int
    runs: int
    film_only: bool
    small: bool
    memory: Path | None


def asked() -> Asked:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=18)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--film-only", action="store_true")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    found = Asked(**vars(parser.parse_args()))
    if found.clips < FEWEST or found.runs < 1:
        parser.error(f"--clips must be {FEWEST} or more, and --runs 1 or more")
    return found


ASKED = asked()
SPEC = FilmSpec(320, 180, Fraction(24)) if ASKED.small else FilmSpec(1920, 1080, Fraction(24))


@dataclass(frozen=True)
class Film:
    """Conformed clips, the joins between them and the film's sound, in `folder`."""

    folder: Path
    shots: list[Shot]
    tool: str

    @property
    def frames(self) -> int:
        """How long the film is."""
        return len(self.shots) * FRAMES - (len(self.shots) - 1) * FADE.overlap

    def join(self, number: int) -> Path:
        """The file of the join before a clip."""
        return self.folder / f"join_{number:03d}.mp4"

    def render(self, numbers: list[int]) -> None:
        """Render the joins before these clips."""
        for number in numbers:
            before, after = self.shots[number - 1], self.shots[number]
            transition.render_join(before, after, self.join(number), SPEC, encode.FINAL, ffmpeg=self.tool)

    def assemble(self, texts: assemble.Texts | None = None) -> assemble.FilmReport:
        """Join the film by copy."""
        joins = [None, *(self.join(number) for number in range(1, len(self.shots)))]
        parts = transition.film_parts(self.shots, joins, SPEC)
        out, mixed = self.folder / "ours.mp4", self.folder / "sound.m4a"
        told = texts or assemble.Texts("x", "x")
        return assemble.assemble(parts, mixed, out, SPEC, frames=self.frames, ffmpeg=self.tool, texts=told)


def make_clip(folder: Path, tool: str) -> Path:
    """A clip of 10 s with grain and sound."""
    size = f"{SPEC.width}x{SPEC.height}"
    moving = ffmpeg_python.input(f"testsrc2=size={size}:rate=24:duration={FRAMES / 24}", f="lavfi")
    silence = ffmpeg_python.input("anullsrc=r=48000:cl=stereo", f="lavfi", t=FRAMES / 24)
    clip = folder / "clip.mp4"
    options = encode.x264_options(SPEC, encode.FINAL) | {"crf": 23, "c:a": "aac", "g": 48}
    noisy = moving.filter("noise", alls=9, allf="t")
    ffmpeg.run(ffmpeg_python.output(noisy, silence, str(clip), **options), ffmpeg=tool)
    return clip


def make_film(folder: Path, clips: int, conformed: Path, tool: str) -> Film:
    """`clips` copies of one conformed clip, with silence under them."""
    folder.mkdir()
    shots = []
    for number in range(clips):
        path = Path(shutil.copyfile(conformed, folder / f"clip_{number:03d}.mp4"))
        shots.append(Shot(path, FRAMES, FADE if number else CUT, FADE if number < clips - 1 else CUT))
    heard = sound.samples(SPEC, [FRAMES - shot.out_of.overlap for shot in shots])
    sound.mix_sound(sound.Stems(sum(heard)), folder / "sound.m4a", DEFAULT_LEVEL, ffmpeg=tool)
    return Film(folder, shots, tool)


def main() -> None:
    """Measure a whole film, and, unless only that is asked for, an edit and the memory of long films."""
    tool = ffmpeg.binary()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip, conformed = make_clip(folder, tool), folder / "conformed.mp4"

        def encode_clip() -> None:
            conform.conform_picture(clip, conformed, SPEC, encode.FINAL, frames=FRAMES, ffmpeg=tool, decoded=True)

        encode_clip()
        film = make_film(folder / "film", ASKED.clips, conformed, tool)
        _compare_films(film)
        if ASKED.film_only:
            return
        _compare_edit(film, encode_clip)
        for count in (ASKED.clips, 10 * ASKED.clips):
            _tell_memory(make_film(folder / f"film_{count}", count, conformed, tool), film)


def _compare_films(film: Film) -> None:
    joins = len(film.shots) - 1

    def render_and_assemble() -> None:
        film.render(list(range(1, len(film.shots))))
        film.assemble()

    clip_s, fade_s = SPEC.seconds(FRAMES), SPEC.seconds(FADE.overlap)
    clips = [shot.path for shot in film.shots]
    job = Job(clips, film.folder / "sound.m4a", clip_s, fade_s, SPEC, film.folder)
    ours = f"Clipwright: {joins} joins, copy, verify"
    things: Things = {ours: render_and_assemble} | rivals(job, film.tool)
    compare(f"A film with {joins} crossfades", ours, things, runs=ASKED.runs, warm_up=0)


def _compare_edit(film: Film, encode_clip: Callable[[], None]) -> None:
    middle = len(film.shots) // 2 - 1
    joins = [middle, middle + 1]

    def edit_one() -> None:
        encode_clip()
        film.render(joins)
        film.assemble()

    edit: Things = {
        "clip, 2 joins, copy": edit_one,
        "the clip's encode alone": encode_clip,
        "2 joins alone": lambda: film.render(joins),
        "the copy alone": film.assemble,
    }
    compare("One edited clip", "clip, 2 joins, copy", edit, runs=1 if ASKED.small else 3)


def _tell_memory(film: Film, rendered: Film) -> None:
    """The joins of a film of equal clips are all the same: those of the shorter one serve."""
    for number in range(1, len(film.shots)):
        os.link(rendered.join(1 + (number - 1) % (len(rendered.shots) - 1)), film.join(number))
    given = ("--memory", str(film.folder), "--clips", str(len(film.shots)), *(["--small"] * ASKED.small))
    said = subprocess.run([sys.executable, __file__, *given], check=True, capture_output=True, text=True).stdout
    print(f"\n{len(film.shots)} clips, {film.frames / 24 / 60:.1f} minutes: {said.strip()}", flush=True)


def assemble_and_tell(folder: Path, clips: int) -> None:
    """Join a film that is there, in a process of its own, and print what that took."""
    shots = [
        Shot(folder / f"clip_{number:03d}.mp4", FRAMES, FADE if number else CUT, FADE if number < clips - 1 else CUT)
        for number in range(clips)
    ]
    report = Film(folder, shots, ffmpeg.binary()).assemble()
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    apart_ms = abs(report.sound_s - report.duration_s) * 1000
    print(f"peak memory {peaks[0]:.0f} MB, ffmpeg {peaks[1]:.0f} MB; sound and picture end {apart_ms:.1f} ms apart")


if __name__ == "__main__":
    if ASKED.memory:
        assemble_and_tell(ASKED.memory, ASKED.clips)
    else:
        main()
