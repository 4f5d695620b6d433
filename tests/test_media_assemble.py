"""Promises of assembly: every picture bit by bit, the sound in its place, and all or nothing."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_samples import RATE, SPEC, ffmpeg, generate, hidden, loudness, pictures, samples, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.film import DEFAULT_LEVEL, FilmSpec
from workflow_lib.media.assemble import FilmReport, Texts, assemble
from workflow_lib.media.captions import Caption, srt
from workflow_lib.media.conform import conform_picture
from workflow_lib.media.encode import FINAL
from workflow_lib.media.laying import Placed
from workflow_lib.media.sound import Stems, mix_sound
from workflow_lib.media.sound import samples as samples_of
from workflow_lib.media.verify import verify_film
from workflow_lib.media.voice import speak
from workflow_lib.stamps import read_stamp
from workflow_lib.timing import Rule, pace

_FULL_DISK = """
import resource, sys
from pathlib import Path
from media_samples import SPEC, ffmpeg
from workflow_lib.errors import OutOfSpace
from workflow_lib.media.assemble import Texts, assemble
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
try:
    assemble([folder / "0.mp4"], folder / "film.m4a", folder / "final.mp4", SPEC, frames=30, ffmpeg=ffmpeg(),
             texts=Texts("t", "s"))
except OutOfSpace as error:
    print("OutOfSpace", error)
