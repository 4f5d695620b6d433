"""When a provider fails: what a run buys, how it ends, and what the user reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from conftest import draw
from paid_films import FILM, Paid, check_readable, quicken, worded_film

SURVIVED: Mapping[str, Sequence[Mapping[str, object]]] = {
    "busy": [{"at": "refuse_429", "times": 2, "retry_after": 0.1}],
    "maintained": [{"at": "refuse_455"}],
    "excepted": [{"at": "refuse_500"}],
    "shy": [{"at": "filtered"}],
    "polled in vain": [{"at": "poll_500", "times": 2}, {"at": "poll_429"}, {"at": "poll_html"}],
    "cut off": [{"at": "poll_reset", "times": 2}, {"at": "result_reset"}],
    "unknown at first": [{"at": "record_null", "times": 2}, {"at": "empty_urls_once"}],
    "slow": [{"at": "slow", "factor": 4}],
    "half": [{"at": "truncated"}],
    "paper": [{"at": "html_result"}],
}
LOST: Mapping[str, Sequence[Mapping[str, object]]] = {
    "refused": [{"at": "refuse_429", "times": 4}],
    "gate shut": [{"at": "http_503"}],
    "gate page": [{"at": "html_answer"}],
    "dropped before": [{"at": "drop_before_accept"}],
    "dropped after": [{"at": "drop_after_accept"}],
    "nameless": [{"at": "no_id"}],
    "error after": [{"at": "error_after_accept"}],
    "broken": [{"at": "failed"}],
    "endless": [{"at": "never"}],
    "expired": [{"at": "expired", "times": 2}],
    "spoilt": [{"at": "html_result", "times": 4}],
    "naked": [{"at": "filtered", "times": 2}],
    "good": [],
}
UNKNOWN = {"gate shut", "gate page", "dropped before", "dropped after", "nameless", "error after"}
ACCEPTED = {"dropped after", "nameless", "error after"}


def script(paid: Paid, faults: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Write a film with one clip for each key of `faults`, which is its prompt and what befalls it."""
    worded_film(paid.studio, list(faults))
    paid.emulator.faults(
        [{"provider": "kling", "match": prompt, **fault} for prompt, listed in faults.items() for fault in listed]
    )


def codes(paid: Paid, prompts: Sequence[str]) -> dict[str, int]:
    """How the jobs of the last run ended, by the prompts of their clips."""
    ended = paid.codes()
    return {
        prompt: ended[f"clip_{number:02d}"]
        for number, prompt in enumerate(prompts, start=1)
        if f"clip_{number:02d}" in ended
    }


def test_what_passes_is_survived(paid: Paid) -> None:
    """Refusals, broken polls and broken downloads cost nothing: every clip is bought once, and the run succeeds."""
    script(paid, SURVIVED)

    done = paid.make()

    assert done.returncode == 0, done.stdout
    assert paid.bought() == {**dict.fromkeys(SURVIVED, 1), "shy": 2}
    assert set(paid.outcomes().values()) == {"generated"}
    assert paid.emulator.report()["faults_left"] == 0
    assert "filtered (KIE.ai could not make the clip (400 Your prompt or image was flagged" in done.stdout
    check_readable(done.stdout, paid.emulator)


def test_pictures_go_to_the_next_host(paid: Paid) -> None:
    """A host that refuses a picture is told in a line and left for the next one; the clip is bought once."""
    draw(paid.studio.path("assets/composites/clip_01.png"))
    worded_film(paid.studio, ["A picture."])
    paid.studio.write({**paid.studio.manifest(), "clips": [{"prompt": "A picture."}]})
    quicken(paid.studio, image_hosts=["catbox", "litterbox", "kie"])
    paid.emulator.fault("catbox_412", "catbox", times=None)
    paid.emulator.fault("upload_refused", "litterbox", times=None)

    done = paid.make()

    assert done.returncode == 0, done.stdout
    assert "was not taken by catbox: HTTP 412" in done.stdout
    assert "was not taken by litterbox: HTTP" in done.stdout
    assert paid.emulator.report()["uploads"] == {"kie": 1}
    assert paid.count() == paid.asked() == 1


