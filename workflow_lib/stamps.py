"""What our files say of themselves: the short text inside a film, a picture or a recording that names its making.

Read without any media or picture library, because Snakemake reads them each time it parses the workflow.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workflow_lib import boxes

_LONGEST = 1 << 16  # bytes of a text that is read; ours are far shorter
_PNG_START = b"\x89PNG\r\n\x1a\n"
_HTML_HEAD = 4096  # bytes of a page in which its stamp stands
_SVG_STAMP = re.compile(rb"<!-- clipwright-key: ([0-9a-f]{64}) -->")
_HTML_STAMP = re.compile(rb'<meta name="clipwright-key" content="([0-9a-f]{64})">')
_META_PREFIX, _DATA_PREFIX = 4, 8  # bytes before the content: version and flags; and a type and a language


def read_stamp(film: Path) -> str | None:
    """The comment of an mp4 file; None where there is none, for no mp4 file, and for one that is cut short."""
    try:
        with film.open("rb") as stream:
            size = stream.seek(0, 2)
            whole = all(box.end <= size for box in boxes.walk(stream, 0, size))
            return _comment(stream, size) if whole else None
    except (OSError, ValueError, struct.error):
        return None


def _comment(stream: BinaryIO, size: int) -> str | None:
    meta = boxes.find(stream, boxes.Box(b"", 0, size), b"moov", b"udta", b"meta")
    if meta is None:
        return None
    content = boxes.Box(b"", meta.start + _META_PREFIX, meta.end)
    data = boxes.find(stream, content, b"ilst", b"\xa9cmt", b"data")
    if data is None or not _DATA_PREFIX <= data.end - data.start <= _LONGEST:
        return None
    stream.seek(data.start + _DATA_PREFIX)
    return stream.read(data.end - data.start - _DATA_PREFIX).decode("utf-8")


def read_png_stamp(path: Path) -> dict[str, str]:
    """The texts that stand before the pixels of a PNG file; empty for a file without any, or no PNG file."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(_PNG_START)) != _PNG_START:
                return {}
            return dict(_png_texts(stream))
    except (OSError, ValueError, IndexError, struct.error):
        return {}


def _png_texts(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    while True:
        size, kind = struct.unpack(">I4s", stream.read(8))
        if kind in (b"IDAT", b"IEND"):
            return
        if kind not in (b"tEXt", b"iTXt") or size > _LONGEST:
            stream.seek(size + 4, 1)
            continue
        content = stream.read(size)
        stream.seek(4, 1)
        key, _, text = content.partition(b"\0")
        if kind == b"tEXt":
            yield key.decode("latin-1"), text.decode("latin-1")
        elif text[:1] == b"\0":  # not compressed; then a method, a language and a translated key
            yield key.decode("latin-1"), text[2:].split(b"\0", 2)[2].decode("utf-8")


def read_wav_stamp(path: Path) -> str | None:
    """The comment of a WAV file; None where there is none, or no WAV file."""
    try:
        with path.open("rb") as stream:
            riff, _, wave = struct.unpack("<4sI4s", stream.read(12))
            return _wav_comment(stream) if (riff, wave) == (b"RIFF", b"WAVE") else None
    except (OSError, ValueError, struct.error):
        return None


def _wav_comment(stream: BinaryIO) -> str | None:
    while head := stream.read(8):
        kind, size = struct.unpack("<4sI", head)
        if kind != b"LIST" or size > _LONGEST:
            stream.seek(size + size % 2, 1)
            continue
        content = stream.read(size + size % 2)
        if content.startswith(b"INFOICMT"):
            length = struct.unpack_from("<I", content, 8)[0]
            return content[12 : 12 + length].rstrip(b"\0").decode("utf-8")
    return None


def read_html_stamp(path: Path) -> str | None:
    """The key in the head of a page of ours; None where there is none, or no page."""
    return _head_stamp(path, _HTML_STAMP)


def read_svg_stamp(path: Path) -> str | None:
    """The key at the start of a drawing of ours; None where there is none, or no drawing."""
    return _head_stamp(path, _SVG_STAMP)


def _head_stamp(path: Path, pattern: re.Pattern[bytes]) -> str | None:
    try:
        with path.open("rb") as stream:
            found = pattern.search(stream.read(_HTML_HEAD))
    except OSError:
        return None
    return found[1].decode("ascii") if found else None


def wav_comment(text: str) -> bytes:
    """The chunk of a WAV file that `read_wav_stamp` reads `text` from."""
    data = text.encode("utf-8") + b"\0"
    entry = b"INFOICMT" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"LIST" + struct.pack("<I", len(entry)) + entry
