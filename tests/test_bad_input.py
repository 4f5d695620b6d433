"""Each wrong input has its one clear error and its exit code, and nothing is written."""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Manifest, Studio, draw, small_film

Break = Callable[[Studio, Manifest], None]


def huge_png(path: Path) -> None:
    """A valid header of 30000x30000 pixels with hardly any data behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)))


def _clip(change: Callable[[dict[str, object]], object]) -> Break:
    def apply(studio: Studio, manifest: Manifest) -> None:
        change(manifest["clips"][1])
        studio.write(manifest)

    return apply


def _file(change: Callable[[Path], object], name: str = "assets/composites/clip_02.png") -> Break:
    def apply(studio: Studio, _: Manifest) -> None:
        change(studio.path(name))

    return apply


def _text(text: str) -> Break:
    return lambda studio, _: studio.write(text)


def _outside(path: Path) -> None:
    path.unlink()
    other = path.parents[4] / "elsewhere.png"
    draw(other)
    path.symlink_to(other)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 10)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)

WHERE = "projects/film/project.yaml"
PICTURE = f"{WHERE}: clips[2]: projects/film/assets/composites/clip_02.png"

CASES: dict[str, tuple[Break, str]] = {
    "unknown key": (
        _clip(lambda clip: clip.update(naration="x")),
        f"{WHERE}: clips[2].naration: is not a key that is known here (did you mean `narration`?)",
    ),
    "clip without picture": (
        _file(lambda path: path.unlink()),
        f"{WHERE}: clips[2]: clip_02 has no picture (write `composite:`, `keyframes:` or `source: text`, or put",
    ),
    "duplicate number": (
        _clip(lambda clip: clip.update(number=1)),
        f"{WHERE}: clips[2].number: is clip 1, and so is clips[1] (give each clip its own number)",
    ),
    "number 0": (
        _clip(lambda clip: clip.update(number=0)),
        f"{WHERE}: clips[2].number: should be greater than or equal to 1",
    ),
    "number 1000": (
        _clip(lambda clip: clip.update(number=1000)),
        f"{WHERE}: clips[2].number: should be less than or equal to 999",
    ),
    "empty prompt": (
        _clip(lambda clip: clip.update(prompt="  ")),
        f"{WHERE}: clips[2].prompt: is empty; say what happens in the clip",
    ),
    "prompt too long": (
        _clip(lambda clip: clip.update(prompt="a" * 2501)),
        f"{WHERE}: clips[2].prompt: clip_02 has a prompt of 2501 characters (animatic takes 2500 at most)",
    ),
    "wrong duration for the backend": (
        _clip(lambda clip: clip.update(backend="veo", duration=10)),
        f"{WHERE}: clips[2].duration: clip_02 wants 10 s, which veo cannot make (it makes 4 or 6 or 8 s)",
    ),
    "composite is a text file": (
        _file(lambda path: path.write_text("not a picture")),
        f"{PICTURE} is not a picture",
    ),
    "truncated PNG": (
        _file(lambda path: path.write_bytes(path.read_bytes()[:150])),
        f"{PICTURE} is cut short",
    ),
    "10x10 PNG": (
        _file(lambda path: draw(path, size=(10, 10))),
        f"{PICTURE} is 10x10, the film is 128x72 (make it that size, or give clip_02 `fit: cover | contain | blur`)",
    ),
    "30000x30000 PNG": (
        _file(huge_png),
        f"{PICTURE} has 900 megapixels; at most 64 are read",
    ),
    "path with ..": (
        _clip(lambda clip: clip.update(composite="../x.png")),
        f"{WHERE}: clips[2].composite: '../x.png' leads out of the project's folder",
    ),
    "absolute path": (
        _clip(lambda clip: clip.update(composite="/etc/x.png")),
        f"{WHERE}: clips[2].composite: '/etc/x.png' leads out of the project's folder",
    ),
    "empty title": (_text("title: ''\nclips: []\n"), f"{WHERE}: title: is empty"),
    "voice that is no voice": (
        _text("title: x\nvoice: george\nclips: []\n"),
        f"{WHERE}: voice: should be scratch, or elevenlabs:<voice id> with the id that",
    ),
    "long title": (
        _text(f"title: {'x' * 201}\nclips: []\n"),
        f"{WHERE}: title: has 201 characters; 200 at most are taken",
    ),
    "size of one number": (
        _text("title: x\nsize: [64]\nclips: []\n"),
        f"{WHERE}: size: should have at least 2 values, not 1",
    ),
    "table of one line": (
        _text("title: x\nstory: [18]\n"),
        f"{WHERE}: story: should be `key: value` lines",
    ),
    "list of paths": (
        _clip(lambda clip: clip.update(composite=["assets/hill.png"])),
        f"{WHERE}: clips[2].composite: should be text or `key: value` lines",
    ),
    "link out of the project": (
        _file(_outside),
        f"{WHERE}: clips[2]: clip_02 needs projects/film/assets/composites/clip_02.png, which is a link out of the",
    ),
    "two picture sources": (
        _clip(lambda clip: clip.update(source="text", composite="assets/hill.png")),
        f"{WHERE}: clips[2]: has more than one picture source (composite, source: text); keep one",
    ),
    "continues a clip without an end": (
        _clip(lambda clip: clip.update({"continue": True})),
        f"{WHERE}: clips[2].continue: clip_02 continues the clip before it, which has no end keyframe",
    ),
    "YAML alias bomb": (_text(BOMB), f"{WHERE}: expands to more than 200000 values"),
    "YAML with tabs": (
        _text("title: x\nclips:\n\t- prompt: a\n"),
        f"{WHERE}, line 3: is indented with a tab (YAML wants spaces)",
    ),
    "empty file": (_text(""), f"{WHERE}: is empty"),
    "not a table": (_text("- a\n- b\n"), f"{WHERE}: is not a list of `key: value` lines"),
    "no clips": (_text("title: x\nclips: []\n"), f"{WHERE}: clips: there are no clips"),
    "bytes that are no text": (
        _file(lambda path: path.write_bytes(b"title: \xff\xfe"), "project.yaml"),
        f"{WHERE}: is not UTF-8 text (byte 7) (save it as UTF-8)",
    ),
    "twice the same key": (
        _text("title: a\ntitle: b\n"),
        f"{WHERE}, line 2: the key 'title' stands twice",
    ),
}


def everything(studio: Studio) -> set[Path]:
    """All files of the projects."""
    return {path for path in (studio.folder / "projects").rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", CASES)
def test_wrong_input_is_one_line_and_exit_3(studio: Studio, name: str) -> None:
    """A wrong manifest or picture stops the run before anything is written, in one line, with exit code 3."""
    change, expected = CASES[name]
    change(studio, small_film(studio))
    before = everything(studio)

    done = studio.snakemake("--cores", "1", "projects/film/final.mp4")

    told = [line for line in done.stdout.splitlines() if line.startswith("projects/film/")]
    assert done.returncode == 3, done.stdout
    assert [line for line in told if line.startswith(expected)] == told, done.stdout
    assert len(told) == 1
    assert "Traceback" not in done.stdout
    assert everything(studio) == before


def test_all_problems_of_a_file_come_together(studio: Studio) -> None:
    """Three mistakes are three lines of one run."""
    manifest = small_film(studio)
    manifest["sice"] = [1, 2]
    manifest["clips"][0]["duration"] = "long"
    manifest["clips"][3]["seed"] = -1
    studio.write(manifest)

    done = studio.clipwright("check", "film")

    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        f"{WHERE}: clips[1].duration: should be a number",
        f"{WHERE}: clips[4].seed: should be greater than or equal to 0",
        f"{WHERE}: sice: is not a key that is known here (did you mean `size`?)",
    ]


@pytest.mark.parametrize("name", ["a b", "a;b", "..", "x" * 101, "a/b", "ü"])
def test_a_wrong_project_id_is_one_line(studio: Studio, name: str) -> None:
    """A project id that is not made of letters, digits, _ and - is refused by Snakemake's run and by the program."""
    done = studio.snakemake("-n", f"projects/{name}/final.mp4")
    told = studio.clipwright("check", f"projects/{name}")

    assert done.returncode == 3, done.stdout
    assert "<id> is 1 to 100 letters, digits, _ or -" in done.stdout
    assert "Traceback" not in done.stdout
    assert told.returncode == 3
    assert "1 to 100 letters, digits, _ or -" in told.stderr


