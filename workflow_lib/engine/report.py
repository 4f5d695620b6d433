"""The lines that a user reads about a plan, in a dry run and at the start of a real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflow_lib import files, layout, receipts
from workflow_lib.layout import Cut
from workflow_lib.plan import ClipPlan, FilmPlan

MAX_LINES = 60
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
    price = sum(item.price_usd for item in found.clips if item.clip.number in making)
    budget = f" (budget ${film.budget_usd:.2f})" if film.budget_usd is not None else ""
    kept = len(found.clips) - len(making)
    lines = [f"{film.project.film(film.cut)}: {kept} clips kept, {len(making)} to make, ${price:.2f}{budget}"]
    if detailed:
        lines += [_clip_line(item) for item in found.clips if item.clip.number in making]
        if assembled and not making and found.reasons:
            lines.append(f"  {film.cut}.mp4  {', '.join(found.reasons)}")
    return lines


def _clip_line(item: ClipPlan) -> str:
    why = ", ".join(item.reasons) or "forced, or its run was interrupted"
    clip = item.clip
    return f"  {clip.label}  {clip.backend}  {clip.seconds:g} s  ${item.price_usd:.2f}  {why}"


def built_lines(plans: Mapping[tuple[str, Cut], FilmPlan], jobs: Iterable[tuple[str, dict[str, str]]]) -> str:
    """Where the films that a run has joined are, how long they are and what their clips cost."""
    films = {(wildcards["project"], wildcards["cut"]) for rule, wildcards in jobs if rule == _FILM_RULE}
    return "".join(_built_line(found) for key, found in plans.items() if key in films)


def _built_line(found: FilmPlan) -> str:
    film = found.film
    reports = [files.read_json(layout.receipt(film.project.picture(film.cut, clip.number))) for clip in film.clips]
    seconds = film.spec.seconds(sum(int(report.get("frames", 0)) for report in reports))
    cost = sum(receipt.cost_usd for clip in film.clips if (receipt := receipts.read(layout.receipt(film.video(clip)))))
    return f"{film.project.film(film.cut)}: {seconds:.1f} s, {film.spec.width}x{film.spec.height}, cost ${cost:.2f}\n"
