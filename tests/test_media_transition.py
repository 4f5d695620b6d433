"""Promises of transitions: every frame in its place, copied ones bit by bit, rendered ones as in a full render."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import ffmpeg as ffmpeg_python
import numpy as np
import numpy.typing as npt
import pytest
from media_samples import RATE, SPEC, ffmpeg, generate, hidden, lumas, picture_at, pictures, samples_at, write_clip

from workflow_lib.errors import BadMedia
from workflow_lib.film import DEFAULT_LEVEL, FilmSpec
from workflow_lib.media import joining
from workflow_lib.media.assemble import Texts, assemble
from workflow_lib.media.conform import conform_picture
from workflow_lib.media.encode import FINAL
from workflow_lib.media.ffmpeg import run, url
from workflow_lib.media.laying import Placed
from workflow_lib.media.sound import Stems, mix_sound
from workflow_lib.media.sound import samples as samples_of
from workflow_lib.media.transition import Shot, copied_part, film_parts, render_join
from workflow_lib.transitions import CUT, Transition

Luma = npt.NDArray[np.float32]
CROSSFADE = Transition("crossfade", 12)
WAYS = [CUT, CROSSFADE, Transition("dip", 9), Transition("crossfade", 3), Transition("crossfade", 2), CUT]
LENGTHS = [60, 31, 100, 7, 26, 30]


def _shots(folder: Path, lengths: Sequence[int], ways: Sequence[Transition], spec: FilmSpec = SPEC) -> list[Shot]:
    """Conformed clips that differ; the third one's last pictures are held."""
    found = []
    for number, frames in enumerate(lengths):
        own = frames * 7 // 10 if number == 2 else frames
        clip = write_clip(folder / f"clip_{number}.mp4", own, seed=number, spec=spec)
        path = folder / f"part_{number}.mp4"
        conform_picture(clip, path, spec, FINAL, frames=frames, ffmpeg=ffmpeg())
        found.append(Shot(path, frames, ways[number], [*ways, CUT][number + 1]))
    return found


def _film(folder: Path, shots: Sequence[Shot], spec: FilmSpec = SPEC) -> tuple[Path, list[joining.Part]]:
    joins: list[Path | None] = [None]
    for number, (before, after) in enumerate(itertools.pairwise(shots), start=1):
        path = folder / f"join_{number}.mp4" if after.into != CUT else None
        joins.append(path)
        if path:
            render_join(before, after, path, spec, FINAL, ffmpeg=ffmpeg())
    parts, film = film_parts(shots, joins, spec), folder / "film.mp4"
    with joining.part_list(parts, film, spec) as listed:
        run(joining.joined(listed)["V:0"].output(url(film), **joining.copy_options(spec)), ffmpeg=ffmpeg())
    return film, parts


def _ideal(shots: Sequence[Shot]) -> list[Luma]:
    """The brightness of a film whose every frame is computed from the clips."""
    film: list[Luma] = []
    for shot in shots:
        clip = lumas(shot.path)
        for number in range(shot.into.overlap):
            share = number / shot.into.overlap
            place = number - shot.into.overlap
            film[place] = film[place] * (1 - share) + clip[number] * share
        if shot.into.kind == "dip":
            for number in range(shot.into.tail):
                film[number - shot.into.tail] = _darker(film[number - shot.into.tail], 1 - number / shot.into.tail)
            clip[: shot.into.head] = [
                _darker(clip[number], number / shot.into.head) for number in range(shot.into.head)
            ]
        film += clip[shot.into.overlap :]
    return film


def _darker(luma: Luma, share: float) -> Luma:
    dark: Luma = (luma - 16) * share + 16
    return dark


def _ssim(first: Path, second: Path) -> list[float]:
    """The likeness of each pair of pictures, by ffmpeg's own measure."""
    log = first.with_suffix(".ssim")
    count = "[0:v]settb=1/24,setpts=N[one];[1:v]settb=1/24,setpts=N[other]"
    compare = f"{count};[one][other]ssim=stats_file={log}"
    generate(log.with_suffix(".null"), "-i", str(first), "-i", str(second), "-lavfi", compare, "-f", "null")
    return [float(line.partition("All:")[2].split()[0]) for line in log.read_text().splitlines()]


