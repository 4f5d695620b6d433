"""One clip by hand, without a project."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from workflow_lib import catalog, files, pictures, prompts
from workflow_lib.catalog import Backend
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.film import FilmSpec
from workflow_lib.media import encode, ffmpeg, verify
from workflow_lib.project import Clip
from workflow_lib.providers import animatic
from workflow_lib.sources import Source

DEFAULT_FRAME = (1920, 1080)
FPS = 24


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: pictures by path (or none), `seconds` long."""

    prompt: str
    output: Path
    image: Path | None = None
    last_frame: Path | None = None
    seconds: float = 5.0
    backend: Backend = "animatic"


def generate(order: Order, *, ffmpeg_path: str | None = None) -> str:
    """Make the clip that `order` asks for; returns one line about it. The picture's size is the clip's.

    Raises:
        InvalidInput: naming every option that is wrong; nothing was written.
        MissingTool: this version cannot ask the backend.
    """
    _check(order)
    spec = FilmSpec(*_frame(order), Fraction(FPS))
    clip = Clip(
        number=1,
        title=None,
        prompt=order.prompt.strip(),
        camera=prompts.camera_part(order.prompt),
        narration="",
        source=Source(order.image, order.last_frame, fit="cover"),
        seconds=order.seconds,
        backend=order.backend,
        model=catalog.DEFAULT_MODELS[order.backend],
        negative_prompt="",
        seed=None,
        take=1,
    )
    with files.atomic_path(order.output) as temporary:
        animatic.make(clip, temporary, spec, encode.FINAL, composed=False, ffmpeg=ffmpeg.binary(ffmpeg_path))
        verify.verify_clip(temporary, spec, spec.frames(order.seconds))
    return f"{order.output}: {order.seconds:g} s, {spec.width}x{spec.height}, $0.00"


def _check(order: Order) -> None:
    limits = catalog.model(order.backend, catalog.DEFAULT_MODELS[order.backend])
    problems = [
        Problem(name, f"{path} is not there")
        for name, path in (("--image", order.image), ("--last-frame", order.last_frame))
        if path is not None and not path.exists()
    ]
    if order.last_frame is not None and order.image is None:
        problems.append(Problem("--last-frame", "needs --image, the first frame"))
    if not order.prompt.strip():
        problems.append(Problem("--prompt", "is empty; say what happens in the clip"))
    if len(order.prompt) > limits.prompt_chars:
        problems.append(Problem("--prompt", f"has {len(order.prompt)} characters, {limits.prompt_chars} at most"))
    if not limits.allows(order.seconds):
        problems.append(Problem("--duration", f"{order.backend} makes {limits.offers()}, not {order.seconds:g} s"))
    if order.output.suffix != ".mp4":
        problems.append(Problem("--output", f"{order.output} does not end in .mp4"))
    if problems:
        raise InvalidInput(problems)


def _frame(order: Order) -> tuple[int, int]:
    """The first picture's size in pixels, made even, and not over 4096."""
    if order.image is None:
        return DEFAULT_FRAME
    info = pictures.check_picture(order.image)
    scale = min(1.0, 4096 / max(info.width, info.height))
    return max(64, int(info.width * scale) // 2 * 2), max(64, int(info.height * scale) // 2 * 2)
