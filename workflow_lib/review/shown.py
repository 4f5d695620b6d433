"""What a review shows of a film: plain values, read from the project's files and its journal, all text as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from workflow_lib import layout, locks, receipts, verdicts
from workflow_lib.digests import Digests
from workflow_lib.ledger import Attempt, Ledger
from workflow_lib.planned import ClipPlan, FilmPlan
from workflow_lib.review import steps
from workflow_lib.review.states import Flag, State, flags_of, over_budget, state_of
from workflow_lib.review.steps import Step
from workflow_lib.takes import Store
from workflow_lib.verdicts import Verdict

Judged = Mapping[tuple[int, str], Verdict]
Plays = Literal["clip", "stand-in", "left-out", "draft", "nothing"]
"""What is played for a clip: itself, what stands in its place (perhaps left out of the film), the draft's, nothing."""


@dataclass(frozen=True, slots=True)
class Take:
    """One submission for a clip: a take that can be played while `src` is set, or one that came to nothing.

    `usd`: what it cost; `prompt`: where it is not the clip's present one; `choose`: the command that puts it into the
    film.
    """

    name: str
    state: str
    at: str
    backend: str
    model: str
    usd: float
    number: int
    seed: int | None
    operation: str | None
    src: str | None
    in_film: bool
    reason: str
    prompt: str
    choose: str
    fingerprint: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One clip. `src`, `narration_src`, `pictures`: addresses relative to the project's folder, quoted.

    `frame`: the file whose middle, or that itself, stands for the clip, and `frame_sha256` its digest; `cost_usd`: what
    its take cost; `price_usd`: what is listed for making it; `took_s`: seconds from start to end of its making.
    `seen`: by what the take that is shown is named in decisions, empty where there is none; `verdict`, `note`: on it.
    """

    number: int
    label: str
    title: str
    state: State
    flags: tuple[Flag, ...]
    plays: Plays
    src: str | None
    frame: str | None
    frame_sha256: str
    pictures: tuple[tuple[str, str], ...]
    prompt: str
    parts: tuple[tuple[str, str], ...]
    negative_prompt: str
    narration: str
    narration_src: str | None
    sound_effect: str
    seconds: float
    backend: str
    model: str
    seed: int | None
    take: int
    outcome: str
    reason: str
    cost_usd: float
    price_usd: float
    took_s: float
    started: str
    operation: str | None
    fingerprint: str
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    takes: tuple[Take, ...]
    seen: str = ""
    verdict: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A film: its cards in story order, and its money in USD; `left_usd`: of the budget, None without one."""

    project: str
    title: str
    width: int
    height: int
    fps: str
    seconds: float
    building: bool
    film_src: str | None
    film_fresh: bool
    film_step: str
    spent_usd: float
    to_spend_usd: float
    budget_usd: float | None
    left_usd: float | None
    cards: tuple[Card, ...]

    @property
    def ready(self) -> int:
        """How many clips are as the film wants them."""
        return sum(not card.flags and card.state != "making" for card in self.cards)


def of(found: FilmPlan, backend: str | None) -> Shown:
    """What there is of the film in `found`; `backend`: the one that the settings name in place of the manifests'."""
    film = found.film
    ledger = Store(film.project.takes).ledger()
    spent = ledger.spent_usd(project=str(film.project.root))
    left = None if film.budget_usd is None else film.budget_usd - spent
    over = over_budget(found, left)
    histories = _histories(found, ledger)
    digests = Digests(film.project)
    judged = verdicts.read(film.project)
    option = f" --config backend={backend}" if backend else ""
    cards = tuple(_card(found, item, histories, digests, over, left, option, judged) for item in found.clips)
    return Shown(
        project=str(film.project.root),
        title=film.title,
        width=film.spec.width,
        height=film.spec.height,
        fps=f"{float(film.spec.fps):.5g}",
        seconds=round(sum(card.seconds for card in cards), 3),
        building=locks.is_being_built(film.project),
        film_src=_address(found, film.project.film("final")),
        film_fresh=found.standing == "fresh",
        film_step=f"snakemake --cores all {film.project.film('final')}{option}",
        spent_usd=round(spent, 4),
        to_spend_usd=found.price_usd,
        budget_usd=film.budget_usd,
        left_usd=None if left is None else round(left, 4),
        cards=cards,
    )


