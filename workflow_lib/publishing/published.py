"""The record of what was published, and whether it still holds. Read without a storage library, for planning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workflow_lib import deliverables, files
from workflow_lib.digests import Digests
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.hooks import Publish
from workflow_lib.planned import FilmPlan
from workflow_lib.project import Film

_HASHED = 16  # letters of a file's hash that stand in its name


def asked_of(film: Film) -> Publish:
    """Where a film is published.

    Raises:
        InvalidInput: nobody says.
    """
    asked = film.hooks.publish
    if asked is None or asked.to is None:
        hint = "such as `publish: {to: s3://bucket/films}`, here or in config.yaml"
        raise InvalidInput([Problem(f"{film.project.manifest}: publish.to", "is not set", hint)])
    return asked


def is_current(found: FilmPlan) -> bool:
    """Whether what is published is what the film is now, in the right place, by addresses that hold.

    Raises:
        InvalidInput: as `asked_of` says.
    """
    film = found.film
    asked = asked_of(film)
    record = files.read_json(film.project.published)
    if found.standing != "fresh" or not deliverables.is_drawn(found) or not record:
        return False
    return record.get("from") == made_from(film, asked) and _holds(record.get("expires"))


def made_from(film: Film, asked: Publish) -> dict[str, Any]:
    """What a record is of: the place, and each file's content."""
    digests = Digests(film.project)
    listed = {path.name: digests.of(path) for path in files_of(film)}
    return {"to": asked.to, "endpoint_url": asked.endpoint_url, "files": listed}


def files_of(film: Film) -> list[Path]:
    """The files that are published: the film, its thumbnail, and its captions where there are some."""
    project = film.project
    always = [project.film("final"), project.thumbnail]
    captions = [project.captions("final", "vtt"), project.captions("final", "srt")]
    return [*always, *(path for path in captions if path.is_file() and path.stat().st_size)]


def name_of(film: Film, path: Path, sha256: str) -> str:
    """What a file is called in the bucket: `vid_123/final-<hash>.mp4`; a channel goes before its film."""
    folders = film.project.root.parts
    channel = folders[1:2] if folders[0] == "channels" else ()
    return "/".join([*channel, folders[-1], f"{path.stem}-{sha256[:_HASHED]}{path.suffix}"])


def expiry(asked: Publish) -> tuple[int, str]:
    """For how many seconds an address is signed now, and until when it holds, in UTC."""
    seconds = int(asked.expires_days * 86400)
    return seconds, (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def _holds(expires: object) -> bool:
    try:
        return datetime.fromisoformat(str(expires)) > datetime.now(UTC)
    except (ValueError, TypeError):
        return False
