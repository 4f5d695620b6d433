"""Promises about telling people elsewhere: told of what is, in the background, and never at a build's cost."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import SIZE, TIMEOUT_S, Studio
from emulator.client import KEYS, Emulator
from paid_films import CLIP_USD, FILM, Paid, worded_film

from workflow_lib import hooks, locks
from workflow_lib.hooks import Notify
from workflow_lib.layout import Project

PAGE = "0123456789abcdef0123456789abcdef"
PAGE_ID = "01234567-89ab-cdef-0123-456789abcdef"
HOOK = "FILM_WEBHOOK_URL"
BOTH = {"notion": {"page": f"https://www.notion.so/team/My-film-{PAGE}?pvs=4"}, "webhook": {"url_env": HOOK}}
PATIENCE_S = 60


def one_clip(studio: Studio, **keys: object) -> None:
    """Write a film of one short clip."""
    clip = {"prompt": "Waves.", "source": "text"}
    film = {"title": "Waves", "size": list(SIZE), "fps": 12, "duration": 0.5, "clips": [clip]}
    studio.write({**film, **keys})


@pytest.fixture(scope="module")
def joined_once(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A film of one clip that lacks only its joining, and tells Notion and a webhook; not to be changed."""
    made = Studio(tmp_path_factory.mktemp("told") / "studio").install()
    one_clip(made)
    made.build("projects/film/.work/final/clip_01.mp4", "projects/film/.work/final/sound.m4a")
    one_clip(made, notify=BOTH)
    return made


@pytest.fixture
def joined(joined_once: Studio, tmp_path: Path) -> Studio:
    """A copy of that."""
    return joined_once.copied(tmp_path / "studio")


@pytest.fixture
def notion(shared_emulator: Emulator) -> Iterator[Emulator]:
    """Notion and a webhook that were told nothing yet."""
    shared_emulator.reset()
    yield shared_emulator
    shared_emulator.finish()


def environment(notion: Emulator, **others: str) -> dict[str, str]:
    """Where both are."""
    return {**notion.environment(), HOOK: f"{notion.url}/webhook?secret=canary-hook-77aa01", **others}


def run(studio: Studio, env: dict[str, str], *arguments: str) -> str:
    """Build the film, which must succeed, and return what was printed."""
    done = studio.run(*studio.command("--cores", "2", FILM, *arguments), env=env)
    assert done.returncode == 0, done.stdout
    return done.stdout


def run_once_told(studio: Studio, notion: Emulator, file: str) -> tuple[int, str]:
    """Build the film, whose `file` waits until both were told of the start; exit code and what was printed."""
    log = studio.folder / "run.log"
    with locks.making(Project(studio.path("")), studio.path(file)):
        going = studio.start("--cores", "2", FILM, env=environment(notion), log=log)
        notion.told(2)
    return going.wait(TIMEOUT_S), log.read_text()


def warnings(said: str) -> list[str]:
    """The lines that warn."""
    return [line for line in said.splitlines() if line.startswith("warning: ")]


def warned(studio: Studio, said: str, env: dict[str, str]) -> list[str]:
    """Every warning about a run that printed `said`: its own, and those of `status` until there is one."""
    found = warnings(said)
    until = time.monotonic() + PATIENCE_S
    while not found and time.monotonic() < until:
        found += warnings(status(studio, env))
    return found + warnings(status(studio, env))


def status(studio: Studio, env: dict[str, str]) -> str:
    """What `clipwright status` prints."""
    return str(studio.run(sys.executable, "-m", "workflow_lib", "status", "film", env=env).stdout)


def statuses(told: list[dict[str, Any]]) -> list[str]:
    """What the page's status was set to."""
    return [item["properties"]["Status"]["status"]["name"] for item in told if item["to"] == "notion"]


