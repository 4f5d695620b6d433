"""A storyboard is bought once, checked, repaired at most once, and then it belongs to the user."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml
from paid_films import FILM, Paid, check_readable
from storied_films import BOARD, STORY, answers, asked, board_of, drafts, storied_film

from workflow_lib.takes import Store


def draft(paid: Paid, *arguments: str, code: int = 0, **settings: object) -> str:
    """Have the storyboard drafted, and nothing else; the run must end with `code`."""
    done = paid.run("--cores", "2", BOARD, *arguments, **settings)
    assert done.returncode == code, done.stdout
    check_readable(done.stdout, paid.emulator)
    return done.stdout


def test_one_command_makes_a_film_of_a_bare_story(paid: Paid) -> None:
    """A story without any list of clips is drafted and built in the same run; a second run does nothing."""
    storied_film(paid.studio)

    said = paid.build()

    assert len(board_of(paid.studio)["clips"]) == 3
    assert len(drafts(paid)) == asked(paid) == 1
    assert paid.studio.path("final.mp4").exists()
    assert "projects/film/final.mp4: 0 clips kept, 3 to make" in said
    first = paid.studio.path("storyboard.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../schemas/storyboard.schema.json"
    assert "Nothing to be done" in paid.build()
    assert len(drafts(paid)) == 1


def test_the_storyboard_is_bought_once_whatever_is_done_to_its_files(paid: Paid) -> None:
    """Neither a changed or touched story, nor a lost .snakemake, nor --forceall drafts again what is there."""
    storied_film(paid.studio)
    draft(paid)
    first = paid.studio.path("storyboard.yaml").read_bytes()

    paid.studio.path("story.md").write_text("Another story. It has nothing to do with the first.")
    shutil.rmtree(paid.studio.folder / ".snakemake")
    draft(paid)
    draft(paid, "--forceall")
    said = paid.plan(FILM)

    assert paid.studio.path("storyboard.yaml").read_bytes() == first
    assert "draft_storyboard" not in said
    assert asked(paid) == 1


def test_a_storyboard_that_was_lost_is_had_again_for_nothing(paid: Paid) -> None:
    """The answer is kept in the take store: a deleted storyboard costs nothing, in whatever words we ask by now."""
    storied_film(paid.studio)
    draft(paid)
    first = paid.studio.path("storyboard.yaml").read_bytes()

    paid.studio.reword("drafting/asking.py", "You are the storyboard artist", "Number of clips: exactly")
    paid.studio.path("storyboard.yaml").unlink()
    planned = paid.plan(BOARD)
    draft(paid)

    assert "reuse take, $0" in planned
    assert paid.studio.path("storyboard.yaml").read_bytes() == first
    assert asked(paid) == 1


@pytest.mark.parametrize("arguments", [("--forceall",), ("--forcerun", "draft_storyboard")])
def test_an_edited_storyboard_is_never_written_over(paid: Paid, arguments: tuple[str, ...]) -> None:
    """Whoever forces everything is told that the storyboard is his own; it stays as he left it."""
    storied_film(paid.studio)
    draft(paid)
    path = paid.studio.path("storyboard.yaml")
    path.write_text(path.read_text() + "# mine\n")

    done = paid.run("--cores", "2", BOARD, *arguments)

    assert done.returncode == 1, done.stdout
    assert f"{BOARD}: put there by hand and kept" in done.stdout
    assert path.read_text().endswith("# mine\n")
    assert asked(paid) == 1


def test_its_price_is_named_before_and_what_it_took_is_in_the_ledger(paid: Paid) -> None:
    """A dry run names the most that it costs and an estimate of the film; the ledger holds what the tokens cost."""
    storied_film(paid.studio, backend="kling", duration=5, budget_usd=9)

    planned = paid.plan()

    assert "storyboard.yaml: 3 clips to draft from story.md" in planned
    assert "buy for $0.02" in planned
    assert "about 3 clips by kling (kling/v2-5-turbo-image-to-video-pro), 5 s each  $0.63" in planned
    assert "about 6 pictures by gemini (gemini-3-pro-image)  $0.80" in planned
    assert "budget $9.00" in planned
    assert asked(paid) == 0

    draft(paid)

    (attempt,) = Store(paid.studio.folder / "projects/.takes").ledger().attempts()
    assert attempt.usd == pytest.approx(drafts(paid)[0]["usd"], abs=1e-6)
    assert (attempt.units or "").endswith(" tokens")
    assert attempt.cost_usd < attempt.list_usd
    costs = json.loads(paid.studio.clipwright("costs", "--json").stdout)["costs"]
    assert [(cost["component"], cost["backend"], cost["calls"]) for cost in costs] == [("storyboard", "gemini", 1)]
    exact = paid.plan()
    assert "3 to buy, $0.63" in exact


@pytest.mark.parametrize(
    "flaw", ["fewer_clips", "long_lines", "unknown_character", "empty_answer", "no_json", "truncated"]
)
def test_an_answer_that_cannot_be_used_is_repaired_once(paid: Paid, flaw: str) -> None:
    """What is wrong is quoted back, for a price of its own; the second answer is the storyboard."""
    storied_film(paid.studio)
    paid.emulator.fault(flaw, "gemini")

    said = draft(paid)

    first, second = drafts(paid)
    assert asked(paid) == 2
    assert "asking once more" in said
    assert "What is wrong with it" in second["prompt"]
    assert first["prompt"] in second["prompt"]
    assert len(board_of(paid.studio)["clips"]) == 3
    receipt = json.loads(paid.studio.path("storyboard.json").read_text())
    assert len(receipt["takes"]) == len(answers(paid)) == 2
    assert receipt["cost_usd"] == pytest.approx(first["usd"] + second["usd"], abs=1e-5)


@pytest.mark.parametrize("flaw", ["fenced", "half_letter"])
def test_a_flaw_that_can_be_mended_costs_nothing(paid: Paid, flaw: str) -> None:
    """Neither a code block around the answer nor a letter that no file can hold keeps it from being used."""
    storied_film(paid.studio)
    paid.emulator.fault(flaw, "gemini")

    draft(paid)

    assert len(board_of(paid.studio)["clips"]) == 3
    assert asked(paid) == 1


def test_two_useless_answers_are_kept_and_named(paid: Paid) -> None:
    """After the one repair the run fails, says what is wrong and where both answers are; a second run buys nothing."""
    storied_film(paid.studio)
    paid.emulator.fault("fewer_clips", "gemini", times=None)

    said = draft(paid, code=1)

    assert "has 2 clips where 3 were asked for" in said
    assert all(f"projects/.takes/{path.name}" in said for path in answers(paid))
    assert len(answers(paid)) == 2
    assert "clipwright redraft projects/film" in said
    again = draft(paid, code=1)
    assert "has 2 clips where 3 were asked for" in again
    assert asked(paid) == 2
    assert not paid.studio.path("storyboard.yaml").exists()


def test_a_refused_story_is_said_and_not_asked_for_again(paid: Paid) -> None:
    """The content filter's refusal ends the run with 7, names the kept answer, and costs nothing more."""
    storied_film(paid.studio)
    paid.emulator.fault("filtered", "gemini")

    said = draft(paid, code=7)

    assert "refused the story (PROHIBITED_CONTENT)" in said
    assert f"projects/.takes/{answers(paid)[0].name}" in said
    assert "refused" in paid.plan(BOARD)
    draft(paid, code=7)
    assert asked(paid) == 1


