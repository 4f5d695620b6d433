"""Draft a storyboard: by a model through the one door, its answer repaired once, or without any model for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_lib import boards, catalog, files, layout, locks
from workflow_lib.boards import BoardPlan
from workflow_lib.config import Config
from workflow_lib.drafting import answers, asking, checking, embedded, writing
from workflow_lib.drafting.asking import Asking
from workflow_lib.errors import Filtered, GenerationFailed, WorkflowError
from workflow_lib.generate import wanting
from workflow_lib.generate.desk import Obtained, Purchase
from workflow_lib.generate.door import obtain
from workflow_lib.layout import Project
from workflow_lib.plan import take_request
from workflow_lib.progress import Teller
from workflow_lib.providers.base import TextOrder
from workflow_lib.receipts import FileId
from workflow_lib.requests import TextRequest
from workflow_lib.runs import Ending, Run
from workflow_lib.story import Brief
from workflow_lib.takes import Store

_MOST_SAID = 5  # problems of an answer that are listed in an error


@dataclass(frozen=True, slots=True)
class Drafted:
    """A storyboard that is ready to be written: its text, and what its receipt says besides its file."""

    board: Mapping[str, Any]
    text: str
    facts: Mapping[str, object]
    said: str


def storyboard(item: Project, settings: Config) -> str:
    """Draft the storyboard of a project; one that is there is left alone. Returns one line that says what was done.

    Raises:
        InvalidInput: the story, or what is asked of it, is wrong.
        Filtered, GenerationFailed: no answer of the model can be used; says where what was paid for is kept.
        WorkflowError: as obtain says.
    """
    with locks.making(item, item.storyboard):
        if item.storyboard.exists():
            return f"{item.storyboard}: it is there, kept"
        drafted = draft(item, settings)
        if item.storyboard.exists():
            return f"{item.storyboard}: put there by hand meanwhile, kept"
        write(item, drafted)
    return drafted.said


def draft(item: Project, settings: Config) -> Drafted:
    """A storyboard of the project's story as it is now; nothing of the project is changed.

    Raises:
        As storyboard.
    """
    run = Run.current(Path(settings.slots_dir))
    plan = boards.of(item, settings)
    try:
        made = _by_model(plan, settings, run) if plan.asking else _embedded(plan.brief, settings)
    except WorkflowError as error:
        run.log(_ending(plan, type(error).__name__, error.exit_code, str(error)))
        raise
    cost = made.facts["cost_usd"]
    run.log(_ending(plan, str(made.facts["outcome"]), 0, usd=float(str(cost))))
    return made


def write(item: Project, drafted: Drafted) -> None:
    """Put a storyboard in its place, its receipt first: one without its receipt belongs to the user.

    Raises:
        OutOfSpace: the disk is full.
    """
    temporary = item.storyboard.with_name(f".{item.storyboard.stem}.made{item.storyboard.suffix}")
    try:
        with files.writing(temporary):
            temporary.write_text(drafted.text, encoding="utf-8")
        file = FileId.of(temporary)
        receipt = {**drafted.facts, "file": {"size": file.size, "sha256": file.sha256}}
        files.flush(temporary)
        files.write_json(layout.receipt(item.storyboard), receipt)
        temporary.replace(item.storyboard)
        files.flush(item.root)
    finally:
        temporary.unlink(missing_ok=True)


def _embedded(brief: Brief, settings: Config) -> Drafted:
    board = embedded.draft(brief)
    wrong: list[str] = []
    if checking.checked(board, brief, settings, wrong) is None:
        raise GenerationFailed(f"{brief.project.story} cannot be drafted without a model: {'; '.join(wrong)}")
    head = (
        f"A draft made without a model, from the sentences of {brief.project.story.name}: no key of Gemini was set, "
        "or `drafter: embedded`."
    )
    said = f"{brief.project.storyboard}: {len(board['clips'])} clips, a draft made without a model, $0.00"
    return _drafted(brief, board, head, said, {"drafter": "embedded", "outcome": "embedded", "cost_usd": 0.0})


def _drafted(brief: Brief, board: Mapping[str, Any], head: str, said: str, facts: Mapping[str, object]) -> Drafted:
    told = {**facts, "from": source_of(brief)}
    return Drafted(board, writing.text_of(board, brief.project, head), told, said)


def source_of(brief: Brief) -> dict[str, object]:
    """What a storyboard was drafted from, as its receipt holds it."""
    return {
        "story": files.digest({"text": brief.text}),
        "asked": brief.asked.model_dump(mode="json"),
        "seconds": brief.written.duration,
    }


def _by_model(plan: BoardPlan, settings: Config, run: Run) -> Drafted:
    """The storyboard of the first answer, or of its repair: never more than two purchases."""
    brief = plan.brief
    first = asking.draft(brief, settings, boards.today())
    found = _obtained(plan, first, settings, run, "")
    board, wrong = _read(found, brief, settings)
    if not wrong:
        return _bought(brief, board, [found])
    ledger = Store(brief.project.takes).ledger()
    second = boards.repair_of(brief, settings, first, ledger, found.take.attempt.fingerprint)
    if second is None:
        raise GenerationFailed(_unusable(brief, [found], wrong))
    price = catalog.priced(second.usd)
    Teller(boards.LABEL, second.request.backend).say(
        f"the answer cannot be used ({wrong[0]}); asking once more, {price}"
    )
    again = _obtained(plan, second, settings, run, " repair")
    board, wrong = _read(again, brief, settings)
    if wrong:
        raise GenerationFailed(_unusable(brief, [found, again], wrong))
    return _bought(brief, board, [found, again])


def _read(found: Obtained, brief: Brief, settings: Config) -> tuple[dict[str, Any], list[str]]:
    """The storyboard of an answer, and what is wrong with it.

    Raises:
        Filtered: the model refused it.
    """
    answer = answers.read(found.take.path)
    if answer.ending == "refused":
        cost = catalog.priced(found.take.attempt.cost_usd)
        raise Filtered(
            f"the content filter of {found.take.attempt.model} refused the story ({answer.reason}); its answer is kept "
            f"in {found.take.path} ({cost}). Change {brief.project.story} or `story.direction`, or ask again with "
            f"`clipwright redraft {brief.project.root}`"
        )
    wrong: list[str] = []
    board = answers.storyboard(answer, brief, wrong)
    if not wrong:
        checking.checked(board, brief, settings, wrong)
    return board, wrong


def _unusable(brief: Brief, found: list[Obtained], wrong: list[str]) -> str:
    kept = " and ".join(f"{one.take.path} ({catalog.priced(one.take.attempt.cost_usd)})" for one in found)
    listed = "; ".join(wrong[:_MOST_SAID]) + (
        f"; and {len(wrong) - _MOST_SAID} more" if len(wrong) > _MOST_SAID else ""
    )
    again = f"change the story, or ask again with `clipwright redraft {brief.project.root}`"
    return f"the model's storyboard cannot be used: {listed}. Both answers are paid for and kept: {kept}; {again}"


def _bought(brief: Brief, board: Mapping[str, Any], found: list[Obtained]) -> Drafted:
    attempts = [one.take.attempt for one in found]
    cost = sum(attempt.cost_usd for attempt in attempts)
    how = "reused" if all(one.how == "reused" for one in found) else "generated"
    facts = {
        "drafter": "gemini",
        "outcome": how,
        "model": attempts[0].model,
        "takes": [attempt.fingerprint for attempt in attempts],
        "cost_usd": round(cost, 6),
    }
    head = f"Drafted by {attempts[0].model} from {brief.project.story.name}."
    paid = "reused, $0" if how == "reused" else catalog.priced(cost)
    repaired = ", repaired once" if len(found) > 1 else ""
    said = f"{brief.project.storyboard}: {len(board['clips'])} clips by {attempts[0].model}{repaired}, {paid}"
    return _drafted(brief, board, head, said, facts)


def _obtained(plan: BoardPlan, asked: Asking, settings: Config, run: Run, what: str) -> Obtained:
    item, budget = plan.brief.project, plan.brief.written.budget_usd
    request = take_request(asked.request, Store(item.takes).ledger())
    label = f"{boards.LABEL}{what}"
    desk = wanting.desk_of(item, budget, settings, run, Teller(label, request.backend))
    purchase = Purchase(
        request=request,
        list_usd=asked.usd,
        project=str(item.root),
        clip=label,
        order=lambda _folder: _order(request, asked),
        check=answers.check,
        settle=f"clipwright retake {item.root} --of storyboard",
    )
    return obtain(purchase, desk)


def _order(request: TextRequest, asked: Asking) -> TextOrder:
    return TextOrder(
        request=request,
        rules=asked.rules,
        words=asked.words,
        schema=asked.schema,
        temperature=asking.TEMPERATURE,
        most_tokens=asked.most_tokens,
        usd_in=asked.price.usd_in,
        usd_out=asked.price.usd_out,
    )


def _ending(plan: BoardPlan, outcome: str, code: int, cause: str = "", usd: float = 0.0) -> Ending:
    return Ending(
        project=str(plan.brief.project.root),
        clip=boards.LABEL,
        outcome=outcome,
        code=code,
        cause=cause,
        backend=plan.asking.request.backend if plan.asking else "",
        operation=plan.operation,
        usd=usd,
    )
