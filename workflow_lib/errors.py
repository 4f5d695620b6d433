"""The one exception family; each class is a decision that a caller makes.

WorkflowError              exit 1   base: print the message, no traceback
├── InvalidInput           exit 3   the user changes a project, config or input
├── MissingKey             exit 4   the user sets a key
├── MissingTool            exit 4   the user installs or names a program
├── OverBudget             exit 5   the user raises the budget or stops
├── Refused                exit 6   the provider refuses the account: stop the run
├── Filtered               exit 7   the provider refuses this clip: the rest goes on
├── TimedOut               exit 8   the next run resumes the operation
├── OutcomeUnknown         exit 9   the user decides whether an operation was lost
├── GenerationFailed       exit 1   this clip failed: the rest goes on
├── RetryLater             exit 1   a proven refusal: trying again is safe
├── BadMedia               exit 1   a file is not the media that it should be
├── OutOfSpace             exit 1   the disk is full or cannot be written
└── NotAlone               exit 1   another host went on in this one's place: run again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class WorkflowError(Exception):
    """Something that the user can read and act on; `exit_code` is what a command returns."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place: `where` is a file and key, `hint` what to do next."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class InvalidInput(WorkflowError):
    """A project, config or input file is wrong; carries every problem found, one line each."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class MissingKey(WorkflowError):
    """A provider's key is not set; the message names the variable, never a value."""

    exit_code = 4


class MissingTool(WorkflowError):
    """A program or backend that is needed is not there."""

    exit_code = 4


class OverBudget(WorkflowError):
    """Buying more would pass the budget; nothing was bought."""

    exit_code = 5


class Refused(WorkflowError):
    """The provider refuses the account (key, credits): no further submission in this run."""

    exit_code = 6


class Filtered(WorkflowError):
    """The provider's content filter refused this clip."""

    exit_code = 7


class TimedOut(WorkflowError):
    """A wait ended before its operation did; the next run resumes it."""

    exit_code = 8


class OutcomeUnknown(WorkflowError):
    """A paid request may or may not have been accepted; only the user may decide."""

    exit_code = 9


class GenerationFailed(WorkflowError):
    """A backend could not make this clip."""


class RetryLater(WorkflowError):
    """A refusal that proves that nothing was accepted; the same request may be sent again, `after_s` from now."""

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class BadMedia(WorkflowError):
    """A media file does not decode, or is not what was asked for."""


class NotAlone(WorkflowError):
    """Another host holds what this one believed to hold; nothing was sent."""


class OutOfSpace(WorkflowError):
    """A file could not be written: disk full, quota, or a folder without write permission."""
