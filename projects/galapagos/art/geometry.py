"""Curves and noise that the pictures are made of; points are (x, y) rows of float arrays, y downwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Pairs = Sequence[tuple[float, float]] | Points


def _segment(p: Points, t: NDArray[np.float64]) -> Points:
    """One Catmull-Rom piece between the second and third of four points."""
    t = t[:, None]
    a = 2 * p[1]
    b = p[2] - p[0]
    c = 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
    d = -p[0] + 3 * p[1] - 3 * p[2] + p[3]
    return 0.5 * (a + b * t + c * t**2 + d * t**3)


def closed(points: Pairs, steps: int = 14) -> Points:
    """A smooth closed outline through `points`."""
    p = np.asarray(points, dtype=np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)
    n = len(p)
    return np.concatenate([_segment(p[[i - 1, i, (i + 1) % n, (i + 2) % n]], t) for i in range(n)])


def smooth(points: Pairs, steps: int = 14) -> Points:
    """A smooth open curve through `points`, ends included."""
    p = np.asarray(points, dtype=np.float64)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)
    return np.concatenate([*(_segment(p[i : i + 4], t) for i in range(len(p) - 3)), p[-2:-1]])


def normals(curve: Points) -> Points:
    """Unit vectors to the left of the direction of travel (upwards on the screen when going right)."""
    tangent = np.gradient(curve, axis=0)
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)
    return np.stack([tangent[:, 1] / length, -tangent[:, 0] / length], axis=1)


def limb(path: Pairs, widths: Sequence[float], steps: int = 12) -> Points:
    """The outline of a stroke along `path` that is `widths` thick at its points, with round ends."""
    curve = smooth(path, steps)
    at = np.linspace(0, 1, len(curve))
    half = np.interp(at, np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    side = normals(curve) * half
    ends = cap(curve, half[-1, 0]), cap(curve[::-1], half[0, 0])
    return np.concatenate([curve + side, ends[0], (curve - side)[::-1], ends[1]])


def cap(curve: Points, radius: float) -> Points:
    """A half circle around the end of `curve`, from its left side to its right."""
    ahead = curve[-1] - curve[-2]
    start = np.arctan2(ahead[1], ahead[0]) - np.pi / 2
    angle = np.linspace(start, start + np.pi, 9)
    return curve[-1] + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    """An ellipse around (x, y), turned by `turn` radians."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return moved(np.stack([rx * np.cos(angle), ry * np.sin(angle)], axis=1), x, y, turn=turn)


def moved(points: Pairs, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> Points:
    """`points` scaled and turned around the origin, then moved by (x, y)."""
    c, s = np.cos(turn) * scale, np.sin(turn) * scale
    p = np.asarray(points, dtype=np.float64)
    return p @ np.array([[c, s], [-s, c]]) + (x, y)


def fractal(count: int, seed: int, octaves: int = 7, base: int = 3, gain: float = 0.5) -> NDArray[np.float64]:
    """`count` samples of layered 1-D noise between about -1 and 1; a higher `gain` is more rugged."""
    rng = np.random.default_rng(seed)
    at = np.linspace(0, 1, count)
    total = np.zeros(count)
    for octave in range(octaves):
        knots = base * 2**octave + 1
        total += gain**octave * np.interp(at, np.linspace(0, 1, knots), rng.uniform(-1, 1, knots))
    return total


def field(height: int, width: int, seed: int, cells: tuple[int, int], octaves: int = 5) -> NDArray[np.float64]:
    """Smooth 2-D noise between 0 and 1 with `cells` (rows, columns) of its coarsest bumps."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for octave in range(octaves):
        rows, columns = cells[0] * 2**octave + 1, cells[1] * 2**octave + 1
        total += 0.5**octave * _resized(rng.random((rows + 1, columns + 1)), height, width)
    low, high = total.min(), total.max()
    return (total - low) / (high - low)


def _resized(grid: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    y = np.linspace(0, grid.shape[0] - 1.001, height)
    x = np.linspace(0, grid.shape[1] - 1.001, width)
    iy, ix = y.astype(int), x.astype(int)
    fy, fx = _ease(y - iy)[:, None], _ease(x - ix)[None, :]
    top = grid[iy][:, ix] * (1 - fx) + grid[iy][:, ix + 1] * fx
    bottom = grid[iy + 1][:, ix] * (1 - fx) + grid[iy + 1][:, ix + 1] * fx
    return top * (1 - fy) + bottom * fy


def _ease(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return t * t * (3 - 2 * t)


def step(low: float, high: float, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, smooth between."""
    return _ease(np.clip((value - low) / (high - low), 0, 1))