@pytest.mark.parametrize("fault", ["drop_after_accept", "html_after_accept", "error_after_accept"])
def test_a_lost_answer_is_a_decision(paid: Paid, fault: str) -> None:
    """Nobody knows whether it was bought: exit 9 with the command that settles it, and no second submission unasked."""
    storied_film(paid.studio)
    paid.emulator.fault(fault, "gemini")

    said = draft(paid, code=9)
    draft(paid, code=9)

    assert "clipwright retake projects/film --of storyboard --confirm-lost" in said
    assert "nobody knows whether it was bought" in paid.plan(BOARD)
    assert asked(paid) == 1

    done = paid.studio.clipwright("retake", "film", "--of", "storyboard", "--confirm-lost")
    assert done.returncode == 0, done.stderr
    draft(paid)
    assert asked(paid) == 2
    again = paid.studio.clipwright("retake", "film", "--of", "storyboard", "--confirm-lost")
    assert again.returncode == 3


def test_a_lost_answer_is_settled_from_each_project_of_its_story(paid: Paid) -> None:
    """Two films of one story share a purchase; what got lost of it is given up by either."""
    storied_film(paid.studio)
    storied_film(paid.studio, project="other")
    paid.emulator.fault("drop_after_accept", "gemini")
    draft(paid, code=9)

    done = paid.run("--cores", "2", "projects/other/storyboard.yaml")

    assert done.returncode == 9, done.stdout
    assert "clipwright retake projects/other --of storyboard --confirm-lost" in done.stdout
    assert paid.studio.clipwright("retake", "other", "--of", "storyboard", "--confirm-lost").returncode == 0
    draft(paid)
    assert asked(paid) == 2


