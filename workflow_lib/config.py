"""`config.yaml`: one flat table of settings, so that `--config key=value` reaches each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from workflow_lib import layout, yamlfile
from workflow_lib.catalog import Backend
from workflow_lib.errors import InvalidInput, Problem

OVERRIDES = "CLIPWRIGHT_CONFIG"
"""The environment variable by which a run hands its `--config` values to its jobs, as JSON."""

Outcome = Literal["animatic", "skip", "fail"]
Seconds = Annotated[float, Field(gt=0)]


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
    kling_model: str = Field("kling/v2-5-turbo-image-to-video-pro", description="Kling's model id at KIE.ai.")
    kling_poll_s: list[Seconds] = Field([3, 30], min_length=2, max_length=2, description="First and longest wait.")
    clip_timeout_s: Seconds = Field(600, description="How long a run waits for one paid clip, in seconds.")
    image_hosts: list[Literal["kie", "litterbox", "catbox"]] = Field(
        ["kie", "litterbox", "catbox"], min_length=1, description="Where start pictures are uploaded, in order."
    )
    on_filtered: Outcome = Field("animatic", description="When a content filter refuses a clip.")
    filtered_retries: int = Field(1, ge=0, le=5, description="How often a filtered clip is asked for again.")
    on_failed: Outcome = Field("fail", description="When the provider fails at a clip.")
    on_timeout: Outcome = Field("fail", description="When a clip is not ready in time.")
    on_unknown: Literal["stop", "resubmit"] = Field("stop", description="When nobody knows if a request was accepted.")
    budget_usd: float | None = Field(None, ge=0, description="What one run may spend; null: no limit.")
    ffmpeg: str | None = Field(None, description="Path of a system ffmpeg; null: the one that comes with the install.")


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
    return yamlfile.validated(Config, {**value, **(overrides or {})}, where)


def inherited() -> dict[str, object]:
    """The `--config` values of the run that started this process; none for a process started by hand."""
    value = json.loads(os.environ.get(OVERRIDES) or "{}")
    return dict(value) if isinstance(value, dict) else {}
