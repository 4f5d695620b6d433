"""What both plots look like, and how they are written: dark on light, colours that the colour-blind tell apart."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workflow_lib import files
from workflow_lib.ledger import State
from workflow_lib.plots.upkeep import STAMP

INK, SOFT, RULE = "#1d2025", "#5b6069", "#d7dae0"
WIDTH = 10.0
"""Inches of a plot, which is drawn with 100 points an inch."""

COLOURS: Mapping[State, tuple[str, str, str]] = {
    "stored": ("#0072b2", "", "made"),
    "filtered": ("#e69f00", "//", "filtered"),
    "failed": ("#d55e00", "xx", "failed"),
    "cancelled": ("#999999", "..", "cancelled"),
    "lost": ("#cc79a7", "\\\\", "lost"),
    "open": ("#a6d5f0", "--", "still open"),
    "intended": ("#f0e442", "++", "outcome unknown"),
}
"""The colour (Okabe and Ito's), the hatching and the word of each outcome."""

PARTS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999")

_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9.5,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "clipwright",
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "hatch.color": "#ffffff",
    "hatch.linewidth": 0.7,
}
_LONGEST_TITLE = 70


def figure(height: float) -> Figure:
    """An empty figure of that height in inches."""
    mpl.rcParams.update(_STYLE)
    return Figure(figsize=(WIDTH, height), dpi=100, facecolor="white")


def head(made: Figure, title: str, told: str) -> None:
    """The film's title, and below it what is told."""
    height = made.get_figheight()
    shown = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "\u2026"
    made.text(0.02, 1 - 0.20 / height, shown, size=14, weight="bold", va="top")
    made.text(0.02, 1 - 0.52 / height, told, size=10, color=SOFT, va="top")


def only_words(title: str, told: str, lines: str) -> Figure:
    """A figure of what there is to say where there is nothing to draw."""
    made = figure(2.4)
    head(made, title, told)
    made.text(0.5, 0.38, lines, size=12, color=SOFT, ha="center", va="center", linespacing=1.6)
    return made


def bare(axes: Axes) -> None:
    """Axes without a box."""
    axes.set_facecolor("white")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


def save(made: Figure, path: Path, key: str) -> None:
    """Write the figure as its suffix says, with `key` in it.

    Raises:
        OutOfSpace: the disk is full.
    """
    stream = io.BytesIO()
    with warnings.catch_warnings():
        # A letter that the font lacks becomes a box; that is not worth a line on the console.
        warnings.simplefilter("ignore")
        if path.suffix == ".svg":
            made.savefig(stream, format="svg", metadata={"Date": None})
        else:
            made.savefig(stream, format="png", dpi=150, metadata={STAMP: key})
    content = stream.getvalue()
    if path.suffix == ".svg":
        content = content.replace(b"?>", f"?>\n<!-- {STAMP}: {key} -->".encode(), 1)
    with files.atomic_path(path) as temporary:
        temporary.write_bytes(content)
