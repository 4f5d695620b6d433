"""A line or an effect that is bought: its take, decoded to WAV, and what its receipt holds."""

from __future__ import annotations

from pathlib import Path

from workflow_lib.clip import Clip
from workflow_lib.config import Config
from workflow_lib.generate import wanting
from workflow_lib.generate.desk import Obtained, Purchase
from workflow_lib.generate.made import Facts
from workflow_lib.media import recording, voice
from workflow_lib.planned import SoundPlan
from workflow_lib.progress import Teller
from workflow_lib.project import Film
from workflow_lib.providers.base import EffectOrder, SpeechOrder
from workflow_lib.requests import EffectRequest, SpeechRequest
from workflow_lib.runs import Run
from workflow_lib.takes import Store

_SHORTEST_S = 0.05
_SLOWEST_S = 1.0  # seconds for a character: no voice is as slow
_PAUSE_S = 10.0
_OFF_S = 2.0  # by which an effect may be longer than was asked


def line(film: Film, clip: Clip, item: SoundPlan, temporary: Path, settings: Config) -> Facts:
    """Write the line of `clip` as its paid voice speaks it, and give its words with their times, and its cost.

    Raises:
        WorkflowError: as obtain says.
    """
    if not isinstance(item.request, SpeechRequest):
        raise TypeError(f"{item.label} is not asked for")
    order = SpeechOrder(item.request, *_neighbours(film, clip))
    found = _obtained(film, clip, item, settings, order, _PAUSE_S + _SLOWEST_S * len(clip.narration))
    seconds = recording.decode(found.take.path, temporary)
    alignment = Store(film.project.takes).notes(found.take).get("alignment")
    told = alignment if isinstance(alignment, dict) else None
    said = str(found.take.attempt.request.get("text") or clip.narration)
    speech = recording.speech(said, told, seconds)
    return {**wanting.facts(item, found), **voice.as_dict(speech), "times": "told" if told else "estimated"}


def effect(film: Film, clip: Clip, item: SoundPlan, temporary: Path, settings: Config) -> Facts:
    """Write the sound effect of `clip`, and give its length in seconds and its cost.

    Raises:
        WorkflowError: as obtain says.
    """
    if not isinstance(item.request, EffectRequest):
        raise TypeError(f"{item.label} is not asked for")
    found = _obtained(film, clip, item, settings, EffectOrder(item.request), item.request.seconds + _OFF_S)
    return {**wanting.facts(item, found), "duration_s": recording.decode(found.take.path, temporary)}


def _neighbours(film: Film, clip: Clip) -> tuple[str, str]:
    """The lines that are spoken before and after that of `clip`; empty where there is none."""
    before = [other.narration for other in film.clips if other.number < clip.number and other.narration]
    after = [other.narration for other in film.clips if other.number > clip.number and other.narration]
    return before[-1] if before else "", after[0] if after else ""


def _obtained(
    film: Film, clip: Clip, item: SoundPlan, settings: Config, order: SpeechOrder | EffectOrder, longest_s: float
) -> Obtained:
    what = "narration" if isinstance(order, SpeechOrder) else "effect"
    tell = Teller(item.label, order.request.backend)
    purchase = Purchase(
        request=order.request,
        list_usd=item.list_usd,
        project=str(film.project.root),
        clip=item.label,
        order=lambda _folder: order,
        check=lambda path: recording.check(path, _SHORTEST_S, longest_s),
        settle=f"clipwright retake {film.project.root} {clip.number:02d} --of {what}",
    )
    run = Run.current(Path(settings.slots_dir))
    return wanting.obtained(item, purchase, wanting.desk(film, settings, run, tell))
