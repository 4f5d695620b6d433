"""The films of one run: each is planned once, when it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from workflow_lib import layout, plan, project
from workflow_lib.config import Config
from workflow_lib.engine import internals
from workflow_lib.engine.drafting import Storyboards
from workflow_lib.engine.internals import Workflow
from workflow_lib.errors import InvalidInput, Problem, WorkflowError
from workflow_lib.layout import Cut, Project
from workflow_lib.planned import ClipPlan, FilmPlan
from workflow_lib.takes import Stores


def fail(error: WorkflowError) -> NoReturn:
    """End the process with the error's lines and exit code, and nothing else."""
    sys.stdout.flush()
    sys.stderr.write(f"{error}\n")
    raise SystemExit(error.exit_code)


class Films:
    """The plans of a run's films, by folder and cut, and the storyboards that some of them wait for."""

    def __init__(self, workflow: Workflow, settings: Config) -> None:
        self._workflow = workflow
        self._settings = settings
        self.stores = Stores()
        self.plans: dict[tuple[str, Cut], FilmPlan] = {}
        self.storyboards = Storyboards(workflow, settings, self.stores)

    def plan(self, folder: str, cut: Cut) -> FilmPlan:
        """The plan of one film; a project that is wrong ends the run before anything is made.

        Raises:
            IncompleteCheckpointException: its clips are not listed yet; Snakemake asks again when they are.
        """
        try:
            return self.planned(folder, cut)
        except WorkflowError as error:
            fail(error)

    def planned(self, folder: str, cut: Cut) -> FilmPlan:
        """The same, for who takes a project that is wrong in his own way.

        Raises:
            WorkflowError: what is wrong with it.
            IncompleteCheckpointException: as plan says.
        """
        if (folder, cut) not in self.plans:
            self.storyboards.wait(folder)
            film = project.load(Project(Path(folder)), self._settings)
            # What was drafted in this run was paid for since the journals were read.
            stores = None if self.storyboards.was_awaited(folder) else self.stores
            self.plans[folder, cut] = plan.of(film if cut == "final" else film.draft(), stores)
        return self.plans[folder, cut]

    def finals(self) -> list[str]:
        """The final film of every project that the run may have to make something for.

        Those that are up to date stay out of the graph, which has a job for each of a film's files: of hundreds of
        films most are. All that is wrong in any of them is said at once.
        """
        folders = self.folders()
        if internals.makes_what_is_due(self._workflow):
            due = [folder for folder in folders if not self._is_fresh(folder)]
            # Snakemake always runs a rule that has no inputs and no outputs.
            folders = due or folders[:1]
        return [str(Project(Path(folder)).film("final")) for folder in folders]

    def _is_fresh(self, folder: str) -> bool:
        found = self.plans.get((folder, "final"))
        return found is not None and found.standing == "fresh"

    def folders(self) -> list[str]:
        """The folder of every project, its film planned where its clips are listed; what is wrong is said at once."""
        found = layout.find_projects(Path())
        problems: list[Problem] = []
        for item in found:
            try:
                if self.storyboards.is_awaited(str(item.root)):
                    self.storyboards.plan(str(item.root))
                    continue
                film = project.load(item, self._settings)
                self.plans[str(item.root), "final"] = plan.of(film, self.stores)
            except InvalidInput as error:
                problems.extend(error.problems)
        if problems:
            fail(InvalidInput(problems))
        return [str(item.root) for item in found]

    def has_no_clips(self, folder: str) -> bool:
        """Whether a film's clips are not listed yet."""
        return (folder, "final") not in self.plans and self.storyboards.is_awaited(folder)

    def listed(self, jobs: Iterable[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
        """Those of `jobs` that belong to films whose clips are known."""
        return [job for job in jobs if "project" not in job[1] or not self.has_no_clips(job[1]["project"])]

    def clip(self, found: FilmPlan, number: str) -> ClipPlan:
        """The plan of one clip; a number that the film does not have ends the run."""
        try:
            return found.clip(int(number))
        except InvalidInput as error:
            fail(error)
