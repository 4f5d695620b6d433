"""Promises of the stamps: found where they were put, and nothing but None for any other file."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workflow_lib.stamps import read_png_stamp, read_stamp, read_wav_stamp, wav_comment

_REPO = Path(__file__).resolve().parents[1]


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _film(comment: bytes, *, long_mdat: bool = False) -> bytes:
    data = _box(b"data", struct.pack(">II", 1, 0) + comment)
    meta = _box(
        b"meta", bytes(4) + _box(b"hdlr", bytes(25)) + _box(b"ilst", _box(b"\xa9nam", b"") + _box(b"\xa9cmt", data))
    )
    mdat = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"xxxxx" if long_mdat else _box(b"mdat", b"xxxxx")
    return _box(b"ftyp", b"isom") + mdat + _box(b"moov", _box(b"mvhd", bytes(20)) + _box(b"udta", meta))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize("long_mdat", [False, True])
def test_a_films_comment_is_read(tmp_path: Path, *, long_mdat: bool) -> None:
    """The comment is found behind short and long boxes."""
    path = tmp_path / "film.mp4"
    path.write_bytes(_film("st\u00e4mp".encode(), long_mdat=long_mdat))

    assert read_stamp(path) == "st\u00e4mp"


def test_a_film_cut_short_has_no_stamp(tmp_path: Path) -> None:
    """Cut anywhere, a film gives its whole stamp or none, and never an exception."""
    path = tmp_path / "film.mp4"
    whole = _film(b"stamp")

    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        assert read_stamp(path) is None


@pytest.mark.parametrize("keyed", [{}, {"recipe": "abc", "pixels": "d\u00e9f"}, {"k": "\u65e5\u672c \U0001f3ac"}])
def test_a_pictures_texts_are_read(tmp_path: Path, keyed: dict[str, str]) -> None:
    """The texts that Pillow wrote, plain or international, are found."""
    info = PngInfo()
    for key, value in keyed.items():
        info.add_text(key, value)
    Image.new("RGB", (4, 4)).save(tmp_path / "picture.png", pnginfo=info)

    assert read_png_stamp(tmp_path / "picture.png") == keyed


def test_texts_after_the_pixels_and_packed_ones_are_left_out(tmp_path: Path) -> None:
    """Only what stands before the pixels is read, and nothing is unpacked."""
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", bytes(13)) + _chunk(b"iTXt", b"zip\0\1\0\0\0" + zlib.compress(b"x"))
    path = tmp_path / "picture.png"
    path.write_bytes(start + _chunk(b"tEXt", b"a\0b") + _chunk(b"IDAT", b"") + _chunk(b"tEXt", b"c\0d"))

    assert read_png_stamp(path) == {"a": "b"}


def test_a_recordings_comment_is_read(tmp_path: Path) -> None:
    """The comment is found behind the sound."""
    path = tmp_path / "line.wav"
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + b"data" + struct.pack("<I", 3) + b"abc\0" + wav_comment("st\u00e4mp"))

    assert read_wav_stamp(path) == "st\u00e4mp"


@given(
    data=st.binary(max_size=300),
    start=st.sampled_from([b"", _film(b"x")[:60], b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE"]),
)
def test_garbage_has_no_stamp_and_raises_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, start: bytes
) -> None:
    """Any bytes after any start are read without an exception."""
    path = tmp_path_factory.getbasetemp() / "garbage"
    path.write_bytes(start + data)

    assert isinstance(read_png_stamp(path), dict)
    for stamp in (read_stamp(path), read_wav_stamp(path)):
        assert stamp is None or isinstance(stamp, str)


def test_a_missing_file_has_no_stamp(tmp_path: Path) -> None:
    """No file, no stamp; a folder neither."""
    for path in (tmp_path / "nothing", tmp_path):
        assert (read_stamp(path), read_png_stamp(path), read_wav_stamp(path)) == (None, {}, None)


def test_reading_stamps_imports_no_media_library() -> None:
    """The workflow is parsed by each of its jobs, so this must stay cheap."""
    heavy = ("av", "PIL", "ffmpeg", "numpy")
    code = f"import sys, workflow_lib.stamps; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], cwd=_REPO, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
