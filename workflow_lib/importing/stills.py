"""What a cell says of a picture: the path of a file, a description, or neither."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif")

_MOST_CHARS = 400  # of a path, as a manifest's
_LINKED = re.compile(r"\[(?P<picture>!\[[^\]]*\]\([^)]*\))\]\(.+\)")
_MARKDOWN = re.compile(r"!?\[[^\]]*\]\((?P<target>.+)\)")
_EMBEDDED = re.compile(r"!\[\[(?P<target>[^\]|]+)(?:\|[^\]]*)?\]\]|<(?P<link>[^<>]+)>")
_TITLE = re.compile(r"""\s+(?:"[^"]*"|'[^']*')$""")
_ADDRESS = re.compile(r"\b[A-Za-z][\w+.-]*://|\bwww\.|^data:\w+/")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}/\S*")
_OTHER = (
    "heic|heif|avif|svg|psd|psb|eps|pdf|cr2|cr3|nef|arw|dng|orf|raf|jxl|jp2|jfif|ico|tga|exr|hdr|dds|xcf|kra|indd|blend|"
    "mov|mp4|m4v|webm|mkv|avi|mpe?g|mp3|wav|docx|pptx?|xlsx?"
)
_OTHER_FILE = re.compile(rf"[\w)]\.(?:{_OTHER})$", re.IGNORECASE)
_ANY_FILE = re.compile(rf"[\w)]\.(?:{'|'.join(suffix[1:] for suffix in SUFFIXES)}|{_OTHER})\b", re.IGNORECASE)
_LOOKS_LIKE_PATH = re.compile(r"\S+\.[A-Za-z][A-Za-z0-9]{1,4}|(?=\S*[\d_\\])\S*[/\\]\S*")
_OTHER_KIND = ("names a file that is no picture of a kind that is read", f"save it as {', '.join(SUFFIXES)}")
_SAVED = "save the picture beside the file and write its path"


def meant(text: str) -> str:
    """What is named by a cell, without the Markdown of a picture or a link around it."""
    if linked := _LINKED.fullmatch(text):
        return meant(linked["picture"])
    found = _MARKDOWN.fullmatch(text)
    if found and "](" not in found["target"]:
        target = _TITLE.sub("", found["target"].strip()).removeprefix("<").removesuffix(">")
        return target if _ADDRESS.search(target) else unquote(target)
    embedded = _EMBEDDED.fullmatch(text)
    return (embedded["target"] or embedded["link"]).strip() if embedded else text


def path_of(text: str) -> PurePosixPath:
    """A picture's path, without what an address has behind it."""
    plain = re.split(r"[?#]", text)[0] if _ADDRESS.match(text) else text
    return PurePosixPath(plain.strip().replace("\\", "/"))


def is_picture(text: str) -> bool:
    """Whether a cell names a picture's file, and does not describe one."""
    if len(text) > _MOST_CHARS or (_ADDRESS.search(text) and re.search(r"\s", text)):
        return False
    return path_of(text).suffix.lower() in SUFFIXES and " . " not in text


def no_description(text: str) -> tuple[str, str] | None:
    """What a cell is that is neither a picture's path nor a description, and what to write; None for a description."""
    if _ADDRESS.search(text):
        what = "has an address in it" if re.search(r"\s", text) else "is an address"
        return f"{what}, and nothing is fetched", _SAVED
    if "![" in text:
        return "is Markdown, but not of one picture", "write the path of one picture"
    if _OTHER_FILE.search(text):
        return _OTHER_KIND
    if _ANY_FILE.search(text):
        return "names a file among other words", "write its path alone, or describe the picture without it"
    if _HOST.fullmatch(text):
        return "is an address, and nothing is fetched", _SAVED
    return _OTHER_KIND if _LOOKS_LIKE_PATH.fullmatch(text) else None
