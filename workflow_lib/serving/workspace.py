"""Which files of the working folder a browser may have: media of projects and takes, and nothing outside of it."""

from __future__ import annotations

import re
from pathlib import Path

from workflow_lib import layout
from workflow_lib.layout import Project

TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".flac": "audio/flac",
    ".ogg": "audio/ogg", ".opus": "audio/ogg",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif",
    ".bmp": "image/bmp",
}  # fmt: skip
"""What is given out, by the end of its name."""

_FOLDER = re.compile(rf"\A(?P<root>{layout.PROJECT}|(?:channels/[A-Za-z0-9_-]+/)?projects/{re.escape(layout.TAKES)})/")
_PROJECT = re.compile(rf"\A(?P<root>{layout.PROJECT})(?:/(?P<rest>.*))?\Z", re.DOTALL)
_HIDDEN = re.compile(r"\A\.work/draft/[^.]")


def split(path: str) -> tuple[str | None, str | None]:
    """The project that an address is of (None: of none), and what follows its folder (None: not even a slash)."""
    found = _PROJECT.match(path)
    return (found["root"], found["rest"]) if found else (None, None)


def projects() -> list[Project]:
    """The projects of the working folder; none that a link has outside of it."""
    return [item for item in layout.find_projects(Path()) if is_inside(item.root)]


def is_inside(path: Path) -> bool:
    """Whether a file or folder is there and really lies in the working folder."""
    try:
        return path.resolve(strict=True).is_relative_to(Path.cwd())
    except (OSError, RuntimeError):
        return False


def file_at(folder: Path, name: str) -> tuple[Path, str] | None:
    """The file that an address names in the working folder, and its type; None for one that nobody is given.

    It is found where it really lies, so that no link and no `..` leads out of the working folder.
    """
    found = _FOLDER.match(name)
    if found is None or "\0" in name or "\\" in name:
        return None
    rest = name[found.end() :]
    parts = rest.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return None
    if any(part.startswith(".") for part in parts) and not (_HIDDEN.match(rest) and "/." not in rest[1:]):
        return None
    try:
        path = (folder / name).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve(strict=True)) and path.is_file()
    except (OSError, ValueError, RuntimeError):
        return None
    kind = TYPES.get(path.suffix.lower())
    return (path, kind) if inside and kind else None