def test_an_unknown_project_is_one_line(studio: Studio) -> None:
    """A project that is not there is named."""
    done = studio.snakemake("-n", "projects/nothing/final.mp4")

    assert done.returncode == 3
    assert "projects/nothing/project.yaml: there is no such file" in done.stdout


def test_a_wrong_setting_is_one_line(studio: Studio) -> None:
    """A wrong key of config.yaml or of --config stops the run."""
    done = studio.snakemake("-n", "all", "--config", "bakend=kling", "kling_max_in_flight=9")

    assert done.returncode == 3
    assert "bakend: is not a key that is known here (did you mean `backend`?)" in done.stdout
    assert "kling_max_in_flight: should be less than or equal to 5" in done.stdout


def test_a_missing_ffmpeg_is_one_line(studio: Studio) -> None:
    """An ffmpeg that is not there fails with exit code 4, by name, before anything is written."""
    small_film(studio)
    before = everything(studio)

    done = studio.snakemake("--cores", "1", "projects/film/final.mp4", "--config", "ffmpeg=nowhere/ffmpeg")

    assert done.returncode == 4, done.stdout
    assert "nowhere/ffmpeg" in done.stdout
    assert "Traceback" not in done.stdout
    assert everything(studio) == before


def test_a_missing_key_is_one_line(studio: Studio) -> None:
    """Without a provider's key a real run ends with exit code 4 before it makes anything; a dry run needs none."""
    manifest = small_film(studio)
    manifest["duration"] = 5
    studio.write(manifest)

    planned = studio.snakemake("-n", "projects/film/final.mp4", "--config", "backend=kling")
    done = studio.snakemake("--cores", "1", "projects/film/final.mp4", "--config", "backend=kling")

    assert planned.returncode == 0
    assert "0 clips kept, 4 to buy, $0.84" in planned.stdout
    assert done.returncode == 4
    assert "KIE_API_KEY is not set; Kling needs it: set it in the environment or in .env" in done.stdout
    assert not studio.path("videos").exists()