"""


def _sound(folder: Path, frames: int, spec: FilmSpec = SPEC) -> Path:
    mix_sound(Stems(samples_of(spec, [frames])[0]), folder / "film.m4a", DEFAULT_LEVEL, ffmpeg=ffmpeg())
    return folder / "film.m4a"


def _film(folder: Path, parts: list[Path], frames: int, spec: FilmSpec = SPEC, title: str = "A film") -> FilmReport:
    sound, out = _sound(folder, frames, spec), folder / "final.mp4"
    return assemble(parts, sound, out, spec, frames=frames, ffmpeg=ffmpeg(), texts=Texts(title, "a" * 64))


def _conformed(folder: Path, lengths: list[int], spec: FilmSpec = SPEC) -> list[Path]:
    parts = []
    for number, frames in enumerate(lengths):
        clip = write_clip(folder / f"clip_{number}.mp4", frames, seed=number, spec=spec)
        parts.append(folder / f"it's {number} \U0001f3ac.mp4")
        conform_picture(clip, parts[-1], spec, FINAL, frames=frames, ffmpeg=ffmpeg())
    return parts


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30_000, 1001)])
def test_a_film_has_every_picture_of_its_parts_bit_by_bit(tmp_path: Path, rate: Fraction) -> None:
    """Parts of any length, even of one picture, keep all their decoded pictures in their order and on their frames."""
    spec = FilmSpec(160, 90, rate)
    lengths = [1, 31, 1, 2, 24, 50, 1]
    parts = _conformed(tmp_path, lengths, spec)

    report = _film(tmp_path, parts, sum(lengths), spec)

    final = tmp_path / "final.mp4"
    assert pictures(final) == [picture for part in parts for picture in pictures(part)]
    with av.open(str(final)) as container:
        ticks = sorted(packet.pts for packet in container.demux(video=0) if packet.pts is not None)
    assert ticks == [ticks[1] * number for number in range(sum(lengths))]
    assert report.frames == sum(lengths)
    assert report.duration_s == pytest.approx(sum(lengths) / rate)
    assert report.sound_s == pytest.approx(report.duration_s, abs=0.04)


def test_many_parts_of_awkward_length_do_not_drift(tmp_path: Path) -> None:
    """After 300 parts whose length is no whole number of microseconds, every picture is still on its frame."""
    parts = _conformed(tmp_path, [7]) * 300

    _film(tmp_path, parts, 2100)

    with av.open(str(tmp_path / "final.mp4")) as container:
        ticks = sorted(packet.pts for packet in container.demux(video=0) if packet.pts is not None)
    assert ticks == [1000 * number for number in range(2100)]


def test_the_narration_of_a_clip_is_heard_in_its_clip(tmp_path: Path) -> None:
    """Across conforming, mixing and joining, a line is heard from its lead on, whole, and nowhere else."""
    speech = speak("The inhabitants believe that these animals are absolutely deaf.", tmp_path / "line.wav")
    lengths = [24, pace(SPEC, 1, speech.duration_s, Rule(tail_s=0.7)).frames, 24]
    clips = [write_clip(tmp_path / f"clip_{number}.mp4", 24, seed=number) for number in range(3)]
    parts = []
    for number, (clip, frames) in enumerate(zip(clips, lengths, strict=True)):
        parts.append(tmp_path / f"part_{number}.mp4")
        conform_picture(clip, parts[-1], SPEC, FINAL, frames=frames, ffmpeg=ffmpeg())
    counts = samples_of(SPEC, lengths)
    line = Placed(tmp_path / "line.wav", counts[0] + RATE // 2, counts[1] - RATE // 2, whole=True)

    mix_sound(Stems(sum(counts), [line]), tmp_path / "film.m4a", DEFAULT_LEVEL, ffmpeg=ffmpeg())
    assemble(
        parts, tmp_path / "film.m4a", tmp_path / "final.mp4", SPEC,
        frames=sum(lengths), ffmpeg=ffmpeg(), texts=Texts("t", "s"),
    )  # fmt: skip

    sound = samples(tmp_path / "final.mp4")
    assert len(sound) == pytest.approx(sum(lengths) * 2000, abs=1024)
    assert loudness(sound[: int(1.45 * RATE)]) < 0.001
    for word in speech.words:
        start, end = (int((1.5 + at) * RATE) for at in (word.start_s, word.end_s))
        assert loudness(sound[start:end]) > 0.02
    assert loudness(sound[int((1.5 + speech.duration_s + 0.05) * RATE) :]) < 0.001
    assert np.abs(sound).max() < 0.95


def test_captions_are_a_track_that_viewers_switch_on(tmp_path: Path) -> None:
    """What is said stands in the film beside title, chapters and stamp, in any script, when it is said."""
    parts = _conformed(tmp_path, [48, 48])
    cues = [Caption(0.3, 1.25, ("Two lines,", "of \u05e9\u05dc\u05d5\u05dd <b>")), Caption(2.5, 3.0, ("\U0001f422",))]
    (tmp_path / "film.srt").write_text(srt(cues), encoding="utf-8")
    texts = Texts("A film", "stamp-1", [("One", 0.0), ("Two", 2.0)], tmp_path / "film.srt")

    assemble(
        parts, _sound(tmp_path, 96), tmp_path / "final.mp4", SPEC, frames=96, ffmpeg=ffmpeg(), texts=texts
    )  # fmt: skip

    generate(tmp_path / "back.srt", "-i", str(tmp_path / "final.mp4"), "-map", "0:s:0")
    back = (tmp_path / "back.srt").read_text(encoding="utf-8")
    assert "00:00:00,300 --> 00:00:01,250" in back
    assert "00:00:02,500 --> 00:00:03,000" in back
    assert "of \u05e9\u05dc\u05d5\u05dd" in back
    assert "\U0001f422" in back
    with av.open(str(tmp_path / "final.mp4")) as container:
        assert container.metadata["title"] == "A film"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One", "Two"]
        assert [stream.type for stream in container.streams][:3] == ["video", "audio", "subtitle"]
    assert read_stamp(tmp_path / "final.mp4") == "stamp-1"
    data = (tmp_path / "final.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_film_says_what_it_is_and_what_it_was_made_from(tmp_path: Path) -> None:
    """Title, chapters and stamp stand in the file, whatever letters they have; the index stands in front."""
    parts = _conformed(tmp_path, [24, 24])
    title = "A = 'film'; \"no\" #1 \\ \u00e9 \U0001f3ac\nsecond line"
    chapters = [("One; = # \\", 0.0), ("Tw\u00f6", 1.0)]

    assemble(
        parts, _sound(tmp_path, 48), tmp_path / "final.mp4", SPEC,
        frames=48, ffmpeg=ffmpeg(), texts=Texts(title, "stamp-1", chapters),
    )  # fmt: skip

    data = (tmp_path / "final.mp4").read_bytes()
    with av.open(str(tmp_path / "final.mp4")) as container:
        told = container.metadata
        found = [(chapter["metadata"]["title"], float(chapter["start"] * chapter["time_base"]))  # type: ignore[operator]
                 for chapter in container.chapters()]  # fmt: skip
    assert told["title"] == title.replace("\n", " ")
    assert read_stamp(tmp_path / "final.mp4") == told["comment"] == "stamp-1"
    assert [(name.strip(), start) for name, start in found] == chapters
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_parts_give_the_same_film(tmp_path: Path) -> None:
    """Assembling again gives the same bytes."""
    parts = _conformed(tmp_path, [24, 24])

    _film(tmp_path, parts, 48)
    first = (tmp_path / "final.mp4").read_bytes()
    _film(tmp_path, parts, 48)

    assert (tmp_path / "final.mp4").read_bytes() == first


def test_a_film_that_is_not_as_long_as_it_should_be_is_not_put_in_place(tmp_path: Path) -> None:
    """When the parts have other frames than was said, the old film stays, and nothing else."""
    parts = _conformed(tmp_path, [24, 24])
    sound = _sound(tmp_path, 48)
    final = tmp_path / "final.mp4"
    final.write_text("old")

    with pytest.raises(BadMedia, match=r"final\.mp4: has 48 pictures instead of 49"):
        assemble(parts, sound, final, SPEC, frames=49, ffmpeg=ffmpeg(), texts=Texts("t", "s"))

    assert final.read_text() == "old"
    assert hidden(tmp_path) == []


def test_sound_of_another_length_is_refused(tmp_path: Path) -> None:
    """Sound that ends more than 40 ms before the picture is an error."""
    parts = _conformed(tmp_path, [24])
    sound = _sound(tmp_path, 22)

    with pytest.raises(BadMedia, match="its sound"):
        assemble(parts, sound, tmp_path / "final.mp4", SPEC, frames=24, ffmpeg=ffmpeg(), texts=Texts("t", "s"))


@pytest.mark.parametrize("content", [b"", b"<html></html>", None])
def test_a_broken_or_missing_part_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A part that is not there, or no picture, ends in one error, and nothing is written."""
    parts = [*_conformed(tmp_path, [24]), tmp_path / "clip_07.mp4"]
    if content is not None:
        parts[1].write_bytes(content)
    sound = _sound(tmp_path, 48)

    with pytest.raises(BadMedia):
        assemble(parts, sound, tmp_path / "final.mp4", SPEC, frames=48, ffmpeg=ffmpeg(), texts=Texts("t", "s"))

    assert not (tmp_path / "final.mp4").exists()
    assert hidden(tmp_path) == []


