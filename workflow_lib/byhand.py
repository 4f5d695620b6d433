"""One clip by hand, without a project; bought ones have their take store beside the output."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from workflow_lib import catalog, decisions, files, layout, limits, locks, pictures, prompts, takes
from workflow_lib.budgets import Budgets
from workflow_lib.catalog import Backend
from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.film import FilmSpec
from workflow_lib.generate import pictures_sent, web_pictures
from workflow_lib.generate.buying import check_sound
from workflow_lib.generate.desk import Desk, Purchase
from workflow_lib.generate.door import obtain
from workflow_lib.media import encode, ffmpeg, verify
from workflow_lib.models import default_model, list_usd, resolution_of
from workflow_lib.progress import Teller
from workflow_lib.providers import animatic
from workflow_lib.requests import Request
from workflow_lib.runs import Run
from workflow_lib.sources import Source
from workflow_lib.takes import Store

DEFAULT_FRAME = (1920, 1080)
FPS = 24


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: pictures by path or URL (or none), `seconds` long.

    `operation`, `confirm_lost`: what the user says became of a submission of which nobody knew.
    """

    prompt: str
    output: Path
    image: str | None = None
    last_frame: str | None = None
    seconds: float = 5.0
    backend: Backend = "animatic"
    model: str | None = None
    negative_prompt: str = ""
    seed: int | None = None
    take: int = 1
    operation: str | None = None
    confirm_lost: bool = False