def test_one_bad_clip_never_sinks_the_others(paid: Paid) -> None:
    """Each clip ends in its own way, the next plain run goes on where that one stopped, and nothing is sent twice."""
    prompts = list(LOST)
    script(paid, LOST)

    first = paid.make(clip_timeout_s=6)
    codes_1, bought_1, asked_1 = codes(paid, prompts), paid.bought(), paid.asked()
    planned = paid.plan(*paid.targets())
    paid.emulator.finish()
    second = paid.make()
    codes_2, bought_2, asked_2 = codes(paid, prompts), paid.bought(), paid.asked()
    last = paid.make(on_unknown="resubmit")

    unknown = dict.fromkeys(UNKNOWN, 9)
    assert first.returncode == 9, first.stdout
    failed = {"refused": 1, "broken": 1, "endless": 8, "expired": 9, "spoilt": 1}
    assert codes_1 == {**unknown, **failed, "naked": 0, "good": 0}
    assert bought_1 == {**dict.fromkeys({*failed, "good"} - {"refused"} | ACCEPTED, 1), "naked": 2}
    assert asked_1 == len(UNKNOWN) + 4 + 5 + 2
    assert first.stdout.count("is paid for and kept: run again to fetch its result, $0") == 2
    assert planned.count("nobody knows whether it was bought: clipwright retake") == len(UNKNOWN)
    assert planned.count("resume operation") == 3
    assert second.returncode == 9
    assert codes_2 == {**unknown, **dict.fromkeys(failed, 0)}
    assert bought_2 == {**bought_1, "refused": 1, "broken": 2}
    assert asked_2 == asked_1 + 2
    assert last.returncode == 0, last.stdout
    assert paid.bought() == {**bought_2, **{prompt: 1 + (prompt in ACCEPTED) for prompt in UNKNOWN}}
    assert paid.outcomes() == {
        number: "filtered" if prompt == "naked" else "generated" for number, prompt in enumerate(prompts, start=1)
    }
    for said in (first.stdout, second.stdout):
        check_readable(said, paid.emulator)


def test_a_failed_clip_is_one_line(paid: Paid) -> None:
    """A clip that failed is one line, exit code 1, and is bought anew by the next run."""
    script(paid, {"broken": [{"at": "failed"}], "good": []})

    done = paid.run("--cores", "2", FILM)
    asked = paid.asked()
    paid.build()

    assert done.returncode == 1
    why = "KIE.ai could not make the clip (501 Generation failed.)"
    told = [line for line in done.stdout.splitlines() if why in line]
    assert told == [f"projects/film clip 01: {why}", f"projects/film clip_01: GenerationFailed: {why}"]
    assert "1 clip is left to buy, $0.21; run the same command again to go on" in done.stdout
    assert asked == 2
    assert paid.bought() == {"broken": 2, "good": 1}
    check_readable(done.stdout, paid.emulator)


def test_a_timed_out_clip_is_resumed(paid: Paid) -> None:
    """A clip that takes too long ends with exit code 8; its operation is kept, and the next run gets it for nothing."""
    script(paid, {"endless": [{"at": "never"}], "good": []})

    done = paid.make(clip_timeout_s=3)
    paid.emulator.finish()
    again = paid.make()

    assert done.returncode == 8
    assert "the next run waits for it again, $0" in done.stdout
    assert again.returncode == 0, again.stdout
    operation = next(order["id"] for order in paid.emulator.submissions() if order["prompt"] == "endless")
    assert f"resuming operation {operation}, $0" in again.stdout
    assert paid.receipt(1)["operation"] == operation
    assert paid.bought() == {"endless": 1, "good": 1}
    check_readable(done.stdout, paid.emulator)


