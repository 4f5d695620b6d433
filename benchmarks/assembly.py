"""Joining 18 conforming clips of 10 s, verified, against bare ffmpeg, re-encoding ffmpeg and MoviePy 2.

.venv/bin/python benchmarks/assembly.py
BENCH_MOVIEPY_PYTHON=other-venv/bin/python .venv/bin/python benchmarks/assembly.py   # benchmarks/requirements.txt
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path

import ffmpeg as ffmpeg_python
from side_by_side import Things, compare, machine, quiet

from workflow_lib.film import DEFAULT_LEVEL, FilmSpec
from workflow_lib.media import assemble, conform, encode, ffmpeg, sound

SPEC = FilmSpec(1920, 1080, Fraction(24))
CLIPS = 18
FRAMES = 240
MOVIEPY = """
import sys
from moviepy import VideoFileClip, concatenate_videoclips
clips = [VideoFileClip(name) for name in sys.argv[2:]]
film = concatenate_videoclips(clips)
film.write_videofile(sys.argv[1], codec="libx264", preset="veryfast", audio_codec="aac", logger=None)
"""


def make_clips(folder: Path, tool: str) -> tuple[list[Path], list[Path], Path]:
    """18 different files of about 12 MB: as clips with sound, conformed, and the sound of the film."""
    first = folder / "clip_00.mp4"
    noisy = ffmpeg_python.input(f"testsrc2=size=1920x1080:rate=24:duration={FRAMES / 24}", f="lavfi").filter(
        "noise", alls=9, allf="t"
    )
    silence = ffmpeg_python.input("anullsrc=r=48000:cl=stereo", f="lavfi", t=FRAMES / 24)
    options = encode.x264_options(SPEC, encode.FINAL) | {"crf": 23, "c:a": "aac"}
    ffmpeg.run(ffmpeg_python.output(noisy, silence, str(first), **options), ffmpeg=tool)
    conform.conform_picture(first, folder / "conformed_00.mp4", SPEC, encode.FINAL, frames=FRAMES, ffmpeg=tool)
    clips, conformed = [], []
    for number in range(CLIPS):
        clips.append(Path(shutil.copyfile(first, folder / f"a{number:02d}.mp4")))
        conformed.append(Path(shutil.copyfile(folder / "conformed_00.mp4", folder / f"b{number:02d}.mp4")))
    mixed = folder / "sound.m4a"
    silence = sound.Stems(sum(sound.samples(SPEC, [FRAMES] * CLIPS)))
    sound.mix_sound(silence, mixed, DEFAULT_LEVEL, ffmpeg=tool)
    return clips, conformed, mixed


def main() -> None:
    """Measure the copies in turn, then each re-encoder once."""
    tool = ffmpeg.binary()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips, conformed, mixed = make_clips(folder, tool)
        print(f"{CLIPS} clips of {clips[0].stat().st_size / 1e6:.1f} MB")
        listed = folder / "list.txt"
        listed.write_text("".join(f"file '{clip}'\n" for clip in clips))
        bare = (tool, "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy")
        things: Things = {
            "Clipwright: join, sound, verify": lambda: assemble.assemble(
                conformed,
                mixed,
                folder / "ours.mp4",
                SPEC,
                frames=CLIPS * FRAMES,
                ffmpeg=tool,
                texts=assemble.Texts("x", "x"),
            ),
            "ffmpeg concat -c copy": quiet(*bare, str(folder / "bare.mp4")),
            "ffmpeg concat -c copy, faststart": quiet(*bare, "-movflags", "+faststart", str(folder / "fast.mp4")),
        }
        compare("Joining, by copy", "Clipwright: join, sound, verify", things, runs=9, warm_up=2)
        compare("Joining, against encoding", "Clipwright", _slow(things, clips, folder, tool), runs=1, warm_up=0)


def _slow(things: Things, clips: list[Path], folder: Path, tool: str) -> Things:
    inputs = [part for clip in clips for part in ("-i", str(clip))]
    chain = "".join(f"[{number}:v][{number}:a]" for number in range(CLIPS)) + f"concat=n={CLIPS}:v=1:a=1"
    encoded = (*inputs, "-filter_complex", chain, "-preset", "veryfast", "-crf", "20", str(folder / "filter.mp4"))
    found: Things = {
        "Clipwright": things["Clipwright: join, sound, verify"],
        "ffmpeg concat filter, x264 veryfast": quiet(tool, "-y", "-loglevel", "error", *encoded),
    }
    python = os.environ.get("BENCH_MOVIEPY_PYTHON")
    if python is None:
        print("MoviePy is left out: BENCH_MOVIEPY_PYTHON is not set")
        return found
    command = [python, "-c", MOVIEPY, str(folder / "moviepy.mp4"), *map(str, clips)]
    return found | {"MoviePy 2, x264 veryfast": lambda: subprocess.run(command, check=True, capture_output=True)}


if __name__ == "__main__":
    main()
