"""Who else joins clips with crossfades: ffmpeg's xfade, MoviePy 2 and editly, each encoding the film with x264 veryfast.

MoviePy is run by the Python that BENCH_MOVIEPY_PYTHON names (requirements.txt beside this file), and editly by the
command that BENCH_EDITLY names; where no screen is, under xvfb-run. Its native parts are built so, on Debian 12 with
Node 20, in a folder of its own:

apt-get install g++ make pkg-config libcairo2-dev libpango1.0-dev libjpeg-dev libgif-dev librsvg2-dev libxi-dev \
    libglu1-mesa-dev libglew-dev libgl1-mesa-dri xvfb xauth ffmpeg
npm_config_build_from_source=true npm_config_nodedir=/usr npm install editly@0.14.2
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from side_by_side import Things, quiet

from workflow_lib.film import FilmSpec

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")
MOVIEPY = """
import sys
from moviepy import AudioFileClip, CompositeVideoClip, VideoFileClip, vfx
out, sound, fade_s = sys.argv[1], sys.argv[2], float(sys.argv[3])
clips = [VideoFileClip(name) for name in sys.argv[4:]]
at, laid = 0, []
for number, clip in enumerate(clips):
    laid.append(clip.with_start(at).with_effects([vfx.CrossFadeIn(fade_s)] if number else []))
    at += clip.duration - fade_s
film = CompositeVideoClip(laid).with_duration(at + fade_s).with_audio(AudioFileClip(sound))
film.write_videofile(
    out, codec="libx264", preset="veryfast", ffmpeg_params=["-crf", "20"], audio_codec="aac", logger=None
)
"""


@dataclass(frozen=True)
class Job:
    """Clips of equal length to be joined with crossfades, and the sound to be put under them."""

    clips: list[Path]
    sound: Path
    clip_s: float
    fade_s: float
    spec: FilmSpec
    folder: Path


def rivals(job: Job, tool: str) -> Things:
    """What can be timed on this machine; what cannot is told."""
    found: Things = {"ffmpeg xfade chain, x264 veryfast": quiet(*_xfade(job, tool))}
    python, editly = os.environ.get("BENCH_MOVIEPY_PYTHON"), os.environ.get("BENCH_EDITLY")
    if editly is None:
        print("editly is left out: BENCH_EDITLY is not set")
    else:
        found["editly, x264 veryfast"] = quiet(*_editly(job, editly, tool))
    if python is None:
        print("MoviePy is left out: BENCH_MOVIEPY_PYTHON is not set")
    else:
        given = (str(job.folder / "moviepy.mp4"), str(job.sound), str(job.fade_s), *map(str, job.clips))
        found["MoviePy 2, x264 veryfast"] = quiet(python, "-c", MOVIEPY, *given)
    return found


def _xfade(job: Job, tool: str) -> tuple[str, ...]:
    inputs = [word for clip in (*job.clips, job.sound) for word in ("-i", str(clip))]
    chain, before = [], "0:v"
    for number in range(1, len(job.clips)):
        offset = number * (job.clip_s - job.fade_s)
        fade = f"xfade=transition=fade:duration={job.fade_s:g}:offset={offset:g}"
        chain.append(f"[{before}][{number}:v]{fade}[v{number}]")
        before = f"v{number}"
    mapped = ("-map", f"[{before}]", "-map", f"{len(job.clips)}:a", *X264, "-c:a", "copy")
    graph = ("-filter_complex", ";".join(chain))
    return (tool, "-y", "-loglevel", "error", *inputs, *graph, *mapped, str(job.folder / "xfade.mp4"))


def _editly(job: Job, editly: str, tool: str) -> tuple[str, ...]:
    """The clips have the film's size, so they need no blurred surround, which is what takes editly longest."""
    edit = {
        "outPath": str(job.folder / "editly.mp4"),
        "width": job.spec.width,
        "height": job.spec.height,
        "fps": int(job.spec.fps),
        "ffmpegPath": tool,
        "audioFilePath": str(job.sound),
        "customOutputArgs": [*X264, "-c:a", "aac"],
        "defaults": {"transition": {"name": "fade", "duration": job.fade_s}},
        "clips": [{"layers": [{"type": "video", "path": str(clip), "resizeMode": "stretch"}]} for clip in job.clips],
    }
    told = job.folder / "editly.json"
    told.write_text(json.dumps(edit))
    screen = () if "DISPLAY" in os.environ else (shutil.which("xvfb-run") or "xvfb-run", "-a")
    return (*screen, editly, "--json", str(told))
