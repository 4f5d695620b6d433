"""Files that are either whole or not there, and the digests that say what is in them."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workflow_lib.errors import InvalidInput, OutOfSpace, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the disk quota is used up; free some space and run again",
    errno.EFBIG: "the file would pass the size limit of this process or disk",
    errno.EROFS: "the folder is on a read-only disk; make it writable or build elsewhere",
    errno.EACCES: "no permission to write there; make the folder writable",
    errno.EPERM: "no permission to write there; make the folder writable",
    errno.ENOTDIR: "a file stands where a folder is needed; move it away",
    errno.EEXIST: "a file stands where a folder is needed; move it away",
    errno.EMFILE: "as many files are open as one process may have; raise `ulimit -n`, or build fewer films at a time",
}
_MINE = os.urandom(4).hex()


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn a full or unwritable disk, met while writing `target`, into OutOfSpace."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REASONS:
            raise
        raise OutOfSpace(f"{target} cannot be written: {_REASONS[error.errno]}") from error


def bytes_at(path: Path, most: int, *, missing: str = "", large: str = "") -> bytes:
    """What a file that people write holds, `most` bytes of it; `missing`, `large`: what to do when it is.

    Raises:
        InvalidInput: it is not there, cannot be read or is larger.
    """
    try:
        if path.stat().st_size <= most:
            return path.read_bytes()
    except FileNotFoundError:
        raise InvalidInput([Problem(str(path), "there is no such file", missing)]) from None
    except OSError as error:
        raise InvalidInput([Problem(str(path), f"cannot be read: {error.strerror}")]) from error
    size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1000} kB"  # noqa: PLR2004
    raise InvalidInput([Problem(str(path), f"is larger than {size}", large)])


def text_at(path: Path, most: int, *, missing: str = "", large: str = "") -> str:
    """The same as text.

    Raises:
        InvalidInput: as bytes_at, or it is not UTF-8.
    """
    try:
        return bytes_at(path, most, missing=missing, large=large).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start})"
        raise InvalidInput([Problem(str(path), what, "save it as UTF-8")]) from error


@contextmanager
def atomic_path(target: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary sibling to write; `target` is replaced by it at the end, or left alone on any exception.

    `durable`: wait until the disk holds it, so that it outlives a power cut; what is soon rebuilt need not.

    Raises:
        OutOfSpace: the disk is full or the folder cannot be written.
    """
    # Processes of different hosts may have the same number.
    temporary = target.with_name(f".{target.stem}.{os.getpid()}-{_MINE}{target.suffix}")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            if durable:
                flush(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Wait until the disk holds the file or folder at `path`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(target: Path, text: str) -> None:
    """Replace `target` by `text` in one step."""
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(target: Path, data: bytes) -> None:
    """Replace `target` by `data` in one step."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(data)


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same bytes as `source`: a hard link where the disk allows it, else a copy."""
    with atomic_path(target) as temporary:
        try:
            os.link(source, temporary)
        except OSError:
            temporary.write_bytes(source.read_bytes())


def canonical_json(value: object) -> str:
    """The one way to write `value`: sorted keys, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of `value`, in hex."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of the bytes of `path`, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object at `path`; empty when there is none or it is torn."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Replace the file at `path` by `value`: keys sorted, a newline at the end."""
    write_text(path, readable_json(value))


def readable_json(value: Mapping[str, object]) -> str:
    """`value` as people read it: keys sorted, a line each, a newline at the end."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