@pytest.mark.parametrize("rate", [Fraction(1), Fraction(25, 2), Fraction(24), Fraction(30_000, 1001)])
def test_a_film_with_transitions_has_every_frame_in_its_place(tmp_path: Path, rate: Fraction) -> None:
    """Crossfades and dips of any length between clips of any length: each frame is the one that arithmetic says."""
    spec = FilmSpec(160, 90, rate)
    shots = _shots(tmp_path, LENGTHS, WAYS, spec)

    film, _ = _film(tmp_path, shots, spec)

    found, ideal = lumas(film), _ideal(shots)
    assert len(found) == len(ideal) == sum(LENGTHS) - 12 - 3 - 2
    assert max(float(np.abs(one - other).mean()) for one, other in zip(found, ideal, strict=True)) < 3
    with av.open(str(film)) as container:
        ticks = sorted(packet.pts for packet in container.demux(video=0) if packet.pts is not None)
    assert ticks == [joining.frame_ticks(spec) * number for number in range(len(ideal))]


def test_only_the_seconds_around_a_join_are_encoded(tmp_path: Path) -> None:
    """What lies between two joins is copied bit by bit, and a join reaches to the next keyframes and no further."""
    shots = _shots(tmp_path, [120, 120, 120], [CUT, CROSSFADE, CROSSFADE])

    film, parts = _film(tmp_path, shots)

    assert [(part.path.stem, part.first, part.end) for part in parts] == [
        ("part_0", 0, 96),
        ("join_1", 0, 24 + 24 - 12),
        ("part_1", 24, 96),
        ("join_2", 0, 36),
        ("part_2", 24, 120),
    ]
    made = pictures(film)
    assert made[:96] == pictures(shots[0].path)[:96]
    assert made[132:204] == pictures(shots[1].path)[24:96]
    assert made[240:] == pictures(shots[2].path)[24:]


def test_a_film_looks_as_if_it_were_rendered_as_a_whole(tmp_path: Path) -> None:
    """Against ffmpeg's xfade over whole clips: the same where copied, at least 0.98 alike where rendered."""
    shots = _shots(tmp_path, [120, 120], [CUT, CROSSFADE])
    full = [
        ffmpeg_python.input(url(shot.path)).video.filter("format", "yuv420p").filter("settb", "1/24") for shot in shots
    ]
    chain = ffmpeg_python.filter(full, "xfade", transition="fade", duration=0.5, offset=4.5).filter("format", "yuv420p")
    run(chain.output(url(tmp_path / "full.mkv"), vcodec="ffv1", pix_fmt="yuv420p"), ffmpeg=ffmpeg())

    film, _ = _film(tmp_path, shots)

    alike = _ssim(film, tmp_path / "full.mkv")
    assert len(alike) == 228
    # xfade itself changes some colours by one step on their way to full chroma and back.
    assert min(alike[:96] + alike[132:]) > 0.9999
    assert min(alike[96:132]) >= 0.98


def test_another_clip_changes_only_its_own_two_joins(tmp_path: Path) -> None:
    """A join is made from the ends of its own two clips: those of other clips are the same bytes as before."""
    shots = _shots(tmp_path, [60, 60, 60, 60], [CUT, CROSSFADE, CROSSFADE, CROSSFADE])
    _film(tmp_path, shots)
    before = [(tmp_path / f"join_{number}.mp4").read_bytes() for number in (1, 2, 3)]
    clip = write_clip(tmp_path / "other.mp4", 60, seed=9)

    conform_picture(clip, shots[0].path, SPEC, FINAL, frames=60, ffmpeg=ffmpeg())
    _film(tmp_path, shots)

    after = [(tmp_path / f"join_{number}.mp4").read_bytes() for number in (1, 2, 3)]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, True]


