"""Who speaks the lines of a film and who makes its sound effects, with all settings resolved, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workflow_lib import catalog
from workflow_lib.config import Config

SCRATCH = "scratch"
"""The embedded voice, which costs nothing."""

Effects = Literal["none", "elevenlabs"]
"""Who makes sound effects: nobody, or a provider."""

_PREFIX = "elevenlabs:"


@dataclass(frozen=True, slots=True)
class Narrator:
    """A paid voice: `voice` is its id; `usd` what 1,000 characters cost.

    `stability`, `similarity_boost`, `style` from 0 to 1, `speed` from 0.7 to 1.2; None: as the voice is set up.
    """

    voice: str
    model: str
    stability: float | None
    similarity_boost: float | None
    style: float | None
    speed: float | None
    seed: int | None
    usd: float

    def price_usd(self, text: str) -> float:
        """The list price of a line, in USD."""
        return round(self.usd * len(text) / 1000, 5)


@dataclass(frozen=True, slots=True)
class EffectsMaker:
    """A model that makes effects; `usd`: what one costs."""

    model: str
    usd: float


def narrator(voice: str, config: Config) -> Narrator | None:
    """Who speaks for a manifest's `voice`; None for the scratch voice."""
    if voice == SCRATCH:
        return None
    return Narrator(
        voice=voice.removeprefix(_PREFIX),
        model=config.elevenlabs_model,
        stability=config.elevenlabs_stability,
        similarity_boost=config.elevenlabs_similarity_boost,
        style=config.elevenlabs_style,
        speed=config.elevenlabs_speed,
        seed=config.elevenlabs_seed,
        usd=catalog.speech_usd(config.elevenlabs_model, config.prices),
    )


def effects_maker(effects: Effects | None, config: Config) -> EffectsMaker | None:
    """Who makes effects for a manifest's `effects`; None when nobody does."""
    if (config.effects or effects or "none") == "none":
        return None
    model = config.elevenlabs_effects_model
    return EffectsMaker(model, catalog.effect_usd(model, config.prices))


def effect_seconds(clip_s: float) -> float:
    """How long the effect of a clip of `clip_s` seconds is asked for: as long as the clip, where that can be had."""
    shortest, longest = catalog.EFFECT_S
    return min(max(clip_s, shortest), longest)
