"""What clips are made from: composites."""

from __future__ import annotations

from workflow_lib import identity, locks, pictures, plan
from workflow_lib.digests import Digests
from workflow_lib.errors import WorkflowError
from workflow_lib.marks import PIXELS_STAMP, RECIPE_STAMP
from workflow_lib.media import composite
from workflow_lib.project import Film


def compose(film: Film, number: int) -> str:
    """Compose the picture of clip `number` from its recipe; one that somebody put there is left alone.

    Raises:
        InvalidInput, BadMedia: a layer is wrong.
        WorkflowError: a layer was edited during the run.
        OutOfSpace: the disk is full.
    """
    clip = film.clip(number)
    recipe, target = clip.source.recipe, clip.source.start
    if recipe is None or target is None:
        raise WorkflowError(f"{clip.label} has no recipe to compose from")
    with locks.making(film.project, target):
        marks = identity.open_marks(film, Digests(film.project), plan.ledger_of(film))
        if target.exists() and marks.of(target).recipe is None:
            return f"{target}: put there by hand, kept"
        key = identity.recipe_key(recipe, film.frame, lambda layer: marks.known_by(layer) or "")
        image = composite.compose(recipe, film.frame)
        plan.check_drawn(film, clip.source.files())
        stamp = {RECIPE_STAMP: key, PIXELS_STAMP: pictures.image_digest(image)}
        composite.write_picture(image, target, stamp=stamp)
    return f"{target}: composed"
