"""What clips are made from: composites and narration."""

from __future__ import annotations

from dataclasses import asdict

from workflow_lib import identity, layout, locks, pictures, plan, receipts
from workflow_lib.digests import Digests
from workflow_lib.errors import WorkflowError
from workflow_lib.marks import PIXELS_STAMP, RECIPE_STAMP
from workflow_lib.media import composite, voice
from workflow_lib.project import Film
from workflow_lib.receipts import FileId


def compose(film: Film, number: int) -> str:
    """Compose the picture of clip `number` from its recipe; one that somebody put there is left alone.

    Raises:
        InvalidInput, BadMedia: a layer is wrong.
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
        key = identity.recipe_key(recipe, film.frame, lambda layer: marks.of(layer).pixels)
        image = composite.compose(recipe, film.frame)
        stamp = {RECIPE_STAMP: key, PIXELS_STAMP: pictures.image_digest(image)}
        composite.write_picture(image, target, stamp=stamp)
    return f"{target}: composed"


def narrate(film: Film, number: int) -> str:
    """Speak the line of clip `number`, with its alignment beside it; a recording that somebody put there is kept.

    Raises:
        MissingTool: the film's voice cannot be asked.
    """
    clip = film.clip(number)
    target = film.narration(clip)
    with locks.making(film.project, target):
        if plan.narration_plan(film, clip, Digests(film.project)).standing not in ("missing", "stale"):
            return f"{clip.label}: narration kept"
        plan.check_voice(film, [plan.of_clip(film, number)])
        temporary = target.with_name(f".{target.stem}.made{target.suffix}")
        try:
            speech = voice.speak(clip.narration, temporary)
            words = [{"word": word.text, "start_s": word.start_s, "end_s": word.end_s} for word in speech.words]
            receipt = {
                "key": plan.narration_key(film, clip),
                "file": asdict(FileId.of(temporary)),
                "duration_s": speech.duration_s,
                "words": words,
            }
            receipts.put_in_place(temporary, target, layout.receipt(target), receipt)
        finally:
            temporary.unlink(missing_ok=True)
    return f"{clip.label}: {speech.duration_s:.1f} s of narration"