@pytest.mark.parametrize(("fault", "code", "seen"), [("refuse_401", 6, 1), ("refuse_429", 0, 2), ("http_503", 9, 1)])
def test_a_refusal_is_told_from_a_lost_answer(paid: Paid, fault: str, code: int, seen: int) -> None:
    """A refused key stops the run, a busy server is asked again, a server error may have been accepted."""
    storied_film(paid.studio)
    paid.emulator.fault(fault, "gemini")

    draft(paid, code=code)

    assert asked(paid) == seen


def test_too_small_a_budget_buys_no_storyboard(paid: Paid) -> None:
    """A storyboard is paid from the film's budget like everything else."""
    storied_film(paid.studio, budget_usd=0.001)

    said = draft(paid, code=5)

    assert "project.yaml: budget_usd" in said
    assert asked(paid) == 0


def test_a_key_that_the_film_needs_is_missed_before_the_storyboard_is_bought(paid: Paid) -> None:
    """What the clips will need is looked for at the start of the run, not after the first purchase."""
    storied_film(paid.studio, backend="kling", duration=5)
    environment = {name: value for name, value in paid.emulator.environment().items() if name != "KIE_API_KEY"}

    done = paid.studio.run(*paid.command("--cores", "2", FILM), env=environment)

    assert done.returncode == 4, done.stdout
    assert "KIE_API_KEY is not set" in done.stdout
    assert asked(paid) == 0
    board = paid.studio.run(*paid.command("--cores", "2", BOARD), env=environment)
    assert board.returncode == 0, board.stdout


def test_vertex_drafts_where_no_key_is_set(paid: Paid) -> None:
    """A Google project is enough, as it is for Omni."""
    storied_film(paid.studio)
    environment = {name: value for name, value in paid.emulator.environment().items() if name != "GEMINI_API_KEY"}

    done = paid.studio.run(*paid.command("--cores", "2", BOARD), env=environment)

    assert done.returncode == 0, done.stdout
    assert len(drafts(paid)) == 1


def test_all_builds_storied_films_beside_others(paid: Paid) -> None:
    """`all` drafts what waits for a storyboard, and says what is wrong with any story before anything is made."""
    storied_film(paid.studio)
    storied_film(paid.studio, project="other")
    storied_film(paid.studio, text=" \n", project="wrong")

    done = paid.run("--cores", "2", "all")

    assert done.returncode == 3, done.stdout
    assert "projects/wrong/story.md: says nothing" in done.stdout
    assert asked(paid) == 0

    shutil.rmtree(paid.studio.path("", "wrong"))
    planned = paid.run("-n", "all").stdout
    assert planned.count("3 clips to draft from story.md") == 2
    paid.build("projects/film/storyboard.yaml", "projects/other/storyboard.yaml")
    # The same story with the same wishes is one purchase.
    assert asked(paid) == 1


