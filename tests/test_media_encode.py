"""Promises of the encoder: what it writes can be joined, and what fails leaves nothing."""

from __future__ import annotations

import resource
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_samples import SPEC, ffmpeg, generate, hidden, lumas, pictures, planes, write_clip

from workflow_lib.errors import BadMedia, MissingTool, OutOfSpace
from workflow_lib.film import FilmSpec
from workflow_lib.media import encode
from workflow_lib.media.ffmpeg import binary
from workflow_lib.media.probe import probe

_FULL_DISK = """
import resource, sys
from pathlib import Path
from media_samples import write_clip
from workflow_lib.errors import OutOfSpace
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    write_clip(Path(sys.argv[1]), 48)
except OutOfSpace as error:
    print(error)
"""


def test_a_clip_has_every_frame_and_silence_of_the_same_length(tmp_path: Path) -> None:
    """A clip has exactly the frames that were written, with silent stereo sound that ends within one AAC frame."""
    clip = write_clip(tmp_path / "clip.mp4", 31)

    info = probe(clip)

    assert info.video is not None
    assert info.audio is not None
    assert (info.video.frames, info.video.fps, info.video.pix_fmt) == (31, SPEC.fps, "yuv420p")
    assert (info.audio.codec, info.audio.rate, info.audio.channels) == ("aac", 48_000, 2)
    assert abs(info.audio.duration_s - 31 / 24) <= 1024 / 48_000
    assert hidden(tmp_path) == []


def test_brightness_and_colours_pass_unchanged(tmp_path: Path) -> None:
    """The planes that go in come out, but for what the encoder loses; they are tagged as limited BT.709."""
    clip = write_clip(tmp_path / "clip.mp4", 5)

    with av.open(str(clip)) as container:
        frame = next(container.decode(video=0))
    shown = lumas(clip)

    assert (frame.colorspace, frame.color_range) == (1, 1)
    for number, picture in enumerate(shown):
        wanted = np.frombuffer(planes(number)[0], np.uint8).reshape(picture.shape)
        assert np.abs(picture - wanted).mean() < 2


def test_keyframes_come_each_second_and_groups_are_closed(tmp_path: Path) -> None:
    """Each second starts with an IDR picture, and no picture is shown before the keyframe that it is decoded after."""
    clip = write_clip(tmp_path / "clip.mp4", 60)

    with av.open(str(clip)) as container:
        packets = [(packet.pts, packet.is_keyframe) for packet in container.demux(video=0) if packet.pts is not None]

    tick = 1000
    assert [pts // tick for pts, key in packets if key] == [0, 24, 48]
    for start in (0, 24, 48):
        after = [pts for pts, _ in packets[start:]]
        assert min(after) == start * tick


def test_all_clips_of_a_film_have_the_same_parameter_sets(tmp_path: Path) -> None:
    """One frame or many, whatever they show: SPS and PPS are the same bytes."""
    clips = [write_clip(tmp_path / f"{frames}.mp4", frames, seed=frames) for frames in (1, 2, 40)]

    sets = {info.extradata_sha256 for clip in clips if (info := probe(clip).video)}

    assert len(sets) == 1


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    """Two encodes of the same frames are the same file, and the index stands before the data."""
    first, second = (write_clip(tmp_path / name, 30).read_bytes() for name in ("a.mp4", "b.mp4"))

    assert first == second
    assert first.index(b"moov") < first.index(b"mdat")


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(12)])
def test_every_frame_lasts_a_whole_number_of_ticks(fps: Fraction) -> None:
    """The time base divides each frame rate."""
    spec = FilmSpec(160, 90, fps)

    assert (encode.timescale(spec) / fps).denominator == 1