def test_a_read_only_project_is_one_line(studio: Studio) -> None:
    """A project folder that cannot be written is named, with what to do."""
    small_film(studio)
    root = studio.path("")
    prefix: list[str] = []
    if os.geteuid() == 0:
        prefix = ["unshare", "-m", "bash", "-c", f'mount --bind -o ro {root} {root} && exec "$@"', "bash"]
    else:
        root.chmod(stat.S_IRUSR | stat.S_IXUSR)

    done = studio.run(*prefix, *studio.command("--cores", "1", "projects/film/final.mp4"))
    root.chmod(stat.S_IRWXU)

    assert done.returncode == 1, done.stdout
    assert "cannot be written" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_bad_clip_of_the_user_is_named(studio: Studio) -> None:
    """A file that the user put in a clip's place, and that is no video, fails in one line; the other clips are made."""
    small_film(studio)
    own = studio.path("videos/clip_02.mp4")
    own.parent.mkdir(parents=True)
    own.write_text("<html>not found</html>")

    done = studio.snakemake("--cores", "2", "projects/film/final.mp4")

    assert done.returncode == 1
    assert "projects/film clip 02: " in done.stdout
    assert "Traceback" not in done.stdout
    assert own.read_text() == "<html>not found</html>"
    assert studio.path("videos/clip_04.mp4").exists()
