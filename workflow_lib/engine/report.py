"""The lines that a user reads about a plan, in a dry run and at the start of a real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from workflow_lib import files, layout, receipts, spacing
from workflow_lib.layout import Cut
from workflow_lib.planned import Action, ClipPlan, FilmPlan, total_usd
from workflow_lib.runs import Ending

MAX_LINES = 60
MAX_PRICE_DAYS = 90
_CLIP_RULES = {"generate_clip": "final", "draft_clip": "draft"}
_FILM_RULE = "assemble_film"


def plan_lines(plans: Mapping[tuple[str, Cut], FilmPlan], jobs: Iterable[tuple[str, dict[str, str]]]) -> str:
    """What the `jobs` of a run make of the films in `plans`: per film a line, per clip a line with price and reason."""
    clips: dict[tuple[str, str], set[int]] = {}
    films: set[tuple[str, str]] = set()
    for rule, wildcards in jobs:
        if rule in _CLIP_RULES:
            clips.setdefault((wildcards["project"], _CLIP_RULES[rule]), set()).add(int(wildcards["clip"]))
        elif rule == _FILM_RULE:
            films.add((wildcards["project"], wildcards["cut"]))
    touched = [(key, plans[key]) for key in plans if key in films or key in clips]
    detailed = sum(map(len, clips.values())) <= MAX_LINES
    lines = [
        line
        for key, found in touched
        for line in _film_lines(found, clips.get(key, set()), assembled=key in films, detailed=detailed)
    ]
    if len(touched) > 1:
        total = sum(
            item.price_usd for key, found in touched for item in found.clips if item.clip.number in clips.get(key, ())
        )
        lines.append(f"{len(touched)} films, {sum(map(len, clips.values()))} clips to make, ${total:.2f}")
    return "".join(f"{line}\n" for line in lines)


def _film_lines(found: FilmPlan, making: set[int], *, assembled: bool, detailed: bool) -> list[str]:
    film = found.film
    forced = [item for item in found.clips if item.clip.number in making]
    items = [item for item in forced if item.to_make or item.action == "render"]
    price = total_usd(items)
    head = f"{film.project.film(film.cut)}: {len(found.clips) - len(items)} clips kept, {_counts(items)}${price:.2f}"
    lines = [head + _budget(found, price)]
    if detailed:
        lines += [_clip_line(item) for item in forced]
        if assembled and not making and found.reasons:
            lines.append(f"  {film.cut}.mp4  {', '.join(found.reasons)}")
    return lines


_COUNTED: dict[Action, str] = {
    "render": "to make",
    "buy": "to buy",
    "reuse": "to reuse",
    "resume": "to resume",
    "decide": "to decide",
    "stand_in": "to stand in",
}


def _counts(items: Sequence[ClipPlan]) -> str:
    actions = [item.action for item in items]
    counted = [f"{actions.count(action)} {words}, " for action, words in _COUNTED.items() if action in actions]
    return "".join(counted) or "0 to make, "


def _budget(found: FilmPlan, price: float) -> str:
    budget = found.film.budget_usd
    if budget is None:
        return f" (spent so far ${found.spent_usd:.2f})" if found.spent_usd else ""
    left = budget - found.spent_usd
    over = f"; ${price - left:.2f} more than is left, the run will stop there" if price > left + 0.005 else ""
    return f" (budget ${budget:.2f}, spent so far ${found.spent_usd:.2f}{over})"


def _clip_line(item: ClipPlan) -> str:
    why = ", ".join(item.reasons) or "forced, or its run was interrupted"
    clip = item.clip
    return f"  {clip.label}  {clip.backend}  {clip.asked_s or clip.seconds:g} s  {_deed(item)}  {why}"


def _deed(item: ClipPlan) -> str:
    """What is done for a clip, and what that costs."""
    deeds: dict[Action, str] = {
        "render": "$0.00",
        "buy": f"buy ${item.price_usd:.2f}",
        "reuse": "reuse take, $0",
        "resume": f"resume operation {item.operation}, $0",
        "decide": "nobody knows whether it was bought: clipwright retake",
        "stand_in": "filtered before, stand-in, $0",
    }
    return deeds[item.action] if item.to_make else "keep, $0"


def price_age_line(prices_of: str, today: date) -> str:
    """A warning when the prices were read more than 90 days ago; empty otherwise. `prices_of`: such as `2026-11`."""
    year, month = map(int, prices_of.split("-"))
    days = (today - date(year, month, 1)).days
    return (
        f"prices are of {prices_of}, {days} days old: compare them with the vendors' (prices, prices_of)\n"
        if days > MAX_PRICE_DAYS
        else ""
    )


def run_budget_line(price: float, budget: float | None) -> str:
    """What a run may spend, where a limit is set: `price` and `budget` in USD."""
    if budget is None:
        return ""
    over = "; it will stop there" if price > budget else ""
    return f"this run may spend ${budget:.2f} of the ${price:.2f} that are wanted (config.yaml: budget_usd){over}\n"


def ending_lines(endings: Iterable[Ending]) -> str:
    """What a run could not make, clip by clip."""
    return "".join(
        f"{ending.project} {ending.clip}: {ending.outcome}: {ending.cause}\n" for ending in endings if ending.code
    )


def left_line(items: Sequence[ClipPlan]) -> str:
    """What is still to buy after a run; empty when nothing is."""
    if not items:
        return ""
    price = sum(item.price_usd for item in items)
    what = "1 clip is" if len(items) == 1 else f"{len(items)} clips are"
    return f"{what} left to buy, ${price:.2f}; run the same command again to go on\n"


def built_lines(plans: Mapping[tuple[str, Cut], FilmPlan], jobs: Iterable[tuple[str, dict[str, str]]]) -> str:
    """Where the films that a run has joined are, how long they are and what their clips cost."""
    films = {(wildcards["project"], wildcards["cut"]) for rule, wildcards in jobs if rule == _FILM_RULE}
    return "".join(_built_line(found) for key, found in plans.items() if key in films)


def _built_line(found: FilmPlan) -> str:
    film = found.film
    reports = [files.read_json(layout.receipt(film.project.picture(film.cut, clip.number))) for clip in film.clips]
    made = zip(film.clips, reports, strict=True)
    kept = {clip.number: report for clip, report in made if not report.get("from", {}).get("skipped")}
    shared = sum(way.overlap for way in spacing.ways_into(film, list(kept)))
    seconds = film.spec.seconds(sum(int(report.get("frames", 0)) for report in kept.values()) - shared)
    cost = sum(receipt.cost_usd for clip in film.clips if (receipt := receipts.read(layout.receipt(film.video(clip)))))
    return f"{film.project.film(film.cut)}: {seconds:.1f} s, {film.spec.width}x{film.spec.height}, cost ${cost:.2f}\n"
