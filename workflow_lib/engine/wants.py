"""What the jobs of a run ask providers for, what that costs, and whether each of them can be asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from workflow_lib import catalog, plan, project
from workflow_lib.catalog import Service
from workflow_lib.config import Config
from workflow_lib.engine import drawing, making
from workflow_lib.errors import MissingKey, WorkflowError
from workflow_lib.layout import Cut, Project
from workflow_lib.planned import Action, ClipPlan, FilmPlan, PicturePlan, SoundPlan, Wanted, total_usd

Job = tuple[str, dict[str, str]]
"""A rule, and the wildcards of one of its jobs."""

_ASKING: frozenset[Action] = frozenset({"buy", "resume"})
_ASKING_FOR_SOUND = _ASKING | {"decide"}  # its provider knows what became of it


@dataclass(frozen=True, slots=True)
class Wants:
    """The clips that must be made, and the sounds and pictures among what must be made that somebody is asked for."""

    clips: tuple[ClipPlan, ...]
    sounds: tuple[SoundPlan, ...]
    pictures: tuple[PicturePlan, ...]

    @property
    def price_usd(self) -> float:
        """What it is listed at."""
        everything: list[Wanted] = [*self.pictures, *self.clips, *self.sounds]
        return total_usd(everything)

    @property
    def asks(self) -> bool:
        """Whether somebody may be asked for something."""
        return any(catalog.is_paid(item.clip.backend) for item in self.clips) or bool(self.sounds or self.pictures)

    def check_keys(self, settings: Config, others: AbstractSet[Service] = frozenset()) -> None:
        """See that each provider that will be asked can be; `others`: those that the rest of the run asks.

        Raises:
            MissingKey: naming every variable that is not set.
        """
        # Only a run that buys needs the providers.
        from workflow_lib.providers import access  # noqa: PLC0415

        clips = {item.request.backend for item in self.clips if item.action in _ASKING}
        sounds = _services(item for item in self.sounds if item.action in _ASKING_FOR_SOUND)
        pictures = _services(item for item in self.pictures if item.action in _ASKING)
        missing = []
        for service in sorted(clips | sounds | pictures | others):
            try:
                access.open_provider(service, settings)
            except MissingKey as error:
                missing.append(f"{error}{drawing.OR_SKETCH if service in pictures else ''}")
        if missing:
            raise MissingKey("\n".join(missing))


def of(jobs: Iterable[Job], plan_of: Callable[[str, Cut], FilmPlan]) -> Wants:
    """What `jobs` ask for; `plan_of`: the plan of a film by its folder and its cut."""
    clips: list[ClipPlan] = []
    sounds: list[SoundPlan] = []
    pictures: list[PicturePlan] = []
    for rule, wildcards in jobs:
        if rule == drawing.RULE:
            picture = drawing.planned(plan_of(wildcards["project"], drawing.cut_of(wildcards)), wildcards)
            pictures += [picture] if picture is not None else []
        elif rule in making.CLIPS or rule in making.SOUNDS:
            cut = making.cut_of(rule, wildcards)
            item = plan_of(wildcards["project"], cut).clip(int(wildcards["clip"]))
            if rule in making.CLIPS:
                clips.append(item)
            else:
                sounds.append(making.sound_of(rule, item))
    return Wants(
        tuple(item for item in clips if item.to_make),
        tuple(item for item in sounds if item.request is not None and item.to_make),
        tuple(item for item in pictures if item.request is not None and item.to_make),
    )


def left(folders: Iterable[str], settings: Config) -> list[Wanted]:
    """What the films in `folders` still lack and a provider is asked for, as their files are at this moment."""
    found: list[Wanted] = []
    for folder in sorted(folders):
        with contextlib.suppress(WorkflowError):
            planned = plan.of(project.load(Project(Path(folder)), settings))
            found += [item for item in planned.parts if item.to_make and item.action in _ASKING]
    return found


def _services(items: Iterable[SoundPlan | PicturePlan]) -> set[Service]:
    return {item.request.backend for item in items if item.request is not None}
