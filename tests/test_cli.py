"""The program: what its commands print, write and return."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from conftest import Studio, draw, small_film

from workflow_lib.media.probe import probe


def test_a_new_project_builds_as_it_is(studio: Studio) -> None:
    """`new` writes a valid manifest that needs no picture, names the next command, and never overwrites."""
    made = studio.clipwright("new", "my_film", "--clips", "2", "--title", 'A "quoted" title')
    again = studio.clipwright("new", "my_film")
    checked = studio.clipwright("check", "my_film")

    assert made.returncode == 0
    assert made.stdout == "projects/my_film/project.yaml\n"
    assert "snakemake --cores all projects/my_film/draft.mp4" in made.stderr
    assert again.returncode == 3
    assert again.stderr == "projects/my_film: is already there (choose another name)\n"
    assert (checked.returncode, checked.stderr) == (0, "1 project checked, nothing wrong\n")


@pytest.mark.parametrize("name", ["../x", "a b", "", "a" * 101, "channels/c/x"])
def test_a_new_project_needs_a_plain_name(studio: Studio, name: str) -> None:
    """A name that is no project id is refused, and nothing is written."""
    done = studio.clipwright("new", name)

    assert done.returncode == 3
    assert "1 to 100 letters, digits, _ or -" in done.stderr
    assert not (studio.folder / "projects").exists()


def test_check_warns_of_a_prompt_that_opens_with_the_camera(studio: Studio) -> None:
    """A warning names the clip and shows the better order; it is no error."""
    manifest = small_film(studio)
    manifest["clips"][1]["prompt"] = "Slow push in. A brown field."
    studio.write(manifest)

    done = studio.clipwright("check")

    assert done.returncode == 0
    where = "projects/film/project.yaml: clips[2].prompt"
    assert f"warning: {where}: clip_02 opens with the camera; better: A brown field. Slow push in." in done.stderr


def test_check_tells_all_projects_at_once_as_json(studio: Studio) -> None:
    """Problems of several projects come in one document, with the exit code of invalid input."""
    studio.write("title: x\nclips: []\n", "one")
    studio.write("title: [\n", "two")

    done = studio.clipwright("check", "--json")

    found = json.loads(done.stdout)
    assert done.returncode == 3
    assert [problem["where"].split(":")[0].split(",")[0] for problem in found["problems"]] == [
        "projects/one/project.yaml",
        "projects/two/project.yaml",
    ]


def test_plan_tells_what_remains_and_why(built: Studio) -> None:
    """The plan of an edited film names the clip, its price and the reason; as JSON too."""
    manifest = built.manifest()
    manifest["clips"][1]["prompt"] = "Another field."
    built.write(manifest)

    told = built.clipwright("plan", "film")
    found = json.loads(built.clipwright("plan", "film", "--json").stdout)[0]

    assert "prompt changed" in told.stdout
    assert "1 to make, $0.00; film: clip_02 prompt changed" in told.stdout
    assert (found["standing"], found["price_usd"]) == ("stale", 0.0)
    assert [(clip["clip"], clip["standing"]) for clip in found["clips"]][:2] == [
        ("clip_01", "fresh"),
        ("clip_02", "stale"),
    ]


def test_status_tells_how_a_film_stands(built: Studio) -> None:
    """Status names each clip's state and the film's length, and needs no run to do so."""
    built.path("videos/clip_03.mp4").unlink()
    shutil.copyfile(built.path("videos/clip_04.mp4"), built.path("videos/clip_02.mp4"))

    found = json.loads(built.clipwright("status", "--json").stdout)[0]
    brief = built.clipwright("status", "--brief").stdout

    assert [clip["doing"] for clip in found["clips"]] == ["done", "by hand", "waiting", "done"]
    assert found["length_s"] == pytest.approx(probe(built.path("final.mp4")).duration_s, abs=0.01)
    assert not found["running"]
    assert brief.startswith("projects/film/final.mp4: to build, ")


def test_doctor_finds_what_is_there_and_what_is_not(studio: Studio) -> None:
    """A ready machine is ready without keys; a missing ffmpeg is exit code 4 by name; keys are never printed."""
    (studio.folder / ".env").write_text("KIE_API_KEY=canary-1234\n")
    ready = studio.clipwright("doctor", "--json")
    (studio.folder / "config.yaml").write_text("ffmpeg: nowhere/ffmpeg\n")
    lacking = studio.clipwright("doctor")

    states = {finding["name"]: finding["state"] for finding in json.loads(ready.stdout)}
    assert ready.returncode == 0
    assert states["ffmpeg"] == "ok"
    assert (states["KIE_API_KEY"], states["GEMINI_API_KEY"]) == ("ok", "optional")
    assert "canary" not in ready.stdout + ready.stderr
    assert lacking.returncode == 4
    assert "not ready: ffmpeg" in lacking.stderr


def test_unknown_words_are_usage(studio: Studio) -> None:
    """A wrong option is exit code 2."""
    assert studio.clipwright("plan", "--jason").returncode == 2
    assert studio.clipwright("plam").returncode == 2


def test_projects_are_completed(built: Studio) -> None:
    """The shell completes project ids."""
    done = built.run(
        sys.executable,
        "-c",
        "from workflow_lib.cli import naming; print([item.value for item in naming.complete(None, None, 'fi')])",
    )

    assert done.stdout == "['film']\n"


@pytest.mark.parametrize("kind", ["still", "pair", "words"])
def test_a_clip_by_hand(studio: Studio, kind: str) -> None:
    """The wrapper script makes a clip from a picture, a pair or words, in the size of the picture."""
    first = draw(studio.folder / "a.png", size=(130, 71))
    last = draw(studio.folder / "b.png", "#803020", size=(130, 71))
    pictures = {
        "still": ["--image", str(first)],
        "pair": ["--image", str(first), "--last-frame", str(last)],
        "words": [],
    }
    options = [*pictures[kind], "--prompt", "A field. Slow pan left.", "--output", "out/clip.mp4", "--duration", "0.5"]

    done = studio.run(sys.executable, "scripts/generate_video.py", *options)

    assert done.returncode == 0, done.stdout
    info = probe(studio.folder / "out/clip.mp4")
    assert info.video is not None
    assert (info.video.width, info.video.height) == ((1920, 1080) if kind == "words" else (130, 70))
    assert info.video.frames == 12


def test_a_clip_by_hand_says_all_that_is_wrong(studio: Studio) -> None:
    """Wrong options are one line each and exit code 3, and nothing is written."""
    options = ["--image", "no.png", "--prompt", " ", "--output", "x.avi", "--duration", "7", "--backend", "kling"]

    done = studio.run(sys.executable, "scripts/generate_video.py", *options)

    assert done.returncode == 3
    assert done.stdout.splitlines() == [
        "generate_video: --image: no.png is not there",
        "--prompt: is empty; say what happens in the clip",
        "--duration: kling makes 5 or 10 s, not 7 s",
        "--output: x.avi does not end in .mp4",
    ]
    assert sorted(path.name for path in studio.folder.iterdir() if path.is_file()) == ["Snakefile", "config.yaml"]


def test_every_command_and_exit_code_is_documented() -> None:
    """The README names each command, each exit code and each option of the wrapper script."""
    from conftest import REPO  # noqa: PLC0415

    from workflow_lib import errors  # noqa: PLC0415
    from workflow_lib.cli.main import program  # noqa: PLC0415

    text = (REPO / "README.md").read_text()
    codes = {
        value.exit_code for value in vars(errors).values() if isinstance(value, type) and hasattr(value, "exit_code")
    }

    assert [name for name in program.commands if f"`clipwright {name}" not in text] == []
    assert [code for code in sorted(codes) if f"\n| {code} | " not in text] == []
    assert [
        word
        for word in ("--image", "--prompt", "--output", "--last-frame", "--duration", "--backend")
        if word not in text
    ] == []
    assert Path(REPO / "docs/galapagos.jpg").exists()
