"""What a run buys because of its `--config`, in films whose manifest says that they cost nothing."""

from __future__ import annotations

import subprocess

import pytest
from paid_films import Paid, worded_film

from workflow_lib.journal import Event
from workflow_lib.takes import Store


@pytest.fixture
def kling(paid: Paid) -> Paid:
    """A film of one clip that was bought with `--config backend=kling`."""
    worded_film(paid.studio, ["Waves."], backend="animatic")
    paid.build(backend="kling")
    return paid


def clipwright(paid: Paid, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command-line program."""
    return paid.studio.clipwright(*arguments)


def store(paid: Paid) -> Store:
    """The film's takes."""
    return Store(paid.studio.folder / "projects/.takes")


def test_another_take_is_asked_for_as_the_film_was_built_last(kling: Paid) -> None:
    """`retake` finds what the last run bought, and names the command that buys its next take."""
    done = clipwright(kling, "retake", "film", "1", "--yes")

    assert done.returncode == 0, done.stderr
    assert "take 2 will be bought for $0.21" in done.stdout
    assert done.stdout.splitlines()[-1] == f"next: snakemake --cores 8 {FILM} --config backend=kling"
    kling.build(backend="kling")
    assert kling.count() == 2


FILM = "projects/film/final.mp4"


def test_an_older_take_is_put_back(kling: Paid) -> None:
    """`takes` lists what such a run bought, and puts an older one back."""
    first = kling.takes()[0].name[:8]
    clipwright(kling, "retake", "film", "1", "--yes")
    kling.build(backend="kling")

    listed = clipwright(kling, "takes", "film", "1").stdout
    chosen = clipwright(kling, "takes", "film", "1", "--choose", first)

    assert listed.count("in the film") == 1, listed
    assert chosen.returncode == 0, chosen.stderr
    kling.build(backend="kling")
    shown = kling.receipt(1)
    assert (shown["take"] or shown["fingerprint"]).startswith(first)


@pytest.mark.parametrize("told", [True, False])
def test_a_lost_submission_is_settled(kling: Paid, *, told: bool) -> None:
    """A submission that nobody knows of is settled, whether the last run was of such a kind or `--config` says so."""
    clipwright(kling, "retake", "film", "1", "--yes")
    wanted = store(kling).ledger()
    base = wanted.attempts()[0]
    choice = wanted.chosen(base.fingerprint)
    assert choice is not None
    lost = Event(
        event="intended",
        fingerprint=choice.take,
        attempt="lost",
        usd=0.21,
        backend="kling",
        model=base.model,
        project=base.project,
        clip=base.clip,
        request=base.request,
    )
    store(kling).journal.add(lost)
    arguments = ["retake", "film", "1", "--confirm-lost"]
    if told:
        (kling.studio.folder / "projects/film/.work/run.json").unlink()
        assert clipwright(kling, *arguments).returncode == 3
        arguments += ["--config", "backend=kling"]

    done = clipwright(kling, *arguments)

    assert done.returncode == 0, done.stderr
    attempt = store(kling).ledger().attempt("lost")
    assert attempt is not None
    assert attempt.state == "lost"


def test_what_costs_nothing_says_how_it_may_have_been_bought(kling: Paid) -> None:
    """Where neither the manifest nor the last run buys a clip, `retake` says so, and what to add."""
    kling.studio.build()

    done = clipwright(kling, "retake", "film", "1", "--yes")

    assert done.returncode == 3
    assert "clip_01 costs nothing (animatic)" in done.stderr
    assert "--config KEY=VALUE" in done.stderr


def test_pruning_what_can_be_made_again_keeps_what_was_bought(kling: Paid) -> None:
    """`prune --work` and `prune --takes`, together or one after the other, keep a take that the last run bought."""
    for name in ("clip_01.mp4", "clip_01.json"):
        (kling.studio.folder / "projects/film/videos" / name).unlink()

    together = clipwright(kling, "prune", "--work", "--takes", "--yes")
    after = clipwright(kling, "prune", "--takes", "--yes")

    assert (together.returncode, after.returncode) == (0, 0), together.stderr + after.stderr
    assert after.stdout.splitlines()[-1] == "every paid take is in use"
    assert len(kling.takes()) == 1
    assert not (kling.studio.folder / "projects/film/.work/final").exists()
    kling.build(backend="kling")
    assert kling.count() == 1
