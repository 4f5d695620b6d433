"""Make the spoken line or the sound effect of one clip: spoken for free, or bought through the one door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from workflow_lib import layout, locks, plan, receipts, sound_plans
from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.digests import Digests
from workflow_lib.errors import WorkflowError
from workflow_lib.generate import made
from workflow_lib.generate.made import Facts
from workflow_lib.planned import SoundPlan
from workflow_lib.project import Film
from workflow_lib.receipts import FileId

_Make = Callable[[SoundPlan, Path], Facts]
"""Writes the sound to a file."""


def narrate(film: Film, number: int, settings: Config) -> str:
    """Speak the line of clip `number`, with its times beside it; a recording that somebody put there is kept.

    Raises:
        InvalidInput: the clip has no line.
        WorkflowError: as obtain says; nothing was left half-made.
    """
    clip = film.clip(number)

    def make(item: SoundPlan, temporary: Path) -> Facts:
        if item.request is None:
            from workflow_lib.media import voice  # noqa: PLC0415 - a line that is bought needs no synthesiser

            return voice.as_dict(voice.speak(clip.narration, temporary))
        from workflow_lib.generate import sound_buying  # noqa: PLC0415 - a line that costs nothing needs no provider

        return sound_buying.line(film, clip, item, temporary, settings)

    return _made(film, film.narration(clip), partial(_stands, sound_plans.narration, film, clip), make, settings)


def effect(film: Film, number: int, settings: Config) -> str:
    """Make the sound effect of clip `number`; one that somebody put there is kept.

    Raises:
        InvalidInput: the clip has none, or nobody makes the film's.
        WorkflowError: as obtain says; nothing was left half-made.
    """
    clip = film.clip(number)

    def make(item: SoundPlan, temporary: Path) -> Facts:
        from workflow_lib.generate import sound_buying  # noqa: PLC0415 - an effect that is there needs no provider

        return sound_buying.effect(film, clip, item, temporary, settings)

    return _made(film, film.effect(clip), partial(_stands, sound_plans.effect, film, clip), make, settings)


def _stands(plan_of: sound_plans.Planner, film: Film, clip: Clip) -> SoundPlan:
    return plan_of(film, clip, Digests(film.project), plan.ledger_of(film))


def _made(film: Film, path: Path, stands: Callable[[], SoundPlan], make: _Make, settings: Config) -> str:
    with locks.making(film.project, path):
        item = stands()
        sound_plans.check_text(film, item)
        if not item.to_make:
            return f"{item.label}: kept"
        temporary = path.with_name(f".{path.stem}.made{path.suffix}")
        try:
            facts = make(item, temporary)
            if stands().standing == "manual":
                return f"{item.label}: put there by hand meanwhile, kept"
            receipt = {**facts, "key": item.key, "file": asdict(FileId.of(temporary))}
            receipts.put_in_place(temporary, path, layout.receipt(path), receipt)
        except WorkflowError as error:
            made.log(film, item, settings, type(error).__name__, {}, error)
            raise
        finally:
            temporary.unlink(missing_ok=True)
    made.log(film, item, settings, str(facts.get("outcome", "")), facts)
    return f"{item.label}: {facts['duration_s']:.1f} s"
