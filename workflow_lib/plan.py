"""What a film still needs and why: the one place that decides whether a file is up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from workflow_lib import catalog, files, identity, layout, receipts, stamps
from workflow_lib.digests import Digests
from workflow_lib.errors import BadMedia, InvalidInput, MissingTool, Problem
from workflow_lib.identity import Pictures
from workflow_lib.marks import Mark, Marks
from workflow_lib.project import SCRATCH, Clip, Film
from workflow_lib.receipts import FileId, Receipt
from workflow_lib.requests import Request

Standing = Literal["fresh", "missing", "stale", "manual"]
"""Up to date; to be made; to be made again; put there by hand and kept."""

FILM_STAMP = "clipwright:film:"
LEAD_S = 0.3
TAIL_S = 0.2


@dataclass(frozen=True, slots=True)
class NarrationPlan:
    """How a spoken line stands. `key`: what it is known by; empty when the clip has none."""

    standing: Standing
    key: str


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """How one clip stands, and `reasons` in words for what must be made."""

    clip: Clip
    request: Request
    receipt: Receipt | None
    standing: Standing
    reasons: tuple[str, ...]
    pictures: Pictures
    narration: NarrationPlan
    video_sha256: str | None

    @property
    def to_make(self) -> bool:
        """Whether the clip must be made."""
        return self.standing in ("missing", "stale")

    @property
    def price_usd(self) -> float:
        """What making it is listed at; nothing when it need not be made."""
        return catalog.LIMITS[self.clip.backend].price_usd(self.clip.seconds) if self.to_make else 0.0


@dataclass(frozen=True)
class FilmPlan:
    """How one cut of a film stands."""

    film: Film
    clips: tuple[ClipPlan, ...]
    standing: Standing
    reasons: tuple[str, ...]

    def clip(self, number: int) -> ClipPlan:
        """The plan of one clip.

        Raises:
            InvalidInput: the film has no such clip.
        """
        found = self._by_number.get(number)
        # The film says which numbers it has.
        return found or self._by_number[self.film.clip(number).number]

    @cached_property
    def _by_number(self) -> dict[int, ClipPlan]:
        return {item.clip.number: item for item in self.clips}

    @property
    def price_usd(self) -> float:
        """The list price of all that must be bought."""
        return round(sum(item.price_usd for item in self.clips), 2)


def of(film: Film) -> FilmPlan:
    """The plan of `film`; reads the project's files and writes nothing.

    Raises:
        InvalidInput: with every picture that is wrong.
    """
    found = {clip.number: receipts.read(layout.receipt(film.video(clip))) for clip in film.clips}
    digests = Digests(film.project)
    marks = open_marks(film, digests, found.values())
    problems: list[Problem] = []
    clips = tuple(_clip_plan(film, clip, found[clip.number], marks, digests, problems) for clip in film.clips)
    if problems:
        raise InvalidInput(problems)
    standing, reasons = _film_standing(film, clips)
    return FilmPlan(film, clips, standing, reasons)


def of_clip(film: Film, number: int) -> ClipPlan:
    """The plan of one clip; the pictures of the others are not looked at.

    Raises:
        InvalidInput: the film has no such clip, or its pictures are wrong.
    """
    clip = film.clip(number)
    problems: list[Problem] = []
    receipt = receipts.read(layout.receipt(film.video(clip)))
    digests = Digests(film.project)
    item = _clip_plan(film, clip, receipt, open_marks(film, digests), digests, problems)
    if problems:
        raise InvalidInput(problems)
    return item


def open_marks(film: Film, digests: Digests, found: Iterable[Receipt | None] | None = None) -> Marks:
    """The marks of the project's pictures, as far as the receipts of its clips hold them."""
    if found is None:
        found = [receipts.read(layout.receipt(film.video(clip))) for clip in film.clips]
    known: dict[str, Mark] = {}
    for receipt in found:
        known.update(receipt.pictures if receipt else {})
    return Marks(film.project, digests, known)