def test_clips_that_are_missing_do_not_hold_the_film_up(paid: Paid) -> None:
    """With stand-ins and gaps for what failed, the film is complete; nothing is asked for twice."""
    script(
        paid,
        {
            "naked": [{"at": "filtered", "times": None}],
            "broken": [{"at": "failed"}],
            "endless": [{"at": "never"}],
            "good": [],
        },
    )
    quicken(paid.studio, filtered_retries=0, on_filtered="skip", on_failed="animatic", on_timeout="skip")

    done = paid.build(FILM, clip_timeout_s=4)
    outcomes, bought, reason = paid.outcomes(), paid.bought(), paid.receipt(1)["reason"]
    paid.emulator.finish()
    resumed = paid.build()

    assert outcomes == {1: "filtered", 2: "failed", 3: "timed_out", 4: "generated"}
    assert "flagged by the content moderation" in reason
    assert "projects/film/final.mp4: 10.0 s, 128x72, cost $0.21" in done
    assert bought == paid.bought() == dict.fromkeys(["naked", "broken", "endless", "good"], 1)
    assert "projects/film/final.mp4: 15.0 s, 128x72, cost $0.42" in resumed
    assert paid.outcomes() == {**outcomes, 3: "generated"}
    assert "Nothing to be done" in paid.build()


def test_a_filtered_clip_can_stop_a_film(paid: Paid) -> None:
    """Where filtered clips fail, the run ends with exit code 7, and no run asks again before the clip is changed."""
    script(
        paid,
        {
            "naked": [{"at": "filtered", "times": None}],
            "rude": [{"at": "filtered", "shape": "submit", "times": None}],
            "good": [],
        },
    )
    quicken(paid.studio, on_filtered="fail", filtered_retries=1)

    done = paid.make()
    asked = paid.asked()
    again = paid.make()
    asked_again = paid.asked()
    paid.edit(1, prompt="dressed")
    paid.edit(2, prompt="polite")
    changed = paid.make()

    assert done.returncode == again.returncode == 7
    assert "flagged by the content moderation" in done.stdout
    assert asked == asked_again == 5
    assert changed.returncode == 0, changed.stdout
    assert paid.bought() == {"naked": 2, "good": 1, "dressed": 1, "polite": 1}
    check_readable(done.stdout, paid.emulator)


@pytest.mark.parametrize("fault", ["refuse_401", "refuse_402", "refuse_403", "wrong key"])
def test_a_refused_account_stops_the_run(paid: Paid, fault: str) -> None:
    """A refused key or account ends the run with exit code 6: those under way are told, no other job submits."""
    worded_film(paid.studio, [f"Clip {number}." for number in range(8)])
    if fault == "wrong key":
        paid.emulator.env["KIE_API_KEY"] = "invalid-canary-kie-77"
    else:
        paid.emulator.fault(fault, "kling", times=None)

    done = paid.make()

    assert done.returncode == 6, done.stdout
    assert 1 <= paid.asked() <= 5
    assert paid.count() == 0
    assert "KIE_API_KEY" in done.stdout
    assert "invalid-canary" not in done.stdout
    assert "not submitted, because the run was stopped" in done.stdout
    check_readable(done.stdout, paid.emulator)


def test_credits_run_out(paid: Paid) -> None:
    """Without credits a run ends with exit code 6 and keeps what it bought; with credits the next one buys the rest."""
    prompts = [f"Clip {number}." for number in range(8)]
    worded_film(paid.studio, prompts)
    paid.emulator.credits(2 * 42)

    done = paid.make()
    made = paid.outcomes()
    bought = paid.count()
    paid.emulator.credits(10_000)
    again = paid.make()

    assert done.returncode == 6, done.stdout
    assert "there are not enough credits: top up the account of KIE_API_KEY at kie.ai" in done.stdout
    assert bought == len(made) == 2
    assert again.returncode == 0, again.stdout
    assert paid.bought() == dict.fromkeys(prompts, 1)
    assert json.dumps(paid.emulator.report()["usd"]) == "1.68"