def test_a_path_with_a_line_break_is_refused_in_words(tmp_path: Path) -> None:
    """What cannot be told to ffmpeg is said, instead of joining something else."""
    odd = tmp_path / "a\nb.mp4"

    with pytest.raises(BadMedia, match="line break"):
        assemble([odd], odd, tmp_path / "final.mp4", SPEC, frames=1, ffmpeg=ffmpeg(), texts=Texts("t", "s"))


def test_a_full_disk_is_out_of_space(tmp_path: Path) -> None:
    """A disk that is full while the film is written is told as such, and nothing is left."""
    write_clip(tmp_path / "0.mp4", 30, silent_audio=False)
    _sound(tmp_path, 30)
    tests = str(Path(__file__).parent)

    done = subprocess.run(
        [sys.executable, "-B", "-c", _FULL_DISK, str(tmp_path)],
        env={"PYTHONPATH": f"{tests}:{Path(tests).parent}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.startswith("OutOfSpace"), done.stderr
    assert not (tmp_path / "final.mp4").exists()
    assert hidden(tmp_path) == []


def test_the_end_of_a_damaged_part_is_noticed(tmp_path: Path) -> None:
    """A part whose end was overwritten after it was conformed does not become a film."""
    noise = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=2,noise=alls=60:allf=t")
    clip = generate(tmp_path / "noise.mp4", *noise, "-pix_fmt", "yuv420p")
    part = tmp_path / "part.mp4"
    conform_picture(clip, part, SPEC, FINAL, frames=48, ffmpeg=ffmpeg())
    data = bytearray(part.read_bytes())
    end = data.rindex(b"moov")
    data[end - 20_000 : end - 8] = bytes([0x5A]) * (20_000 - 8)
    part.write_bytes(data)

    with pytest.raises(BadMedia, match=r"final\.mp4"):
        _film(tmp_path, [part], 48)


def test_a_film_decodes_thoroughly(tmp_path: Path) -> None:
    """The thorough check agrees with the quick one."""
    _film(tmp_path, _conformed(tmp_path, [31, 24]), 55)

    assert verify_film(tmp_path / "final.mp4", SPEC, 55, thorough=True) == pytest.approx((55 / 24, 55 / 24), abs=0.04)
