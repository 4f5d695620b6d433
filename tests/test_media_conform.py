"""Promises of conforming: exact lengths, copies where possible, and any odd clip made to fit."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from media_samples import RATE, SPEC, ffmpeg, generate, hidden, lumas, pictures, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.film import FilmSpec
from workflow_lib.media.captions import Caption
from workflow_lib.media.conform import Change, ConformReport, conform_picture
from workflow_lib.media.encode import DRAFT, FINAL
from workflow_lib.media.joining import joinable_frames
from workflow_lib.media.laying import Placed, laid
from workflow_lib.media.probe import probe
from workflow_lib.recipes import Fit

_HALVES = "[0]drawbox=x=0:y=0:w=iw/2:h=ih:c=white:t=fill"


def _source(pattern: str = "testsrc2", size: str = "160x90", rate: str = "24", seconds: float = 1) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"{pattern}{':' if '=' in pattern else '='}s={size}:r={rate}:d={seconds}")


def _conform(clip: Path, frames: int, *, fit: Fit = "contain", spec: FilmSpec = SPEC) -> tuple[ConformReport, Path]:
    out = clip.parent / "out" / "clip.mp4"
    return conform_picture(clip, out, spec, FINAL, frames=frames, ffmpeg=ffmpeg(), fit=fit), out


def test_our_own_clip_is_copied_bit_by_bit(tmp_path: Path) -> None:
    """A clip that our encoder made keeps every decoded picture, and loses its silent track."""
    clip = write_clip(tmp_path / "clip.mp4", 31)

    report, out = _conform(clip, 31)

    assert report == ConformReport("copied", 31)
    assert pictures(out) == pictures(clip)
    assert joinable_frames(out, SPEC, FINAL, ffmpeg=ffmpeg()) == 31
    assert probe(out).audio is None
    assert hidden(out.parent) == []


@pytest.mark.parametrize("own", [1, 2, 24, 31])
def test_a_hold_repeats_the_last_picture(tmp_path: Path, own: int) -> None:
    """A longer clip has its own pictures bit by bit, and then its last one, held."""
    clip = write_clip(tmp_path / "clip.mp4", own)

    report, out = _conform(clip, own + 30)

    assert report == ConformReport("extended", own + 30)
    assert pictures(out)[:own] == pictures(clip)
    last, *held = lumas(out)[own - 1 :]
    assert len(held) == 30
    assert max(np.abs(picture - last).mean() for picture in held) < 1.5
    assert joinable_frames(out, SPEC, FINAL, ffmpeg=ffmpeg()) == own + 30


def test_a_shorter_clip_is_cut_at_the_frame(tmp_path: Path) -> None:
    """A clip is cut after exactly the frames that were asked for."""
    clip = write_clip(tmp_path / "clip.mp4", 31)

    report, out = _conform(clip, 13)

    assert report == ConformReport("trimmed", 13)
    for before, after in zip(lumas(clip), lumas(out), strict=False):
        assert np.abs(before - after).mean() < 2
    assert joinable_frames(out, SPEC, FINAL, ffmpeg=ffmpeg()) == 13


def test_another_encode_is_not_copied(tmp_path: Path) -> None:
    """Same codec, size and rate are not enough: other parameter sets or long groups are encoded anew."""
    foreign = generate(tmp_path / "foreign.mp4", *_source(), "-pix_fmt", "yuv420p", "-g", "24")
    other_size = write_clip(tmp_path / "size.mp4", 24, spec=FilmSpec(162, 90, Fraction(24)))
    other_rate = write_clip(tmp_path / "rate.mp4", 24, spec=FilmSpec(160, 90, Fraction(25)))

    for clip in (foreign, other_size, other_rate):
        assert joinable_frames(clip, SPEC, FINAL, ffmpeg=ffmpeg()) is None


def test_a_clip_of_another_quality_is_copied_when_it_can_be_joined(tmp_path: Path) -> None:
    """A draft's parameter sets are those of the film, so its clips join as they are."""
    clip = write_clip(tmp_path / "clip.mp4", 24)

    assert joinable_frames(clip, SPEC, DRAFT, ffmpeg=ffmpeg()) == 24