def test_a_film_without_transitions_is_copied_whole(tmp_path: Path) -> None:
    """Cuts need no join: every clip is copied from its first picture to its last."""
    shots = _shots(tmp_path, [30, 7], [CUT, CUT])

    assert film_parts(shots, [None, None], SPEC) == [
        joining.Part(shots[0].path, 0, 30),
        joining.Part(shots[1].path, 0, 7),
    ]


def test_a_clip_that_is_too_short_for_its_transitions_is_named(tmp_path: Path) -> None:
    """Two fades that would overlap inside a clip are refused, with the numbers."""
    shot = Shot(tmp_path / "clip_07.mp4", 20, CROSSFADE, CROSSFADE)

    with pytest.raises(BadMedia, match=r"clip_07\.mp4: has 20 pictures, and its transitions take 24"):
        copied_part(shot, SPEC)


def test_a_join_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """A clip that is cut short makes no join, and no temporary file stays."""
    shots = _shots(tmp_path, [60, 60], [CUT, CROSSFADE])
    data = shots[1].path.read_bytes()
    shots[1].path.write_bytes(data[: len(data) // 2])

    with pytest.raises(BadMedia, match="part_1"):
        render_join(shots[0], shots[1], tmp_path / "join.mp4", SPEC, FINAL, ffmpeg=ffmpeg())

    assert not (tmp_path / "join.mp4").exists()
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("clips", [18, 180])
def test_sound_and_picture_do_not_drift_apart(tmp_path: Path, clips: int) -> None:
    """Clips of awkward length at an NTSC rate, crossfaded: sound and picture of the last are in place, to a frame.

    180 clips of 10 s are half an hour.
    """
    spec, frames = FilmSpec(160, 90, Fraction(30_000, 1001)), 299
    clip = write_clip(tmp_path / "clip.mp4", frames, spec=spec)
    conform_picture(clip, tmp_path / "part.mp4", spec, FINAL, frames=frames, ffmpeg=ffmpeg())
    tone = generate(tmp_path / "tone.wav", "-f", "lavfi", "-i", "sine=f=440:d=0.2")
    ways = [CUT, *[CROSSFADE] * (clips - 1), CUT]
    shots = [Shot(tmp_path / "part.mp4", frames, *pair) for pair in itertools.pairwise(ways)]
    render_join(shots[0], shots[1], tmp_path / "join.mp4", spec, FINAL, ffmpeg=ffmpeg())
    parts = film_parts(shots, [None, *[tmp_path / "join.mp4"] * (clips - 1)], spec)
    starts = [number * (frames - 12) for number in range(clips)]
    heard = [*[frames - 12] * (clips - 1), frames]
    places = list(itertools.accumulate(samples_of(spec, heard), initial=0))
    voice = [Placed(tone, place + RATE // 2, RATE, whole=True) for place in places[:-1]]
    mix_sound(Stems(places[-1], voice), tmp_path / "film.m4a", DEFAULT_LEVEL, ffmpeg=ffmpeg())

    report = assemble(
        parts, tmp_path / "film.m4a", tmp_path / "final.mp4", spec,
        frames=starts[-1] + frames, ffmpeg=ffmpeg(), texts=Texts("t", "s"),
    )  # fmt: skip

    for start in (starts[1], starts[-1]):
        at_s = spec.seconds(start) + 0.5
        sound = np.abs(samples_at(tmp_path / "final.mp4", at_s - 0.25, 1)).max(axis=1)
        onset_s = at_s - 0.25 + np.flatnonzero(sound > 0.05)[0] / RATE
        assert abs(onset_s - at_s) < 1 / spec.fps
        assert picture_at(tmp_path / "final.mp4", start + 100, spec) == pictures(tmp_path / "part.mp4")[100]
    assert abs(report.sound_s - report.duration_s) < 1 / spec.fps
    assert report.duration_s == pytest.approx((starts[-1] + frames) / spec.fps)
