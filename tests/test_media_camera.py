"""Camera moves: read from film English, smooth, inside of the picture, and exact to a few hundredths of a pixel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workflow_lib.media import planes
from workflow_lib.media.animatic import window_of
from workflow_lib.media.camera import CameraMove, MoveKind, ease, layer_pose, parse_move, pose

KINDS: tuple[MoveKind, ...] = (
    "push_in", "pull_out", "pan_left", "pan_right", "tilt_up", "tilt_down", "orbit_left", "orbit_right", "static",
)  # fmt: skip
SIZE = (320, 180)


@pytest.mark.parametrize(
    ("text", "kind", "strength"),
    [
        ("slow push in", "push_in", 0.6),
        ("dolly in", "push_in", 1.0),
        ("the camera moves closer to the eye", "push_in", 1.0),
        ("zoom out", "pull_out", 1.0),
        ("Camera pulls back to reveal the island", "pull_out", 1.0),
        ("very slow dolly out", "pull_out", 0.35),
        ("the camera pans right across the bay", "pan_right", 1.0),
        ("pan from right to left", "pan_left", 1.0),
        ("left-to-right pan", "pan_right", 1.0),
        ("fast pan left", "pan_left", 1.6),
        ("tracking shot left", "pan_left", 1.0),
        ("slow drift right", "pan_right", 0.6),
        ("tilt up to the sky", "tilt_up", 1.0),
        ("crane up", "tilt_up", 1.0),
        ("camera descends", "tilt_down", 1.0),
        ("the camera tilts slowly downwards", "tilt_down", 0.6),
        ("orbits around the tortoise", "orbit_right", 1.0),
        ("gentle arc left", "orbit_left", 0.6),
        ("camera orbits clockwise", "orbit_left", 1.0),
        ("static camera", "static", 0.0),
        ("locked-off", "static", 0.0),
        ("static, no camera movement", "static", 0.0),
        ("gentle handheld", "static", 0.6),
        ("handheld push in", "push_in", 1.0),
        ("no zoom, slow tilt down", "tilt_down", 0.6),
        ("push in, then pan right", "push_in", 1.0),
        ("The finch hops to the edge of the branch. Slow pan right.", "pan_right", 0.6),
        ("Waves break on black lava. Static camera.", "static", 0.0),
    ],
)
def test_each_phrase_is_its_move(text: str, kind: str, strength: float) -> None:
    """Plain film English names a move, a direction and a strength."""
    assert parse_move(text) == CameraMove(kind, strength)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A giant tortoise walks up the black slope",
        "The tortoise moves back into its shell",
        "A crane lifts off and circles the pond",
        "The waves pull back from the rocks",
    ],
)
def test_words_about_animals_move_no_camera(text: str) -> None:
    """A text that names no camera move is a gentle push in."""
    assert parse_move(text) == CameraMove("push_in", 0.6)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_some_move(text: str) -> None:
    """No text makes the reader fail."""
    assert parse_move(text).kind in KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("strength", [0.0, 0.35, 1.0, 1.6])
def test_no_frame_shows_outside_of_the_picture(kind: MoveKind, strength: float) -> None:
    """The window of a still, and that of a background, stay inside at every time."""
    move = CameraMove(kind, strength)

    poses = [view for step in range(51) for view in (pose(move, step / 50), layer_pose(move, step / 50, 0.0))]

    for view in poses:
        half = 0.5 / view.zoom
        assert half - 1e-9 <= view.x <= 1 - half + 1e-9
        assert half - 1e-9 <= view.y <= 1 - half + 1e-9


@pytest.mark.parametrize(
    ("kind", "axis", "sign"),
    [("pan_right", "x", 1), ("pan_left", "x", -1), ("tilt_down", "y", 1), ("tilt_up", "y", -1), ("push_in", "zoom", 1)],
)
def test_a_move_goes_its_way_all_the_time(kind: MoveKind, axis: str, sign: int) -> None:
    """A pan never turns back, and neither does a zoom."""
    values = [getattr(pose(CameraMove(kind, 1.0), step / 40), axis) for step in range(41)]

    assert all(sign * (after - before) > 0 for before, after in itertools.pairwise(values))


def test_a_move_starts_and_ends_at_rest() -> None:
    """The first and last steps are tiny, the middle has one speed, the ends are exact."""
    steps = np.diff([ease(step / 200) for step in range(201)])

    assert (ease(0.0), ease(1.0), ease(0.5)) == (0.0, 1.0, 0.5)
    assert steps[0] < steps[100] / 50
    assert steps[-1] < steps[100] / 50
    assert np.ptp(steps[60:140]) < 1e-9


def test_nearer_layers_move_more() -> None:
    """In a pan the window of a near layer travels farther than that of a far one."""
    move = CameraMove("pan_right", 1.0)
    travels = [layer_pose(move, 1.0, depth).x - layer_pose(move, 0.0, depth).x for depth in (0.0, 0.5, 1.0)]

    assert 0 < travels[0] < travels[1] < travels[2]


def test_an_orbit_turns_around_the_middle() -> None:
    """In an orbit far and near layers move in opposite directions and the middle stays."""
    move = CameraMove("orbit_right", 1.0)
    far, middle, near = (layer_pose(move, 1.0, depth).x - layer_pose(move, 0.0, depth).x for depth in (0.0, 0.5, 1.0))

    assert far < 0 < near
    assert abs(middle) < 1e-9


def blob(size: tuple[int, int], at: tuple[float, float], radius: float) -> Image.Image:
    """A soft bright spot, its middle at fractional pixels."""
    x, y = np.arange(size[0]) + 0.5, np.arange(size[1])[:, None] + 0.5
    light = 20 + 220 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * radius**2))
    grey = np.rint(light).astype(np.uint8)
    return Image.fromarray(np.stack([grey, grey, grey], axis=-1))


def centre(plane: Image.Image) -> tuple[float, float]:
    """The middle of the spot in a plane."""
    values = np.asarray(plane, dtype=float)
    values = np.where(values > 60, values - 60, 0)
    total = values.sum()
    across = (values.sum(axis=0) * (np.arange(values.shape[1]) + 0.5)).sum() / total
    along = (values.sum(axis=1) * (np.arange(values.shape[0]) + 0.5)).sum() / total
    return across, along


@pytest.mark.parametrize("kind", ["push_in", "pan_right", "tilt_up", "orbit_left"])
def test_motion_is_exact_to_a_twentieth_of_a_pixel(kind: MoveKind) -> None:
    """What is seen stands where the ideal camera sees it, in every frame: rms below 0.05 pixels."""
    move, scale = CameraMove(kind, 0.6), 1.275
    at = (230.3, 141.7)
    ground = planes.sprite(blob((408, 230), at, 8.0), scale=scale)
    errors = []

    for step in range(49):
        window = window_of(pose(move, step / 48), SIZE)
        seen = centre(planes.crop(ground, window, SIZE).y)
        ideal = [
            (place / scale - start) * side / length
            for place, start, side, length in zip(
                at, (window.left, window.top), SIZE, (window.width, window.height), strict=True
            )
        ]
        errors.append(np.subtract(seen, ideal))

    assert np.sqrt(np.mean(np.square(errors))) < 0.05
    assert np.abs(errors).max() < 0.15


def test_colour_stands_on_its_brightness() -> None:
    """A warped colour plane has the same phase as the luma, as H.264 sites it."""
    x, y = np.arange(408) + 0.5, np.arange(230)[:, None] + 0.5
    light = np.exp(-((x - 200.6) ** 2 + (y - 110.2) ** 2) / (2 * 14.0**2))
    red = np.rint(np.stack([40 + 200 * light, 40 + 0 * light, 40 + 0 * light], axis=-1)).astype(np.uint8)
    ground = planes.sprite(Image.fromarray(red), scale=1.275)

    frame = planes.crop(ground, planes.Window(11.3, 7.7, 290.0, 163.125), SIZE)
    luma = centre(Image.fromarray(((np.asarray(frame.y) - 51.0) * 5).clip(0, 255).astype(np.uint8)))
    chroma = centre(Image.fromarray((np.asarray(frame.v).astype(int) * 2 - 216).clip(0, 255).astype(np.uint8)))

    assert luma[0] == pytest.approx(chroma[0] * 2 - 0.5, abs=0.1)
    assert luma[1] == pytest.approx(chroma[1] * 2, abs=0.1)


def test_plain_colours_stay_what_they_are() -> None:
    """A flat picture has the same BT.709 values after a warp, to the level."""
    ground = planes.sprite(Image.new("RGB", (408, 230), (255, 0, 0)), scale=1.275)

    frame = planes.crop(ground, planes.Window(3.21, 4.56, 300.0, 168.75), SIZE)

    assert [plane.getextrema() for plane in frame] == [(63, 63), (102, 102), (240, 240)]


def test_a_pasted_layer_has_no_halo() -> None:
    """A red cut-out with hidden white, warped over grey, shows nothing brighter than red and grey."""
    figure = Image.new("RGBA", (100, 80), (255, 255, 255, 0))
    figure.paste((120, 20, 20, 255), (20, 20, 80, 60))
    frame = planes.to_frame(Image.new("RGB", SIZE, (120, 120, 120)))
    grey = frame.y.getpixel((0, 0))

    planes.paint(frame, planes.sprite(figure, 100.3, 50.7, 1.272), planes.Window(10.4, 5.2, 300.0, 168.75))

    assert frame.y.getextrema()[1] <= grey + 1  # type: ignore[operator]
    assert frame.y.getextrema()[0] < 60  # type: ignore[operator]