_ODD: dict[str, tuple[str, ...]] = {
    "30 fps": _source(rate="30"),
    "23.976 fps": _source(rate="24000/1001"),
    "10 fps": _source(rate="10"),
    "variable rate": (*_source(), "-vf", "setpts='if(lt(N,12),N,2*N-12)/24/TB',trim=end=1", "-fps_mode", "vfr"),
    "odd size": (*_source(size="161x91"), "-pix_fmt", "yuv444p"),
    "tiny": (*_source(size="16x16"), "-pix_fmt", "yuv420p"),
    "tall": _source(size="60x200"),
    "wide pixels": (*_source(), "-vf", "setsar=4/3"),
    "4:4:4": (*_source(), "-pix_fmt", "yuv444p"),
    "10 bits": (*_source(), "-pix_fmt", "yuv420p10le"),
    "full range": (*_source(), "-pix_fmt", "yuvj420p", "-color_range", "pc"),
    "no B-frames": (*_source(), "-bf", "0"),
    "open groups": (*_source(seconds=3), "-x264-params", "open-gop=1:keyint=12:min-keyint=12", "-t", "1"),
    "mono": (*_source(), "-f", "lavfi", "-i", "sine=440:d=1", "-c:a", "aac", "-ac", "1"),
    "5.1": (*_source(), "-f", "lavfi", "-i", "sine=440:d=1", "-c:a", "aac", "-ac", "6"),
    "long sound": (*_source(), "-f", "lavfi", "-i", "sine=440:d=3", "-c:a", "aac"),
    "MPEG-4": (*_source(), "-c:v", "mpeg4"),
    "HEVC": (*_source(), "-c:v", "libx265", "-x265-params", "log-level=none"),
}


@pytest.mark.parametrize("kind", sorted(_ODD))
def test_any_odd_clip_is_made_to_fit(tmp_path: Path, kind: str) -> None:
    """Whatever the rate, size, pixels or sound of a clip, the result can be joined and has the exact frames."""
    clip = generate(tmp_path / "a 'clip' \u00e9 \U0001f3ac.mp4", *_ODD[kind])

    report, out = _conform(clip, 24)

    assert report == ConformReport("encoded", 24)
    assert joinable_frames(out, SPEC, FINAL, ffmpeg=ffmpeg()) == 24
    assert sum(len(block) for block in laid([Placed(clip, 0, RATE)], RATE)) == RATE


def test_a_clip_cut_inside_a_group_is_made_to_fit(tmp_path: Path) -> None:
    """A clip without a keyframe at its start, or with an edit list over one, gives all its frames."""
    whole = generate(tmp_path / "whole.ts", *_source(seconds=3), "-c:v", "libx264", "-g", "24")
    edited = generate(tmp_path / "edited.mp4", "-ss", "0.5", "-i", str(whole), "-c", "copy", "-t", "1")
    headless = ("-c", "copy", "-copyinkf", "-ss", "0.5", "-t", "1.5")
    broken = generate(tmp_path / "broken.mp4", "-i", str(whole), *headless)

    for clip in (edited, broken):
        report, out = _conform(clip, 24)

        assert report == ConformReport("encoded", 24)
        assert joinable_frames(out, SPEC, FINAL, ffmpeg=ffmpeg()) == 24


def test_motion_keeps_its_speed_at_another_rate(tmp_path: Path) -> None:
    """A clip of 48 frames per second loses every second picture, and plays no slower."""
    fast = FilmSpec(160, 90, Fraction(48))
    clip = write_clip(tmp_path / "clip.mp4", 48, spec=fast)

    _, out = _conform(clip, 24)

    sources, results = lumas(clip), lumas(out)
    nearest = [min(range(48), key=lambda at: float(np.abs(sources[at] - result).mean())) for result in results]
    assert all(abs(at - 2 * number) <= 1 for number, at in enumerate(nearest))


def test_a_turned_picture_is_shown_upright(tmp_path: Path) -> None:
    """A file that is stored turned is shown turned back, between bars at its sides."""
    flat = generate(tmp_path / "flat.mp4", *_source("color=c=black"), "-filter_complex", _HALVES)
    clip = generate(tmp_path / "clip.mp4", "-display_rotation", "90", "-i", str(flat), "-c", "copy")

    _, out = _conform(clip, 24)

    picture = lumas(out)[12]
    assert picture[:, :50].max() < 30
    assert picture[:, 110:].max() < 30
    middle = picture[:, 60:100]
    assert abs(middle[:40].mean() - middle[50:].mean()) > 150


