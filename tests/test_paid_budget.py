"""Money is counted before it is spent: no budget is passed, by no number of runs at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Studio, small_film
from paid_films import CLIP_USD, FILM, Paid, check_readable, quicken, until, worded_film


def prompts(count: int, name: str = "Clip") -> list[str]:
    """So many different prompts."""
    return [f"{name} {number}." for number in range(1, count + 1)]


@pytest.mark.parametrize("where", ["project", "channel", "run"])
def test_a_budget_is_never_passed(paid: Paid, where: str) -> None:
    """A budget for one of three clips buys one, ends with exit code 5, says what is left; raised, it buys the rest."""
    name, file = {
        "project": ("", "projects/film/project.yaml: budget_usd"),
        "channel": ("channel_budget_usd", "config.yaml: channel_budget_usd"),
        "run": ("budget_usd", "config.yaml: budget_usd"),
    }[where]
    settings = {name: 0.3} if name else {}
    worded_film(paid.studio, prompts(3), budget_usd=None if name else 0.3)

    done = paid.make(**settings)
    bought = paid.count()
    if not name:
        paid.studio.write({**paid.studio.manifest(), "budget_usd": 2})
    again = paid.make()

    assert done.returncode == 5, done.stdout
    assert f"costs $0.21, and $0.09 of $0.30 is left ({file}); nothing was bought" in done.stdout
    assert "2 clips are left to buy, $0.42" in done.stdout
    assert bought == 1
    assert again.returncode == 0, again.stdout
    assert set(paid.bought().values()) == {1}
    assert paid.count() == 3
    check_readable(done.stdout, paid.emulator)


def test_a_dry_run_says_what_is_over_budget(paid: Paid) -> None:
    """A plan that costs more than is left says so before anything is bought."""
    worded_film(paid.studio, prompts(4), budget_usd=0.5)

    said = paid.plan()

    assert "4 to buy, $0.84 (budget $0.50, spent so far $0.00; $0.34 more than is left, the run will stop" in said


def test_two_runs_share_one_budget(paid: Paid) -> None:
    """Two runs on two channels that want 36 clips, with a budget for 10, buy 10 together; both end with exit code 5."""
    folders = ["../channels/one/projects/film", "../channels/two/projects/film"]
    for folder in folders:
        worded_film(paid.studio, prompts(18, Path(folder).parts[2]), folder)
    # They run at the same time for certain: the first five clips end when the test lets them.
    paid.emulator.fault("never", "kling", times=5)
    going = paid.studio.folder / ".clipwright/runs"

    with paid.running(
        [paid.command("--cores", "2", *paid.targets(folder), budget_usd=10 * CLIP_USD) for folder in folders]
    ) as runs:
        until(lambda: len(list(going.glob("*.run"))) == 2 and paid.in_flight() == 5, runs)
        paid.emulator.finish()
        said = [run.communicate(timeout=300)[0] for run in runs]

    assert [run.returncode for run in runs] == [5, 5], said
    assert paid.count() == paid.asked() == 10
    assert paid.emulator.report()["usd"] == pytest.approx(10 * CLIP_USD)
    assert paid.emulator.report()["max_in_flight"]["kling"] == 5
    made = [len(list(paid.studio.path("videos", folder).glob("*.mp4"))) for folder in folders]
    assert sum(made) == 10
    for text, count in zip(said, made, strict=True):
        assert f"{18 - count} clips are left to buy, ${(18 - count) * CLIP_USD:.2f}" in text


def test_a_plan_knows_what_is_left_of_budgets_that_are_shared(paid: Paid) -> None:
    """A dry run says what a channel has left, and what the runs beside it have left it of the budget of all."""
    for name in ("a", "b"):
        worded_film(paid.studio, [f"{name} {number}." for number in range(2)], f"../channels/{name}/projects/film")
    paid.emulator.fault("never", "kling", times=2)
    limits = {"budget_usd": 0.5, "channel_budget_usd": 0.3}

    alone = paid.plan("all", **limits)

    for name in ("a", "b"):
        told = "(channel budget $0.30, spent so far $0.00; $0.12 more than is left, the run will stop there)"
        assert f"channels/{name}/projects: $0.42 wanted {told}" in alone
    assert "this run may spend $0.50 of the $0.84 that are wanted (config.yaml: budget_usd); it will" in alone
    with paid.running(
        [paid.command("--cores", "2", *paid.targets("../channels/a/projects/film"), budget_usd=0.5)]
    ) as run:
        until(lambda: paid.in_flight() == 2, run)
        beside = paid.plan(*paid.targets("../channels/b/projects/film"), **limits)
        paid.emulator.finish()
        assert run[0].communicate(timeout=200)[0]
    shared = "(config.yaml: budget_usd; runs beside it have spent $0.42 of $0.50); it will stop there"
    assert f"this run may spend $0.08 of the $0.42 that are wanted {shared}" in beside


@pytest.mark.parametrize("stand_in", [True, False])
def test_what_goes_on_at_the_provider_is_told_with_its_price(paid: Paid, *, stand_in: bool) -> None:
    """Where a run does not wait to the end, it says how much is ordered and that the next one collects it."""
    worded_film(paid.studio, ["Slow.", "Quick."])
    paid.emulator.fault("never", "kling", match="Slow.")
    settings = {"clip_timeout_s": 1, "on_timeout": "animatic" if stand_in else "fail"}

    done = paid.run("--cores", "2", FILM, **settings)

    assert done.returncode == (0 if stand_in else 8), done.stdout
    assert "1 operation is left at the providers, $0.21 ordered: run the same command again to collect" in done.stdout
    paid.emulator.finish()
    assert "left at the providers" not in paid.build()
    assert paid.count() == 2


def test_missing_keys_are_named_together(studio: Studio) -> None:
    """Without keys nothing is made, not even a composite, and each variable that is missing is named."""
    quicken(studio)
    manifest = small_film(studio)
    for clip, backend in zip(manifest["clips"], ("kling", "veo", "omni", "animatic"), strict=True):
        clip["backend"] = backend
        clip["duration"] = {"kling": 5, "animatic": 0.5}.get(backend, 8)
    studio.write(manifest)

    done = studio.snakemake("--cores", "1", FILM)

    assert done.returncode == 4, done.stdout
    for name in ("KIE_API_KEY", "GOOGLE_CLOUD_PROJECT", "GEMINI_API_KEY"):
        assert f"{name} is not set" in done.stdout
    assert not studio.path("videos").exists()
    assert not studio.path("assets/composites/clip_01.png").exists()
    assert not studio.path("../.takes").exists()


def test_a_key_may_stand_in_a_file(paid: Paid) -> None:
    """A key in `.env` of the studio is as good as one in the environment."""
    worded_film(paid.studio, prompts(1))
    key = paid.emulator.env.pop("KIE_API_KEY")
    (paid.studio.folder / ".env").write_text(f"KIE_API_KEY={key}\n")

    paid.build(*paid.targets())

    assert paid.count() == 1