def test_both_are_told_of_the_start_and_the_end(joined: Studio, notion: Emulator) -> None:
    """A page and a webhook are told that a film is built and is ready, with counts and path; no secret is kept."""
    code, said = run_once_told(joined, notion, "final.mp4")
    told = notion.told(4)

    assert code == 0, said

    assert warnings(said) == []
    assert statuses(told) == ["Video Processing", "Video Ready"]
    assert {item["page"] for item in told if item["to"] == "notion"} == {PAGE_ID}
    posted = {item["event"]: item for item in told if item["to"] == "webhook"}
    assert set(posted) == {"start", "success"}
    assert posted["success"]["clips"] == {"all": 1, "made": 1, "animatic": 1}
    assert (posted["start"]["film"], posted["success"]["film"]) == (None, FILM)
    assert (posted["success"]["project"], posted["success"]["title"]) == ("projects/film", "Waves")
    assert len({item["id"] for item in posted.values()}) == 2
    kept = [path for path in joined.folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    for secret in (KEYS["NOTION_TOKEN"], "canary-hook-77aa01"):
        assert secret not in said
        assert not [path for path in kept if secret.encode() in path.read_bytes()]


def test_a_dry_run_and_a_run_of_a_part_tell_nobody(joined: Studio, notion: Emulator) -> None:
    """Who only looks, or makes one clip, has nobody told; nor has a run in which nothing is to be done."""
    env = environment(notion)
    joined.path("videos/clip_01.mp4").unlink()

    joined.run(*joined.command("-n", FILM), env=env)
    joined.run(*joined.command("--cores", "2", "projects/film/videos/clip_01.mp4"), env=env)

    assert not (joined.folder / ".clipwright/notices").exists()


@pytest.mark.parametrize(
    ("fault", "words"),
    [("refuse_401", "check NOTION_TOKEN"), ("refuse_429", "HTTP 429"), ("http_503", "HTTP 503")],
)
def test_a_refusal_is_one_warning(joined: Studio, notion: Emulator, fault: str, words: str) -> None:
    """Notion that refuses for ever costs a build nothing but one line, in the run or in the next status.

    The webhook is told all the same; of so short a run its notices may overtake each other, and carry their times.
    """
    notion.fault(fault, "notion", times=None, retry_after=0)
    env = environment(notion)

    found = warned(joined, run(joined, env), env)

    assert len(found) == 1, found
    assert words in found[0]
    assert "Notion was not told of projects/film" in found[0]
    told = sorted(notion.told(2), key=lambda item: str(item["at"]))
    assert [item["event"] for item in told] == ["start", "success"]


def test_nobody_there_is_one_warning_for_each(joined: Studio, notion: Emulator) -> None:
    """With both addresses down the film is built; each of both is said once."""
    env = environment(notion, NOTION_BASE_URL="http://127.0.0.1:9", **{HOOK: "http://127.0.0.1:9/hook"})
    said = run(joined, env)
    found: list[str] = []
    until = time.monotonic() + PATIENCE_S
    while len(found) < 2 and time.monotonic() < until:
        found += warned(joined, said if not found else "", env)

    assert sorted(line.split(" was not told")[0] for line in found) == ["warning: Notion", "warning: the webhook"]


def test_a_build_does_not_wait_for_an_answer(joined: Studio, notion: Emulator) -> None:
    """Both say nothing until the build has ended; it ends all the same, and what is refused then is said later."""
    for service in ("notion", "webhook"):
        notion.fault("never", service, times=None)
    env = environment(notion)

    said = run(joined, env)
    notion.told(2, refused=True)
    notion.finish()
    found = warned(joined, said, env)

    assert warnings(said) == []
    assert joined.path("final.mp4").exists()
    assert found
    assert notion.told(0) == []


def test_a_late_start_does_not_follow_the_end(joined: Studio, notion: Emulator) -> None:
    """A start that Notion was slow to take is given up once the film is ready: the page says so at last."""
    notion.fault("never", "notion", times=None, match="Video Processing")
    env = environment(notion)

    run(joined, env)
    told = notion.told(3)

    assert statuses(told) == ["Video Ready"]


def test_a_passing_refusal_is_asked_again(joined: Studio, notion: Emulator) -> None:
    """After 429 with Retry-After Notion is told, and nobody is bothered."""
    notion.fault("refuse_429", "notion", retry_after=0, match="Video Ready")

    code, said = run_once_told(joined, notion, "final.mp4")

    assert statuses(notion.told(4)) == ["Video Processing", "Video Ready"]
    assert (code, warnings(said)) == (0, [])


def test_a_missing_token_is_one_warning_with_its_name(joined: Studio, notion: Emulator) -> None:
    """A film that names a page is built without a token, and the warning says which variable to set."""
    env = {name: value for name, value in environment(notion).items() if name != "NOTION_TOKEN"}

    found = warned(joined, run(joined, env), env)

    assert len(found) == 1
    assert "NOTION_TOKEN is not set" in found[0]


def test_a_broken_run_tells_why(paid: Paid) -> None:
    """Where a clip cannot be made, the webhook is told which, why, and what to type; the exit code stays."""
    worded_film(paid.studio, ["A wave.", "A storm."], notify={**BOTH, "notion": {"page": PAGE, "error": None}})
    paid.emulator.fault("failed", "kling", times=None, match="storm")

    code, said = run_once_told(paid.studio, paid.emulator, "videos/clip_02.mp4")
    told = paid.emulator.told(3)

    assert code == 1, said
    assert statuses(told) == ["Video Processing"]
    (error,) = [item for item in told if item["to"] == "webhook" and item["event"] == "error"]
    assert error["clips"] == {"all": 2, "made": 1, "generated": 1}
    assert error["cost_usd"] == CLIP_USD
    assert error["to_spend_usd"] == CLIP_USD
    assert error["next"] == f"snakemake --cores all {FILM}"
    assert error["causes"][0].startswith("clip_02: ")


def test_the_desktop_is_told_of_the_end(joined: Studio, notion: Emulator, tmp_path: Path) -> None:
    """Where the desktop can be told, it is, at the end; the film's own settings go before those for all."""
    program = tmp_path / "bin/notify-send"
    program.parent.mkdir()
    shown = tmp_path / "shown"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {shown}.part && mv {shown}.part {shown}\n')
    program.chmod(0o755)
    path = joined.folder / "config.yaml"
    both = {"notion": {"success": "Draft ready", "start": None}, "desktop": True, "webhook": {"url_env": HOOK}}
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "notify": both}))
    joined.write({**joined.manifest(), "notify": {"notion": {"page": PAGE}}})

    run(joined, environment(notion, PATH=f"{program.parent}:{os.environ['PATH']}"))

    assert statuses(notion.told(3)) == ["Draft ready"]
    assert shown.read_text().splitlines() == ["--app-name=Clipwright", "--", "Waves is ready", FILM]


def test_what_cannot_be_a_page_or_an_address_is_refused(studio: Studio) -> None:
    """A page without an id and an address with a query are said at once, each with its key, before anything runs."""
    one_clip(studio, notify={"notion": {"page": "my page"}, "webhook": {"url": "http://a.example/?key=1"}})

    done = studio.clipwright("check", "film")

    assert done.returncode == 3
    assert "project.yaml: notify.notion.page: is no page of Notion" in done.stderr
    assert "project.yaml: notify.webhook.url: " in done.stderr


def test_a_film_changes_one_name_of_those_for_all() -> None:
    """Settings are laid over each other key by key, and a page is known by any of its addresses."""
    for_all = Notify.model_validate({"notion": {"success": "Done"}, "desktop": True})
    for_one = Notify.model_validate({"notion": {"page": PAGE_ID.upper()}})

    found = hooks.merged(for_all, for_one)

    assert found is not None
    assert found.notion is not None
    assert (found.notion.page, found.notion.success, found.desktop) == (PAGE_ID, "Done", True)
    assert json.loads(json.dumps(found.model_dump()))["notion"]["error"] == "Video Error"
