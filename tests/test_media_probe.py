"""Promises of the probe: it says what a file is, and refuses what is no media."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from media_samples import generate, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.media.probe import probe

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=12:d=2")
_TONE = ("-f", "lavfi", "-i", "sine=440:d=2")


def test_picture_and_sound_are_described(tmp_path: Path) -> None:
    """Codec, size, rate, count and lengths of both tracks are those of the file."""
    clip = generate(tmp_path / "clip.mp4", *_PICTURE, *_TONE, "-pix_fmt", "yuv420p", "-c:a", "aac", "-ar", "44100")

    info = probe(clip)

    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.video.width, info.video.height) == ("h264", 160, 90)
    assert (info.video.fps, info.video.frames, info.video.variable_rate) == (Fraction(12), 24, False)
    assert (info.audio.codec, info.audio.rate, info.audio.channels) == ("aac", 44_100, 1)
    assert info.duration_s == pytest.approx(2.0)
    assert info.audio.start_s == 0.0


def test_rotation_and_pixel_shape_are_seen(tmp_path: Path) -> None:
    """A file that is stored turned, with pixels that are not square, says so."""
    flat = generate(tmp_path / "flat.mp4", *_PICTURE, "-vf", "setsar=4/3")
    turned = generate(tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(flat), "-c", "copy")

    video = probe(turned).video

    assert video is not None
    assert abs(video.rotation) == 90
    assert video.sar == Fraction(4, 3)


def test_a_varying_rate_is_seen(tmp_path: Path) -> None:
    """Frames at uneven times make a variable rate."""
    uneven = "setpts='if(lt(N,12),N,N*3)/12/TB'"
    clip = generate(tmp_path / "clip.mp4", *_PICTURE, "-vf", uneven, "-fps_mode", "vfr")

    video = probe(clip).video

    assert video is not None
    assert video.variable_rate


def test_a_recording_without_picture_has_its_own_length(tmp_path: Path) -> None:
    """Sound alone is media; its length is the sound's."""
    info = probe(generate(tmp_path / "line.mp3", *_TONE))

    assert info.video is None
    assert info.duration_s == pytest.approx(2.0, abs=0.06)


def test_a_cover_is_no_picture(tmp_path: Path) -> None:
    """The cover in a recording is not taken for a film of one frame."""
    cover = generate(tmp_path / "cover.png", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1")
    tagged = ("-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic")
    recording = generate(tmp_path / "line.mp3", *_TONE, "-i", str(cover), *tagged)

    info = probe(recording)

    assert info.video is None
    assert info.duration_s == pytest.approx(2.0, abs=0.06)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html>\n<html><body>403</body></html>", "is a web page"),
        (b"\xef\xbb\xbf  <HTML>", "is a web page"),
        (b'{"error": "quota"}', "is JSON text"),
        ("Zu viele Anfragen, sp\u00e4ter mehr.\n".encode() * 40, "is text"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "is text"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.ts\n#EXT-X-ENDLIST\n", "is text"),
        (bytes(range(256)) * 20, "cannot be decoded"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "index .* is missing"),
        (b"\x00\x00\x10\x00ftypmp42", "cut short"),
    ],
)
def test_what_is_no_media_is_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    """Empty files, pages, JSON, text, lists of other files and noise are named for what they are."""
    path = tmp_path / "clip_07.mp4"
    path.write_bytes(content)

    with pytest.raises(BadMedia, match=rf"clip_07\.mp4: .*{said}"):
        probe(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Neither is a traceback."""
    with pytest.raises(BadMedia, match="no such file"):
        probe(tmp_path / "clip_07.mp4")
    with pytest.raises(BadMedia):
        probe(tmp_path)


@pytest.mark.parametrize("faststart", [True, False])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99, -100, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: float, *, faststart: bool) -> None:
    """Wherever a clip is cut, and wherever its index stands, probing it says that it is cut short."""
    flags = ("-movflags", "+faststart") if faststart else ()
    whole = generate(tmp_path / "whole.mp4", *_PICTURE, *_TONE, *flags).read_bytes()
    path = tmp_path / "clip_07.mp4"
    path.write_bytes(whole[: int(kept * len(whole))] if kept > 0 else whole[: int(kept)])

    with pytest.raises(BadMedia, match=r"clip_07\.mp4: the file is cut short"):
        probe(path)


def test_our_own_clips_start_at_zero(tmp_path: Path) -> None:
    """A clip of our encoder starts at 0 and lasts its frames exactly."""
    info = probe(write_clip(tmp_path / "clip.mp4", 31))

    assert info.start_s == 0.0
    assert info.duration_s == pytest.approx(31 / 24)
