"""Promises of HDR clips: they look as they would in SDR, and where that cannot be had, it is said."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from conftest import Studio
from media_samples import SPEC, ffmpeg, generate

from workflow_lib.media.conform import ConformReport, conform_picture
from workflow_lib.media.encode import FINAL
from workflow_lib.recipes import Fit

_KINDS = {"HLG": "arib-std-b67", "PQ": "smpte2084"}


def _hdr(path: Path, transfer: str, colour: str = "0xE08030", size: str = "320x180") -> Path:
    """Half a second as a phone records it: `colour` under a reference white of 203 nits, in ten bits of BT.2020."""
    source = f"color={colour}:s={size}:r=24:d=0.5,format=gbrpf32le"
    linear = (
        "setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr,zscale=tin=bt709:pin=bt709:t=linear:npl=203"
    )
    coded = f"zscale=p=bt2020:t={transfer}:npl=203:m=bt2020nc:r=tv,format=yuv420p10le"
    options = ("-c:v", "libx265", "-x265-params", "log-level=none:crf=8")
    return generate(path, "-f", "lavfi", "-i", source, "-vf", f"{linear},{coded}", *options)


def _conform(clip: Path, *, fit: Fit = "contain", program: str | None = None) -> tuple[ConformReport, Path]:
    out = clip.with_name("out.mp4")
    return conform_picture(clip, out, SPEC, FINAL, frames=12, ffmpeg=program or ffmpeg(), fit=fit), out


def _colour(clip: Path) -> npt.NDArray[np.float64]:
    with av.open(str(clip)) as container:
        frame = next(container.decode(video=0))
        colours = frame.to_ndarray(format="rgb24", src_colorspace="ITU709")[40:50, 70:90]
    return np.asarray(colours.mean(axis=(0, 1)), np.float64)


@pytest.fixture
def poor(tmp_path: Path) -> Path:
    """An ffmpeg that was built without zscale."""
    program = tmp_path / "poor ffmpeg"
    program.write_text(
        f"""#!/bin/sh
case "$*" in
*-filters) {ffmpeg()} "$@" | grep -v zscale ;;
*zscale*) echo "No such filter: 'zscale'" >&2; exit 8 ;;
*) exec {ffmpeg()} "$@" ;;
esac
"""
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("kind", sorted(_KINDS))
@pytest.mark.parametrize("fit", ["contain", "cover", "blur"])
def test_an_hdr_clip_has_the_colours_of_sdr(tmp_path: Path, kind: str, fit: Fit) -> None:
    """Grey stays grey, and an orange keeps its hue and nearly its brightness: highlights above it need some room."""
    _, grey = _conform(_hdr(tmp_path / "grey.mov", _KINDS[kind], "0x707070"), fit=fit)
    assert np.abs(_colour(grey) - 0x70).max() < 6

    _, orange = _conform(_hdr(tmp_path / "orange.mov", _KINDS[kind]), fit=fit)
    assert np.abs(_colour(orange) - np.array([0xCC, 0x74, 0x2C])).max() < 8


@pytest.mark.parametrize("size", ["100x180", "162x50", "640x360", "150x90"])
def test_an_hdr_clip_of_any_size_fits(tmp_path: Path, size: str) -> None:
    """Upright, wide, larger or smaller than the film: it is the same colour in the middle of it."""
    _, out = _conform(_hdr(tmp_path / "clip.mov", _KINDS["HLG"], "0x707070", size))

    assert np.abs(_colour(out) - 0x70).max() < 6


def test_an_ffmpeg_that_cannot_tone_map_says_so(tmp_path: Path, poor: Path) -> None:
    """Without zscale an HDR clip is in the film all the same, and reported as pale; others never are."""
    hdr = _hdr(tmp_path / "clip.mov", _KINDS["PQ"])
    sdr = generate(tmp_path / "sdr.mov", "-i", str(hdr), "-vf", "setparams=color_trc=bt709", "-c:v", "libx265")

    found = [_conform(clip, program=str(program))[0].pale for clip in (hdr, sdr) for program in (ffmpeg(), poor)]

    assert found == [False, True, False, False]


def test_the_job_says_how_to_have_the_colours_right(built: Studio, poor: Path) -> None:
    """The run names the clip, that it is HDR, and what to do, in one line; the film is built."""
    own = built.path("videos/clip_02.mp4")
    own.unlink()
    _hdr(own, _KINDS["HLG"], size="128x72")

    said = built.build("projects/film/final.mp4", "--config", f"ffmpeg={poor}")

    lines = [line for line in said.splitlines() if "HDR" in line]
    assert len(lines) == 1
    assert lines[0].startswith("clip_02 is HDR")
    assert "export it in SDR" in lines[0]
