"""What a composite is made of: a background, placed characters, or two halves; values only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Fit = Literal["cover", "contain", "blur"]
SplitDirection = Literal["left_right", "top_bottom"]


@dataclass(frozen=True, slots=True)
class Character:
    """One cut-out on a background.

    `x`, `y`: where the middle of its bottom edge stands, as fractions of the frame from the top left (a figure
    may stand partly outside). `height`: its height as a fraction of the frame's; the width follows from the image.
    `opacity` 0..1. `depth` 0 (as far as the background) .. 1 (nearest); None: from `y`, lower in the frame is nearer.
    """

    image: Path
    x: float
    y: float
    height: float
    flip: bool = False
    opacity: float = 1.0
    depth: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A background, fitted to the frame by `fit`, with `characters` painted on it in their order."""

    background: Path
    characters: tuple[Character, ...] = ()
    fit: Fit = "cover"


@dataclass(frozen=True, slots=True)
class Split:
    """Two scenes side by side or one above the other, with a divider between them.

    `divider`: its width in pixels of a 1920x1080 frame (scaled with the frame; 0: none). `color`: `#rrggbb`.
    """

    first: Scene
    second: Scene
    direction: SplitDirection = "left_right"
    divider: int = 8
    color: str = "#ffffff"


def halved(length: int) -> int:
    """Where a side of `length` pixels is cut in two: at an even pixel, so that colour planes can be cut there."""
    return max(2, length // 4 * 2)


Recipe = Scene | Split
