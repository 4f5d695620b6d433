"""How a film's storyboard stands before its clips are listed: who drafts it, for how much, and what may follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from workflow_lib import catalog, keys, sounds, story
from workflow_lib.catalog import Service
from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.drafting import answers, asking, checking
from workflow_lib.drafting.answers import Answer
from workflow_lib.drafting.asking import Asking
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.layout import Project
from workflow_lib.ledger import Ledger
from workflow_lib.plan import take_request
from workflow_lib.planned import Action, Standing, action_in
from workflow_lib.requests import Component, TextRequest
from workflow_lib.story import Brief
from workflow_lib.takes import Store, Stores

LABEL = "storyboard"
_ROOM = 0.8  # of a line's longest length, as most lines are
_PICTURES_A_CLIP = 2  # a background, or a start, and somebody before it, or an end


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a film may cost once its clips are listed, in USD: `parts` in words with their price.

    `services`: who is asked for it.
    """

    parts: tuple[tuple[str, float], ...]
    services: frozenset[Service]

    @property
    def usd(self) -> float:
        """All of it."""
        return round(sum(usd for _, usd in self.parts), 4)


@dataclass(frozen=True, slots=True)
class BoardPlan:
    """How a storyboard is drafted that is not there yet; the fields are those of every plan.

    `asking`: what a model is asked for next, None where no model is; `is_repair`: that is a better answer than the
    first one; `after`: an estimate of the film that follows.
    """

    brief: Brief
    after: Estimate
    spent_usd: float
    asking: Asking | None = None
    wanted: str = ""
    action: Action = "render"
    operation: str | None = None
    is_repair: bool = False
    standing: Standing = "missing"
    component: Component = "storyboard"

    @property
    def label(self) -> str:
        """`storyboard`."""
        return LABEL

    @property
    def place(self) -> str:
        """Its key in the manifest."""
        return "story"

    @property
    def path(self) -> Path:
        """Its file."""
        return self.brief.project.storyboard

    @property
    def request(self) -> TextRequest | None:
        """What is asked for; None when nobody is."""
        return self.asking.request if self.asking else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is made."""
        return ("the first answer could not be used",) if self.is_repair else ("new",)

    @property
    def list_usd(self) -> float:
        """The most that asking costs."""
        return self.asking.usd if self.asking else 0.0

    @property
    def to_make(self) -> bool:
        """Whether it is to be drafted."""
        return self.standing == "missing"

    @property
    def price_usd(self) -> float:
        """What is paid for it at most."""
        return self.list_usd if self.to_make and self.action == "buy" else 0.0

    @property
    def services(self) -> frozenset[Service]:
        """Who is asked for the storyboard itself."""
        return frozenset({self.asking.request.backend}) if self.asking else frozenset()

    @property
    def drafter(self) -> str:
        """Who drafts it, in words."""
        return self.asking.request.model if self.asking else "embedded drafter"


def of(item: Project, config: Config, stores: Stores | None = None) -> BoardPlan:
    """The plan of a storyboard that is not there; reads files and writes nothing.

    Raises:
        InvalidInput: with every problem of the manifest's `story:` and of the story.
    """
    brief = story.read(item, config)
    ledger = (stores or Stores()).ledger(item.takes)
    spent = ledger.spent_usd(project=str(item.root))
    found = BoardPlan(brief, estimate(brief, config), spent)
    first = asking.draft(brief, config, today())
    wanted = wanted_by(first.request, ledger)
    if not _is_asked(wanted, config, ledger):
        return found
    check_size(brief)
    action, operation = action_in(item.takes, wanted, ledger)
    asked = replace(found, asking=first, wanted=wanted, action=action, operation=operation)
    if action == "reuse" and _kept(item, wanted, first).ending == "refused":
        return replace(asked, action="change")
    second = repair_of(brief, config, first, ledger, wanted) if action == "reuse" else None
    if second is None:
        return asked
    wanted = wanted_by(second.request, ledger)
    action, operation = action_in(item.takes, wanted, ledger)
    return replace(asked, asking=second, wanted=wanted, action=action, operation=operation, is_repair=True)


def today() -> date:
    """The day whose prices hold."""
    from datetime import UTC, datetime  # noqa: PLC0415 - one name

    return datetime.now(UTC).date()


def wanted_by(request: TextRequest, ledger: Ledger) -> str:
    """The fingerprint of the take that a request is to have."""
    return take_request(request, ledger).fingerprint


def check_size(brief: Brief) -> None:
    """See that a model can write so much.

    Raises:
        InvalidInput: there are too many clips for one answer.
    """
    if brief.asked.clips > asking.MOST_CLIPS:
        what = f"asks for {brief.asked.clips} clips, and a model writes {asking.MOST_CLIPS} at most in one answer"
        hint = "make several films of it, or set `drafter: embedded` in config.yaml, which has no limit"
        raise InvalidInput([Problem(f"{brief.project.manifest}: story.clips", what, hint)])


def repair_of(brief: Brief, config: Config, first: Asking, ledger: Ledger, wanted: str) -> Asking | None:
    """What is asked for after the take `wanted` of a first answer; None: it can be used, or no repair would help."""
    attempt = ledger.stored(wanted)
    if attempt is None:
        return None
    answer = _kept(brief.project, wanted, first)
    if answer.ending == "refused":
        return None
    wrong: list[str] = []
    board = answers.storyboard(answer, brief, wrong)
    if not wrong:
        checking.checked(board, brief, config, wrong)
    if not wrong:
        return None
    return asking.repair(
        brief, config, today(), replace(first.request, take=_take(attempt.request)), answer.text, wrong
    )


def _kept(item: Project, wanted: str, asked: Asking) -> Answer:
    return answers.read(Store(item.takes).path(wanted, asked.request.suffix))


def _take(request: dict[str, object]) -> int:
    number = request.get("take")
    return number if isinstance(number, int) else 1


def _is_asked(wanted: str, config: Config, ledger: Ledger) -> bool:
    """Whether a model drafts it: one that has been asked already goes on, even when its key is gone."""
    if config.drafter is not None:
        return config.drafter == "gemini"
    return story.drafter(config) == "gemini" or any(attempt.is_open or attempt.file for attempt in ledger.of(wanted))


def estimate(brief: Brief, config: Config) -> Estimate:
    """What the film of a brief may cost, by list prices."""
    clips = story.sample(brief, config, [])
    parts: list[tuple[str, float]] = []
    services: set[Service] = set()
    counted = Counter((clip.backend, clip.model, clip.asked_s, clip.list_usd) for clip in clips)
    for (backend, model, seconds, usd), count in counted.items():
        parts.append((f"{_number_of(count, 'clip')} by {backend} ({model}), {seconds:g} s each", count * usd))
        services |= {backend} if catalog.is_paid(backend) else set()
    parts += _sounds(brief, config, clips, services)
    parts += _pictures(brief, config, services)
    return Estimate(tuple((what, round(usd, 4)) for what, usd in parts), frozenset(services))


def _sounds(brief: Brief, config: Config, clips: Sequence[Clip], services: set[Service]) -> list[tuple[str, float]]:
    parts = []
    narrator = sounds.narrator(brief.written.voice, config)
    if narrator is not None:
        usd = sum(narrator.usd * brief.most_characters(clip.number) * _ROOM / 1000 for clip in clips)
        parts.append((f"{_number_of(len(clips), 'line')} by elevenlabs", usd))
        services.add("elevenlabs")
    maker = sounds.effects_maker(brief.written.effects, config)
    if maker is not None:
        parts.append((f"{_number_of(len(clips), 'effect')} by elevenlabs", maker.usd * len(clips)))
        services.add("elevenlabs")
    return parts


def _pictures(brief: Brief, config: Config, services: set[Service]) -> list[tuple[str, float]]:
    maker = config.images or brief.written.images or ("gemini" if keys.reaches_gemini() else "sketch")
    count = _PICTURES_A_CLIP * brief.asked.clips
    if maker == "sketch":
        return [(f"{_number_of(count, 'picture')}, sketched", 0.0)]
    services.add("gemini")
    model = config.gemini_image_model
    usd = catalog.image_usd(model, config.gemini_image_size, config.prices)
    return [(f"{_number_of(count, 'picture')} by {maker} ({model})", count * usd)]


def number_of(count: int, noun: str) -> str:
    """So many of something, in words: `3 clips`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _number_of(count: int, noun: str) -> str:
    return f"about {number_of(count, noun)}"
