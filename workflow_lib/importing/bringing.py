"""Pictures that a storyboard names by path: which are copied into the project, and under what name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workflow_lib.importing import stills

MOST_BYTES = 100_000_000


@dataclass(slots=True)
class Pictures:
    """The pictures of one storyboard: `copies` by name inside the project; `notes` of those that are not there."""

    folder: Path
    copies: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def taken(self, text: str, where: str, folder: str = "assets") -> str:
        """The path inside the project of the picture that a cell names; it is copied from beside the file if there."""
        given = text.strip().replace("\\", "/")
        name = self._name(f"{folder}/{_safe(stills.path_of(given).name)}", given)
        source = self._source(given)
        if source is None:
            self._note(f"{where}: {text!r} leads out of the file's folder and is not copied; put it at {name}")
        elif not source.is_file():
            self._note(f"{where}: there is no {text!r} beside the file; put the picture at {name}")
        elif source.stat().st_size > MOST_BYTES:
            self._note(f"{where}: {text!r} is larger than {MOST_BYTES // 1_000_000} MB and is not copied")
        else:
            self.copies[name] = source
        return name

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _source(self, given: str) -> Path | None:
        """The file that is meant; None where it lies outside of the storyboard's folder, links followed."""
        path = Path(given)
        if path.is_absolute() or re.match(r"[A-Za-z]:|\w+://", given):
            return None
        try:
            whole = (self.folder / path).resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return whole if whole.is_relative_to(self.folder.resolve()) else None

    def _name(self, wanted: str, given: str) -> str:
        """A name that no other picture has, whatever the disk thinks of capitals."""
        path = PurePosixPath(wanted)
        for number in range(1, 10_000):
            name = wanted if number == 1 else f"{path.parent}/{path.stem}_{number}{path.suffix}"
            if self._names.setdefault(name.lower(), given) == given:
                return name
        raise AssertionError("more pictures of one name than clips")


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).lstrip(".-") or "picture.png"
