"""The lines that a user reads about a plan, in a dry run and at the start of a real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from workflow_lib import board_lines, catalog, files, layout, receipts, spacing, verdicts
from workflow_lib.budgets import CENT_FRACTION
from workflow_lib.engine import drawing
from workflow_lib.layout import Cut
from workflow_lib.planned import Action, ClipPlan, FilmPlan, Wanted, total_usd
from workflow_lib.runs import Ending

MAX_LINES = 60
MAX_PRICE_DAYS = 90
_CLIP_RULES = {"generate_clip": "final", "submit_clip": "final", "draft_clip": "draft"}
_FILM_RULE = "assemble_film"


@dataclass(slots=True)
class _Making:
    """What a run makes of one film: pictures, numbers of clips, lines and effects, whether it joins the film."""

    pictures: set[Path] = field(default_factory=set)
    clips: set[int] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)
    effects: set[int] = field(default_factory=set)
    joins: bool = False

    def parts(self, found: FilmPlan) -> list[Wanted]:
        """The pictures that a provider is asked for, then the clips with their lines and effects, clip by clip."""
        drawn = [item for path, item in found.drawn.items() if path in self.pictures]
        parts: list[Wanted] = [item for item in drawn if item.request is not None]
        for item in found.clips:
            number = item.clip.number
            chosen = ((item, self.clips), (item.narration, self.lines), (item.effect, self.effects))
            parts += [part for part, numbers in chosen if number in numbers and part.request is not None]
        return parts


def plan_lines(plans: Mapping[tuple[str, Cut], FilmPlan], jobs: Iterable[tuple[str, dict[str, str]]]) -> str:
    """What the `jobs` of a run make of the films in `plans`: per film a line, per clip a line with price and reason.

    Lines and effects that are bought have a line, too.
    """
    making = _making(jobs)
    touched = [(plans[key], making[key]) for key in plans if key in making]
    parts = [(found, made, made.parts(found)) for found, made in touched]
    detailed = sum(len(listed) for _, _, listed in parts) <= MAX_LINES
    lines = [line for found, made, listed in parts for line in _film_lines(found, made, listed, detailed=detailed)]
    if len(touched) > 1:
        total = sum(item.price_usd for _, _, listed in parts for item in listed)
        count = sum(len(made.clips) for _, made in touched)
        lines.append(f"{len(touched)} films, {count} clips to make, ${total:.2f}")
    return "".join(f"{line}\n" for line in lines)


def verdict_lines(plans: Iterable[FilmPlan]) -> str:
    """The rejected takes that stay in the films, a line each."""
    told = ((found, verdicts.lines(found)) for found in plans)
    return "".join(
        "".join(
            f"{line}\n" for line in (f"{found.film.project.film('final')}: takes that were rejected stay in it", *said)
        )
        for found, said in told
        if said
    )


def _making(jobs: Iterable[tuple[str, dict[str, str]]]) -> dict[tuple[str, str], _Making]:
    found: dict[tuple[str, str], _Making] = {}
    for rule, wildcards in jobs:
        if rule in _CLIP_RULES:
            made = found.setdefault((wildcards["project"], _CLIP_RULES[rule]), _Making())
            made.clips.add(int(wildcards["clip"]))
        elif rule == drawing.RULE:
            made = found.setdefault((wildcards["project"], drawing.cut_of(wildcards)), _Making())
            made.pictures.add(Path(f"{wildcards['project']}/{wildcards['picture']}.png"))
        elif rule == _FILM_RULE:
            found.setdefault((wildcards["project"], wildcards["cut"]), _Making()).joins = True
        elif rule == "generate_effect":
            found.setdefault((wildcards["project"], "final"), _Making()).effects.add(int(wildcards["clip"]))
        elif rule == "narrate_clip" and wildcards["folder"] == layout.NARRATION:
            found.setdefault((wildcards["project"], "final"), _Making()).lines.add(int(wildcards["clip"]))
    return found


def _film_lines(found: FilmPlan, making: _Making, parts: Sequence[Wanted], *, detailed: bool) -> list[str]:
    film = found.film
    clips = [item for item in found.clips if item.clip.number in making.clips]
    made = [item for item in clips if item.to_make or item.action == "render"]
    sounds = [item for item in parts if item.component != "clips"]
    sketches = sum(item.request is None for path, item in found.drawn.items() if path in making.pictures)
    if not (clips or sounds or sketches or making.joins):
        return []
    price = total_usd([*made, *sounds])
    kept = f"{film.project.film(film.cut)}: {len(found.clips) - len(made)} clips kept"
    counted = f"{_counts(made)}{_sketched(sketches)}{_sound_counts(sounds)}"
    lines = [f"{kept}, {counted}{catalog.priced(price)}{_budget(found, price)}"]
    if detailed:
        lines += [_line(item) for item in parts]
        if making.joins and not parts and found.reasons:
            lines.append(f"  {film.cut}.mp4  {', '.join(found.reasons)}")
    return lines


_COUNTED: dict[Action, str] = {
    "render": "to make",
    "buy": "to buy",
    "reuse": "to reuse",
    "resume": "to resume",
    "decide": "to decide",
    "stand_in": "to stand in",
    "change": "to change",
}


def _counts(items: Sequence[ClipPlan]) -> str:
    actions = [item.action for item in items]
    counted = [f"{actions.count(action)} {words}, " for action, words in _COUNTED.items() if action in actions]
    return "".join(counted) or "0 to make, "


def _sketched(count: int) -> str:
    return f"{_number_of(count, 'picture')} to sketch, " if count else ""


def _sound_counts(sounds: Sequence[Wanted]) -> str:
    counted = ""
    for component, noun in (("images", "picture"), ("narration", "line"), ("effects", "effect")):
        actions = [item.action for item in sounds if item.component == component and item.to_make]
        for action, words in _COUNTED.items():
            if action in actions:
                counted += f"{_number_of(actions.count(action), noun)} {words}, "
    return counted


def _number_of(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _budget(found: FilmPlan, price: float) -> str:
    return board_lines.within(found.film.budget_usd, found.spent_usd, price)


def _line(item: Wanted) -> str:
    """One clip, line or effect: who is asked, for how much of it, what is done and why."""
    why = ", ".join(item.reasons) or "forced, or its run was interrupted"
    request = item.request
    who, amount = (request.backend, request.amount) if request else ("", "")
    return f"  {item.label}  {who}  {amount}  {_deed(item)}  {why}"


def _deed(item: Wanted) -> str:
    """What is done for a clip, a line or an effect, and what that costs."""
    deeds: dict[Action, str] = {
        "render": "$0.00",
        "buy": f"buy {catalog.priced(item.price_usd)}",
        "reuse": "reuse take, $0",
        "resume": f"resume operation {item.operation}, $0",
        "decide": "nobody knows whether it was bought: clipwright retake",
        "stand_in": "filtered before, stand-in, $0",
        "change": "filtered before: change its text",
    }
    if item.action == "decide" and item.component == "narration":
        return "ask its provider's history whether it was bought"
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


def channel_line(channel: Path, price: float, budget: float, spent: float) -> str:
    """What a run may spend of the budget of a channel, all in USD; `channel`: the folder of its projects."""
    return f"{channel}: {catalog.priced(price)} wanted{board_lines.within(budget, spent, price, of='channel ')}\n"


def run_budget_line(price: float, budget: float, beside: float) -> str:
    """What a run may spend, all in USD; `beside`: spent of it by the runs that go on and share it."""
    left = max(0.0, budget - beside)
    over = price > left + CENT_FRACTION
    of = f" of the ${price:.2f} that are wanted" if over else f", and ${price:.2f} are wanted"
    shared = f"; runs beside it have spent ${beside:.2f} of ${budget:.2f}" if beside else ""
    return f"this run may spend ${left:.2f}{of} (config.yaml: budget_usd{shared}){'; it will stop there' * over}\n"


def ending_lines(endings: Iterable[Ending]) -> str:
    """What a run could not make, clip by clip, MAX_LINES at most."""
    failed = [ending for ending in endings if ending.code]
    lines = [f"{ending.project} {ending.clip}: {ending.outcome}: {ending.cause}\n" for ending in failed[:MAX_LINES]]
    more = len(failed) - len(lines)
    return "".join(lines) + (f"and {more} more: `clipwright status` lists them\n" if more else "")


def open_line(items: Sequence[Wanted]) -> str:
    """What is at the providers after a run that was to have it; empty when nothing is."""
    there = [item for item in items if item.action == "resume"]
    if not there:
        return ""
    ordered = catalog.priced(sum(item.list_usd for item in there))
    what = f"{_number_of(len(there), 'operation')} {'is' if len(there) == 1 else 'are'} left at the providers"
    return f"{what}, {ordered} ordered: run the same command again to collect, $0\n"


def left_line(items: Sequence[Wanted], *, is_over_budget: bool) -> str:
    """What is still to buy after a run; empty when nothing is."""
    to_buy = [item for item in items if item.action == "buy"]
    if not to_buy:
        return ""
    price = sum(item.price_usd for item in to_buy)
    components = [item.component for item in to_buy]
    nouns = (("images", "picture"), ("clips", "clip"), ("narration", "line"), ("effects", "effect"))
    counted = [_number_of(components.count(name), noun) for name, noun in nouns if name in components]
    first = "raise the budget and " if is_over_budget else ""
    what = f"{', '.join(counted)} {'is' if len(to_buy) == 1 else 'are'}"
    return f"{what} left to buy, {catalog.priced(price)}; {first}run the same command again to go on\n"


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
    for clip in film.clips:
        for sound in (film.narration(clip), film.effect(clip)):
            cost += float(files.read_json(layout.receipt(sound)).get("cost_usd", 0.0))
    pictures = [files.read_json(layout.receipt(item.path)) for item in film.drawings]
    cost += sum(float(picture.get("cost_usd", 0.0)) for picture in pictures)
    size = f"{film.spec.width}x{film.spec.height}"
    return f"{film.project.film(film.cut)}: {seconds:.1f} s, {size}, cost {catalog.priced(cost)}\n"
