"""What a film cost: a bar for each component, parted by who was asked."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workflow_lib import catalog
from workflow_lib.costs import Cost
from workflow_lib.plots import canvas
from workflow_lib.plots.figures import Spent

_ORDER = ("storyboard", "images", "clips", "narration", "effects")
_ROW, _HEAD, _FOOT, _LEGEND_ROW = 0.52, 0.95, 0.62, 0.24
_LEFT, _RIGHT = 1.25, 0.35
_COLUMNS = 3
_RESERVED: dict[str, Any] = {"facecolor": canvas.RULE, "hatch": "////", "edgecolor": canvas.SOFT, "linewidth": 0.6}
_NEAR = 1.6  # a budget that is further away than so many times what was spent is only named


def draw(shown: Spent) -> Figure:
    """The figure; where nothing was paid it says so."""
    if not shown.costs:
        lines = "Nothing was paid for this film.\nWhat it has was made here, for $0."
        return canvas.only_words(shown.title, "Costs", lines)
    components = _components(shown)
    whos = list(dict.fromkeys(_who(cost) for cost in shown.costs))
    legend = -(-len(whos) // _COLUMNS) * _LEGEND_ROW + 0.12
    rows = _ROW * len(components) + 0.15
    height = _HEAD + legend + rows + _FOOT
    made = canvas.figure(height)
    canvas.head(made, shown.title, _told(shown))
    box = (_LEFT / canvas.WIDTH, _FOOT / height, 1 - (_LEFT + _RIGHT) / canvas.WIDTH, rows / height)
    _draw_bars(made.add_axes(box), shown, components, whos)
    patches = [Patch(facecolor=_colour(whos, who), label=who) for who in whos]
    if any(cost.open_usd for cost in shown.costs):
        patches.append(Patch(**_RESERVED, label="reserved"))
    made.legend(
        handles=patches, loc="upper left", bbox_to_anchor=(_LEFT / canvas.WIDTH - 0.005, 1 - _HEAD / height),
        ncols=_COLUMNS, frameon=False, borderpad=0, borderaxespad=0, handlelength=1.2, columnspacing=1.6,
    )  # fmt: skip
    return made


def _components(shown: Spent) -> list[str]:
    there = {cost.component for cost in shown.costs}
    return [*(name for name in _ORDER if name in there), *sorted(there - set(_ORDER))]


def _who(cost: Cost) -> str:
    return cost.model if cost.backend in cost.model else f"{cost.backend} {cost.model}"


def _colour(whos: list[str], who: str) -> str:
    return canvas.PARTS[whos.index(who) % len(canvas.PARTS)]


def _told(shown: Spent) -> str:
    calls = sum(cost.calls for cost in shown.costs)
    budget = f" of a budget of {catalog.priced(shown.budget_usd)}" if shown.budget_usd is not None else ""
    return f"{catalog.priced(shown.usd)} spent{budget}, {calls} call{'' if calls == 1 else 's'} to providers"


def _draw_bars(axes: Axes, shown: Spent, components: list[str], whos: list[str]) -> None:
    canvas.bare(axes)
    longest = 0.0
    for place, component in enumerate(components):
        costs = [cost for cost in shown.costs if cost.component == component]
        at = 0.0
        for cost in costs:
            axes.barh(place, cost.actual_usd, 0.62, at, color=_colour(whos, _who(cost)), linewidth=0)
            at += cost.actual_usd
        if reserved := sum(cost.open_usd for cost in costs):
            axes.barh(place, reserved, 0.62, at, **_RESERVED)
            at += reserved
        calls = sum(cost.calls for cost in costs)
        told = f"{catalog.priced(at)}   {calls} call{'' if calls == 1 else 's'}"
        axes.annotate(told, (at, place), xytext=(6, 0), textcoords="offset points", va="center", size=9.5,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5}, zorder=5)  # fmt: skip
        longest = max(longest, at)
    budget = shown.budget_usd
    if budget is not None and longest < budget <= longest * _NEAR:
        axes.axvline(budget, color=canvas.INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate("budget", (budget, 0), xycoords=("data", "axes fraction"), xytext=(4, 4),
                      textcoords="offset points", ha="left", va="bottom", size=8.5)  # fmt: skip
        longest = budget
    axes.set_xlim(0, (longest or 0.01) * 1.25)
    axes.set_ylim(len(components) - 0.5, -0.5)
    axes.set_yticks(range(len(components)), components)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda usd, _: f"${usd:,.2f}"))
    axes.grid(axis="x", color=canvas.RULE, linewidth=0.7)
