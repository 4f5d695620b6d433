"""Stamps (interim)."""
from __future__ import annotations
from pathlib import Path


def read_stamp(film: Path) -> str | None:
    return None


def read_png_stamp(path: Path) -> dict[str, str]:
    return {}
