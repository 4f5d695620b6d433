"""`config.yaml`: one flat table of settings, so that `--config key=value` reaches each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from workflow_lib import catalog, forms, layout, yamlfile
from workflow_lib.catalog import Backend, Service
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.film import Level, OwnSound
from workflow_lib.hooks import Notify, Publish

OVERRIDES = "CLIPWRIGHT_CONFIG"
"""The environment variable by which a run hands its `--config` values to its jobs, as JSON."""

Outcome = Literal["animatic", "skip", "fail"]
Seconds = Annotated[float, Field(gt=0)]
Waits = Annotated[list[Seconds], Field(min_length=2, max_length=2)]
Fraction01 = Annotated[float, Field(ge=0, le=1)]
Url = Annotated[str, Field(pattern=forms.URL)]


class Config(BaseModel):
    """How films are built on this machine; what a film is stands in its manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    backend: Backend | None = Field(None, description="Overrides the backend of every manifest when set.")
    kling_max_in_flight: int = Field(5, ge=1, le=5, description="Kling operations open at the provider at a time.")
    veo_max_in_flight: int = Field(5, ge=1, le=10, description="Veo operations open at the provider at a time.")
    omni_max_in_flight: int = Field(5, ge=1, le=10, description="Omni interactions open at a time.")
    elevenlabs_max_in_flight: int = Field(
        2, ge=1, le=15, description="ElevenLabs requests at a time; your plan's limit."
    )
    gemini_max_in_flight: int = Field(5, ge=1, le=20, description="Gemini requests (storyboard, pictures) at a time.")
    kling_model: str = Field("kling/v2-5-turbo-image-to-video-pro", description="Kling's model id at KIE.ai.")
    veo_model: str = Field("veo-3.1-fast-generate-001", description="Veo's model id on Vertex.")
    omni_model: str = Field("gemini-omni-1.2-flash", description="Gemini Omni's model id.")
    gemini_text_model: str = Field("gemini-3.8-flash", description="Who drafts storyboards.")
    gemini_image_model: str = Field("gemini-3-pro-image", description="Who draws described pictures.")
    gemini_image_size: catalog.ImageSize = Field("2K", description="How large described pictures are asked for.")
    elevenlabs_model: str = Field("eleven_multilingual_v2", description="ElevenLabs' model id for narration.")
    elevenlabs_effects_model: str = Field("eleven_text_to_sound_v2", description="The same for sound effects.")
    elevenlabs_stability: Fraction01 | None = Field(
        None, description="0 lively .. 1 even; null: as the voice is set in your ElevenLabs account, here and below."
    )
    elevenlabs_similarity_boost: Fraction01 | None = Field(None, description="How close it keeps to the voice.")
    elevenlabs_style: Fraction01 | None = Field(None, description="How much the voice's style is exaggerated.")
    elevenlabs_speed: float | None = Field(None, ge=0.7, le=1.2, description="1 is the voice's own speed.")
    elevenlabs_seed: int | None = Field(None, ge=0, le=4294967295, description="Asks for the same sound each time.")
    effects: Literal["none", "elevenlabs"] | None = Field(
        None, description="Overrides who makes the sound effects of every manifest when set."
    )
    images: catalog.ImagesMaker | None = Field(
        None, description="Overrides who draws the described pictures of every manifest when set."
    )
    drafter: catalog.Drafter | None = Field(
        None, description="Who drafts storyboards: gemini, or `embedded` for nothing; null: gemini where a key is set."
    )
    veo_resolution: Literal["720p", "1080p", "4k"] = Field("720p", description="What Veo is asked for.")
    omni_resolution: Literal["360p", "720p", "1080p", "4k"] = Field("720p", description="What Omni is asked for.")
    kling_poll_s: Waits = Field([3, 30], description="First and longest wait between two polls, in seconds.")
    veo_poll_s: Waits = Field([5, 15], description="The same for Veo.")
    omni_poll_s: Waits = Field([5, 15], description="The same for Omni.")
    gemini_poll_s: Waits = Field([2, 10], description="How often a free place at Gemini is looked for.")
    elevenlabs_poll_s: Waits = Field([2, 10], description="The same for questions to ElevenLabs' history.")
    elevenlabs_settle_s: Seconds = Field(
        180, description="A narration that is not in ElevenLabs' history so long after it was sent never arrived there."
    )
    kling_creates: list[Seconds] = Field(
        [20, 10], min_length=2, max_length=2, description="So many new Kling operations in so many seconds."
    )
    retry_s: list[Seconds] = Field(
        [1, 2, 4], max_length=10, description="Waits before a refused request is sent again."
    )
    clip_timeout_s: Seconds = Field(600, description="How long a run waits for one paid clip, in seconds.")
    image_hosts: list[Literal["kie", "litterbox", "catbox"]] = Field(
        ["kie", "litterbox", "catbox"], min_length=1, description="Where start pictures are uploaded, in order."
    )
    slots_dir: str = Field(".clipwright", description="Where runs that share an account count what is in flight.")
    locking: Literal["auto", "flock", "lease"] = Field(
        "auto", description="How processes keep out of each other's way; lease: on a disk that several hosts use."
    )
    lease_s: float = Field(
        30, ge=1, le=600, description="A host that is silent for so long is given up for dead (locking: lease)."
    )
    kie_base_url: Url = Field("https://api.kie.ai", description="KIE_BASE_URL in the environment goes first.")
    kie_upload_base_url: Url = Field("https://kieai.redpandaai.co", description="Or KIE_UPLOAD_BASE_URL.")
    catbox_base_url: Url = Field("https://catbox.moe", description="Or CATBOX_BASE_URL.")
    litterbox_base_url: Url = Field("https://litterbox.catbox.moe", description="Or LITTERBOX_BASE_URL.")
    google_gemini_base_url: Url | None = Field(None, description="Or GOOGLE_GEMINI_BASE_URL; null: Google's own.")
    google_vertex_base_url: Url | None = Field(None, description="Or GOOGLE_VERTEX_BASE_URL; null: Google's own.")
    elevenlabs_base_url: Url = Field("https://api.elevenlabs.io", description="Or ELEVENLABS_BASE_URL.")
    on_filtered: Outcome = Field("animatic", description="When a content filter refuses a clip.")
    filtered_retries: int = Field(1, ge=0, le=5, description="How often a filtered clip is asked for again.")
    on_failed: Outcome = Field("fail", description="When the provider fails at a clip.")
    on_timeout: Outcome = Field("fail", description="When a clip is not ready in time.")
    on_unknown: Literal["stop", "resubmit"] = Field("stop", description="When nobody knows if a request was accepted.")
    budget_usd: float | None = Field(
        None, ge=0, description="What one run, and the runs beside it, may spend; null: no limit."
    )
    channel_budget_usd: float | None = Field(
        None, ge=0, description="What all films of one channel may ever cost together; null: no limit."
    )
    prices: dict[str, float] = Field(
        {},
        description="USD of a model in place of the catalogue's: a second of a clip, 1,000 characters, an effect, "
        "a picture, a million tokens read (and `<model>:written`: written).",
    )
    prices_of: str = Field(catalog.PRICES_OF, pattern=forms.MONTH, description="The month of these prices.")
    loudness_lufs: float = Field(-14, ge=-40, le=-5, description="How loud a film is, by EBU R128.")
    true_peak_dbtp: float = Field(-1, ge=-9, le=0, description="The highest peak of its sound.")
    clip_sound: OwnSound = Field("duck", description="The sound that clips bring along; duck: softer under the voice.")
    notify: Notify | None = Field(None, description="Who is told of runs; a manifest's own `notify` goes before it.")
    publish: Publish | None = Field(None, description="Where films go; a manifest's own `publish` goes before it.")
    provider_jobs: Literal["head", "cluster"] = Field(
        "head",
        description="On a cluster, where jobs run that only wait for a provider: on the machine that Snakemake was "
        "started on, or submitted, with a core each.",
    )
    slurm_licences: list[Service] = Field(
        [], description="The services for which Slurm has licences of that name; with provider_jobs: cluster."
    )
    ffmpeg: str | None = Field(None, description="Path of a system ffmpeg; null: the one that comes with the install.")

    @property
    def level(self) -> Level:
        """How loud films are."""
        return Level(self.loudness_lufs, self.true_peak_dbtp)

    def places(self, service: Service) -> int:
        """How many operations of a paid service may be open at the provider at a time."""
        return int(getattr(self, f"{service}_max_in_flight"))

    def poll_waits(self, service: Service) -> tuple[float, float]:
        """The first and the longest wait between two polls of a paid service, in seconds."""
        first, longest = getattr(self, f"{service}_poll_s")
        return first, max(first, longest)

    def unanswered_s(self, service: Service) -> float:
        """How long what was sent to a service may still be going on there when no answer has come, in seconds."""
        return float(getattr(self, f"{service}_settle_s", self.clip_timeout_s))

    def creates(self, service: Service) -> tuple[int, float] | None:
        """So many new operations in so many seconds, where the provider has such a limit."""
        limit = getattr(self, f"{service}_creates", None)
        return (int(limit[0]), float(limit[1])) if limit else None


def load(folder: Path, overrides: Mapping[str, object] | None = None) -> Config:
    """The settings of `folder`'s config.yaml (all defaults without one), with `overrides` on top.

    Raises:
        InvalidInput: naming every wrong key of the file and of the overrides.
    """
    path = folder / layout.CONFIG
    value = yamlfile.read(path) if path.exists() else {}
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise InvalidInput([Problem(str(path), "is not a list of `key: value` lines")])
    where = layout.CONFIG if not overrides else f"{layout.CONFIG} with --config {' '.join(map(str, overrides))}"
    return yamlfile.validated(
        Config, {**value, **{key: _typed(given) for key, given in (overrides or {}).items()}}, where
    )


def _typed(given: object) -> object:
    """Numbers inside a list, which Snakemake hands on as texts: `--config kling_poll_s=[1,5]`."""
    return [_number(item) for item in given] if isinstance(given, list) else given


def _number(item: object) -> object:
    try:
        return float(item) if isinstance(item, str) else item
    except ValueError:
        return item


def inherited() -> dict[str, object]:
    """The `--config` values of the run that started this process; none for a process started by hand."""
    value = json.loads(os.environ.get(OVERRIDES) or "{}")
    return dict(value) if isinstance(value, dict) else {}