def _clip_plan(
    film: Film, clip: Clip, receipt: Receipt | None, marks: Marks, digests: Digests, problems: list[Problem]
) -> ClipPlan:
    video = film.video(clip)
    by_hand = _is_by_hand(video, receipt, digests)
    found = identity.identify(film, clip, marks, [] if by_hand else problems)
    pictures = found or _as_before(receipt)
    request = request_of(film, clip, pictures)
    standing, reasons = _clip_standing(video, receipt, request, by_hand=by_hand)
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
        narration=narration_plan(film, clip, digests),
        video_sha256=digests.of(video) if by_hand else sha256,
    )


def _is_by_hand(video: Path, receipt: Receipt | None, digests: Digests) -> bool:
    return video.is_file() and (receipt is None or not receipt.file.is_at(video, digests))


def is_by_hand(film: Film, clip: Clip) -> bool:
    """Whether somebody put the clip there, as its files are at this moment."""
    video = film.video(clip)
    return _is_by_hand(video, receipts.read(layout.receipt(video)), Digests(film.project))


def is_composed_by_hand(film: Film, picture: Path) -> bool:
    """Whether somebody made or changed the composite at `picture`, as it is at this moment."""
    try:
        return picture.is_file() and open_marks(film, Digests(film.project)).of(picture).recipe is None
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
    return Request(
        backend=clip.backend,
        model=clip.model,
        prompt=clip.prompt,
        negative_prompt=clip.negative_prompt,
        start=pictures.start,
        end=pictures.end,
        seconds=clip.seconds,
        width=film.spec.width,
        height=film.spec.height,
        fps=str(film.spec.fps),
        seed=clip.seed,
        take=clip.take,
    )


def _clip_standing(
    video: Path, receipt: Receipt | None, request: Request, *, by_hand: bool
) -> tuple[Standing, tuple[str, ...]]:
    if by_hand:
        return "manual", ("put there by hand",)
    if receipt is None:
        return "missing", ("new",)
    changes = () if receipt.fingerprint == request.fingerprint else request.changes(receipt.request) or ("changed",)
    if not video.is_file():
        return "missing", (f"{video.name} is gone", *changes)
    return ("stale", changes) if changes else ("fresh", ())


def check_backends(items: Iterable[ClipPlan]) -> None:
    """Refuse clips whose backend cannot be asked.

    Raises:
        MissingTool: naming the clips and what to do.
    """
    foreign = [item.clip for item in items if item.to_make and item.clip.backend not in catalog.ASKABLE]
    if foreign:
        names = ", ".join(sorted({clip.backend for clip in foreign}))
        labels = ", ".join(clip.label for clip in foreign[:5]) + (" …" if len(foreign) > 5 else "")  # noqa: PLR2004
        raise MissingTool(
            f"{labels}: this version cannot ask {names}; build draft.mp4, or use --config backend=animatic"
        )


def check_voice(film: Film, items: Iterable[ClipPlan]) -> None:
    """Refuse lines that must be spoken by a voice that cannot be asked.

    Raises:
        MissingTool: naming the clips and what to do.
    """
    lines = [
        item.clip.label for item in items if item.narration.standing in ("missing", "stale") and item.narration.key
    ]
    if lines and film.voice != SCRATCH:
        named = ", ".join(lines[:5]) + (" …" if len(lines) > 5 else "")  # noqa: PLR2004
        raise MissingTool(f"{named}: this version speaks with `voice: {SCRATCH}` only; build draft.mp4")


def narration_key(film: Film, clip: Clip) -> str:
    """What a line that we speak is known by: its words and its voice, not the sound."""
    return files.digest({"text": clip.narration, "voice": film.voice})


