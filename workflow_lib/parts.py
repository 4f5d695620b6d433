"""What a film is joined from, and whether the film, its sound and its conformed clips still are made from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from workflow_lib import catalog, files, layout, stamps
from workflow_lib.planned import ClipPlan, Standing
from workflow_lib.project import Clip, Film

FILM_STAMP = "clipwright:film:"
LEAD_S = 0.3
TAIL_S = 0.2

Part = tuple[int, str, str, str, float | None]
"""What a film holds of one clip: its number, its title, the SHA-256 of its clip, the key of its narration, and the
length in seconds that a bought clip is cut or held to."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the sound of a film holds of one clip: its number, and the key of its narration.

    `seconds`: its length, None where that is all of a clip that was put there by hand; `own`: the SHA-256 of a clip
    whose own sound is heard.
    """

    number: int
    narration: str
    seconds: float | None
    own: str | None

    @property
    def needs_clip(self) -> bool:
        """Whether the sound can be laid only once the clip is there."""
        return self.seconds is None or self.own is not None


def stamp_of(film: Film, parts: Sequence[Part]) -> str:
    """The stamp of a film made of `parts`."""
    spec = [film.spec.width, film.spec.height, str(film.spec.fps)]
    return FILM_STAMP + files.digest({"title": film.title, "spec": spec, "parts": [list(part) for part in parts]})


def part_of(item: ClipPlan) -> Part:
    """One clip's part in a film."""
    clip = item.clip
    return clip.number, clip.title or "", item.video_sha256 or "", item.narration.key, cut_seconds(item)


def cut_seconds(item: ClipPlan) -> float | None:
    """The length that a clip has in the film, where the backend's own may differ from it; None: all of the clip."""
    bought = catalog.is_paid(item.clip.backend) and item.standing != "manual"
    return item.clip.seconds if bought else None


def heard(clip: Clip, narration_key: str, video_sha256: str | None, *, by_hand: bool) -> Heard:
    """What the film's sound holds of `clip`; the digest of a clip that is not made yet is empty."""
    sounds = by_hand or catalog.model(clip.backend, clip.model).sounds
    return Heard(
        clip.number, narration_key, None if by_hand else clip.seconds, (video_sha256 or "") if sounds else None
    )


def heard_of(clips: Iterable[ClipPlan]) -> list[Heard]:
    """What the film's sound holds of its clips, without those that it leaves out."""
    return [
        heard(item.clip, item.narration.key, item.video_sha256, by_hand=item.standing == "manual")
        for item in clips
        if not item.is_skipped
    ]


def sounded_from(film: Film, clips: Sequence[Heard]) -> dict[str, object]:
    """What the film's sound is laid from; it is up to date while its receipt says the same."""
    return {
        "fps": str(film.spec.fps),
        "lead_s": LEAD_S,
        "tail_s": TAIL_S,
        "clips": [list(astuple(one)) for one in clips],
    }


def is_sounded(film: Film, clips: Sequence[ClipPlan]) -> bool:
    """Whether the film's sound is there and laid from what its clips and lines are now."""
    found = heard_of(clips)
    if any(item.narration.standing in ("missing", "stale") and item.narration.key for item in clips):
        return False
    if any(item.to_make for item in clips if heard(item.clip, "", None, by_hand=item.standing == "manual").needs_clip):
        return False
    return _is_made(film.project.sound(film.cut), sounded_from(film, found))


def conformed_from(film: Film, item: ClipPlan) -> dict[str, object]:
    """What a conformed clip is made from; it is up to date while its receipt says the same."""
    spec = [film.spec.width, film.spec.height, str(film.spec.fps)]
    return {
        "video": item.video_sha256,
        "narration": item.narration.key,
        "spec": spec,
        "seconds": cut_seconds(item),
        "skipped": item.is_skipped,
        "lead_s": LEAD_S,
        "tail_s": TAIL_S,
    }


def is_conformed(film: Film, item: ClipPlan) -> bool:
    """Whether the conformed copy of a clip is there and made from what the clip is now."""
    if item.to_make or item.narration.standing == "stale":
        return False
    return _is_made(film.project.picture(film.cut, item.clip.number), conformed_from(film, item))


def _is_made(path: Path, made_from: Mapping[str, object]) -> bool:
    """Whether the file at `path` is whole and was made from that, as its receipt says."""
    if not path.is_file():
        return False
    report = files.read_json(layout.receipt(path))
    return report.get("size") == path.stat().st_size and report.get("from") == made_from


def film_standing(film: Film, clips: Sequence[ClipPlan]) -> tuple[Standing, tuple[str, ...]]:
    """How the joined film stands, and why it must be joined (again)."""
    path = film.project.film(film.cut)
    reasons = [f"{item.clip.label} {item.reasons[0]}" for item in clips if item.to_make]
    reasons += [f"narration of {item.clip.label} changed" for item in clips if item.narration.standing == "stale"]
    reasons += [f"{item.effect.label} {' '.join(item.effect.reasons[:1])}" for item in clips if item.effect.to_make]
    if not path.is_file():
        return "missing", ("not built yet", *reasons)
    if reasons:
        return "stale", tuple(reasons)
    parts = [part_of(item) for item in clips if not item.is_skipped]
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
