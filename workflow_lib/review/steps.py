"""What is missing of a clip, why, and what to do next: the exact commands."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_lib import catalog
from workflow_lib.ledger import Attempt
from workflow_lib.planned import ClipPlan, FilmPlan
from workflow_lib.review.states import State


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, in words, and the commands of which one does it."""

    text: str
    commands: tuple[str, ...]


def missing(item: ClipPlan) -> tuple[str, ...]:
    """What of a clip is not there yet."""
    there = item.path.is_file()
    wanted = (
        ("the clip", item.to_make and not there),
        ("its composite", item.pictures.composite == "missing" and item.to_make),
        ("its spoken line", item.narration.standing == "missing"),
        ("its sound effect", item.effect.standing == "missing"),
    )
    return tuple(name for name, lacks in wanted if lacks)


def reason(item: ClipPlan, last: Attempt | None) -> str:
    """Why a clip is as it is: why a stand-in is in its place, what its provider said, or what has changed."""
    if item.standing == "manual":
        return ""
    if not item.to_make:
        return (item.receipt.reason if item.receipt else "") or ""
    said = last.reason if last is not None and last.state in ("filtered", "failed", "cancelled", "lost") else None
    return said or ", ".join(why for why in item.reasons if why != "new")


def of(found: FilmPlan, item: ClipPlan, state: State, left: float | None, option: str) -> tuple[Step, ...]:
    """What to do about a clip; nothing where it is as the film wants it. `option`: the `--config` of the commands."""
    make = f"snakemake --cores all {item.path}{option}"
    if item.to_make:
        return (_making(found, item, state, left, make),)
    if state in ("filtered", "failed"):
        return (_standing_in(found, item, state, make),)
    if item.narration.to_make or item.effect.to_make:
        film = f"snakemake --cores all {found.film.project.film('final')}{option}"
        return (Step("The clip is there. What it lacks is made with the film:", (film,)),)
    return ()


def _standing_in(found: FilmPlan, item: ClipPlan, state: State, make: str) -> Step:
    if state == "filtered":
        return Step(_to_change(found, item), (make,))
    return Step("The provider failed at it. Delete the stand-in to ask again:", (f"rm {item.path} && {make}",))


def _to_change(found: FilmPlan, item: ClipPlan) -> str:
    where = f"{found.film.project.manifest} ({item.place})"
    return f"The content filter refused it. Change its prompt or picture in {where}, then:"


def _making(found: FilmPlan, item: ClipPlan, state: State, left: float | None, make: str) -> Step:
    price = catalog.priced(item.list_usd)
    root = found.film.project.root
    settle = f"clipwright retake {root} {item.clip.number:02d}"
    stale = item.standing == "stale"
    by_action = {
        "render": "It was made before that; it is rendered again, for free:"
        if stale
        else "Not made yet; it is rendered for free:",
        "buy": f"{'It was made before that' if stale else 'Not bought yet'}; {item.clip.backend} lists it at {price}:",
        "reuse": "Its take is in the store and is put in place for $0:",
        "stand_in": _to_change(found, item),
    }
    by_state: dict[State, Step] = {
        "making": Step("A run makes it at this moment. See how far it is:", (f"clipwright status {root}",)),
        "unknown": Step(
            "Nobody knows whether it was bought. Look it up in the provider's console, then say which it was:",
            (f"{settle} --operation ID", f"{settle} --confirm-lost"),
        ),
        "open": Step("Its operation goes on at the provider; the next run waits for it, $0:", (make,)),
        "failed": Step(f"The provider failed at it. Ask again ({price}):", (make,)),
        "over_budget": Step(
            f"It is listed at {price}, and ${max(0.0, left or 0.0):.2f} of the budget is left. "
            f"Raise budget_usd in {found.film.project.manifest}, then:",
            (make,),
        ),
    }
    if item.action == "buy":
        by_state["filtered"] = Step(f"The content filter refused it, and may not the next time ({price}):", (make,))
    return by_state.get(state) or Step(by_action.get(item.action, "Not made yet:"), (make,))
