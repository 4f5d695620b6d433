"""The lines that a user reads about a storyboard that is to be drafted, and about what a film may cost."""

from __future__ import annotations

from workflow_lib import boards, catalog
from workflow_lib.boards import BoardPlan


def told(found: BoardPlan, *, follows: bool) -> str:
    """What is drafted before the clips of a film are known, and (`follows`) what the film may then cost."""
    brief, price = found.brief, found.price_usd
    who = found.request.backend if found.request else "embedded"
    total = price + (found.after.usd if follows else 0.0)
    what = f"{boards.number_of(brief.asked.clips, 'clip')} to draft from {brief.project.story.name}"
    lines = [
        f"{found.path}: {what}, {_most(price)}{within(brief.written.budget_usd, found.spent_usd, total)}",
        f"  {found.label}  {who}  {found.drafter}  {_deed(found)}  {', '.join(found.reasons)}",
    ]
    if follows:
        sums = f"about {catalog.priced(found.after.usd)} for the film, {catalog.priced(total)} in all"
        lines.append(f"  then {sums}: an estimate, exact once it is drafted")
        lines += [f"    {what}  {catalog.priced(usd)}" for what, usd in found.after.parts]
    return "".join(f"{line}\n" for line in lines)


def _deed(found: BoardPlan) -> str:
    if found.asking is None:
        return "$0.00, a draft made without a model"
    if found.action == "buy":
        once_more = "" if found.is_repair else ", and once more if its answer cannot be used"
        return f"buy for {_most(found.price_usd)}{once_more}"
    if found.action == "decide":
        return "nobody knows whether it was bought: clipwright retake --of storyboard"
    return "the answer was refused: change the story" if found.action == "change" else "reuse take, $0"


def _most(price: float) -> str:
    return f"{catalog.priced(price)} at most" if price else "$0.00"


def within(budget: float | None, spent_usd: float, price: float, *, of: str = "") -> str:
    """A budget beside what is spent of it and the `price` of what is planned, all in USD; `of`: whose, if no film's."""
    if budget is None:
        return f" (spent so far ${spent_usd:.2f})" if spent_usd else ""
    left = budget - spent_usd
    over = f"; ${price - left:.2f} more than is left, the run will stop there" if price > left + 0.005 else ""
    return f" ({of}budget ${budget:.2f}, spent so far ${spent_usd:.2f}{over})"
