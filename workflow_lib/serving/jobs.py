"""Paid operations as plain values for other programs: what the journals say of each, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import get_args

from workflow_lib import layout
from workflow_lib.layout import Project
from workflow_lib.ledger import Attempt, State
from workflow_lib.takes import Store

STATES = get_args(State)
MOST = 500
"""Jobs in one answer."""

_FAILED = ("filtered", "failed", "cancelled", "lost")


def submissions() -> list[tuple[Path, Attempt]]:
    """Every submission in the stores of the working folder, each with its store, the newest first."""
    found = [(folder, one) for folder in layout.find_stores(Path()) for one in Store(folder).ledger().attempts()]
    return sorted(found, key=lambda pair: pair[1].at, reverse=True)


def listed(
    attempts: Iterable[tuple[Path, Attempt]], state: str = "", project: str = "", clip: str = ""
) -> list[tuple[Path, Attempt]]:
    """Those in a `state`, of a `project` and of a `clip`, each empty for all; a project is named by id or folder."""
    return [
        (folder, one)
        for folder, one in attempts
        if state in ("", one.state)
        and project in ("", one.project, one.project.rpartition("/")[2])
        and clip in ("", one.clip.split(" ")[0])
    ]


def as_json(folder: Path, one: Attempt) -> dict[str, object]:
    """One job; `take` is the address of its result, while that is there."""
    there = bool(one.file) and (folder / str(one.file)).is_file()
    return {
        "id": one.id,
        "state": one.state,
        "project": one.project,
        "clip": one.clip,
        "component": str(one.request.get("component") or "clips"),
        "backend": one.backend,
        "model": one.model,
        "operation": one.operation,
        "fingerprint": one.fingerprint,
        "begun_at": one.at,
        "submitted_at": one.submitted_at,
        "ended_at": one.ended_at,
        "took_s": took_s(one),
        "list_usd": one.list_usd,
        "cost_usd": round(one.cost_usd, 6),
        "units": one.units,
        "prompt": str(one.request.get("prompt") or one.request.get("text") or one.request.get("words") or ""),
        "reason": one.reason,
        "take": f"/{(folder / str(one.file)).as_posix()}" if there else None,
    }


def progress_json(one: Attempt) -> dict[str, object] | None:
    """How far an open job of a clip is."""
    from workflow_lib import progress  # noqa: PLC0415 - few jobs are open

    if not one.is_open or not one.clip.startswith("clip_") or not layout.is_project(one.project):
        return None
    try:
        told = progress.read(Project(Path(one.project)).progress(layout.number(one.clip)))
    except ValueError:
        return None
    if told is None or told.operation not in (None, one.operation):
        return None
    return {"stage": told.stage, "percent": told.percent, "expected_s": round(told.expected_s, 1)}


def took_s(one: Attempt) -> float | None:
    """Seconds from a submission to its end; None while it has none."""
    if one.submitted_at is None or one.ended_at is None:
        return None
    took = datetime.fromisoformat(one.ended_at) - datetime.fromisoformat(one.submitted_at)
    return round(took.total_seconds(), 3)


def statistics(attempts: Iterable[tuple[Path, Attempt]]) -> dict[str, object]:
    """Counts, success rate, mean duration and money: of all, and of each backend."""
    every = [one for _, one in attempts]
    groups: dict[str, list[Attempt]] = {}
    for one in every:
        groups.setdefault(one.backend, []).append(one)
    return {**_added(every), "backends": {name: _added(groups[name]) for name in sorted(groups)}}


def _added(found: list[Attempt]) -> dict[str, object]:
    states: Mapping[str, int] = Counter(one.state for one in found)
    stored, failed = states.get("stored", 0), sum(states.get(state, 0) for state in _FAILED)
    took = [seconds for one in found if one.state == "stored" and (seconds := took_s(one)) is not None]
    return {
        "jobs": len(found),
        "states": {state: states.get(state, 0) for state in STATES},
        "success_rate": round(stored / (stored + failed), 4) if stored + failed else None,
        "mean_took_s": round(mean(took), 3) if took else None,
        "spent_usd": round(sum(one.cost_usd for one in found if not one.is_open), 6),
        "open_usd": round(sum(one.cost_usd for one in found if one.is_open), 6),
    }
