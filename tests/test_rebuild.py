"""What is built again after a change, and what is not: asked of real dry runs on a real film."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest
from conftest import Studio, draw, small_film
from PIL import Image

NOTHING: Counter[str] = Counter()
ONE_CLIP = Counter(generate_clip=1, conform_clip=1, assemble_film=1)
SOUND = Counter(mix_sound=1)


def test_an_edited_prompt_makes_one_clip_and_says_why(built: Studio) -> None:
    """One edited prompt is one clip, its conformed copy and the film; undone, it is nothing."""
    before = built.manifest()
    manifest = built.manifest()
    manifest["clips"][1]["prompt"] = "A brown field in rain. Slow push in."
    built.write(manifest)

    jobs, said = built.planned()
    built.write(before)
    undone, _ = built.planned()

    assert jobs == ONE_CLIP, said
    assert "clip_02  animatic  0.5 s  $0.00  prompt changed" in said
    assert "3 clips kept, 1 to make, $0.00" in said
    assert undone == NOTHING


def test_an_edited_clip_leaves_the_other_files_alone(built: Studio) -> None:
    """Building after the edit of one clip writes that clip, and no other clip, composite or narration."""
    kept = [built.path(f"videos/clip_0{number}.mp4") for number in (1, 3, 4)]
    kept += [built.path("assets/composites/clip_01.png"), built.path("audio/narration/clip_01.wav")]
    before = [path.stat().st_mtime_ns for path in kept]
    old = built.path("videos/clip_02.mp4").read_bytes()
    manifest = built.manifest()
    manifest["clips"][1]["prompt"] = "A brown field. Slow tilt up."
    built.write(manifest)

    built.build()

    assert [path.stat().st_mtime_ns for path in kept] == before
    assert built.path("videos/clip_02.mp4").read_bytes() != old
    assert "Nothing to be done" in built.build()


def test_one_pixel_of_a_composite_makes_one_clip(built: Studio) -> None:
    """A picture that differs in one pixel is another picture."""
    path = built.path("assets/composites/clip_02.png")
    image = Image.open(path)
    image.putpixel((3, 3), (1, 2, 3))
    image.save(path)

    jobs, said = built.planned()

    assert jobs == ONE_CLIP, said
    assert "clip_02  animatic  0.5 s  $0.00  picture changed" in said


def test_one_pixel_of_a_composed_picture_is_the_users_word(built: Studio) -> None:
    """A composite that was retouched is kept as it is, and its clip is made from it."""
    path = built.path("assets/composites/clip_01.png")
    image = Image.open(path)
    image.putpixel((3, 3), (1, 2, 3))
    image.save(path)
    retouched = path.read_bytes()

    jobs, said = built.planned()
    built.build()

    assert jobs == ONE_CLIP, said
    assert path.read_bytes() == retouched


def test_the_same_pixels_in_another_file_change_nothing(built: Studio) -> None:
    """A picture saved anew, with other bytes and the same pixels, is the same picture."""
    path = built.path("assets/composites/clip_02.png")
    Image.open(path).save(path, compress_level=1, dpi=(300, 300))

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_one_pixel_of_a_layer_composes_and_makes_one_clip(built: Studio) -> None:
    """A changed layer composes its picture again and makes its clip again."""
    draw(built.path("assets/hill.png"), "#507051")

    jobs, said = built.planned()

    assert jobs == ONE_CLIP + Counter(compose_picture=1), said
    assert "clip_01  animatic  0.5 s  $0.00  picture changed" in said


def test_an_added_clip_makes_that_clip(built: Studio) -> None:
    """A clip at the end of the list is one clip and the film."""
    manifest = built.manifest()
    manifest["clips"].append({"prompt": "One more thing.", "source": "text"})
    built.write(manifest)

    jobs, said = built.planned()

    assert jobs == ONE_CLIP + SOUND, said
    assert "clip_05  animatic  0.5 s  $0.00  new" in said


def test_a_removed_clip_makes_only_the_film(built: Studio) -> None:
    """Without its last clip the film is mixed and joined again, nothing is made, and the removed clip stays."""
    manifest = built.manifest()
    del manifest["clips"][3]
    built.write(manifest)

    jobs, said = built.planned()
    built.build()

    assert jobs == Counter(assemble_film=1) + SOUND, said
    assert "final.mp4  clip_04 removed" in said
    assert built.path("videos/clip_04.mp4").exists()


def test_two_swapped_clips_are_two_clips(built: Studio) -> None:
    """Clips are known by their numbers: two that change places are made again, and no other."""
    manifest = built.manifest()
    clips = manifest["clips"]
    clips[2]["keyframes"] = {"start": "keyframes/clip_03_start.png", "end": "keyframes/clip_03_end.png"}
    clips[2], clips[3] = clips[3], clips[2]
    built.write(manifest)

    jobs, said = built.planned()

    assert jobs == Counter(generate_clip=2, conform_clip=2, assemble_film=1), said
    assert "2 clips kept, 2 to make" in said


def test_a_deleted_clip_comes_back(built: Studio) -> None:
    """A clip that is gone is made again, though the film is there and nothing else changed."""
    built.path("videos/clip_02.mp4").unlink()

    jobs, said = built.planned()
    built.build()

    assert jobs == ONE_CLIP, said
    assert "clip_02.mp4 is gone" in said
    assert built.path("videos/clip_02.mp4").exists()


def test_a_clip_put_there_by_hand_is_kept(built: Studio) -> None:
    """The user's own clip goes into the film as it is, survives --forceall, and no edit of its prompt replaces it."""
    own = built.path("videos/clip_02.mp4")
    shutil.copyfile(built.path("videos/clip_04.mp4"), own)
    content = own.read_bytes()
    manifest = built.manifest()
    manifest["clips"][1]["prompt"] = "Something else."
    built.write(manifest)

    jobs, said = built.planned()
    built.build("projects/film/final.mp4", "--forceall")

    assert jobs == Counter(conform_clip=1, assemble_film=1) + SOUND, said
    assert "clip_02 replaced" in said
    assert own.read_bytes() == content
    assert "Nothing to be done" in built.build()


