"""Which font can show a text: one that comes with Clipwright or Pillow, else one that the system has."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
_NAMES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-zenhei.ttc",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
)
CAPTIONS = Path(__file__).parent / "typefaces" / "FiraSans-Medium.woff2"
"""Fira Sans Medium: Latin, Greek and Cyrillic; SIL Open Font License 1.1, which lies beside it."""

_DOT = "\u00b7"
_DASHES = dict.fromkeys(range(0x2010, 0x2016), "-")
_PROBE_SIZE = 24
_NO_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface: a font file, or the one inside Pillow (None)."""

    path: str | None

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        """The face at `size` pixels."""
        return _font(self.path, size)

    def showable(self, text: str) -> str:
        """`text` with one space for any white space, and a base letter or a dot for what this face lacks."""
        return "".join(_shown(self.path, letter) for letter in _plain(text))

    def misses(self, text: str) -> int:
        """How many different characters of `text` this face lacks."""
        return sum(not _has(self.path, letter) for letter in set(_plain(text)))


def face_for(text: str, preferred: Path | None = None) -> Face:
    """The first face that has every character of `text`, else the one that lacks the fewest; `preferred` goes first."""
    own = Face(str(preferred)) if preferred and _readable(str(preferred)) else Face(None)
    if own.misses(text) == 0:
        return own
    return min((own, *(Face(path) for path in _system_fonts())), key=lambda face: face.misses(text))


def _plain(text: str) -> Iterator[str]:
    """The characters that are drawn: composed, without marks that only say how to draw others."""
    for letter in " ".join(unicodedata.normalize("NFC", text).translate(_DASHES).split()):
        if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Mn", "Me"):
            yield letter


def _shown(path: str | None, letter: str) -> str:
    """`letter`, or what stands for it where the face lacks it: its base letter, else a dot."""
    if _has(path, letter):
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base != letter and _has(path, base) else _DOT


@functools.lru_cache(maxsize=64)
def _font(path: str | None, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return font


@functools.lru_cache(maxsize=4096)
def _has(path: str | None, letter: str) -> bool:
    return letter == " " or _drawn(path, letter) != _drawn(path, _NO_CHARACTER)


@functools.lru_cache(maxsize=4096)
def _drawn(path: str | None, letter: str) -> bytes:
    image = Image.new("L", (_PROBE_SIZE * 2, _PROBE_SIZE * 2))
    ImageDraw.Draw(image).text((4, 4), letter, font=_font(path, _PROBE_SIZE), fill=255)
    return image.tobytes()


@functools.cache
def _system_fonts() -> tuple[str, ...]:
    """The fonts of `_NAMES` that are here and can be read, in that order."""
    found = {path.name: path for folder in _FOLDERS for path in _files(folder) if path.name in _NAMES}
    return tuple(str(found[name]) for name in _NAMES if name in found and _readable(str(found[name])))


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.rglob("*.[to]t[fc]")
    except OSError:
        return


def _readable(path: str) -> bool:
    try:
        ImageFont.truetype(path, _PROBE_SIZE)
    except OSError:
        return False
    return True