def test_one_clip_of_a_bare_story_can_be_asked_for(paid: Paid) -> None:
    """A clip's own target drafts the storyboard first, and makes that clip only."""
    storied_film(paid.studio)

    paid.build("projects/film/videos/clip_02.mp4")

    assert paid.studio.path("videos/clip_02.mp4").exists()
    assert not paid.studio.path("videos/clip_01.mp4").exists()


def test_redraft_keeps_the_old_storyboard_and_shows_what_differs(paid: Paid) -> None:
    """A changed story is drafted anew after its price was agreed to; the old storyboard stays beside the new one."""
    storied_film(paid.studio)
    draft(paid)
    path = paid.studio.path("storyboard.yaml")
    path.write_text(path.read_text() + "# mine\n")
    old = path.read_text()
    paid.studio.path("story.md").write_text(STORY.replace("river", "lake").replace("Goose", "Swan"))

    def redraft(*arguments: str) -> tuple[int, str]:
        command = [paid.command()[0], "-m", "workflow_lib", "redraft", "film", *arguments]
        done = paid.studio.run(*command, env=paid.emulator.environment())
        return done.returncode, done.stdout

    code, said = redraft("-n")
    assert (code, asked(paid)) == (0, 1)
    assert "$0.02" in said
    code, said = redraft()
    assert (code, asked(paid)) == (2, 1), said
    assert path.read_text() == old

    code, said = redraft("--yes")

    assert code == 0, said
    assert asked(paid) == 2
    assert "clip_02" in said
    assert "+ On the lake" in said
    assert "- On the river" in said
    assert paid.studio.path("storyboard.1.yaml").read_text() == old
    assert yaml.safe_load(path.read_text())["characters"].keys() == {"fox", "swan", "bystander"}

    code, said = redraft("--yes")
    assert code == 0, said
    assert asked(paid) == 3, "the same story again is another take"


def test_commands_tell_how_a_bare_story_stands(paid: Paid) -> None:
    """`check`, `plan` and `status` work before there is a list of clips."""
    storied_film(paid.studio, backend="kling", duration=5)

    check = paid.studio.clipwright("check")
    (planned,) = json.loads(paid.studio.clipwright("plan", "--json").stdout)
    plain = paid.studio.clipwright("plan")
    (status,) = json.loads(paid.studio.clipwright("status", "--json").stdout)

    assert check.returncode == 0, check.stderr
    assert planned["storyboard"]["clips"] == 3
    assert planned["storyboard"]["drafter"] == "embedded drafter"
    assert planned["estimate_usd"] == pytest.approx(0.63)
    assert "3 clips to draft from story.md" in plain.stdout
    assert status["film"] == "undrafted"
    assert paid.studio.clipwright("status").returncode == 0
    assert paid.studio.clipwright("prune", "--takes").returncode == 0


def test_what_the_backend_cannot_make_is_said_before_anything_is_bought(paid: Paid) -> None:
    """A length that the film's backend has not, or keyframes beyond the last clip, are errors of the manifest."""
    story = {"clips": 3, "keyframes": [7]}
    storied_film(paid.studio, backend="kling", duration=7, story=story)

    said = draft(paid, code=3)

    assert "project.yaml: duration: clip_01 wants 7 s, which kling cannot make" in said
    assert "project.yaml: story.keyframes: names clip 7 of 3" in said
    assert asked(paid) == 0


def test_keyframes_are_drafted_where_they_are_asked_for(paid: Paid) -> None:
    """Clips between two stills get both descriptions, and a backend and a length of their own where they need them."""
    story = {"clips": 3, "keyframes": [2], "keyframes_backend": "veo"}
    storied_film(paid.studio, backend="kling", duration=10, size=[1280, 720], story=story)

    draft(paid)

    clips = board_of(paid.studio)["clips"]
    assert clips[1]["keyframes"].keys() == {"start", "end"}
    assert (clips[1]["backend"], clips[1]["duration"]) == ("veo", 8)
    assert "keyframes" not in clips[0]
    assert clips[0]["composite"]["characters"][0]["character"] in board_of(paid.studio)["characters"]