def narration_plan(film: Film, clip: Clip, digests: Digests) -> NarrationPlan:
    """How the spoken line of `clip` stands; a recording that the user put there is kept."""
    path = film.narration(clip)
    key = narration_key(film, clip) if clip.narration else ""
    if not path.is_file():
        return NarrationPlan("missing" if key else "fresh", key)
    written = files.read_json(layout.receipt(path))
    try:
        ours = FileId(**written["file"]).is_at(path, digests)
    except (KeyError, TypeError):
        ours = False
    if not ours:
        return NarrationPlan("manual", digests.of(path))
    if not key:
        return NarrationPlan("fresh", "")
    return NarrationPlan("fresh" if written.get("key") == key else "stale", key)


Part = tuple[int, str, str, str]
"""What a film holds of one clip: its number, its title, the SHA-256 of its clip, the key of its narration."""


def stamp_of(film: Film, parts: Sequence[Part]) -> str:
    """The stamp of a film made of `parts`."""
    spec = [film.spec.width, film.spec.height, str(film.spec.fps)]
    return FILM_STAMP + files.digest({"title": film.title, "spec": spec, "parts": [list(part) for part in parts]})


def part_of(clip: Clip, video_sha256: str | None, narration: str) -> Part:
    """One clip's part in a film."""
    return clip.number, clip.title or "", video_sha256 or "", narration


def conformed_from(film: Film, item: ClipPlan) -> dict[str, object]:
    """What a conformed clip is made from; it is up to date while its receipt says the same."""
    spec = [film.spec.width, film.spec.height, str(film.spec.fps)]
    return {
        "video": item.video_sha256,
        "narration": item.narration.key,
        "spec": spec,
        "lead_s": LEAD_S,
        "tail_s": TAIL_S,
    }


def is_conformed(film: Film, item: ClipPlan) -> bool:
    """Whether the conformed copy of a clip is there and made from what the clip is now."""
    if item.to_make or item.narration.standing == "stale":
        return False
    project, number = film.project, item.clip.number
    made = [project.picture(film.cut, number), project.clip_sound(film.cut, number)]
    if not all(path.is_file() for path in made):
        return False
    report = files.read_json(layout.receipt(made[0]))
    whole = report.get("sizes") == [path.stat().st_size for path in made]
    return whole and report.get("from") == conformed_from(film, item)


def remember(film: Film) -> None:
    """Keep the digests of the film's files, so that the next plan need not read them."""
    paths = [film.video(clip) for clip in film.clips] + [film.narration(clip) for clip in film.clips]
    pictures = [path for clip in film.clips for path in (*clip.source.files(), clip.source.start) if path]
    Digests(film.project).remember(dict.fromkeys([*paths, *pictures]))


def _film_standing(film: Film, clips: Sequence[ClipPlan]) -> tuple[Standing, tuple[str, ...]]:
    path = film.project.film(film.cut)
    reasons = [f"{item.clip.label} {item.reasons[0]}" for item in clips if item.to_make]
    reasons += [f"narration of {item.clip.label} changed" for item in clips if item.narration.standing == "stale"]
    if not path.is_file():
        return "missing", ("not built yet", *reasons)
    if reasons:
        return "stale", tuple(reasons)
    parts = [part_of(item.clip, item.video_sha256, item.narration.key) for item in clips]
    if stamps.read_stamp(path) == stamp_of(film, parts):
        return "fresh", ()
    return "stale", _differences(film, parts)


def _differences(film: Film, parts: Sequence[Part]) -> tuple[str, ...]:
    """How `parts` differ from those that the film was joined from, as far as that was kept."""
    kept = files.read_json(film.project.parts(film.cut)).get("parts")
    if not isinstance(kept, list):
        return ("made from other clips",)
    old: Mapping[int, list[object]] = {part[0]: part for part in kept if isinstance(part, list) and part}
    now = {part[0]: list(part) for part in parts}
    reasons = [f"{layout.label(number)} removed" for number in old if number not in now]
    reasons += [f"{layout.label(number)} added" for number in now if number not in old]
    reasons += [f"{layout.label(number)} replaced" for number in now if number in old and now[number] != old[number]]
    return tuple(reasons) or ("title, size or frame rate changed",)
