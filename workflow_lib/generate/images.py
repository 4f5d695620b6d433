"""Make one described picture: sketched for free, or bought through the one door."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from workflow_lib import courtesy, drawn, identity, layout, locks, pictures, plan, receipts
from workflow_lib.config import Config
from workflow_lib.digests import Digests
from workflow_lib.errors import Filtered, WorkflowError
from workflow_lib.generate import made
from workflow_lib.generate.made import Facts
from workflow_lib.marks import DRAWN_STAMP, PIXELS_STAMP
from workflow_lib.planned import PicturePlan
from workflow_lib.project import Film
from workflow_lib.receipts import FileId


def draw(film: Film, path: Path, settings: Config) -> str:
    """Make the described picture at `path` and its receipt; one that somebody put there is kept.

    Raises:
        InvalidInput: the film describes none there.
        WorkflowError: as obtain says; nothing was left half-made.
    """
    with locks.making(film.project, path):
        item = plan.of_picture(film, path)
        if not item.to_make:
            return f"{item.label}: {'put there by hand, kept' if item.standing == 'manual' else 'kept'}"
        temporary = path.with_name(f".{path.stem}.made{path.suffix}")
        try:
            facts = _written(film, item, temporary, settings)
            if plan.of_picture(film, path).standing == "manual":
                return f"{item.label}: put there by hand meanwhile, kept"
            receipts.put_in_place(temporary, path, layout.receipt(path), facts)
        except WorkflowError as error:
            made.log(film, item, settings, type(error).__name__, {}, error)
            if isinstance(error, Filtered):
                hint = f"change {item.place}, or put a picture of your own at {path}"
                raise Filtered(f"{item.label}: {error}; {hint}") from error
            raise
        finally:
            temporary.unlink(missing_ok=True)
    made.log(film, item, settings, str(facts["outcome"]), facts)
    return f"{item.label}: {facts['outcome']}, ${facts['cost_usd']:.2f}"


def _written(film: Film, item: PicturePlan, temporary: Path, settings: Config) -> Facts:
    """Write the picture, and give its receipt."""
    # What is not needed is not loaded: a sketch needs no provider, and what is bought no pencil.
    from workflow_lib.media import composite  # noqa: PLC0415

    if item.request is None:
        from workflow_lib.media import sketch  # noqa: PLC0415

        courtesy.give_way()
        image = sketch.draw(item.drawing)
        facts: Facts = {
            "outcome": "sketch",
            "backend": "sketch",
            "request": item.drawing.sketched_from,
            "cost_usd": 0.0,
        }
    else:
        from workflow_lib.generate import image_buying  # noqa: PLC0415

        image, facts = image_buying.bought(film, item, settings)
    pixels = pictures.image_digest(image)
    stamp = {DRAWN_STAMP: drawn.stamp_of(film.project, item.path, item.key), PIXELS_STAMP: pixels}
    composite.write_picture(image, temporary, stamp=stamp)
    marks = identity.open_marks(film, Digests(film.project), plan.ledger_of(film)).marked(item.drawing.references)
    sent = {name: asdict(mark) for name, mark in marks.items()} if item.request is not None else {}
    file = asdict(FileId.of(temporary))
    return {**facts, "key": item.key, "file": file, "pixels": pixels, "pictures": sent}
