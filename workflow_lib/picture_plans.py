"""How the described pictures of a film are made, and which of them its clips need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from workflow_lib.drawn import Drawn
from workflow_lib.ledger import Ledger
from workflow_lib.planned import Action, ClipPlan, PicturePlan, action_for
from workflow_lib.project import Film


def of(film: Film, found: Mapping[Path, Drawn], ledger: Ledger) -> dict[Path, PicturePlan]:
    """The plan of each described picture, by its path."""
    return {path: _plan(film, item, ledger) for path, item in found.items()}


def layers_of(item: ClipPlan) -> frozenset[Path]:
    """The described pictures without which a clip cannot be made."""
    return frozenset() if item.pictures.composite == "manual" else item.clip.source.drawn


def needed(pictures: Mapping[Path, PicturePlan], clips: Iterable[ClipPlan]) -> tuple[PicturePlan, ...]:
    """Those of `pictures` that the clips that must be made need, and what is sent along with those of them."""
    found: set[Path] = set()
    left = [path for item in clips if item.to_make for path in layers_of(item)]
    while left:
        path = left.pop()
        if path in found or path not in pictures:
            continue
        found.add(path)
        if pictures[path].to_make and pictures[path].request is not None:
            left += pictures[path].drawing.references
    return tuple(plan for path, plan in pictures.items() if path in found)


def _plan(film: Film, item: Drawn, ledger: Ledger) -> PicturePlan:
    drawing = item.drawing
    action, operation = _action(film, item, ledger)
    return PicturePlan(
        drawing=drawing,
        label=str(drawing.path.relative_to(film.project.root)),
        standing=item.standing,
        key=item.key,
        identity=item.identity,
        request=item.request,
        wanted=item.wanted,
        action=action,
        operation=operation,
        reasons=_reasons(item),
        list_usd=film.painter.usd if item.request is not None else 0.0,
    )


def _action(film: Film, item: Drawn, ledger: Ledger) -> tuple[Action, str | None]:
    if item.request is None or not item.wanted:
        return "render", None
    how, operation = action_for(film, item.wanted, ledger)
    if how == "buy" and ledger.filtered(item.wanted) > film.filtered_retries:
        return "change", None
    return how, operation


def _reasons(item: Drawn) -> tuple[str, ...]:
    """Why a picture must be drawn."""
    if item.standing == "manual":
        return ("put there by hand",)
    if item.standing == "fresh":
        return ()
    if not item.made:
        return ("new",)
    gone = (f"{item.drawing.path.name} is gone",) if item.standing == "missing" else ()
    if item.made.get("key") == item.key:
        return gone
    return (*gone, *_changes(item)) or ("changed",)


def _changes(item: Drawn) -> tuple[str, ...]:
    old = item.made.get("request")
    if not isinstance(old, dict):
        return ("changed",)
    if item.request is None:
        return ("description changed",) if old.get("backend") == "sketch" else ("sketched from now on",)
    if old.get("backend") == "sketch":
        return ("sketched before",)
    changes = item.request.changes(old)
    if not changes and item.made.get("take") != item.wanted:
        return ("another take chosen",)
    return changes or ("size changed",)
