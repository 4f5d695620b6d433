"""Crossfades between 18 clips of 10 s: a whole film, one edited clip, and the memory of 180 clips.

.venv/bin/python benchmarks/transitions.py [--small]
BENCH_MOVIEPY_PYTHON=other-venv/bin/python .venv/bin/python benchmarks/transitions.py   # benchmarks/requirements.txt

editly is not compared: npm must build its native parts from the net. --small: tiny pictures, to try the script.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ffmpeg as ffmpeg_python
from side_by_side import Things, compare, machine, quiet

from workflow_lib.film import DEFAULT_LEVEL, FilmSpec
from workflow_lib.media import assemble, conform, encode, ffmpeg, sound, transition
from workflow_lib.media.transition import Shot
from workflow_lib.transitions import CUT, Transition

SMALL = "--small" in sys.argv
SPEC = FilmSpec(320, 180, Fraction(24)) if SMALL else FilmSpec(1920, 1080, Fraction(24))
CLIPS, FRAMES = 18, 240
FADE = Transition("crossfade", 12)
MEMORY = "--memory"
MOVIEPY = """
import sys
from moviepy import CompositeVideoClip, VideoFileClip, vfx
clips = [VideoFileClip(name) for name in sys.argv[2:]]
at, laid = 0, []
for number, clip in enumerate(clips):
    laid.append(clip.with_start(at).with_effects([vfx.CrossFadeIn(0.5)] if number else []))
    at += clip.duration - 0.5
film = CompositeVideoClip(laid).with_duration(at + 0.5)
film.write_videofile(sys.argv[1], codec="libx264", preset="veryfast", audio_codec="aac", logger=None)
"""


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
    """Measure a whole film, an edit, and the memory of long films."""
    tool = ffmpeg.binary()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip, conformed = make_clip(folder, tool), folder / "conformed.mp4"

        def encode_clip() -> None:
            conform.conform_picture(clip, conformed, SPEC, encode.FINAL, frames=FRAMES, ffmpeg=tool, decoded=True)

        encode_clip()
        film = make_film(folder / "film", CLIPS, conformed, tool)
        every = list(range(1, CLIPS))

        def render_and_assemble() -> None:
            film.render(every)
            film.assemble()

        def edit_one() -> None:
            encode_clip()
            film.render([8, 9])
            film.assemble()

        whole: Things = {"Clipwright: 17 joins, copy, verify": render_and_assemble}
        runs = 1 if SMALL else 3
        compare("A film with 17 crossfades", next(iter(whole)), whole | _rivals(film, tool), runs=1, warm_up=0)
        edit: Things = {
            "clip, 2 joins, copy": edit_one,
            "the clip's encode alone": encode_clip,
            "2 joins alone": lambda: film.render([8, 9]),
            "the copy alone": film.assemble,
        }
        compare("One edited clip", "clip, 2 joins, copy", edit, runs=runs)
        for count in (CLIPS, 10 * CLIPS):
            _tell_memory(make_film(folder / f"film_{count}", count, conformed, tool), film)


def _rivals(film: Film, tool: str) -> Things:
    clips = [str(shot.path) for shot in film.shots]
    inputs = [word for clip in clips for word in ("-i", clip)]
    step_s = (FRAMES - FADE.overlap) / 24
    chain, before = "", "0:v"
    for number in range(1, CLIPS):
        name = f"v{number}"
        chain += f"[{before}][{number}:v]xfade=transition=fade:duration=0.5:offset={number * step_s:g}[{name}];"
        before = name
    encoded = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "copy")
    mapped = ("-map", f"[{before}]", "-map", f"{CLIPS}:a", *encoded, str(film.folder / "xfade.mp4"))
    sounded = ("-i", str(film.folder / "sound.m4a"), "-filter_complex", chain.rstrip(";"))
    found: Things = {
        "ffmpeg xfade chain, x264 veryfast": quiet(tool, "-y", "-loglevel", "error", *inputs, *sounded, *mapped)
    }
    python = os.environ.get("BENCH_MOVIEPY_PYTHON")
    if python is None:
        print("MoviePy is left out: BENCH_MOVIEPY_PYTHON is not set")
        return found
    command = [python, "-c", MOVIEPY, str(film.folder / "moviepy.mp4"), *clips]
    return found | {"MoviePy 2, x264 veryfast": lambda: subprocess.run(command, check=True, capture_output=True)}


def _tell_memory(film: Film, rendered: Film) -> None:
    """The joins of a film of equal clips are all the same: those of the shorter one serve."""
    for number in range(1, len(film.shots)):
        os.link(rendered.join(1 + (number - 1) % (CLIPS - 1)), film.join(number))
    command = [sys.executable, __file__, MEMORY, str(film.folder), str(len(film.shots)), *(["--small"] * SMALL)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
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
    if MEMORY in sys.argv:
        assemble_and_tell(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
