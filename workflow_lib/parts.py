"""What a film is joined from, and whether the film, its sound and its conformed clips still are made from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workflow_lib import catalog, files, layout, spacing, stamps
from workflow_lib.clip import Clip
from workflow_lib.planned import ClipPlan, Standing
from workflow_lib.project import Film
from workflow_lib.spacing import Said
from workflow_lib.timing import LEAD_S, TAIL_S
from workflow_lib.transitions import CUT

FILM_STAMP = "clipwright:film:"


@dataclass(frozen=True, slots=True)
class Part:
    """What a film holds of one clip.

    `video`: the SHA-256 of its clip; `narration`: the key of its line; `seconds`: the length that a bought clip is cut
    or held to; `rule`, `way`: what is said of its length, and of the transition into it; `said`: as in SoundPlan.
    """

    number: int
    title: str
    video: str
    narration: str
    seconds: float | None
    rule: Said = field(default_factory=dict)
    way: Said = field(default_factory=dict)
    said: str = ""

    def told(self) -> list[object]:
        """The part as it is written down: what nobody said is left out."""
        plain: list[object] = [self.number, self.title, self.video, self.narration, self.seconds]
        said = {"said": self.said} if self.said else {}
        return [*plain, {"rule": self.rule, "way": self.way, **said}] if self.rule or self.way or said else plain


@dataclass(frozen=True, slots=True)
class Heard:
    """What the sound of a film holds of one clip: its number, and the keys of its narration and its effect.

    `seconds`: its length, None where that is all of a clip that was put there by hand; `own`: the SHA-256 of a clip
    whose own sound is heard; `rule`: what is said of its length.
    """

    number: int
    narration: str
    effect: str
    seconds: float | None
    own: str | None
    rule: Said = field(default_factory=dict)

    def told(self, overlap: int) -> list[object]:
        """The same as it is written down; `overlap`: how many frames it shares with the next clip."""
        plain: list[object] = [self.number, self.narration, self.seconds, self.own]
        return [*plain, {"rule": self.rule, "overlap": overlap}] if self.rule or overlap else plain

    @property
    def needs_clip(self) -> bool:
        """Whether the sound can be laid only once the clip is there."""
        return self.seconds is None or self.own is not None

    @property
    def may_slow(self) -> bool:
        """Whether the clip's own sound is slowed with its picture, where that must be longer."""
        return self.own is not None and self.rule.get("timing") == "stretch"


def stamp_of(film: Film, parts: Sequence[Part], sounded: Mapping[str, object]) -> str:
    """The stamp of a film made of `parts`, with a sound laid from `sounded`."""
    spec = [film.spec.width, film.spec.height, str(film.spec.fps)]
    parts_told = [part.told() for part in parts]
    told = {"title": film.title, "spec": spec, "parts": parts_told, "sound": sounded, **_captions(film)}
    return FILM_STAMP + files.digest(told)


def _captions(film: Film) -> Said:
    return {} if film.captions == "soft" else {"captions": film.captions}


def parts_of(film: Film, items: Sequence[ClipPlan]) -> list[Part]:
    """The parts of a film, without the clips that it leaves out."""
    kept = [item for item in items if not item.is_skipped]
    ways = spacing.ways_into(film, [item.clip.number for item in kept])
    return [
        Part(
            item.clip.number,
            item.clip.title or "",
            item.video_sha256 or "",
            item.narration.key,
            cut_seconds(item),
            spacing.rule_said(film, item.clip, item.narration.key, by_hand=item.standing == "manual"),
            spacing.way_said(way),
            item.narration.said,
        )
        for item, way in zip(kept, ways, strict=True)
    ]


def cut_seconds(item: ClipPlan) -> float | None:
    """The length that a clip has in the film, where the backend's own may differ from it; None: all of the clip."""
    bought = catalog.is_paid(item.clip.backend) and item.standing != "manual"
    return item.clip.seconds if bought else None


def heard(
    film: Film, clip: Clip, narration_key: str, effect_key: str, video_sha256: str | None, *, by_hand: bool
) -> Heard:
    """What the film's sound holds of `clip`; the digest of a clip that is not made yet is empty."""
    sounds = by_hand or catalog.model(clip.backend, clip.model).sounds
    own = (video_sha256 or "") if sounds else None
    rule = spacing.rule_said(film, clip, narration_key, by_hand=by_hand)
    return Heard(clip.number, narration_key, effect_key, None if by_hand else clip.seconds, own, rule)


def heard_of(film: Film, clips: Iterable[ClipPlan]) -> list[Heard]:
    """What the film's sound holds of its clips, without those that it leaves out."""
    return [
        heard(
            film,
            item.clip,
            item.narration.key,
            item.effect.key,
            item.video_sha256,
            by_hand=item.standing == "manual",
        )
        for item in clips
        if not item.is_skipped
    ]


def overlaps(film: Film, clips: Sequence[Heard]) -> list[int]:
    """How many frames each of `clips` shares with the next one."""
    return [way.overlap for way in [*spacing.ways_into(film, [one.number for one in clips])[1:], CUT]][: len(clips)]


