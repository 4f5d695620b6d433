"""How the spoken line and the sound effect of a clip stand, and how each is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workflow_lib import files, layout, sounds
from workflow_lib.clip import Clip
from workflow_lib.digests import Digests
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.ledger import Ledger
from workflow_lib.planned import SoundPlan, Standing, action_for
from workflow_lib.project import Film
from workflow_lib.receipts import FileId
from workflow_lib.requests import EffectRequest, SpeechRequest

Planner = Callable[[Film, Clip, Digests, Ledger], SoundPlan]
"""Says how one sound of a clip stands."""

Word = tuple[str, float, float]
"""A word of a recording, and when it is heard, from and to, in seconds."""


def narration(film: Film, clip: Clip, digests: Digests, ledger: Ledger) -> SoundPlan:
    """How the spoken line of `clip` stands; a recording that the user put there is kept."""
    found = _line(film, clip, digests, ledger)
    return replace(found, said=_said(clip, found.path, digests)) if found.standing == "manual" else found


def words_of(spoken: Path, digests: Digests) -> list[Word]:
    """The alignment beside a recording, unless it is that of another one, which stood there before."""
    alignment = files.read_json(layout.receipt(spoken))
    try:
        known = alignment.get("file")
        if known is not None and not FileId(**known).is_at(spoken, digests):
            return []
        return [(_plain(word["word"]), float(word["start_s"]), float(word["end_s"])) for word in alignment["words"]]
    except (KeyError, TypeError, ValueError, OverflowError):
        return []


def _plain(word: object) -> str:
    """A word without halves of letters, which JSON may hold and no file of text."""
    return str(word).encode(errors="ignore").decode()


def _said(clip: Clip, spoken: Path, digests: Digests) -> str:
    """By what the captions of a recording are known; empty when it has none."""
    words = words_of(spoken, digests)
    return files.digest({"text": clip.narration, "words": words}) if clip.narration or words else ""


def _line(film: Film, clip: Clip, digests: Digests, ledger: Ledger) -> SoundPlan:
    narrator = film.narrator
    named = SoundPlan("narration", f"{clip.label} narration", clip.place, film.narration(clip), "fresh", "")
    if narrator is None or not clip.narration:
        # What a line of the scratch voice is known by: its words and its voice, not the sound.
        key = files.digest({"text": clip.narration, "voice": film.voice}) if clip.narration else ""
        return _found(named, key, digests)
    request = SpeechRequest(
        model=narrator.model,
        voice=narrator.voice,
        text=clip.narration,
        stability=narrator.stability,
        similarity_boost=narrator.similarity_boost,
        style=narrator.style,
        speed=narrator.speed,
        seed=narrator.seed,
    )
    return _asked(named, request, narrator.price_usd(clip.narration), film, digests, ledger)


def effect(film: Film, clip: Clip, digests: Digests, ledger: Ledger) -> SoundPlan:
    """How the sound effect of `clip` stands; one that the user put there is kept, whoever makes the others."""
    maker = film.effects_maker
    named = SoundPlan("effects", f"{clip.label} effect", clip.place, film.effect(clip), "fresh", "")
    if maker is None or not clip.sound_effect:
        return _found(named, "", digests)
    request = EffectRequest(model=maker.model, text=clip.sound_effect, seconds=sounds.effect_seconds(clip.seconds))
    return _asked(named, request, maker.usd, film, digests, ledger)


def check_text(film: Film, item: SoundPlan) -> None:
    """See that there is something to be said or heard.

    Raises:
        InvalidInput: the clip has no line, or no effect that somebody makes.
    """
    if not item.key:
        hint = "write `narration:`, or `sound_effect:` and for the film `effects: elevenlabs`"
        what = f"has nothing from which {item.path} could be made"
        raise InvalidInput([Problem(f"{film.project.manifest}: {item.place}", what, hint)])


def _asked(
    named: SoundPlan,
    request: SpeechRequest | EffectRequest,
    list_usd: float,
    film: Film,
    digests: Digests,
    ledger: Ledger,
) -> SoundPlan:
    choice = ledger.chosen(request.fingerprint)
    wanted = choice.take if choice else request.fingerprint
    found = _found(named, wanted, digests)
    how, operation = action_for(film, wanted, ledger)
    if how == "buy" and ledger.filtered(wanted) > film.filtered_retries:
        how = "change"
    return replace(
        found,
        request=request,
        wanted=wanted,
        action=how,
        operation=operation,
        list_usd=list_usd,
        reasons=_reasons(found, request),
    )


def _found(named: SoundPlan, key: str, digests: Digests) -> SoundPlan:
    """How the file of a sound stands that is known by `key`; empty: there is none to be made."""
    path = named.path
    if not path.is_file():
        return replace(named, standing="missing" if key else "fresh", key=key)
    written = files.read_json(layout.receipt(path))
    try:
        ours = FileId(**written["file"]).is_at(path, digests)
    except (KeyError, TypeError):
        ours = False
    if not ours:
        return replace(named, standing="manual", key=digests.of(path))
    standing: Standing = "fresh" if not key or written.get("key") == key else "stale"
    return replace(named, standing=standing, key=key)


def _reasons(found: SoundPlan, request: SpeechRequest | EffectRequest) -> tuple[str, ...]:
    """Why a sound that a provider is asked for must be made."""
    if found.standing == "manual":
        return ("put there by hand",)
    if not found.to_make:
        return ()
    before = files.read_json(layout.receipt(found.path))
    if not before:
        return ("new",)
    if found.standing == "missing" and before.get("key") == found.key:
        return (f"{found.path.name} is gone",)
    old = before.get("request")
    if not isinstance(old, dict):
        return ("voice changed",)
    return request.changes(old) or ("another take chosen",)
