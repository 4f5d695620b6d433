"""The storyboards of a run: which films wait for one, what that and the film may cost, who will be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow_lib import board_lines, boards, files, layout, story
from workflow_lib.boards import BoardPlan
from workflow_lib.catalog import Service
from workflow_lib.config import Config
from workflow_lib.digests import Digests
from workflow_lib.engine import internals
from workflow_lib.engine.internals import Workflow
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import Project
from workflow_lib.planned import Action
from workflow_lib.receipts import FileId
from workflow_lib.takes import Stores

RULE = "draft_storyboard"

_ASKING: frozenset[Action] = frozenset({"buy", "resume"})

Jobs = Iterable[tuple[str, Mapping[str, str]]]


class Storyboards:
    """What a run knows of the films whose clips are not listed yet."""

    def __init__(self, workflow: Workflow, settings: Config, stores: Stores) -> None:
        self._workflow = workflow
        self._settings = settings
        self._stores = stores
        self._plans: dict[str, BoardPlan] = {}

    def is_awaited(self, folder: str) -> bool:
        """Whether a film waits for its storyboard at this moment.

        Raises:
            InvalidInput: its manifest cannot be read.
        """
        return story.is_awaited(Project(Path(folder)))

    def was_awaited(self, folder: str) -> bool:
        """Whether a film waited for its storyboard when the run began."""
        return folder in self._plans

    def plan(self, folder: str) -> BoardPlan:
        """The plan of a storyboard that is awaited.

        Raises:
            InvalidInput: the story, or what is asked of it, is wrong.
        """
        if folder not in self._plans:
            self._plans[folder] = boards.of(Project(Path(folder)), self._settings, self._stores)
        return self._plans[folder]

    def wait(self, folder: str) -> None:
        """Put off what is asked about a film until its storyboard is there, if it has none yet.

        Raises:
            InvalidInput: the story, or what is asked of it, is wrong; said before anything is made.
            IncompleteCheckpointException: as internals.await_checkpoint says.
        """
        if self.is_awaited(folder):
            self.plan(folder)
            internals.await_checkpoint(self._workflow, RULE, project=folder)

    def inputs(self, folder: str) -> list[str]:
        """The story that a storyboard is drafted from; nothing where one is there already, which nobody drafts again.

        Raises:
            InvalidInput: the film has no story, or lists its clips itself.
        """
        item = Project(Path(folder))
        if item.storyboard.exists():
            return []
        if not item.manifest.exists() or not item.story.exists():
            where = item.story if item.manifest.exists() else item.manifest
            hint = f"`clipwright new {item.root.name} --story FILE` makes a project from a story"
            raise InvalidInput([Problem(str(where), "there is no such file", hint)])
        if not story.is_awaited(item):
            what = "lists the clips itself, so that no storyboard is drafted"
            raise InvalidInput([Problem(f"{item.manifest}: clips", what, "leave `clips:` out to have it drafted")])
        self.plan(folder)
        return [str(item.story)]

    def lines(self, jobs: Jobs) -> str:
        """What the run drafts, and what may follow from it."""
        wanted = _cuts(jobs)
        return "".join(
            board_lines.told(self._plans[folder], follows="final" in cuts)
            for folder, cuts in sorted(wanted.items())
            if folder in self._plans
        )

    def price_usd(self, jobs: Jobs) -> float:
        """What may be paid for storyboards, and by estimate for the films that follow."""
        return sum(
            plan.price_usd + (plan.after.usd if "final" in cuts else 0.0)
            for folder, cuts in _cuts(jobs).items()
            if (plan := self._plans.get(folder))
        )

    def services(self, jobs: Jobs) -> frozenset[Service]:
        """Who will be asked: for the storyboards, and for the films that follow once their clips are listed."""
        found: frozenset[Service] = frozenset()
        for folder, cuts in _cuts(jobs).items():
            plan = self._plans.get(folder)
            if plan is not None:
                found |= plan.services if plan.action in _ASKING else frozenset()
                found |= plan.after.services if "final" in cuts else frozenset()
        return found


def is_by_hand(item: Project) -> bool:
    """Whether a storyboard is there that its user wrote or changed."""
    if not item.storyboard.is_file():
        return False
    written = files.read_json(layout.receipt(item.storyboard)).get("file")
    try:
        return not FileId(**written).is_at(item.storyboard, Digests(item)) if isinstance(written, dict) else True
    except TypeError:
        return True


def _cuts(jobs: Jobs) -> dict[str, set[str]]:
    """The films of which a storyboard is drafted, and what else is made of each: a cut, or nothing."""
    listed = list(jobs)
    found: dict[str, set[str]] = {wildcards["project"]: set() for rule, wildcards in listed if rule == RULE}
    for rule, wildcards in listed:
        if rule != RULE and wildcards.get("project") in found:
            found[wildcards["project"]].add(_cut(rule, wildcards))
    return found


def _cut(rule: str, wildcards: Mapping[str, str]) -> str:
    if rule == "draft_clip" or wildcards.get("folder", layout.NARRATION) != layout.NARRATION:
        return "draft"
    return wildcards.get("cut", "final")
