"""Publish a film: upload what is not there, see that it is, sign addresses, write the record."""

from __future__ import annotations

from pathlib import Path

from workflow_lib import files, locks
from workflow_lib.config import Config
from workflow_lib.errors import WorkflowError
from workflow_lib.project import Film
from workflow_lib.publishing import published
from workflow_lib.publishing.bucket import open_bucket
from workflow_lib.runs import Ending, Run


def publish_film(film: Film, settings: Config) -> str:
    """Publish `film` and write where it is; returns one line. What fails leaves film and record as they were.

    Raises:
        InvalidInput: there is no such bucket.
        MissingKey: there are no credentials for it.
        MissingTool: the storage library is not installed.
        Refused: the service takes the credentials not.
        WorkflowError: it did not go through.
    """
    run = Run.current(Path(settings.slots_dir))
    try:
        return _published(film)
    except WorkflowError as error:
        name = type(error).__name__.lower()
        run.log(Ending(str(film.project.root), "published.json", name, error.exit_code, str(error)))
        raise


def _published(film: Film) -> str:
    asked = published.asked_of(film)
    project = film.project
    with locks.making(project, project.published):
        bucket = open_bucket(asked)
        made_from = published.made_from(film, asked)
        sent = 0
        names = {}
        for path in published.files_of(film):
            sha256 = str(made_from["files"][path.name])
            name = names[path.name] = published.name_of(film, path, sha256)
            sent += bucket.put(path, name, sha256)
        seconds, expires = published.expiry(asked)
        listed = {
            name: {"object": bucket.address(key), "sha256": made_from["files"][name], "url": bucket.sign(key, seconds)}
            for name, key in names.items()
        }
        files.write_json(project.published, {"from": made_from, "expires": expires, "files": listed})
    total = f"{len(names)} files, {sent} uploaded" if sent else f"{len(names)} files, all there already"
    return f"{project.published}: {total}, addresses hold until {expires}"
