"""Pictures are refused with a sentence, digested by what is seen, and fitted to a frame."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workflow_lib.errors import BadMedia
from workflow_lib.pictures import PictureInfo, check_picture, fit_picture, load_picture, pixel_digest


def textured(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Image.Image:
    """Noise, so that nothing compresses away."""
    channels = len(mode)
    values = np.random.default_rng(1).integers(0, 255, (size[1], size[0], channels), dtype=np.uint8)
    return Image.fromarray(values[..., 0] if channels == 1 else values)


def png_header(width: int, height: int) -> bytes:
    """A PNG that has its header and the first bytes of its pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 1000) + b"IDAT" + bytes(10)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Galapagos, 1835\n", "is not a picture: it starts like a text file"),
        (b"<!DOCTYPE html><html>", "is not a picture: it starts like a web page"),
        (b"", "is not a picture: it is empty"),
        (b'{"error": 1}', "is not a picture: it starts like a JSON text"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "is not a picture: it starts like a film or a HEIC photo"),
        (bytes(range(200, 256)), "is not a picture: its format is not known"),
    ],
)
def test_what_is_not_a_picture_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A file that is no picture is refused with the file and what it looks like."""
    path = tmp_path / "x.png"
    path.write_bytes(content)

    with pytest.raises(BadMedia) as refusal:
        check_picture(path)

    assert f"{path} {sentence}" in str(refusal.value)


@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 9_000), (9_000, 8_000), (20_000, 10)])
def test_a_bomb_is_refused_from_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    """A picture with too many pixels is refused though only its header is there."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(*size))

    with pytest.raises(BadMedia, match="at most 64"):
        check_picture(path)


@pytest.mark.parametrize("name", ["cut.png", "cut.jpg", "cut.webp"])
def test_a_picture_cut_short_is_refused(tmp_path: Path, name: str) -> None:
    """Half a picture is found by decoding it, and the hint is to export it again."""
    path = tmp_path / name
    textured((200, 150)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(BadMedia, match=r"export it again"):
        check_picture(path)


def test_a_missing_picture_and_a_folder_are_named(tmp_path: Path) -> None:
    """A path that holds no file is refused with its own sentence."""
    with pytest.raises(BadMedia, match=r"a\.png is not there"):
        check_picture(tmp_path / "a.png")

    with pytest.raises(BadMedia, match="is a folder"):
        check_picture(tmp_path)


def test_the_size_is_the_one_that_is_seen(tmp_path: Path) -> None:
    """A camera's rotation is applied before the size is told."""
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    textured((40, 30)).save(path, exif=exif)

    info = check_picture(path)

    assert info == PictureInfo(30, 40, "RGB")


@pytest.mark.parametrize("name", ["b.bmp", "b.tiff", "b.webp"])
def test_the_digest_is_of_the_pixels(tmp_path: Path, name: str) -> None:
    """The same pixels in another file, format or compression have the same digest."""
    image = textured()
    image.save(tmp_path / "a.png", compress_level=0)
    image.save(tmp_path / name, lossless=True)

    first, second = pixel_digest(tmp_path / "a.png"), pixel_digest(tmp_path / name)

    assert first == second


def test_an_opaque_alpha_channel_says_nothing(tmp_path: Path) -> None:
    """A picture with a fully opaque alpha channel has the digest of the one without."""
    textured().save(tmp_path / "a.png")
    textured().convert("RGBA").save(tmp_path / "b.png")

    assert pixel_digest(tmp_path / "a.png") == pixel_digest(tmp_path / "b.png")


def test_one_pixel_changes_the_digest(tmp_path: Path) -> None:
    """One pixel that differs by one makes another digest."""
    image = textured()
    image.save(tmp_path / "a.png")
    image.putpixel((3, 4), tuple(value ^ 1 for value in image.getpixel((3, 4))))  # type: ignore[union-attr]
    image.save(tmp_path / "b.png")

    assert pixel_digest(tmp_path / "a.png") != pixel_digest(tmp_path / "b.png")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_usual_mode_is_read(tmp_path: Path, mode: str) -> None:
    """Grey, palette, print and 16-bit pictures become RGB or RGBA of their own size."""
    path = tmp_path / ("x.tiff" if mode == "CMYK" else "x.png")
    deep = Image.fromarray((np.arange(1200, dtype=np.uint16) * 50).reshape(30, 40))
    (deep if mode == "I;16" else textured().convert(mode)).save(path)

    image = load_picture(path)

    assert (image.mode, image.size) == ("RGB", (40, 30))


def test_a_16_bit_grey_keeps_its_range(tmp_path: Path) -> None:
    """Mid grey in 16 bits is mid grey in 8."""
    path = tmp_path / "deep.png"
    Image.fromarray(np.full((4, 4), 128 * 257, np.uint16)).save(path)

    assert load_picture(path).getpixel((0, 0)) == (128, 128, 128)


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    """An animated GIF is its first frame."""
    path = tmp_path / "x.gif"
    red, blue = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    red.save(path, save_all=True, append_images=[blue])

    assert load_picture(path).getpixel((4, 4)) == (255, 0, 0)


def test_cover_cuts_and_contain_adds_bars() -> None:
    """A wide picture in a square frame: cover loses its sides, contain has black bars, blur has none."""
    wide = Image.new("RGB", (40, 10), "white")
    wide.paste("red", (0, 0, 5, 10))

    cover, contain, blur = (fit_picture(wide, (20, 20), fit) for fit in ("cover", "contain", "blur"))

    assert cover.getextrema() == ((255, 255),) * 3
    assert contain.getpixel((10, 0)) == (0, 0, 0)
    assert contain.getpixel((15, 10)) == (255, 255, 255)
    assert min(blur.getpixel((15, 0))) > 60  # type: ignore[arg-type]


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    """Fitting changes no pixel of a picture that fits."""
    image = textured((64, 36))

    assert fit_picture(image, (64, 36), "cover").tobytes() == image.tobytes()
