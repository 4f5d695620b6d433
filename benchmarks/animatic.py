"""The free clips against the limit: x264 alone on the same frames, read as raw yuv420p from the page cache.

.venv/bin/python benchmarks/animatic.py [still recipe layers split morph card]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ffmpeg as ffmpeg_python
from side_by_side import ROOT, compare, machine

from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.film import FilmSpec
from workflow_lib.layout import Project
from workflow_lib.media import animatic, card, encode, morph
from workflow_lib.media.camera import CameraMove, parse_move
from workflow_lib.media.composite import working_size
from workflow_lib.media.ffmpeg import binary, run
from workflow_lib.pictures import load_picture
from workflow_lib.project import load
from workflow_lib.providers.animatic import make

FILM = load(Project(ROOT / "projects/galapagos"), Config())
CLIPS = {"recipe": 16, "layers": 10, "split": 7, "morph": 8}
WORDS = "A giant tortoise walks up the black slope, front legs first, loose cinders sliding away behind it."
SECONDS, RUNS = 10.0, 2


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of clip: how it is rendered to a file, and its frames alone."""

    title: str
    render: Callable[[Path], None]
    shot: animatic.Shot


def kind(name: str, spec: FilmSpec, folder: Path) -> Kind:
    """The kind called `name`, with pictures of the example film."""
    if name in CLIPS:
        return _of_clip(name, spec)
    size, tool = (spec.width, spec.height), binary()
    if name == "still":
        move, picture = parse_move("slow push in"), ROOT / "projects/galapagos/assets/cactus_country.png"
        return Kind(
            "still, push in",
            lambda out: animatic.render_still(picture, move, out, spec, SECONDS, encode.FINAL, ffmpeg=tool),
            animatic.still_shot(picture, move, size),
        )
    move, drawn = CameraMove("push_in", 0.6), folder / "card.png"
    card.draw_card(WORDS, working_size(size)).save(drawn)
    return Kind(
        "card",
        lambda out: animatic.render_card(WORDS, move, out, spec, SECONDS, encode.FINAL, ffmpeg=tool),
        animatic.still_shot(drawn, CameraMove("push_in", 0.3), size),
    )


def _of_clip(name: str, spec: FilmSpec) -> Kind:
    clip = FILM.clip(CLIPS[name])
    title = f"{name}: clip {clip.number} of the example, {clip.camera}"
    return Kind(title, lambda out: _made(clip, out, spec), _shot(clip, (spec.width, spec.height)))


def _made(clip: Clip, out: Path, spec: FilmSpec) -> None:
    make(clip, out, spec, encode.FINAL, composed=True, ffmpeg=binary())


def _shot(clip: Clip, size: tuple[int, int]) -> animatic.Shot:
    source = clip.source
    if source.recipe is not None:
        return animatic.recipe_shot(source.recipe, parse_move(clip.camera), size)
    if source.start is None or source.end is None:
        sys.exit(f"{clip.label} has no pictures")
    return morph.morph_shot(load_picture(source.start), load_picture(source.end), size)


def write_frames(shot: animatic.Shot, raw: Path, count: int) -> None:
    """The frames of a clip as raw yuv420p, which stays in the page cache."""
    with raw.open("wb") as stream:
        for index in range(count):
            stream.write(b"".join(bytes(memoryview(plane).cast("B")) for plane in shot(index / (count - 1)).planes()))


def encode_alone(raw: Path, out: Path, spec: FilmSpec) -> None:
    """x264 on frames that are already there, with the options of every clip."""
    size = f"{spec.width}x{spec.height}"
    frames = ffmpeg_python.input(str(raw), format="rawvideo", pix_fmt="yuv420p", s=size, framerate=str(spec.fps))
    run(frames.video.output(str(out), **encode.x264_options(spec, encode.FINAL)), ffmpeg=binary())


def main(names: list[str]) -> None:
    """Measure each kind."""
    print(machine())
    spec = FILM.spec
    for name in names:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            case, raw, out = kind(name, spec, folder), folder / "frames.yuv", folder / "out.mp4"
            write_frames(case.shot, raw, spec.frames(SECONDS))
            things: dict[str, Callable[[], object]] = {
                "the clip": lambda case=case, out=out: case.render(out),  # type: ignore[misc]
                "x264 alone": lambda raw=raw, out=out: encode_alone(raw, out, spec),  # type: ignore[misc]
            }
            compare(f"{case.title}: {SECONDS:.0f} s, {size_of(spec)}", "the clip", things, RUNS)


def size_of(spec: FilmSpec) -> str:
    """The film's picture in words."""
    return f"{spec.width}x{spec.height} at {spec.fps}, x264 {encode.FINAL.preset} crf {encode.FINAL.crf}"


if __name__ == "__main__":
    main(sys.argv[1:] or ["still", "recipe", "layers", "split", "morph", "card"])
