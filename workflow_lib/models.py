"""Which backend and model a clip is asked of, at which resolution, and at which price."""

from __future__ import annotations

from workflow_lib import catalog, manifest
from workflow_lib.catalog import Backend
from workflow_lib.config import Config


def asked_of(film: manifest.Manifest, clip: manifest.Clip, config: Config) -> tuple[Backend, str]:
    """The backend and the model that make `clip`: by the run, the clip and the film in this order."""
    backend = config.backend or clip.backend or film.backend
    own_model = clip.model if clip.model and backend == (clip.backend or film.backend) else None
    film_model = film.model if backend == film.backend else None
    return backend, own_model or film_model or default_model(backend, config)


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
