"""The operations of a run over time, each a bar, and below them how many were open at once against the cap."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, MultipleLocator

from workflow_lib import catalog
from workflow_lib.plots import canvas
from workflow_lib.plots.figures import Bar, Gantt

_NAMED = 60  # bars that are each named; more of them become thinner
_ROW, _THIN = 0.235, 0.04  # inches of a bar
_HEAD, _FOOT, _FLIGHT, _GAP, _LEGEND = 0.95, 0.55, 1.15, 0.35, 0.30
_LEFT, _RIGHT = 1.45, 0.45  # inches beside the axes
_LABEL = 20  # letters of a name beside a bar
_HOUR, _MINUTE = 3600, 60


def draw(shown: Gantt) -> Figure:
    """The figure; where nothing was asked of a provider it says so."""
    if not shown.bars:
        lines = "No operations: nothing was asked of a provider for this film.\nWhat it has was made here."
        return canvas.only_words(shown.title, "Operations at providers", lines)
    row = _ROW if len(shown.bars) <= _NAMED else max(_THIN, 12.0 / len(shown.bars))
    rows = max(row * len(shown.bars), 0.6)
    height = _HEAD + rows + _GAP + _LEGEND + _FLIGHT + _FOOT
    made = canvas.figure(height)
    canvas.head(made, shown.title, _told(shown))
    left, width = _LEFT / canvas.WIDTH, 1 - (_LEFT + _RIGHT) / canvas.WIDTH
    bottom = _FOOT + _FLIGHT + _LEGEND + _GAP
    upper = made.add_axes((left, bottom / height, width, rows / height))
    lower = made.add_axes((left, _FOOT / height, width, _FLIGHT / height), sharex=upper)
    _draw_bars(upper, shown.bars)
    _draw_legend(made, shown.bars, 1 - (_HEAD + rows + 0.12) / height)
    _draw_flight(lower, shown)
    return made


def _told(shown: Gantt) -> str:
    usd = sum(bar.usd for bar in shown.bars)
    count = f"{len(shown.bars)} operation{'' if len(shown.bars) == 1 else 's'}"
    older = f"; {shown.older} of earlier runs are not shown" if shown.older else ""
    return f"{count}, {catalog.priced(usd)}, run of {shown.begun}{older}"


def _draw_bars(axes: Axes, bars: Sequence[Bar]) -> None:
    canvas.bare(axes)
    end = max(0.001, *(bar.end_s for bar in bars))
    for place, bar in enumerate(bars):
        colour, hatch, _ = canvas.COLOURS[bar.state]
        length = max(bar.over_s - bar.start_s, end * 0.004)
        axes.barh(place, bar.end_s - bar.start_s, 0.24, bar.start_s, color=colour, alpha=0.45, linewidth=0)
        axes.barh(place, length, 0.72, bar.start_s, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, end * 1.005)
    named = len(bars) <= _NAMED
    axes.set_yticks(range(len(bars)) if named else [], [_short(bar.label) for bar in bars] if named else [])
    axes.grid(axis="x", color=canvas.RULE, linewidth=0.7)
    axes.tick_params(labelbottom=False)


def _short(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}\u2026"


def _draw_legend(made: Figure, bars: Sequence[Bar], top: float) -> None:
    counted = {state: sum(bar.state == state for bar in bars) for state in canvas.COLOURS}
    patches = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0, label=f"{word} {counted[state]}")
        for state, (colour, hatch, word) in canvas.COLOURS.items()
        if counted[state]
    ]
    made.legend(
        handles=patches,
        loc="upper left",
        bbox_to_anchor=(_LEFT / canvas.WIDTH - 0.005, top),
        ncols=len(patches),
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.4,
        columnspacing=1.6,
    )


def _draw_flight(axes: Axes, shown: Gantt) -> None:
    canvas.bare(axes)
    end = max(bar.end_s for bar in shown.bars)
    most = max(limit for _, limit in shown.places)
    by_limit: dict[int, list[str]] = {}
    for (service, limit), colour in zip(shown.places, canvas.PARTS, strict=False):
        levels = shown.in_flight(service)
        seconds, counts = [*(second for second, _ in levels), end], [*(count for _, count in levels), levels[-1][1]]
        most = max(most, *counts)
        axes.fill_between(seconds, counts, step="post", color=colour, alpha=0.25, linewidth=0)
        axes.step(seconds, counts, where="post", color=colour, linewidth=1.5, label=service)
        by_limit.setdefault(limit, []).append(service)
    for limit, services in by_limit.items():
        axes.axhline(limit, color=canvas.INK, linewidth=1, linestyle=(0, (4, 3)))
        cap = f"cap {limit}" if len(shown.places) == 1 else f"cap {limit}: {', '.join(services)}"
        axes.annotate(cap, (1, limit), xycoords=("axes fraction", "data"), xytext=(0, 2.5),
                      textcoords="offset points", ha="right", va="bottom", size=8.5, color=canvas.INK)  # fmt: skip
    axes.set_ylim(0, most * 1.32)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_locator(_times(end))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _clock(seconds)))
    axes.grid(axis="both", color=canvas.RULE, linewidth=0.7)
    axes.set_ylabel("in flight")
    axes.set_xlabel("time since the first was sent")
    if len(shown.places) > 1:
        axes.legend(loc="upper left", ncols=len(shown.places), frameon=False, fontsize=8.5, borderaxespad=0)


_STEPS_S = (10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_MOST_TIMES = 10


def _times(end: float) -> Locator:
    """Where times stand on the axis: at whole seconds, minutes or hours."""
    step = next((step for step in _STEPS_S if end / step <= _MOST_TIMES), None)
    return MultipleLocator(step) if step is not None and end > _MINUTE else MaxNLocator(_MOST_TIMES)


def _clock(seconds: float) -> str:
    """A time on the axis: `0.5 s`, `2:05`, `1:02:05`."""
    if seconds < _MINUTE:
        return f"{seconds:g} s"
    whole = round(seconds)
    minutes = f"{whole // 60 % 60:02d}:{whole % 60:02d}" if whole >= _HOUR else f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // _HOUR}:{minutes}" if whole >= _HOUR else minutes
