"""Never more operations at a provider than its limit, however Snakemake is started; and waiting takes no core."""

from __future__ import annotations

import pytest
from paid_films import Paid, until, worded_film

FOLDERS = ["film", "../channels/one/projects/film"]


@pytest.mark.parametrize(
    ("count", "limit", "arguments"),
    [
        (1, 5, ("--cores", "1", "--resources", "other=7")),
        (1, 5, ("--cores", "1", "--resources", "kling=50", "--workflow-profile", "none")),
        (2, 5, ("--cores", "1")),
        (2, 2, ("--cores", "1", "--config", "kling_max_in_flight=2")),
    ],
)
def test_the_limit_is_reached_and_never_passed(paid: Paid, count: int, limit: int, arguments: tuple[str, ...]) -> None:
    """As many clips as the limit are in flight at once, on one core too, and never one more, by two runs neither."""
    folders = FOLDERS[:count]
    for folder in folders:
        worded_film(paid.studio, [f"{folder} {number}." for number in range(7 if count == 1 else 4)], folder)
    paid.emulator.fault("never", "kling", times=limit)

    with paid.running([paid.command(*paid.targets(folder), *arguments) for folder in folders]) as runs:
        until(lambda: paid.in_flight() == limit, runs)
        paid.emulator.finish()
        said = [run.communicate(timeout=300)[0] for run in runs]

    assert [run.returncode for run in runs] == [0] * count, said
    report = paid.emulator.report()
    assert report["max_in_flight"] == {"kling": limit}
    assert set(paid.bought().values()) == {1}
    assert paid.count() == paid.asked() == (7 if count == 1 else 8)
