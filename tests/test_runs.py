"""Runs and what they keep: what became of each clip, in logs that are cleared away when nobody needs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from paid_films import Paid, worded_film

from workflow_lib import locking, runs
from workflow_lib.engine import closing
from workflow_lib.runs import Ending, Run

FILM = "projects/film"


def test_cuts_of_one_film_are_told_apart(tmp_path: Path) -> None:
    """What became of a clip of the draft does not hide what became of the same clip of the film."""
    run = Run(tmp_path, runs.new_id(), "session")
    for cut, outcome, code in (("final", "Refused", 6), ("draft", "animatic", 0)):
        run.log(Ending(FILM, "clip_01", outcome, code, cut=cut))

    assert [(found.cut, found.code) for found in run.endings()] == [("final", 6), ("draft", 0)]


@pytest.mark.parametrize("cause", ["cut off in \ud83d", "one line\u2028another", 'bell \a, "quoted"'])
def test_a_cause_in_any_letters_is_kept(tmp_path: Path, cause: str) -> None:
    """Neither half a letter nor a line's end of other scripts loses what became of a clip."""
    run = Run(tmp_path, runs.new_id(), "session")

    run.log(Ending(FILM, "clip_01", "Failed", 8, cause))

    assert [found.cause for found in run.endings()] == [cause]


def test_a_run_tells_its_own_orders_from_those_before_it(tmp_path: Path) -> None:
    """What was ordered in a second before the run began is not its own; what it sent itself never counts as older."""
    run = Run(tmp_path, "2026-01-01T000010-0123abcd", "session")

    assert run.began_after("2026-01-01T00:00:09.999+00:00")
    assert not run.began_after("2026-01-01T00:00:10.001+00:00")
    assert not run.began_after("2026-01-01T00:00:11.000+00:00")


def test_each_cut_is_told_what_failed_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft that is not done is not blamed on a clip of the film, but on what both are made of."""
    monkeypatch.chdir(tmp_path)
    films = [(FILM, "draft"), (FILM, "final")]

    said = closing.lines(films, [Ending(FILM, "clip_01", "Refused", 6, "no money")]).splitlines()
    shared = closing.lines(films, [Ending(FILM, "assets/owl.png", "Refused", 6, "no money")]).splitlines()

    assert said[1] == f"{FILM}/draft.mp4: not done; if something is wrong, it stands above; run the same command again"
    assert said[2].startswith(f"{FILM}: clip_01: no money; next: ")
    assert shared[1] == shared[2]
    assert shared[1].startswith(f"{FILM}: assets/owl.png: no money")


def test_what_is_left_at_the_providers_is_counted_apart_from_what_was_bought() -> None:
    """Beside submitted clips stands what else was bought and its price, and no clip that the same run has built."""
    submitted = Ending(FILM, "clip_01", "submitted", 0, usd=0.21)
    built = Ending("projects/other", "clip_01", "generated", 0, usd=0.42)
    picture = Ending(FILM, "assets/owl.png", "generated", 0, usd=0.13)

    said = closing.submitted_line([submitted, built])
    more = closing.submitted_line([submitted, built, picture])

    assert said.startswith("1 clips submitted, $0.21; 0 were at the providers; build the films")
    assert "; 1 storyboards, pictures, lines or effects bought, $0.13; build" in more


def test_a_film_and_its_draft_are_summed_up_together(paid: Paid) -> None:
    """Built by one command, what the film's clips cost and why one failed is said, and decides the exit code."""
    worded_film(paid.studio, ["Waves.", "Wind."], budget_usd=0.30)

    done = paid.run("--cores", "2", f"{FILM}/final.mp4", f"{FILM}/draft.mp4")

    assert done.returncode == 5, done.stdout
    assert "1 of 2 films done; clips: 1 bought, 2 rendered, 1 failed; paid for: $0.21\n" in done.stdout, done.stdout


def test_old_logs_go_but_those_of_runs_that_go_on_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that begins clears away all logs but the last ones, and none of a run that has not ended."""
    for name in (runs.RUN, runs.SESSION):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    folder = tmp_path / "runs"
    folder.mkdir()
    for number in range(60):
        Run(tmp_path, f"2026-01-01T0000{number:02d}-a", "session").log(Ending(FILM, "clip_01", "generated", 0))
    (folder / "2026-01-01T000001-a.stop").write_text("no money")
    for number in range(60):
        (folder / f"2026-01-02T0000{number:02d}-a.stop").write_text("no money")

    with locking.held(folder / "2026-01-01T000001-a.run"):
        runs.end(tmp_path, runs.begin(tmp_path))

    logs = sorted(path.name for path in folder.glob("*.jsonl"))
    assert logs[:2] == ["2026-01-01T000001-a.jsonl", "2026-01-01T000010-a.jsonl"]
    assert len(logs) == 51
    stops = sorted(path.name for path in folder.glob("*.stop"))
    assert stops[:2] == ["2026-01-01T000001-a.stop", "2026-01-02T000010-a.stop"]
