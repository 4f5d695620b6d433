"""A morph starts and ends at its keyframes and is nearer to the truth between them than a dissolve."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image, ImageFilter

from workflow_lib.media import planes
from workflow_lib.media.morph import morph_shot

SIZE = (320, 180)


def texture(seed: int, size: tuple[int, int], grain: float = 3.0) -> Image.Image:
    """Coloured blotches."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(grain)), dtype=float)
    return Image.fromarray(np.clip((soft - soft.mean()) * 5 + 128, 0, 255).astype(np.uint8))


def scene(progress: float) -> Image.Image:
    """A patch that moves by a tenth of the frame and grows by a tenth, on ground that stays."""
    picture = texture(1, SIZE)
    side = round(90 * (1 + 0.1 * progress))
    patch = texture(2, (90, 90), 4.0).point(lambda value: value // 3).resize((side, side), Image.Resampling.LANCZOS)
    picture.paste(patch, (round(90 + 32 * progress), round(45 + 6 * progress)))
    return picture


def psnr(seen: Image.Image, true: Image.Image) -> float:
    """Likeness in decibels."""
    error = np.mean(np.square(np.asarray(seen, dtype=float) - np.asarray(true, dtype=float)))
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def dissolve(start: Image.Image, end: Image.Image) -> Image.Image:
    """The luma of a plain mix."""
    a, b = (np.asarray(planes.to_frame(picture).y, dtype=float) for picture in (start, end))
    return Image.fromarray(np.rint((a + b) / 2).astype(np.uint8))


def test_the_ends_are_the_keyframes() -> None:
    """The first frame is the start and the last the end, to the byte."""
    shot = morph_shot(scene(0), scene(1), SIZE)

    assert shot(0.0).planes() == planes.to_frame(scene(0)).planes()
    assert shot(1.0).planes() == planes.to_frame(scene(1)).planes()


def test_the_middle_is_nearer_to_the_truth_than_a_dissolve() -> None:
    """A patch that moves and grows is seen half-way, not twice: at least 3 dB better."""
    start, end, true = scene(0), scene(1), planes.to_frame(scene(0.5)).y

    morphed = morph_shot(start, end, SIZE)(0.5).y

    assert psnr(morphed, true) > psnr(dissolve(start, end), true) + 3


def test_a_camera_pan_is_followed() -> None:
    """A picture that shifts as a whole by a fifteenth of its width is seen half-way: at least 6 dB better."""
    wide = texture(3, (400, 180))
    start, true, end = (wide.crop((left, 0, left + 320, 180)) for left in (10, 20, 30))

    morphed = morph_shot(start, end, SIZE)(0.5).y
    inner = (40, 10, 280, 170)
    target = planes.to_frame(true).y.crop(inner)

    assert psnr(morphed.crop(inner), target) > psnr(dissolve(start, end).crop(inner), target) + 6


def test_pictures_with_nothing_in_common_dissolve() -> None:
    """Where there is no motion to follow, the middle is a mix of both, not a smear."""
    start, end = texture(4, SIZE), texture(5, SIZE)

    morphed = morph_shot(start, end, SIZE)(0.5).y

    assert psnr(morphed, dissolve(start, end)) > 20


def test_a_small_move_makes_small_steps() -> None:
    """No frame jumps: the largest step from frame to frame is a fraction of the way from start to end."""
    shot = morph_shot(scene(0), scene(1), SIZE)
    frames = [np.asarray(shot(step / 24).y, dtype=float) for step in range(25)]
    steps = [np.abs(after - before).mean() for before, after in itertools.pairwise(frames)]

    assert max(steps) < np.abs(frames[-1] - frames[0]).mean() * 0.5


def test_identical_keyframes_stand_still() -> None:
    """Between a picture and itself nothing moves by more than a level or two."""
    middle = np.asarray(morph_shot(scene(0), scene(0), SIZE)(0.5).y, dtype=int)

    assert np.abs(middle - np.asarray(planes.to_frame(scene(0)).y, dtype=int)).mean() < 1