def sounded_from(film: Film, clips: Sequence[Heard], music_sha256: str | None) -> dict[str, object]:
    """What the film's sound is laid from; it is up to date while its receipt says the same."""
    music = film.music
    slowed = [one.number for one in clips if one.may_slow] if film.own_sound != "drop" else []
    return {
        **({"slowed": slowed} if slowed else {}),
        "level": [film.level.lufs, film.level.peak_dbtp],
        "music": [music_sha256, music.gain_db, music.fade_in_s, music.fade_out_s] if music else None,
        "own": film.own_sound,
        "effects": {str(one.number): one.effect for one in clips if one.effect},
        "fps": str(film.spec.fps),
        "lead_s": LEAD_S,
        "tail_s": TAIL_S,
        "clips": [one.told(shared) for one, shared in zip(clips, overlaps(film, clips), strict=True)],
    }


def is_sounded(film: Film, clips: Sequence[ClipPlan], music_sha256: str | None) -> bool:
    """Whether the film's sound is there and laid from what its clips and lines are now."""
    found = heard_of(film, clips)
    if any(one.to_make and one.key for item in clips for one in (item.narration, item.effect)):
        return False
    needed = {one.number for one in found if one.needs_clip}
    if any(item.to_make for item in clips if item.clip.number in needed):
        return False
    return is_made(film.project.sound(film.cut), sounded_from(film, found, music_sha256))


def conformed_from(film: Film, item: ClipPlan) -> dict[str, object]:
    """What a conformed clip is made from; it is up to date while its receipt says the same."""
    spec = [film.spec.width, film.spec.height, str(film.spec.fps)]
    rule = spacing.rule_said(film, item.clip, item.narration.key, by_hand=item.standing == "manual")
    burned = film.captions == "burned" and bool(item.narration.key)
    said = item.narration.said if burned else ""
    return {
        **({"rule": rule} if rule else {}),
        **({"captions": "burned"} if burned else {}),
        **({"said": said} if said else {}),
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
    return is_made(film.project.picture(film.cut, item.clip.number), conformed_from(film, item))


def is_made(path: Path, made_from: Mapping[str, object]) -> bool:
    """Whether the file at `path` is whole and was made from that, as its receipt says."""
    if not path.is_file():
        return False
    report = files.read_json(layout.receipt(path))
    return report.get("size") == path.stat().st_size and report.get("from") == made_from


def film_standing(film: Film, clips: Sequence[ClipPlan], music_sha256: str | None) -> tuple[Standing, tuple[str, ...]]:
    """How the joined film stands, and why it must be joined (again)."""
    path = film.project.film(film.cut)
    reasons = [f"{item.clip.label} {item.reasons[0]}" for item in clips if item.to_make]
    reasons += [f"narration of {item.clip.label} changed" for item in clips if item.narration.standing == "stale"]
    reasons += [f"{item.effect.label} {' '.join(item.effect.reasons[:1])}" for item in clips if item.effect.to_make]
    if not path.is_file():
        return "missing", ("not built yet", *reasons)
    if reasons:
        return "stale", tuple(reasons)
    parts = parts_of(film, clips)
    sounded = sounded_from(film, heard_of(film, clips), music_sha256)
    if stamps.read_stamp(path) == stamp_of(film, parts, sounded):
        return "fresh", ()
    return "stale", _differences(film, parts, sounded)


def _differences(film: Film, parts: Sequence[Part], sounded: Mapping[str, object]) -> tuple[str, ...]:
    """How `parts` differ from those that the film was joined from, as far as that was kept."""
    kept = files.read_json(film.project.parts(film.cut))
    listed, sound = kept.get("parts"), kept.get("sound")
    if not isinstance(listed, list):
        return ("made from other clips",)
    old: Mapping[int, list[object]] = {part[0]: part for part in listed if isinstance(part, list) and part}
    now = {part.number: part.told() for part in parts}
    reasons = [f"{layout.label(number)} removed" for number in old if number not in now]
    reasons += [f"{layout.label(number)} added" for number in now if number not in old]
    reasons += [_change(number, old[number], now[number]) for number in now if number in old]
    reasons += ["captions changed"] if kept.get("captions", "soft") != film.captions else []
    before = sound if isinstance(sound, Mapping) else {}
    reasons += [f"{what} changed" for name, what in _SOUND.items() if before.get(name) != sounded.get(name)]
    return tuple(filter(None, reasons)) or ("title, size or frame rate changed",)


_SOUND = {
    "level": "loudness",
    "music": "music",
    "own": "clip_sound",
    "effects": "sound effects",
    "slowed": "sound of slowed clips",
}


def _change(number: int, old: list[object], now: list[object]) -> str:
    """What changed of one clip; empty when nothing did."""
    plain, label = 5, layout.label(number)
    if old == now:
        return ""
    if old[:plain] != now[:plain]:
        return f"{label} replaced"
    before, after = (part[plain] if len(part) > plain else {} for part in (old, now))
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return f"{label} replaced"
    changed = [word for name, word in _SAID.items() if (before.get(name) or {}) != (after.get(name) or {})]
    return f"{' and '.join(changed)} of {label} changed"


_SAID = {"rule": "timing", "way": "transition", "said": "captions"}