@pytest.mark.parametrize(
    ("fit", "edge", "least"), [("contain", (16, 20), 220), ("cover", (220, 240), 220), ("blur", (120, 240), 220)]
)
def test_fits_keep_the_aspect(tmp_path: Path, fit: Fit, edge: tuple[int, int], least: int) -> None:
    """A square clip stands between bars, fills the frame, or stands on its own blurred enlargement."""
    clip = generate(tmp_path / "clip.mp4", *_source("color=c=white", size="100x100"))

    _, out = _conform(clip, 3, fit=fit)

    picture = lumas(out)[1]
    assert edge[0] - 2 <= picture[45, 3:20].mean() <= edge[1]
    assert picture[45, 60:100].mean() > least


def test_wide_pixels_widen_the_picture(tmp_path: Path) -> None:
    """A clip of 90x90 whose pixels are 16:9 fills the film's frame without bars."""
    clip = generate(tmp_path / "clip.mp4", *_source("color=c=white", size="90x90"), "-vf", "setsar=16/9")

    _, out = _conform(clip, 3)

    assert lumas(out)[1].min() > 200


@pytest.mark.parametrize(("pixels", "tags"), [("yuv420p", ()), ("yuvj420p", ("-color_range", "pc")), ("yuv444p", ())])
def test_colours_stay_what_they_were(tmp_path: Path, pixels: str, tags: tuple[str, ...]) -> None:
    """An orange clip is as orange after conforming, whatever its range and its sampling."""
    source = ("-f", "lavfi", "-i", "color=0xE08030:s=160x90:r=24:d=1", "-vf", f"format=gbrp,format={pixels}")
    clip = generate(tmp_path / "clip.mp4", *source, *tags)

    _, out = _conform(clip, 3)

    assert np.abs(_colour(out, 70, 90) - np.array([0xE0, 0x80, 0x30])).max() < 8


_CLEAR: dict[str, tuple[str, ...]] = {
    "ProRes.mov": ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"),
    "Animation.mov": ("-c:v", "qtrle"),
    "PNG.mov": ("-c:v", "png"),
    "FFV1.mkv": ("-c:v", "ffv1", "-pix_fmt", "yuva420p"),
    "VP9.webm": ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-cpu-used", "8"),
    "VP8.webm": ("-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-cpu-used", "8"),
}


@pytest.mark.parametrize("name", sorted(_CLEAR))
@pytest.mark.parametrize("fit", ["contain", "blur"])
def test_what_is_hidden_under_alpha_stays_hidden(tmp_path: Path, name: str, fit: Fit) -> None:
    """A clip that is clear on its left side and half there on its right one is laid over black."""
    source = "color=magenta:s=160x90:r=24:d=0.25,format=rgba,geq=r=255:g=0:b=255:a='if(lt(X,80),0,128)'"
    clip = generate(tmp_path / name, "-f", "lavfi", "-i", source, *_CLEAR[name])

    _, out = _conform(clip, 6, fit=fit)

    left, right = _colour(out, 10, 60), _colour(out, 100, 150)
    assert left.max() < 8
    assert np.abs(right - np.array([128, 0, 128])).max() < 14


def _colour(clip: Path, left: int, right: int) -> npt.NDArray[np.float64]:
    """The mean red, green and blue between two columns of the first picture."""
    with av.open(str(clip)) as container:
        frame = next(container.decode(video=0))
        colours = frame.to_ndarray(format="rgb24", src_colorspace="ITU709")[20:70, left:right]
    return np.asarray(colours.mean(axis=(0, 1)), np.float64)