def test_a_hand_made_clip_named_as_target_is_left_alone(built: Studio) -> None:
    """The user's own clip is up to date as a target, and forcing it is refused with a line."""
    own = built.path("videos/clip_02.mp4")
    shutil.copyfile(built.path("videos/clip_04.mp4"), own)
    content = own.read_bytes()

    asked = built.snakemake("--cores", "1", "projects/film/videos/clip_02.mp4")
    forced = built.snakemake("--cores", "1", "-f", "projects/film/videos/clip_02.mp4")

    assert "Nothing to be done" in asked.stdout
    assert forced.returncode == 1
    assert "projects/film/videos/clip_02.mp4: put there by hand and kept; delete it to have it made" in forced.stdout
    assert own.read_bytes() == content


def test_an_edited_prompt_encodes_no_sound(built: Studio) -> None:
    """A clip whose picture alone is new leaves the sound of the film as it is, and other words make a new one."""
    manifest = built.manifest()

    def sounds() -> list[tuple[str, int]]:
        return [(path.name, path.stat().st_mtime_ns) for path in built.path(".work/final").glob("*.m4a")]

    before = sounds()
    manifest["clips"][1]["prompt"] = "Something else."
    built.write(manifest)
    built.build()
    after_picture = sounds()
    manifest["clips"][0]["narration"] = "A bird, and another."
    built.write(manifest)
    built.build()

    assert after_picture == before
    assert len(sounds()) == len(before) == 1
    assert sounds() != before


def test_edited_narration_makes_no_clip(built: Studio) -> None:
    """Other words are spoken and mixed again; the picture is not touched."""
    manifest = built.manifest()
    manifest["clips"][0]["narration"] = "A bird, and another."
    built.write(manifest)

    jobs, said = built.planned()

    assert jobs == Counter(narrate_clip=1, conform_clip=1, assemble_film=1) + SOUND, said
    assert "narration of clip_01 changed" in said


def test_a_lost_picture_of_a_finished_clip_changes_nothing(built: Studio) -> None:
    """A keyframe that is gone is no problem while the clip that was made from it is there."""
    built.path("keyframes/clip_03_start.png").unlink()

    jobs, said = built.planned()

    assert jobs == NOTHING, said


def test_a_draft_never_touches_the_clips(built: Studio) -> None:
    """The draft has clips of its own: those of the film stay as they are, byte for byte and stamp for stamp."""
    clips = sorted(built.path("videos").iterdir())
    before = [(path.name, path.stat().st_mtime_ns) for path in clips]

    built.build("projects/film/draft.mp4")

    assert [(path.name, path.stat().st_mtime_ns) for path in sorted(built.path("videos").iterdir())] == before
    assert built.path("draft.mp4").exists()
    assert "Nothing to be done" in built.build("projects/film/draft.mp4")


def test_one_clip_can_be_built_alone(studio: Studio) -> None:
    """A clip is a target of its own."""
    small_film(studio)

    studio.build("projects/film/videos/clip_04.mp4")

    assert [path.name for path in sorted(studio.path("videos").iterdir())] == ["clip_04.json", "clip_04.mp4"]


def test_a_user_can_force_everything(built: Studio) -> None:
    """--forceall makes all clips again and leaves a film that is up to date."""
    jobs, _ = built.planned("projects/film/final.mp4", "--forceall")

    built.build("projects/film/final.mp4", "--forceall")

    assert jobs["generate_clip"] == 4
    assert "Nothing to be done" in built.build()


def test_all_builds_every_project_and_channel(studio: Studio) -> None:
    """`all` finds projects and the projects of channels."""
    small_film(studio)
    small_film(studio, "../channels/c/projects/two")

    done = studio.snakemake("--cores", "2", "all")

    assert done.returncode == 0, done.stdout
    assert studio.path("final.mp4").exists()
    assert (studio.folder / "channels/c/projects/two/final.mp4").exists()