def _card(
    found: FilmPlan,
    item: ClipPlan,
    histories: dict[int, list[Attempt]],
    digests: Digests,
    over: frozenset[int],
    left: float | None,
    option: str,
    judged: Judged,
) -> Card:
    clip, receipt = item.clip, item.receipt
    history = histories[clip.number]
    made = receipt if receipt is not None and item.standing in ("fresh", "stale") else None
    is_over = clip.number in over
    state = state_of(found, item, history, over=is_over)
    plays, video, sha256 = _video(found, item)
    frame, frame_sha256 = (video, sha256) if video else _still(item, digests)
    verdict = judged.get((clip.number, item.seen))
    before = next((attempt for attempt in history if attempt.fingerprint == item.wanted), None)
    return Card(
        number=clip.number,
        label=clip.label,
        title=clip.title or "",
        state=state,
        flags=flags_of(
            item,
            state,
            stands_in=plays in ("stand-in", "left-out"),
            over=is_over,
            there=item.path.is_file(),
            rejected=verdict is not None and verdict.verdict == "rejected",
        ),
        plays=plays,
        src=_address(found, video) if video else None,
        frame=str(frame) if frame else None,
        frame_sha256=frame_sha256,
        pictures=tuple(_pictures(found, item)),
        prompt=clip.prompt,
        parts=clip.parts,
        negative_prompt=clip.negative_prompt,
        narration=clip.narration,
        narration_src=_line(found, item),
        sound_effect=clip.sound_effect,
        seconds=clip.length_s or clip.seconds,
        backend=made.backend if made else clip.backend,
        model=made.model if made else clip.model,
        seed=clip.seed,
        take=int((before.request.get("take") if before else None) or item.request.take),
        outcome="manual" if item.standing == "manual" else made.outcome if made else "",
        reason=steps.reason(item, before),
        cost_usd=round(made.cost_usd if made else 0.0, 4),
        price_usd=item.price_usd,
        took_s=made.took_s if made else 0.0,
        started=made.started if made else "",
        operation=(made.operation if made else None) or item.operation,
        fingerprint=item.wanted,
        missing=steps.missing(item),
        steps=steps.of(found, item, state, left, option),
        takes=tuple(_takes(found, item, history, judged)),
        seen=item.seen,
        verdict=verdict.verdict if verdict else "",
        note=verdict.note if verdict else "",
    )


def _video(found: FilmPlan, item: ClipPlan) -> tuple[Plays, Path | None, str]:
    """What is played for a clip, its file, and the digest of that."""
    if item.path.is_file() and item.video_sha256:
        stands_in = item.receipt is not None and item.receipt.is_stand_in and item.standing != "manual"
        plays: Plays = "left-out" if item.is_skipped else "stand-in" if stands_in else "clip"
        return plays, item.path, item.video_sha256
    draft = found.film.project.draft_clip(item.clip.number)
    receipt = receipts.read(layout.receipt(draft)) if draft.is_file() else None
    return ("draft", draft, receipt.file.sha256) if receipt else ("nothing", None, "")


def _still(item: ClipPlan, digests: Digests) -> tuple[Path | None, str]:
    """The picture that a clip starts from, where there is one, and its digest."""
    path = item.clip.source.start or item.clip.source.end
    return (path, digests.of(path)) if path and path.is_file() else (None, "")


def _line(found: FilmPlan, item: ClipPlan) -> str | None:
    """The clip's spoken line, or that of the draft."""
    draft = found.film.project.draft_narration(item.clip.number)
    return (_address(found, item.narration.path) or _address(found, draft)) if item.clip.narration else None


def _pictures(found: FilmPlan, item: ClipPlan) -> Iterable[tuple[str, str]]:
    source = item.clip.source
    names = ("start", "end") if source.end else ("composite", "")
    for name, path in zip(names, (source.start, source.end), strict=True):
        address = _address(found, path) if path else None
        if address:
            yield name, address


def _address(found: FilmPlan, path: Path) -> str | None:
    """`path` as an address relative to the project's folder, whatever its name holds; None when it is not there."""
    if not path.is_file():
        return None
    return quote(os.fsencode(os.path.relpath(path, found.film.project.root)), safe="/")


def _histories(found: FilmPlan, ledger: Ledger) -> dict[int, list[Attempt]]:
    """The submissions for each clip, newest first: its own, and those of its request for another clip."""
    root = str(found.film.project.root)
    own: dict[str, list[Attempt]] = {}
    for attempt in ledger.attempts():
        if attempt.project == root:
            own.setdefault(attempt.clip, []).append(attempt)
    histories = {}
    for item in found.clips:
        known = {attempt.id: attempt for attempt in (*own.get(item.label, []), *ledger.of(item.wanted))}
        histories[item.clip.number] = sorted(known.values(), key=lambda attempt: attempt.at, reverse=True)
    return histories


_STATES = {
    "intended": "Outcome unknown",
    "open": "At the provider",
    "filtered": "Filtered",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "lost": "Given up",
}


def _takes(found: FilmPlan, item: ClipPlan, history: list[Attempt], judged: Judged) -> Iterable[Take]:
    store = found.film.project.takes
    pays = item.request.backend != "animatic" and item.standing != "manual"
    for attempt in history:
        if attempt.state == "refused":
            continue
        src = _address(found, store / attempt.file) if attempt.file else None
        in_film = attempt.fingerprint == item.wanted and attempt.state == "stored" and item.standing != "manual"
        kept = "In the film" if in_film else "Kept" if src else "Gone"
        prompt = str(attempt.request.get("prompt") or "")
        seed = attempt.request.get("seed")
        name = attempt.fingerprint[:8]
        verdict = judged.get((item.clip.number, name))
        choose = f"clipwright takes {found.film.project.root} {item.clip.number:02d} --choose {name}"
        yield Take(
            name=name,
            state=_STATES.get(attempt.state, kept),
            at=attempt.at[:16].replace("T", " "),
            backend=attempt.backend,
            model=attempt.model,
            usd=round(attempt.cost_usd, 4),
            number=int(attempt.request.get("take") or 1),
            seed=seed if isinstance(seed, int) else None,
            operation=attempt.operation,
            src=src if attempt.state == "stored" else None,
            in_film=in_film,
            reason=attempt.reason or "",
            prompt="" if prompt == item.clip.prompt else prompt,
            choose=choose if pays and src and attempt.state == "stored" and not in_film else "",
            fingerprint=attempt.fingerprint,
            verdict=verdict.verdict if verdict else "",
        )
