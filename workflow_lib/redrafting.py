"""A storyboard that is drafted anew: another answer where the story is the same, the old one kept, the differences."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_lib import boards, files, layout, yamlfile
from workflow_lib.boards import BoardPlan
from workflow_lib.config import Config
from workflow_lib.drafting import answers, asking, checking
from workflow_lib.errors import InvalidInput, Problem, WorkflowError
from workflow_lib.generate import boards as drafting
from workflow_lib.generate.boards import Drafted
from workflow_lib.journal import Event
from workflow_lib.layout import Project
from workflow_lib.ledger import Attempt, Ledger
from workflow_lib.takes import Store


@dataclass(frozen=True, slots=True)
class Redraft:
    """What drafting anew leads to: its plan, and the `choice` of another take that is written down before."""

    plan: BoardPlan
    choice: Event | None = None

    @property
    def price_usd(self) -> float:
        """What is paid for it at most."""
        return self.plan.price_usd


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in one clip or in what all share: `before` and `after` in words, empty where there was nothing."""

    label: str
    what: str
    before: str
    after: str


def planned(item: Project, config: Config) -> Redraft:
    """What drafting the storyboard of a project anew leads to; nothing happens.

    Raises:
        InvalidInput: it has no story, lists its clips itself, or what is asked for is wrong.
    """
    if item.manifest.exists() and not item.story.exists():
        raise InvalidInput([Problem(str(item.story), "there is no such file", "a storyboard is drafted from it")])
    plan = boards.of(item, config)
    if plan.brief.written.clips is not None:
        hint = "leave `clips:` out to have it drafted"
        raise InvalidInput([Problem(f"{item.manifest}: clips", "lists the clips itself", hint)])
    if plan.asking is None or not _is_used_up(plan, config):
        return Redraft(plan)
    first = asking.draft(plan.brief, config, boards.today())
    ledger = Store(item.takes).ledger()
    number = 1
    while ledger.of(dataclasses.replace(first.request, take=number).fingerprint):
        number += 1
    wanted = dataclasses.replace(first.request, take=number).fingerprint
    choice = Event(event="chosen", fingerprint=first.request.fingerprint, take=wanted, take_number=number)
    again = dataclasses.replace(plan, asking=first, wanted=wanted, action="buy", operation=None, is_repair=False)
    return Redraft(again, choice)


def redraft(item: Project, asked: Redraft, config: Config) -> tuple[Drafted, Path | None]:
    """Draft anew and put it in place; gives what was drafted, and where the old one is kept, if it differs.

    Raises:
        WorkflowError: as generate.boards.storyboard says; the old storyboard is where it was.
    """
    if asked.choice is not None:
        Store(item.takes).journal.add(asked.choice)
    drafted = drafting.draft(item, config)
    old = item.storyboard.read_bytes() if item.storyboard.exists() else None
    kept = None
    if old is not None and old != drafted.text.encode():
        kept = _keep(item, old)
    drafting.write(item, drafted)
    return drafted, kept


def settle(item: Project, config: Config) -> str:
    """Give up what was sent for a storyboard and never answered; returns a line that says so.

    That of another project with the same story is this one's, too.

    Raises:
        InvalidInput: nothing of it is open.
        WorkflowError: a run deals with it at this moment.
    """
    store = Store(item.takes)
    wanted = ""
    with contextlib.suppress(InvalidInput):
        wanted = boards.of(item, config).wanted
    found = [attempt for attempt in _open(store.ledger(), item, wanted) if not _has_come(store, attempt)]
    if not found:
        raise InvalidInput([Problem(str(item.storyboard), "nothing that it was asked for is open or unsettled")])
    for attempt in found:
        with store.settling(attempt, "the storyboard"):
            if _has_come(store, attempt):
                raise WorkflowError("the storyboard has come meanwhile; run the same command again to have it, $0")
            store.journal.add(attempt.event("lost", reason="the user says so"))
    return f"{item.storyboard}: what was sent at {found[-1].at[:19]}Z is given up; the next run buys it again"


def _open(ledger: Ledger, item: Project, wanted: str) -> list[Attempt]:
    drafts = (attempt for attempt in ledger.attempts() if attempt.request.get("component") == "storyboard")
    mine = (attempt for attempt in drafts if attempt.project == str(item.root) or attempt.fingerprint == wanted)
    return [attempt for attempt in mine if attempt.is_open]


def _has_come(store: Store, attempt: Attempt) -> bool:
    return bool(files.read_json(store.path(attempt.fingerprint, ".json")))


def _is_used_up(plan: BoardPlan, config: Config) -> bool:
    """Whether the answer that the story has is in the storyboard already, or cannot be used."""
    if plan.action == "change":
        return True
    if plan.action != "reuse" or plan.asking is None:
        return False
    receipt = files.read_json(layout.receipt(plan.path))
    if plan.path.exists() and plan.wanted in (receipt.get("takes") or []):
        return True
    wrong: list[str] = []
    answer = answers.read(Store(plan.brief.project.takes).path(plan.wanted, ".json"))
    board = answers.storyboard(answer, plan.brief, wrong)
    return bool(wrong) or checking.checked(board, plan.brief, config, wrong) is None


def _keep(item: Project, old: bytes) -> Path:
    """Keep the old storyboard beside the new one; once, however often this is tried."""
    for number in itertools.count(1):
        path = item.kept_storyboard(number)
        if not path.exists():
            files.write_bytes(path, old)
            return path
        if not item.kept_storyboard(number + 1).exists() and path.read_bytes() == old:
            return path
    raise AssertionError


def board_at(path: Path) -> Mapping[str, Any]:
    """The storyboard at `path` as plain values; empty where there is none, or none that can be read."""
    try:
        value = yamlfile.read(path)
    except InvalidInput:
        return {}
    return value if isinstance(value, dict) else {}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What differs between two storyboards, clip by clip."""
    found = [
        Difference("film", what, _said(old.get(what)), _said(new.get(what)))
        for what in ("style", "characters")
        if old.get(what) != new.get(what)
    ]
    pairs = itertools.zip_longest(_clips(old), _clips(new))
    for number, (before, after) in enumerate(pairs, start=1):
        label = layout.label(number)
        if before is None or after is None:
            gone, come = _said((before or {}).get("narration")), _said((after or {}).get("narration"))
            found.append(Difference(label, "added" if before is None else "removed", gone, come))
            continue
        changed = [what for what in dict.fromkeys([*before, *after]) if before.get(what) != after.get(what)]
        found += [Difference(label, what, _said(before.get(what)), _said(after.get(what))) for what in changed]
    return found


def _clips(board: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    listed = board.get("clips")
    return [clip for clip in listed if isinstance(clip, dict)] if isinstance(listed, list) else []


def _said(value: object) -> str:
    """A value in one line of plain words."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_said(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(_said(part) for part in value)
    return "" if value is None else str(value)