def test_a_removed_line_is_silent(built: Studio) -> None:
    """Without its narration a clip is as long as its picture and has no voice, though the recording is still there."""
    manifest = built.manifest()
    del manifest["clips"][0]["narration"]
    built.write(manifest)

    built.build()

    assert json.loads(built.path(".work/final/clip_01.json").read_text())["frames"] == 6
    assert built.path("audio/narration/clip_01.wav").exists()
    assert "Nothing to be done" in built.build()


@pytest.mark.parametrize("name", ["final.mp4", ".work/final/clip_01.mp4", ".work/final/sound.m4a"])
def test_a_torn_file_is_made_again(built: Studio, name: str) -> None:
    """A film or a conformed file that was cut short is noticed, and the plain command heals it."""
    path = built.path(name)
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.truncate(size // 2)
    if name != "final.mp4":
        built.write(built.manifest() | {"title": "Another title"})

    built.build()

    assert path.stat().st_size == size
    assert "Nothing to be done" in built.build()


def test_a_clip_that_cannot_be_made_again_is_not_thrown_away(built: Studio) -> None:
    """An edited prompt whose picture is gone stops the run before the good clip is touched, and undone it is well."""
    before = built.manifest()
    manifest = built.manifest()
    manifest["clips"][1]["prompt"] = "Something else."
    built.write(manifest)
    built.path("assets/composites/clip_02.png").unlink()
    clip = built.path("videos/clip_02.mp4").read_bytes()

    done = built.snakemake("--cores", "1", "projects/film/final.mp4")
    built.write(before)

    what = "clip_02 must be made again (prompt changed), and its picture is gone (put it back or name another)"
    assert done.returncode == 3
    assert f"projects/film/project.yaml: clips[2]: {what}" in done.stdout
    assert built.path("videos/clip_02.mp4").read_bytes() == clip
    assert "Nothing to be done" in built.build()


def test_a_hand_made_composite_under_a_hand_made_clip_is_kept(built: Studio) -> None:
    """Forcing a composite that the user made is refused, also when the clip is the user's too."""
    shutil.copyfile(built.path("videos/clip_04.mp4"), built.path("videos/clip_01.mp4"))
    own = draw(built.path("assets/composites/clip_01.png"), "#102030")
    content = own.read_bytes()

    done = built.snakemake("--cores", "1", "-f", "projects/film/assets/composites/clip_01.png")

    assert done.returncode == 1
    assert "put there by hand and kept" in done.stdout
    assert own.read_bytes() == content


GARBLED = {
    ".work/digests.json": ['{"videos/clip_01.mp4": 5}', "[" * 100_000, "no json"],
    "videos/clip_02.json": ["[" * 100_000, '{"request": null}', '{"file": 3, "pictures": []}', "\x00"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in GARBLED.items() for text in texts])
def test_garbled_records_are_no_error(built: Studio, name: str, text: str) -> None:
    """A torn record never stops a plan: what is remembered is read anew, a clip without a receipt is the user's."""
    built.path(name).write_text(text)

    jobs, said = built.planned()

    assert jobs["generate_clip"] == 0, said
    assert jobs["conform_clip"] == 0, said


def test_a_paid_voice_without_a_key_stops_before_anything_is_made(built: Studio) -> None:
    """A line that nobody can be asked for stops the run with exit code 4; the draft speaks it."""
    manifest = built.manifest() | {"voice": "elevenlabs:abc"}
    manifest["clips"][1]["prompt"] = "Something else."
    built.write(manifest)
    clip = built.path("videos/clip_02.mp4").read_bytes()

    done = built.snakemake("--cores", "1", "projects/film/final.mp4")

    assert done.returncode == 4
    assert "ELEVENLABS_API_KEY is not set" in done.stdout
    assert built.path("videos/clip_02.mp4").read_bytes() == clip
    assert built.build("projects/film/draft.mp4")


def test_a_clip_put_there_during_a_run_is_kept(built: Studio) -> None:
    """A file that the user puts in the place of a clip that is still to be made is kept and used."""
    manifest = built.manifest()
    for clip in manifest["clips"]:
        clip["prompt"] += " Again."
    built.write(manifest)
    content = built.path("final.mp4").read_bytes()
    run = built.start("--cores", "1", "projects/film/final.mp4")
    assert run.stdout is not None
    # The scheduler makes one clip after the other: when the first is begun, the others are still to come.
    while "Job " not in (line := run.stdout.readline()) or "Generate" not in line:
        assert line
    number = next(number for number in "4321" if f"clip_0{number}" not in line)
    own = built.path(f"videos/clip_0{number}.mp4")
    own.unlink(missing_ok=True)
    own.write_bytes(content)

    said, _ = run.communicate(timeout=300)

    assert run.returncode == 0, said
    assert own.read_bytes() == content
    assert "Nothing to be done" in built.build()
