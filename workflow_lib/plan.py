"""What a film still needs and why: the one place that decides whether a file is up to date."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from workflow_lib import catalog, drawn, identity, layout, parts, picture_plans, receipts, sound_plans, spacing
from workflow_lib.clip import Clip
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia, InvalidInput, Problem, WorkflowError
from workflow_lib.identity import Pictures
from workflow_lib.ledger import Ledger
from workflow_lib.marks import Marks
from workflow_lib.parts import Heard
from workflow_lib.planned import Action, ClipPlan, FilmPlan, PicturePlan, Standing, action_for
from workflow_lib.project import Film
from workflow_lib.receipts import Receipt
from workflow_lib.requests import Asked, Request
from workflow_lib.takes import Stores

AskedT = TypeVar("AskedT", bound=Asked)


def of(film: Film, stores: Stores | None = None) -> FilmPlan:
    """The plan of `film`; reads the project's files and writes nothing. `stores`: those that were read already.

    Raises:
        InvalidInput: with every picture that is wrong.
    """
    found = {clip.number: receipts.read(layout.receipt(film.video(clip))) for clip in film.clips}
    digests = Digests(film.project)
    problems: list[Problem] = []
    ledger = ledger_of(film, stores)
    marks = identity.open_marks(film, digests, ledger, found.values())
    clips = tuple(_clip_plan(film, clip, found[clip.number], marks, digests, ledger, problems) for clip in film.clips)
    problems += [problem for item in clips if (problem := spacing.length_problem(film, item))]
    if problems:
        raise InvalidInput(problems)
    music = digests.of(film.music.path) if film.music else None
    standing, reasons = parts.film_standing(film, clips, music)
    pictures = picture_plans.of(film, drawn.of(film, digests, ledger, marks), ledger)
    return FilmPlan(
        film=film,
        clips=clips,
        standing=standing,
        reasons=reasons,
        spent_usd=ledger.spent_usd(project=str(film.project.root)),
        music_sha256=music,
        drawn=pictures,
        pictures=picture_plans.needed(pictures, clips),
    )


def of_picture(film: Film, path: Path) -> PicturePlan:
    """The plan of the described picture at `path`, as the files are at this moment.

    Raises:
        InvalidInput: the film describes no such picture, or one that goes along with it is wrong.
    """
    return of_pictures(film)[film.drawing(path).path]


def of_pictures(film: Film) -> dict[Path, PicturePlan]:
    """The plans of all described pictures, by their paths, as the files are at this moment.

    Raises:
        InvalidInput: one that somebody put there is none.
    """
    digests, ledger = Digests(film.project), ledger_of(film)
    marks = identity.open_marks(film, digests, ledger)
    return picture_plans.of(film, drawn.of(film, digests, ledger, marks), ledger)


def of_clip(film: Film, number: int) -> ClipPlan:
    """The plan of one clip; the pictures of the others are not looked at.

    Raises:
        InvalidInput: the film has no such clip, or its pictures are wrong.
    """
    clip = film.clip(number)
    problems: list[Problem] = []
    receipt = receipts.read(layout.receipt(film.video(clip)))
    digests, ledger = Digests(film.project), ledger_of(film)
    item = _clip_plan(film, clip, receipt, identity.open_marks(film, digests, ledger), digests, ledger, problems)
    if problems:
        raise InvalidInput(problems)
    return item


def check_drawn(film: Film, paths: Iterable[Path]) -> None:
    """See that those of `paths` that the film describes show what it describes, as the files are at this moment.

    Raises:
        WorkflowError: one was edited since the run began, which would draw it, or was not drawn.
    """
    described = {drawing.path for drawing in film.drawings}.intersection(paths)
    if described:
        drawn = of_pictures(film)
        _refuse([path for path in sorted(described) if drawn[path].to_make])


def check_pictures(film: Film, item: ClipPlan) -> None:
    """See that the pictures that a clip is bought from are those by which its request knows them, at this moment.

    Raises:
        WorkflowError: one is not: what came of it would pass for a clip of another picture.
    """
    paths = [path for path in (item.clip.source.start, item.clip.source.end) if path is not None]
    if not paths:
        return
    now = of_clip(film, item.clip.number)
    if now.request != item.request or now.pictures.composite in ("missing", "stale"):
        _refuse(paths)
    check_drawn(film, paths)


def _refuse(paths: Sequence[Path]) -> None:
    if paths:
        named = " and ".join(str(path) for path in paths)
        raise WorkflowError(f"{named}: edited during the run; run the same command again")


def ledger_of(film: Film, stores: Stores | None = None) -> Ledger:
    """What was paid for; not read for a film that costs nothing, its storyboard neither."""
    pays_beside = film.pays_for_sound or film.pays_for_pictures or film.project.story.exists()
    if not pays_beside and not any(catalog.is_paid(clip.backend) for clip in film.clips):
        return Ledger()
    return (stores or Stores()).ledger(film.project.takes)


def _clip_plan(
    film: Film,
    clip: Clip,
    receipt: Receipt | None,
    marks: Marks,
    digests: Digests,
    ledger: Ledger,
    problems: list[Problem],
) -> ClipPlan:
    video = film.video(clip)
    by_hand = _is_by_hand(video, receipt, digests)
    if by_hand:
        # A run may have put it there since its receipt was looked for.
        receipt = receipts.read(layout.receipt(video))
        by_hand = _is_by_hand(video, receipt, digests)
    found = identity.identify(film, clip, marks, [] if by_hand else problems)
    pictures = found or _as_before(receipt)
    request = request_of(film, clip, pictures)
    choice = ledger.chosen(request.fingerprint)
    wanted = choice.take if choice else request.fingerprint
    standing, reasons = _clip_standing(video, receipt, request, wanted, by_hand=by_hand)
    action, operation = _action(film, clip, wanted, ledger)
    if found is None and standing in ("missing", "stale") and not problems:
        what = f"{clip.label} must be made again ({', '.join(reasons)}), and its picture is gone"
        problems.append(Problem(f"{film.project.manifest}: {clip.place}", what, "put it back or name another"))
    sha256 = receipt.file.sha256 if receipt and not by_hand else None
    return ClipPlan(
        clip=clip,
        request=request,
        receipt=receipt,
        standing=standing,
        reasons=reasons,
        pictures=pictures,
        narration=sound_plans.narration(film, clip, digests, ledger),
        effect=sound_plans.effect(film, clip, digests, ledger),
        path=video,
        video_sha256=digests.of(video) if by_hand else sha256,
        wanted=wanted,
        action=action,
        operation=operation,
    )


def _action(film: Film, clip: Clip, wanted: str, ledger: Ledger) -> tuple[Action, str | None]:
    """How the clip is made if it must be, and the operation that is resumed for it."""
    if not catalog.is_paid(clip.backend):
        return "render", None
    found = action_for(film, wanted, ledger)
    if found[0] != "buy":
        return found
    if ledger.filtered(wanted) > film.filtered_retries:
        return "stand_in", None
    return "buy", None


def take_request(request: AskedT, ledger: Ledger) -> AskedT:
    """The request of the take that is wanted: its own, or with the number of a take that the user asked for."""
    choice = ledger.chosen(request.fingerprint)
    number = choice.number if choice else None
    return dataclasses.replace(request, take=number) if number else request


def _is_by_hand(video: Path, receipt: Receipt | None, digests: Digests) -> bool:
    return video.is_file() and (receipt is None or not receipt.file.is_at(video, digests))


def is_by_hand(film: Film, clip: Clip) -> bool:
    """Whether somebody put the clip there, as its files are at this moment."""
    video = film.video(clip)
    return _is_by_hand(video, receipts.read(layout.receipt(video)), Digests(film.project))


def is_composed_by_hand(film: Film, picture: Path) -> bool:
    """Whether somebody made or changed the composite at `picture`, as it is at this moment."""
    try:
        marks = identity.open_marks(film, Digests(film.project), ledger_of(film))
        return picture.is_file() and marks.of(picture).recipe is None
    except BadMedia:
        return True


def _as_before(receipt: Receipt | None) -> Pictures:
    """Pictures that are gone are taken to be what they were when the clip was made."""
    if receipt is None:
        return Pictures()
    start, end = receipt.request.get("start"), receipt.request.get("end")
    return Pictures(str(start) if start else None, str(end) if end else None)


def request_of(film: Film, clip: Clip, pictures: Pictures) -> Request:
    """The request of `clip` with its pictures."""
    paid = catalog.is_paid(clip.backend)
    return Request(
        backend=clip.backend,
        model=clip.model,
        prompt=clip.prompt,
        negative_prompt=clip.negative_prompt,
        start=pictures.start,
        end=pictures.end,
        seconds=clip.asked_s if paid else clip.seconds,
        width=0 if paid else film.spec.width,
        height=0 if paid else film.spec.height,
        fps="" if paid else str(film.spec.fps),
        seed=clip.seed,
        take=clip.take,
        aspect=clip.aspect if paid else "",
        resolution=clip.resolution if paid else "",
    )


def _clip_standing(
    video: Path, receipt: Receipt | None, request: Request, wanted: str, *, by_hand: bool
) -> tuple[Standing, tuple[str, ...]]:
    if by_hand:
        return "manual", ("put there by hand",)
    if receipt is None:
        return "missing", ("new",)
    changes = _changes(receipt, request, wanted)
    if not video.is_file():
        return "missing", (f"{video.name} is gone", *changes)
    return ("stale", changes) if changes else ("fresh", ())


def _changes(receipt: Receipt, request: Request, wanted: str) -> tuple[str, ...]:
    if receipt.fingerprint != request.fingerprint:
        return request.changes(receipt.request) or ("changed",)
    if (receipt.take or receipt.fingerprint) != wanted:
        return ("another take chosen",)
    return ("timed out before",) if receipt.outcome == "timed_out" else ()


def heard(film: Film, clip: Clip, digests: Digests, ledger: Ledger) -> Heard | None:
    """What the film's sound holds of `clip`, as its files are at this moment; None when the film leaves it out."""
    video = film.video(clip)
    receipt = receipts.read(layout.receipt(video))
    by_hand = _is_by_hand(video, receipt, digests)
    if receipt is not None and receipt.skipped and not by_hand:
        return None
    sha256 = digests.of(video) if by_hand else receipt.file.sha256 if receipt else None
    line, effect = sound_plans.narration(film, clip, digests, ledger), sound_plans.effect(film, clip, digests, ledger)
    return parts.heard(film, clip, line.key, effect.key, sha256, by_hand=by_hand)


def remember(film: Film) -> None:
    """Keep the digests of the film's files, so that the next plan need not read them."""
    paths = [path for clip in film.clips for path in (film.video(clip), film.narration(clip), film.effect(clip))]
    pictures = [path for clip in film.clips for path in (*clip.source.files(), clip.source.start) if path]
    described = [path for drawing in film.drawings for path in (drawing.path, *drawing.references)]
    Digests(film.project).remember(dict.fromkeys([*paths, *pictures, *described]))