def test_an_exception_in_the_caller_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """When frame making fails, ffmpeg ends, the target is as it was, and no temporary file stays."""
    target = tmp_path / "clip.mp4"
    target.write_text("old")

    def fail_after_a_frame() -> None:
        with encode.clip_writer(target, SPEC, encode.DRAFT, ffmpeg=ffmpeg()) as writer:
            writer.write(*planes(0))
            raise RuntimeError("no more frames")

    with pytest.raises(RuntimeError, match="no more frames"):
        fail_after_a_frame()

    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_dead_encoder_is_bad_media_with_its_reason(tmp_path: Path) -> None:
    """When ffmpeg refuses its options, the error says why, and nothing is left."""
    impossible = encode.Quality("no-such-preset", 20)

    def write_many() -> None:
        with encode.clip_writer(tmp_path / "clip.mp4", SPEC, impossible, ffmpeg=ffmpeg()) as writer:
            for number in range(200):
                writer.write(*planes(number))

    with pytest.raises(BadMedia, match="preset"):
        write_many()

    assert list(tmp_path.iterdir()) == []


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    """No frames, no clip."""
    with (
        pytest.raises(BadMedia, match="at least one frame"),
        encode.clip_writer(tmp_path / "clip.mp4", SPEC, encode.FINAL, ffmpeg=ffmpeg()),
    ):
        pass

    assert list(tmp_path.iterdir()) == []


def test_a_plane_of_another_size_is_refused(tmp_path: Path) -> None:
    """A plane that would shift all others is an error at once."""
    luma, blue, red = planes(0)

    with (
        pytest.raises(ValueError, match="planes of"),
        encode.clip_writer(tmp_path / "clip.mp4", SPEC, encode.FINAL, ffmpeg=ffmpeg()) as writer,
    ):
        writer.write(luma, blue, red[:-1])


def test_a_full_disk_is_out_of_space(tmp_path: Path) -> None:
    """A disk that is full while the clip is encoded is told as such, and nothing is left."""
    tests = str(Path(__file__).parent)

    done = subprocess.run(
        [sys.executable, "-B", "-c", _FULL_DISK, str(tmp_path / "clip.mp4")],
        env={"PYTHONPATH": f"{tests}:{Path(tests).parent}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "file too large" in done.stdout.lower()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_out_of_space(tmp_path: Path) -> None:
    """A file where the folder should be is told before any frame is made."""
    (tmp_path / "videos").write_text("a file")

    with (
        pytest.raises(OutOfSpace, match="a file stands where a folder is needed"),
        encode.clip_writer(tmp_path / "videos" / "clip.mp4", SPEC, encode.FINAL, ffmpeg=ffmpeg()),
    ):
        raise AssertionError("the block must not start")


def test_a_missing_or_wrong_ffmpeg_is_named(tmp_path: Path) -> None:
    """A path that is no ffmpeg is refused with the key to correct."""
    other = tmp_path / "ffmpeg"
    other.write_text("#!/bin/sh\necho hello\n")
    other.chmod(0o755)

    for wrong in (str(tmp_path / "nothing"), str(other)):
        with pytest.raises(MissingTool, match=r"config\.yaml"):
            binary(wrong)


def test_names_with_a_colon_or_a_dash_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file name is taken for a protocol or an option."""
    monkeypatch.chdir(tmp_path)

    for name in ("-y.mp4", "http:x.mp4", "a 'b' \u00e9 \U0001f3ac.mp4"):
        assert len(pictures(write_clip(Path(name), 3).absolute())) == 3


def test_memory_does_not_grow_with_the_frames(tmp_path: Path) -> None:
    """Frames are passed on, not kept: ten seconds of film take a few megabytes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    write_clip(tmp_path / "clip.mp4", 240, spec=FilmSpec(320, 180, Fraction(24)))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 15_000


def test_ffmpeg_errors_name_the_cause(tmp_path: Path) -> None:
    """Of all that ffmpeg says, the message has the cause and not its consequences."""
    import ffmpeg as ffmpeg_python  # noqa: PLC0415 (only this test builds a graph of its own)

    from workflow_lib.media.ffmpeg import run, url  # noqa: PLC0415

    wrong = tmp_path / "wrong.mp4"
    generate(wrong, "-f", "lavfi", "-i", "testsrc2=s=64x36:r=12:d=1")
    wrong.write_bytes(wrong.read_bytes()[:400])

    with pytest.raises(BadMedia, match=r"clip_03: .*(moov|Invalid data)"):
        run(ffmpeg_python.input(url(wrong)).output(url(tmp_path / "out.mp4")), ffmpeg=ffmpeg(), subject="clip_03")
