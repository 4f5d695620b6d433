"""Receipts: the JSON beside a clip or a narration that says what it was made from.

A receipt is written before its file is moved into place, so a file without its receipt was put there by somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workflow_lib import files
from workflow_lib.digests import Digests
from workflow_lib.marks import Mark


@dataclass(frozen=True, slots=True)
class FileId:
    """The bytes of a made file: how many, and their SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileId:
        """That of the file at `path`."""
        return cls(path.stat().st_size, files.sha256_file(path))

    def is_at(self, path: Path, digests: Digests) -> bool:
        """Whether `path` still is that file."""
        return digests.of(path) == self.sha256


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a clip came to be. `cost_usd`: what its take cost; `took_s`: seconds from start to end.

    `take`: the fingerprint of the take, where the user chose another than the request's own; `reason`: why a stand-in
    is in the clip's place; `skipped`: the film leaves the clip out.
    """

    outcome: str
    backend: str
    model: str
    fingerprint: str
    request: Mapping[str, object]
    file: FileId
    pictures: Mapping[str, Mark] = field(default_factory=dict)
    operation: str | None = None
    cost_usd: float = 0.0
    started: str = ""
    took_s: float = 0.0
    reason: str | None = None
    take: str | None = None
    skipped: bool = False

    @property
    def is_stand_in(self) -> bool:
        """Whether the clip could not be made, and an animatic stands in its place."""
        return self.outcome in ("filtered", "failed", "timed_out")


def read(path: Path) -> Receipt | None:
    """The receipt at `path`; None when there is none or it cannot be understood."""
    value = files.read_json(path)
    try:
        pictures = {name: Mark(**mark) for name, mark in value.pop("pictures", {}).items()}
        if not isinstance(value["request"], dict) or float(value["cost_usd"]) < 0 or float(value["took_s"]) < 0:
            return None
        return Receipt(**{**value, "file": FileId(**value["file"]), "pictures": pictures})
    except (TypeError, KeyError, AttributeError, ValueError):
        return None


def put_in_place(finished: Path, target: Path, receipt_path: Path, receipt: Mapping[str, object]) -> None:
    """Move `finished` to `target` with its receipt, so that a kill at any moment leaves nothing that misleads.

    The old file goes first, then the receipt comes, then the new file: a receipt alone says that the file is gone.
    """
    files.flush(finished)
    target.unlink(missing_ok=True)
    files.write_json(receipt_path, receipt)
    finished.replace(target)
    files.flush(target.parent)


def as_dict(receipt: Receipt) -> dict[str, object]:
    """The receipt as plain values."""
    return asdict(receipt)
