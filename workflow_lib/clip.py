"""One clip of a film with everything decided."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_lib import layout
from workflow_lib.catalog import Backend
from workflow_lib.sources import Source
from workflow_lib.timing import Timing
from workflow_lib.transitions import CUT, Transition


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip with everything decided. `seconds`: its length in the film; `place`: its key in the manifest.

    `asked_s`: the length that the backend is asked for, longer where the clip is trimmed; `resolution`, `aspect`: what
    a paid backend is asked for, empty where it has no choice; `list_usd`: what asking costs. `seed` and
    `negative_prompt` are those that the backend takes. `length_s`: the length in the film, where it is fixed; `into`,
    `out_of`: the transitions from the clip before and to the next one; `parts`: of the prompt, each with its name.
    """

    number: int
    title: str | None
    prompt: str
    camera: str
    narration: str
    source: Source
    seconds: float
    backend: Backend
    model: str
    negative_prompt: str
    seed: int | None
    take: int
    place: str = ""
    asked_s: float = 0.0
    aspect: str = ""
    resolution: str = ""
    list_usd: float = 0.0
    timing: Timing = "auto"
    length_s: float | None = None
    into: Transition = CUT
    out_of: Transition = CUT
    sound_effect: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """`clip_07`."""
        return layout.label(self.number)