def order_from(arguments: Sequence[str], description: str | None = None) -> Order:
    """The order that a command line asks for; ends the process with 2 when it cannot be read."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--image", help="path or URL of the picture that the clip starts from; none: words alone")
    parser.add_argument("--prompt", required=True, help="what happens, the camera's move last")
    parser.add_argument("--output", type=Path, required=True, help="the .mp4 to write")
    parser.add_argument("--last-frame", help="path or URL of the picture that the clip ends with")
    parser.add_argument("--duration", type=float, default=5.0, dest="seconds", help="seconds (default: 5)")
    parser.add_argument("--backend", choices=catalog.BACKENDS, default="animatic", help="who animates it")
    parser.add_argument("--model", help="default: the backend's")
    parser.add_argument("--negative-prompt", default="", help="what must not be seen")
    parser.add_argument("--seed", type=int, help="where the backend takes one")
    parser.add_argument("--take", type=int, default=1, help="a higher number asks for another take on purpose")
    parser.add_argument("--operation", help="what an unanswered submission became, from the provider's console")
    parser.add_argument("--confirm-lost", action="store_true", help="nothing came of an unanswered submission")
    return Order(**vars(parser.parse_args(arguments)))


def generate_clip(order: Order, settings: Config) -> str:
    """Make the clip that `order` asks for; returns one line about it. The picture's size is the clip's.

    Raises:
        InvalidInput: naming every option that is wrong; nothing was written.
        WorkflowError: as obtain says.
    """
    with tempfile.TemporaryDirectory(prefix="clipwright-") as folder:
        problems: list[Problem] = []
        images = [
            web_pictures.local(image, Path(folder), name, problems) if image else None
            for image, name in ((order.image, "--image"), (order.last_frame, "--last-frame"))
        ]
        clip, frame = _clip(order, Source(images[0], images[1], fit="cover"), settings)
        problems += _problems(order, clip)
        if problems:
            raise InvalidInput(problems)
        if catalog.is_paid(order.backend):
            return _bought(order, clip, frame, settings)
        return _rendered(order, clip, frame, settings)


def _clip(order: Order, source: Source, settings: Config) -> tuple[Clip, tuple[int, int]]:
    frame = _frame(source.start)
    name = order.model or default_model(order.backend, settings)
    model = catalog.model(order.backend, name)
    resolution = resolution_of(order.backend, settings)
    drawn = model.paid and not (model.follows_picture and source.start)
    clip = Clip(
        number=1,
        title=None,
        prompt=order.prompt.strip(),
        camera=prompts.camera_part(order.prompt),
        narration="",
        source=source,
        seconds=order.seconds,
        backend=order.backend,
        model=name,
        negative_prompt=order.negative_prompt.strip(),
        seed=order.seed,
        take=order.take,
        asked_s=order.seconds,
        aspect=(catalog.aspect(*frame) or "") if drawn else "",
        resolution=resolution,
        list_usd=list_usd(model, name, order.seconds, resolution, settings),
    )
    return clip, frame


def _rendered(order: Order, clip: Clip, frame: tuple[int, int], settings: Config) -> str:
    spec = FilmSpec(*frame, Fraction(FPS))
    with files.atomic_path(order.output) as temporary:
        animatic.make(clip, temporary, spec, encode.FINAL, composed=False, ffmpeg=ffmpeg.binary(settings.ffmpeg))
        verify.verify_clip(temporary, spec, spec.frames(order.seconds))
    return f"{order.output}: {order.seconds:g} s, {spec.width}x{spec.height}, $0.00"


def _bought(order: Order, clip: Clip, frame: tuple[int, int], settings: Config) -> str:
    store = Store(order.output.parent / layout.TAKES)
    if not order.output.resolve().is_relative_to(Path.cwd()):
        locks.agree(settings, order.output.parent)
    request = _request(clip)
    _settle(order, store, request)
    purchase = Purchase(
        request=request,
        list_usd=clip.list_usd,
        project=str(order.output.parent),
        clip=order.output.stem,
        order=lambda folder: pictures_sent.order(clip, frame, folder),
        check=check_sound,
        settle="scripts/generate_video.py (with the same options)",
    )
    shared = Path(settings.slots_dir)
    budgets = Budgets(
        shared, lambda: [store.folder], channel_usd=settings.channel_budget_usd, session_usd=settings.budget_usd
    )
    tell = Teller(order.output.stem, clip.backend)
    found = obtain(purchase, Desk(settings, store, budgets, Run.current(shared), tell))
    with files.atomic_path(order.output) as temporary:
        takes.copy(found.take.path, temporary)
    cost = 0.0 if found.how == "reused" else found.take.attempt.cost_usd
    return f"{order.output}: {found.how}, ${cost:.2f}, take {found.take.path}"


def _request(clip: Clip) -> Request:
    start, end = (
        pictures.pixel_digest(path) if path is not None else None for path in (clip.source.start, clip.source.end)
    )
    return Request(
        backend=clip.backend,
        model=clip.model,
        prompt=clip.prompt,
        negative_prompt=clip.negative_prompt,
        start=start,
        end=end,
        seconds=clip.asked_s,
        width=0,
        height=0,
        fps="",
        seed=clip.seed,
        take=clip.take,
        aspect=clip.aspect,
        resolution=clip.resolution,
    )


def _settle(order: Order, store: Store, request: Request) -> None:
    if not (order.operation or order.confirm_lost):
        return
    ledger = store.ledger()
    pending = ledger.pending(request.fingerprint)
    if pending is None:
        what = "nothing of this clip is unsettled"
        raise InvalidInput([Problem("--operation" if order.operation else "--confirm-lost", what)])
    if order.operation and pending.operation is not None:
        return
    with store.settling(pending, order.output.stem):
        if order.operation:
            named = decisions.operation_id(order.operation, ledger)
            store.journal.add(pending.event("submitted", operation=named))
        else:
            store.journal.add(pending.event("lost", reason="the user says so"))


def _problems(order: Order, clip: Clip) -> list[Problem]:
    """What is wrong with the options, in the order in which they are documented."""
    model = catalog.model(clip.backend, clip.model)
    found = {
        "--last-frame": "needs --image, the first frame" if order.last_frame and not order.image else "",
        "--prompt": "" if order.prompt.strip() else "is empty; say what happens in the clip",
        "--duration": ""
        if model.allows(order.seconds)
        else f"{clip.backend} makes {model.offers()}, not {order.seconds:g} s",
        "--output": "" if order.output.suffix == ".mp4" else f"{order.output} does not end in .mp4",
        "--negative-prompt": f"{clip.backend} takes none; leave it out"
        if order.negative_prompt and not model.negative_chars
        else "",
        "--seed": f"{clip.backend} takes none; leave it out" if order.seed is not None and not model.seeds else "",
        "--operation": "and --confirm-lost exclude each other" if order.operation and order.confirm_lost else "",
    }
    problems = [Problem(option, what) for option, what in found.items() if what]
    said = {problem.where for problem in problems}
    return problems + [problem for problem in limits.problems_by_hand(clip) if problem.where not in said]


def _frame(start: Path | None) -> tuple[int, int]:
    """The first picture's size in pixels, made even, and not over 4096."""
    if start is None:
        return DEFAULT_FRAME
    info = pictures.check_picture(start)
    scale = min(1.0, 4096 / max(info.width, info.height))
    return max(64, int(info.width * scale) // 2 * 2), max(64, int(info.height * scale) // 2 * 2)
