"""Open a paid backend: its address, its key, and no vendor's library but its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_lib import keys, kie
from workflow_lib.catalog import Service
from workflow_lib.config import Config
from workflow_lib.errors import MissingKey
from workflow_lib.providers.base import Provider

if TYPE_CHECKING:
    from workflow_lib.providers.google import GeminiAccess, VertexAccess


def open_provider(service: Service, settings: Config, base_url: str | None = None) -> Provider:
    """Give the client of `service`; `base_url`: where an operation was submitted that is to be resumed.

    Raises:
        MissingKey: a key is not set; names it.
        InvalidInput: an address is wrong.
        ValueError: nobody is paid for `service`.
    """
    match service:
        case "kling":
            return _kling(settings, base_url)
        case "veo":
            return _veo(settings, base_url)
        case "omni":
            return _omni(settings, base_url)
        case "elevenlabs":
            return _elevenlabs(settings, base_url)
        case "gemini":
            return _gemini(settings, base_url)
        case _:
            raise ValueError(f"{service} is not a paid service")


def remembers(service: Service) -> bool:
    """Whether a service can be asked what became of a submission whose answer got lost."""
    return service == "elevenlabs"


def _elevenlabs(settings: Config, base_url: str | None) -> Provider:
    from workflow_lib.providers import elevenlabs, elevenlabs_answers  # noqa: PLC0415 - only what is asked is loaded

    address = base_url or keys.base_url("ELEVENLABS_BASE_URL", settings.elevenlabs_base_url)
    key = keys.required(elevenlabs_answers.KEY, "ElevenLabs")
    return elevenlabs.ElevenLabs(address.rstrip("/"), key, settings.elevenlabs_settle_s)


def _kling(settings: Config, base_url: str | None) -> Provider:
    from workflow_lib.providers.kling import Kling  # noqa: PLC0415 - only what is asked is loaded

    address = base_url or keys.base_url("KIE_BASE_URL", settings.kie_base_url)
    return Kling(address.rstrip("/"), keys.required(kie.KEY, "Kling"))


def _veo(settings: Config, base_url: str | None) -> Provider:
    from workflow_lib.providers import google, veo  # noqa: PLC0415 - only what is asked is loaded

    project = keys.required(google.PROJECT, "Veo")
    location = keys.value("GOOGLE_CLOUD_LOCATION") or "us-central1"
    usual = settings.google_vertex_base_url or google.vertex_url(location)
    address = base_url or keys.base_url("GOOGLE_VERTEX_BASE_URL", usual)
    credentials = google.vertex_credentials("Veo")
    return veo.Veo(google.VertexAccess(address.rstrip("/"), project, location, credentials))


def _omni(settings: Config, base_url: str | None) -> Provider:
    from workflow_lib.providers.omni import Omni  # noqa: PLC0415 - only what is asked is loaded

    return Omni(_gemini_access("Omni", settings, base_url))


def _gemini(settings: Config, base_url: str | None) -> Provider:
    from workflow_lib.providers.gemini import Gemini  # noqa: PLC0415 - only what is asked is loaded

    return Gemini(_gemini_access("Gemini", settings, base_url))


def _gemini_access(who: str, settings: Config, base_url: str | None) -> GeminiAccess | VertexAccess:
    """Google by a key of the Gemini API, else by a project on Vertex, at the one location where these models are."""
    from workflow_lib.providers import google  # noqa: PLC0415 - only what is asked is loaded

    name = keys.gemini_key()
    if name is not None:
        usual = settings.google_gemini_base_url or google.GEMINI_URL
        address = base_url or keys.base_url("GOOGLE_GEMINI_BASE_URL", usual)
        return google.GeminiAccess(address.rstrip("/"), keys.required(name, who))
    if keys.value(google.PROJECT) is None:
        raise MissingKey(
            f"GEMINI_API_KEY is not set; {who} needs it, or {google.PROJECT}: set one in the environment or in .env"
        )
    location = "global"
    usual = settings.google_vertex_base_url or google.vertex_url(location)
    address = base_url or keys.base_url("GOOGLE_VERTEX_BASE_URL", usual)
    project, credentials = keys.required(google.PROJECT, who), google.vertex_credentials(who)
    return google.VertexAccess(address.rstrip("/"), project, location, credentials)
