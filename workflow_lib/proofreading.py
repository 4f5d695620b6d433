"""The prompts of a project, a storyboard or a file that could be imported, as they are asked of their models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from workflow_lib import layout, manifest, models, project, yamlfile
from workflow_lib.config import Config
from workflow_lib.errors import InvalidInput, Problem
from workflow_lib.importing import boards, sheets
from workflow_lib.layout import Project
from workflow_lib.wording import Asked

FILES = (*sheets.SUFFIXES, ".yaml", ".yml")
"""How the names end of files whose prompts can be read."""


def of_project(item: Project, config: Config) -> tuple[Asked, ...]:
    """The prompts of a project; its pictures need not be there.

    Raises:
        InvalidInput: its manifest or its storyboard cannot be read, or lists no clips.
    """
    film = _film(item.manifest)
    board = project.listed(item, film)
    if not board.clips:
        hint = "list at least one clip under `clips:`"
        raise InvalidInput([Problem(f"{board.where}: clips", "there are no clips", hint)])
    return _asked(board.where, film, board.clips, config)


def of_file(path: Path, config: Config) -> tuple[Asked, ...]:
    """The prompts of a manifest, a storyboard beside one or alone, or of a file that could be imported.

    Raises:
        InvalidInput: it cannot be read as what it is.
    """
    if path.suffix.lower() not in (".yaml", ".yml"):
        return _of_board(path, config)
    value = yamlfile.read(path)
    if isinstance(value, Mapping) and "title" in value:
        item = Project(path.parent)
        film = yamlfile.validated(manifest.Manifest, value, str(path))
        return of_project(item, config) if film.clips is None else _asked(str(path), film, film.clips, config)
    clips = yamlfile.validated(manifest.Storyboard, value, str(path)).clips
    beside = path.with_name(Project(path.parent).manifest.name)
    film = _film(beside) if beside.exists() else manifest.Manifest(title=path.stem or "film")
    return _asked(str(path), film, clips, config)


def _film(path: Path) -> manifest.Manifest:
    return yamlfile.validated(manifest.Manifest, yamlfile.read(path), str(path))


def _of_board(path: Path, config: Config) -> tuple[Asked, ...]:
    board = boards.read(path)
    film = manifest.Manifest(title="film", duration=board.seconds or boards.USUAL_S)
    kept = [{key: value for key, value in clip.items() if key in manifest.Clip.model_fields} for clip in board.clips]
    clips = [
        yamlfile.validated(manifest.Clip, clip, f"{path}: {where}")
        for clip, where in zip(kept, board.places, strict=True)
    ]
    return _asked(str(path), film, clips, config, board.places)


def _asked(
    file: str, film: manifest.Manifest, clips: Sequence[manifest.Clip], config: Config, places: list[str] | None = None
) -> tuple[Asked, ...]:
    found = []
    for place, clip in enumerate(clips, start=1):
        backend, model = models.asked_of(film, clip, config)
        where = places[place - 1] if places else f"clips[{place}].prompt"
        found.append(
            Asked(
                file=file,
                where=where,
                clip=layout.label(clip.number or place),
                parts={"": clip.prompt} if isinstance(clip.prompt, str) else clip.prompt.model_dump(),
                backend=backend,
                model=model,
                seconds=float(clip.length or clip.duration or film.duration),
                negative_prompt=clip.negative_prompt.strip(),
            )
        )
    return tuple(found)
