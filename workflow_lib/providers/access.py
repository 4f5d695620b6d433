"""Open a paid backend: its address, its key, and no vendor's library but its own."""

from __future__ import annotations

from workflow_lib import keys, kie
from workflow_lib.catalog import Backend
from workflow_lib.config import Config
from workflow_lib.providers.base import Provider


def open_provider(backend: Backend, settings: Config, base_url: str | None = None) -> Provider:
    """Give the client of `backend`; `base_url`: where an operation was submitted that is to be resumed.

    Raises:
        MissingKey: a key is not set; names it.
        InvalidInput: an address is wrong.
        ValueError: nobody is paid for `backend`.
    """
    match backend:
        case "kling":
            return _kling(settings, base_url)
        case _:
            raise ValueError(f"{backend} is not a paid backend")


def _kling(settings: Config, base_url: str | None) -> Provider:
    from workflow_lib.providers.kling import Kling  # noqa: PLC0415 - only what is asked is loaded

    address = base_url or keys.base_url("KIE_BASE_URL", settings.kie_base_url)
    return Kling(address.rstrip("/"), keys.required(kie.KEY, "Kling"))
