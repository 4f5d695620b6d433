"""A described picture that is bought: its take, and what its receipt holds."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

from workflow_lib import courtesy, pictures, plan
from workflow_lib.config import Config
from workflow_lib.errors import BadMedia, WorkflowError
from workflow_lib.generate import wanting
from workflow_lib.generate.desk import Obtained, Purchase
from workflow_lib.generate.made import Facts
from workflow_lib.media import keying
from workflow_lib.planned import PicturePlan
from workflow_lib.progress import Teller
from workflow_lib.project import Film
from workflow_lib.providers.base import ImageOrder
from workflow_lib.requests import ImageRequest
from workflow_lib.runs import Run

_REFERENCE_SIDE = 1536  # pixels; a model sees no more of a reference
_REFERENCE_GROUND = (238, 238, 238)  # behind what is transparent
_ODD_SHAPE = 1.12  # by which a picture's shape may differ from what was asked for before it is worth a word
_SMALLEST = 64  # pixels a side


def bought(film: Film, item: PicturePlan, settings: Config) -> tuple[Image.Image, Facts]:
    """The picture of `item` as it is to lie in the project, and its cost and origin.

    Raises:
        BadMedia: what came is no picture, or has no backdrop from which a figure could be cut out.
        WorkflowError: as obtain says.
    """
    if item.request is None:
        raise TypeError(f"{item.label} is not asked for")
    request = item.request
    tell = Teller(item.label, request.backend)
    purchase = Purchase(
        request=request,
        list_usd=item.list_usd,
        project=str(film.project.root),
        clip=item.label,
        order=lambda folder: _order(film, item, request, folder),
        check=_check,
        settle=f"clipwright retake {film.project.root} {item.label}",
    )
    run = Run.current(Path(settings.slots_dir))
    found = wanting.obtained(item, purchase, wanting.desk(film, settings, run, tell))
    courtesy.give_way()
    image = pictures.load_picture(found.take.path)
    _tell_shape(image, item.drawing.aspect, tell)
    return _fitted(item, image, found), {**wanting.facts(item, found), "take": item.wanted}


def _order(film: Film, item: PicturePlan, request: ImageRequest, folder: Path) -> ImageOrder:
    """What is asked, with the pictures that go along as small as they may be, in `folder`."""
    sent = []
    for number, path in enumerate(item.drawing.references):
        if not path.is_file():
            raise WorkflowError(f"{item.label} is drawn after {path}, which is not there; make that first")
        sent.append(_reference(path, folder / f"{number}.png"))
    plan.check_drawn(film, item.drawing.references)
    return ImageOrder(request, item.drawing.prompt, item.drawing.aspect, tuple(sent))


def _reference(path: Path, out: Path) -> Path:
    seen = pictures.load_picture(path)
    small = ImageOps.contain(seen, (_REFERENCE_SIDE, _REFERENCE_SIDE)) if max(seen.size) > _REFERENCE_SIDE else seen
    ground = Image.new("RGB", small.size, _REFERENCE_GROUND)
    ground.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    ground.save(out, compress_level=6)
    return out


def _check(path: Path) -> None:
    info = pictures.check_picture(path)
    if min(info.width, info.height) < _SMALLEST:
        raise BadMedia(f"{path.name} is {info.width}x{info.height} pixels, which is no picture")


def _tell_shape(image: Image.Image, aspect: str, tell: Teller) -> None:
    across, down = map(int, aspect.split(":"))
    off = image.width * down / (image.height * across)
    if max(off, 1 / off) > _ODD_SHAPE:
        tell.say(f"came as {image.width}x{image.height} where {aspect} was asked for; cut to the film's shape")


def _fitted(item: PicturePlan, image: Image.Image, found: Obtained) -> Image.Image:
    if item.drawing.size is not None:
        return pictures.fit_picture(image, item.drawing.size, "cover")
    try:
        return keying.cut_out(image)
    except BadMedia as error:
        what = f"{found.take.path}: {error}; it was paid for and is kept"
        hint = f"cut it out yourself and put it at {item.path}, or have another one drawn: `clipwright retake`"
        raise BadMedia(f"{what}: {hint}") from error
