"""Which model a clip is made with when nobody names one, at which resolution, and at which price."""

from __future__ import annotations

from workflow_lib import catalog
from workflow_lib.catalog import Backend
from workflow_lib.config import Config


def default_model(backend: Backend, config: Config) -> str:
    """The model that is asked when nobody names one."""
    chosen = {"kling": config.kling_model, "veo": config.veo_model, "omni": config.omni_model}
    return chosen.get(backend) or catalog.DEFAULT_MODELS[backend]


def resolution_of(backend: Backend, config: Config) -> str:
    """The resolution that a backend is asked for; empty where there is no choice."""
    asked: dict[str, str] = {"veo": config.veo_resolution, "omni": config.omni_resolution}
    return asked.get(backend, "")


def list_usd(model: catalog.Model, name: str, seconds: float, resolution: str, config: Config) -> float:
    """The list price of a clip of `seconds`, in USD: the catalogue's, or the user's own."""
    own = config.prices.get(name)
    return round(own * seconds, 3) if own is not None else model.price_usd(seconds, resolution)