def test_a_clip_that_is_no_media_or_cut_short_is_refused(tmp_path: Path) -> None:
    """Nothing is written for a broken clip, and what was there stays."""
    whole = generate(tmp_path / "whole.mp4", *_source()).read_bytes()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "clip.mp4").write_text("old")

    for content in (b"", b"<html></html>", whole[: len(whole) // 2], whole[:-100]):
        clip = tmp_path / "clip_07.mp4"
        clip.write_bytes(content)
        with pytest.raises(BadMedia, match=r"clip_07\.mp4"):
            _conform(clip, 24)

    assert [path.read_text() for path in (tmp_path / "out").iterdir()] == ["old"]


def test_a_clip_damaged_inside_is_refused_even_if_it_would_be_encoded(tmp_path: Path) -> None:
    """Damage is not hidden by a new encode."""
    clip = generate(tmp_path / "clip_07.mp4", *_source(size="320x180", seconds=2))
    data = bytearray(clip.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 1500] = bytes(1500)
    clip.write_bytes(data)

    with pytest.raises(BadMedia, match=r"clip_07\.mp4"):
        _conform(clip, 24)


def test_a_slower_picture_shows_each_frame_a_little_longer(tmp_path: Path) -> None:
    """Slowed by a tenth, 40 frames fill 44, in their order, the first and the last among them."""
    clip = write_clip(tmp_path / "clip.mp4", 40)
    out = tmp_path / "out.mp4"

    report = conform_picture(
        clip, out, SPEC, FINAL, frames=50, ffmpeg=ffmpeg(), change=Change(slower=Fraction(11, 10))
    )  # fmt: skip

    own, made = lumas(clip), lumas(out)
    shown = [int(np.argmin([np.abs(one - frame).mean() for one in own])) for frame in made]
    assert report == ConformReport("encoded", 50)
    assert shown[:44] == sorted(shown[:44])
    assert set(shown) == set(range(40))
    assert shown[43:] == [39] * 7


def test_captions_are_written_into_the_frames_in_which_they_are_said(tmp_path: Path) -> None:
    """White letters at the foot of the picture from the caption's first frame to its last, and nowhere else."""
    folder = tmp_path / "it's [odd], a;b:c"
    folder.mkdir()
    clip = generate(folder / "clip.mp4", "-f", "lavfi", "-i", "color=gray:s=640x360:r=24:d=2")
    spec, out = FilmSpec(640, 360, Fraction(24)), folder / "out.mp4"
    said = (Caption(0.5, 1.0, ("Ab, \u05e9\u05dc\u05d5\u05dd",)), Caption(1.5, 1.6, ("\U0001f422 Cd", "e")))

    conform_picture(clip, out, spec, FINAL, frames=48, ffmpeg=ffmpeg(), change=Change(captions=said))

    bright = [bool((frame[240:] > 200).sum() > 9) for frame in lumas(out)]
    assert [number for number, has in enumerate(bright) if has] == [*range(12, 24), 36, 37]
    assert max(frame[:240].max() for frame in lumas(out)) < 140
    assert joinable_frames(out, spec, FINAL, ffmpeg=ffmpeg()) == 48


_CONTAINERS = {
    "mp4": ("libx264", "aac"),
    "mkv": ("libx264", "aac"),
    "mov": ("libx264", "aac"),
    "flv": ("libx264", "aac"),
    "ts": ("libx264", "aac"),
    "mpg": ("mpeg2video", "mp2"),
    "webm": ("libvpx", "libopus"),
}


@pytest.mark.parametrize("container", sorted(_CONTAINERS))
@pytest.mark.parametrize("later", ["picture", "sound", "neither"])
def test_picture_and_sound_keep_their_distance(tmp_path: Path, container: str, later: str) -> None:
    """A flash and a beep that a player shows at once stay within a frame, whichever track starts 0.6 s later."""
    black = (
        f"color=black:s=160x90:r=24:d=2,drawbox=c=white:t=fill:enable='gte(t,{0.98 if later == 'picture' else 1.58})'"
    )
    beep = f"aevalsrc=0.5*sin(2*PI*880*t)*gte(t\\,{1.0 if later == 'sound' else 1.6}):s={RATE}:d=2"
    late = {"picture": ("0.6", "0"), "sound": ("0", "0.6"), "neither": ("0", "0")}[later]
    picture = generate(tmp_path / "picture.nut", "-f", "lavfi", "-i", black, "-c:v", "ffv1")
    inputs = ("-itsoffset", late[0], "-i", str(picture), "-itsoffset", late[1], "-f", "lavfi", "-i", beep)
    codecs = ("-c:v", _CONTAINERS[container][0], "-pix_fmt", "yuv420p", "-c:a", _CONTAINERS[container][1])
    clip = generate(tmp_path / f"clip.{container}", *inputs, "-map", "0:v", "-map", "1:a", *codecs, "-q:v", "4")

    _, out = _conform(clip, 60)

    seen = np.flatnonzero([frame.mean() > 125 for frame in lumas(out)])[0] / 24
    sound = np.concatenate(list(laid([Placed(clip, 0, 3 * RATE)], 3 * RATE)))
    heard = np.flatnonzero(np.abs(sound[:, 0]) > 0.1)[0] / RATE
    assert abs(seen - heard) < 1.2 / 24
    assert heard == pytest.approx(1.6, abs=0.05)
