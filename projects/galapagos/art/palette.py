"""The colours of the film: a small set of inks, and the light of each time of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RGB = tuple[float, float, float]

INK = "#15161d"
LAVA = "#23232b"
BASALT = "#34353f"
SLATE = "#4d525c"
CREAM = "#f6ead0"
SAND = "#e3c590"
OCHRE = "#cf9440"
RUST = "#a54e2c"
BRICK = "#74332a"
SUN = "#ffe2a0"
MOSS = "#7c8c4a"
LEAF = "#52703f"
PINE = "#2c4a3d"
TEAL = "#2a6f78"
DEEP = "#143f50"
FOAM = "#eaf0e4"


@dataclass(frozen=True, slots=True)
class Mood:
    """One light: the sky from top to horizon, the haze that distance fades to, near ground, rim light and sea."""

    sky: tuple[str, ...]
    haze: str
    far: str
    near: str
    light: str
    sea: tuple[str, str]
    side: int = -1  # where the light comes from: -1 left, 1 right


DAWN = Mood(("#26345e", "#6c608c", "#d98a84", "#f8c08c", "#ffe3ad"), "#e7a58d", "#8a6f8a", "#1e2238", "#ffd9a0",
            ("#e9b093", "#2c3f63"), 1)  # fmt: skip
NOON = Mood(("#2f7fa8", "#62abbf", "#a9d3cd", "#efe9cc"), "#cfdccb", "#8fa79b", "#2a2a30", "#fff3cf",
            ("#7fbdb8", "#1f6a80"))  # fmt: skip
HEAT = Mood(("#d2a45f", "#e4bd78", "#f1d497", "#fbecc4"), "#f0d6a0", "#c09a68", "#3a2c2a", "#fff4d2",
            ("#d9cfa0", "#6f8f86"))  # fmt: skip
MIST = Mood(("#86998f", "#a9b8a8", "#c9d0bb", "#e3e2cd"), "#cdd3c0", "#93a593", "#263a32", "#f3f0d8",
            ("#c2cdbf", "#6c8a83"))  # fmt: skip
OVERCAST = Mood(("#6f8290", "#94a4a8", "#bcc3bb", "#dfdac6"), "#c3c9c2", "#82929a", "#22242c", "#eee6d0",
                ("#a9b9b8", "#39606c"))  # fmt: skip
STORM = Mood(("#1d2833", "#2f3f4b", "#52646a", "#a8ad98"), "#7d8a86", "#4a5a62", "#14171d", "#d8dcc4",
             ("#7f938f", "#1b3a45"), 1)  # fmt: skip
GOLDEN = Mood(("#3c6480", "#8a8f86", "#e0a860", "#f9cd76", "#ffe6a6"), "#eebd7c", "#b08458", "#2b2023", "#ffdf94",
              ("#e9b56a", "#35596a"))  # fmt: skip
DUSK = Mood(("#1d1d44", "#4d2f62", "#a24a66", "#e9784f", "#fbb562"), "#b4607a", "#5e3f66", "#16131f", "#ffae6b",
            ("#d9706a", "#241f46"), 1)  # fmt: skip
NIGHT = Mood(("#070d22", "#0f1d3d", "#1f375c", "#41648a"), "#35557a", "#1e3556", "#0a0f1c", "#bcd4e6",
             ("#35557a", "#0c1a33"))  # fmt: skip


def rgb(color: str | RGB | np.ndarray) -> RGB | np.ndarray:
    """`#rrggbb` as three numbers 0..1; anything else as it is."""
    if not isinstance(color, str):
        return color
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


def mix(first: str | RGB, second: str | RGB, share: float) -> RGB:
    """`first` with `share` (0..1) of `second` in it."""
    a, b = np.asarray(rgb(first)), np.asarray(rgb(second))
    red, green, blue = (a * (1 - share) + b * share).tolist()
    return (red, green, blue)
